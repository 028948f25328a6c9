"""The unit of training, resuming and dispatch: its configuration, its fingerprint, its folder."""
