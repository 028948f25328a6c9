"""How one trial is trained: batches, the LightningModule, checkpoints."""
