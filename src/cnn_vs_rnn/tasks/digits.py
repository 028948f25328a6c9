"""Handwritten digits, 8x8 pixels, embedded in scikit-learn."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.pixel_order import pixel_order


class DigitsOptions(Strict):
    """permutation_seed: draws an order of the pixels, the same for every image; null keeps them in place."""

    permutation_seed: int | None = None


def load(config: TaskConfig) -> RawTask:
    """1797 images (1, 8, 8) of ink 0 to 16 in 10 classes; no official test part."""
    order = pixel_order(64, read_options(config, DigitsOptions).permutation_seed)
    pixels, labels = load_digits(return_X_y=True)
    images = np.asarray(pixels, np.float32)[:, order].reshape(-1, 1, 8, 8)
    return RawTask(
        pool=Samples(images, np.asarray(labels, np.int64)),
        test=None,
        input=InputSpec(kind="image", channels=1, height=8, width=8),
        output=OutputSpec(size=10),
        classes=tuple(str(digit) for digit in range(10)),
    )
