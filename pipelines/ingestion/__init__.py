"""Fetch, check, set the test part aside, store; a data card per task."""
