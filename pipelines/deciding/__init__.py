"""Train further seeds for what is open, until it is decided."""
