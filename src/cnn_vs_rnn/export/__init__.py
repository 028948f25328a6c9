"""Taking a trained model along: ONNX, raw input to samples, the model card."""
