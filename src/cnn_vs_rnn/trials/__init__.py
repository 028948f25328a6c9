"""The unit of training, resuming and dispatch: its plan, its fingerprint, its folder."""
