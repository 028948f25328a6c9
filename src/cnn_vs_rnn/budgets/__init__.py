"""What is held equal between models."""
