"""Which GPUs the workers of a machine share."""

from __future__ import annotations

import os

import torch

from cnn_vs_rnn.config import TrainerConfig


def gpus_to_share(settings: TrainerConfig) -> list[str]:
    """The GPUs of this machine as CUDA_VISIBLE_DEVICES names them; none where there is nothing to share out."""
    seen = 0 if settings.accelerator == "cpu" else torch.cuda.device_count()
    if seen < 2:
        return []
    listed = os.environ.get("CUDA_VISIBLE_DEVICES")
    return [name.strip() for name in listed.split(",")][:seen] if listed else [str(number) for number in range(seen)]
