"""Scaling fitted on the training part, and random augmentation of batches on the device."""
