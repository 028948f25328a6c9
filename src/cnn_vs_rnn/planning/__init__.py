"""From an experiment to its trials, each as wide as the budget allows."""
