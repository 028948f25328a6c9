"""Equal tuning: every network gets the same number of trials, chosen and stopped by the same rules, on validation."""
