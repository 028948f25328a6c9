"""Test the trained trials of each family, then measure what each model costs."""
