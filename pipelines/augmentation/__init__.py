"""Splits and scaling for every seed, and a picture of what training will see."""
