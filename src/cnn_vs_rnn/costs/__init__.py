"""What a model costs: FLOPs, step time, latency, memory."""
