"""Networks and baselines: one file each; every file here that is no model is named after its job."""
