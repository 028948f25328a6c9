"""From measurements to a verdict on a claim, by a rule that is written down before anything is measured."""
