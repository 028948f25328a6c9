"""Which random augmentation a task is given."""

from __future__ import annotations

from torch import nn

from cnn_vs_rnn.augmentation.image import ImageAugmentation
from cnn_vs_rnn.config import AugmentConfig, ImagePolicy, TaskConfig


def augmentation_for(task: TaskConfig, augment: AugmentConfig) -> nn.Module | None:
    """What to run on each training batch of a task, called with inputs and lengths; None where nothing is changed."""
    if task.modality == "image" and augment.image is not None and augment.image != ImagePolicy():
        return ImageAugmentation(augment.image, mirror=task.mirror)
    return None
