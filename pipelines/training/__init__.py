"""Plan the trials, then fit those of each family."""
