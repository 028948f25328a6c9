"""Which random augmentation a task is given."""

from __future__ import annotations

from typing import TypeGuard, TypeVar

from torch import nn

from cnn_vs_rnn.augment_config import AugmentConfig
from cnn_vs_rnn.augmentation.audio import AudioAugmentation
from cnn_vs_rnn.augmentation.image import ImageAugmentation
from cnn_vs_rnn.augmentation.series import SeriesAugmentation
from cnn_vs_rnn.augmentation.text import TextAugmentation
from cnn_vs_rnn.config import Strict, TaskConfig


def augmentation_for(task: TaskConfig, augment: AugmentConfig) -> nn.Module | None:
    """What to run on each training batch of a task, called with inputs and lengths; None where nothing is changed.

    Series and sound are changed only where there is one answer a sample: a shifted or warped step would lose the
    answer that belongs to it, and a forecast the values that come next. Tokens are replaced where they stand, so texts
    are changed whatever is asked of them. Synthetic tasks are never changed: their answer follows from each value.
    """
    if task.modality == "image" and _changes(augment.image):
        return ImageAugmentation(augment.image, mirror=task.mirror)
    if task.modality == "text" and _changes(augment.text):
        return TextAugmentation(augment.text)
    if task.output != "one":
        return None
    if task.modality == "audio" and _changes(augment.audio):
        return AudioAugmentation(augment.audio)
    if task.modality == "series" and _changes(augment.series):
        return SeriesAugmentation(augment.series)
    return None


Policy = TypeVar("Policy", bound=Strict)


def _changes(policy: Policy | None) -> TypeGuard[Policy]:
    """Whether any part of a policy is switched on; the number of masks alone is none."""
    return policy is not None and any(value for name, value in policy if name != "masks")
