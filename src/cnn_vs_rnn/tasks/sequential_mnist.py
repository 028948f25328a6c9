"""MNIST as a sequence: the pixels one by one, in reading order or in one fixed random order."""

from __future__ import annotations

import numpy as np

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.idx_images import CLASSES, SIDE, read_part
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.pixel_order import pixel_order


class SequentialMnistOptions(Strict):
    """permutation_seed: draws the order of the pixels, the same for every image; null keeps the reading order."""

    permutation_seed: int | None = None


def load(config: TaskConfig) -> RawTask:
    """60000 + 10000 sequences (784, 1) of bytes in 10 classes, official parts.

    Source: Le, Jaitly, Hinton 2015, arXiv 1504.00941, section 4.2; as a benchmark of both families in Bai, Kolter,
    Koltun 2018, arXiv 1803.01271, section 5.1.
    """
    options = read_options(config, SequentialMnistOptions)
    order = pixel_order(SIDE * SIDE, options.permutation_seed)
    return RawTask(
        pool=_sequences(config, "train", order),
        test=_sequences(config, "t10k", order),
        input=InputSpec(kind="sequence", channels=1, length=SIDE * SIDE),
        output=OutputSpec(size=10),
        classes=CLASSES["mnist"],
    )


def _sequences(config: TaskConfig, part: str, order: np.ndarray) -> Samples:
    images, labels = read_part(config, part)
    return Samples(images.reshape(len(images), -1)[:, order, None], labels)
