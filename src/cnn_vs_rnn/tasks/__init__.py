"""Learning problems: how their data is loaded, checked, split, stored and described."""
