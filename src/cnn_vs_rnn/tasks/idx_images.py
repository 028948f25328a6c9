"""Images in the IDX format of MNIST, and of the data sets that take its place."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt8

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.options import read_options

_BYTES = 0x08  # the only type of number that these files hold
SIDE = 28
CLASSES: dict[str, tuple[str, ...]] = {
    "mnist": tuple(str(digit) for digit in range(10)),
    "fashion_mnist": (
        "t-shirt",
        "trousers",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "boot",
    ),
}


def load(config: TaskConfig) -> RawTask:
    """60000 + 10000 images (1, 28, 28), bytes from 0 (background) to 255, of 10 classes, official parts.

    Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, for `mnist`; Xiao, Rasul,
    Vollgraf 2017, arXiv 1708.07747, for `fashion_mnist`.
    """
    read_options(config, Strict)
    classes = CLASSES[Path(config.files[0].path).parts[0]]
    return RawTask(
        pool=_images(config, "train"),
        test=_images(config, "t10k"),
        input=InputSpec(kind="image", channels=1, height=SIDE, width=SIDE),
        output=OutputSpec(size=len(classes)),
        classes=classes,
    )


def _images(config: TaskConfig, part: str) -> Samples:
    images, labels = read_part(config, part)
    return Samples(images[:, None], labels)


def read_part(
    config: TaskConfig, part: str
) -> tuple[UInt8[np.ndarray, "image height width"], Int64[np.ndarray, " image"]]:
    """Images and labels of `train` or `t10k`, from the files that the task lists."""
    paths = {Path(file.path).name: file.path for file in config.files}
    images = read_idx(fetched(config, paths[f"{part}-images-idx3-ubyte.gz"]))
    labels = read_idx(fetched(config, paths[f"{part}-labels-idx1-ubyte.gz"]))
    if len(images) != len(labels):
        raise UserError(f"task {config.name}: {len(images)} images and {len(labels)} labels in its {part} files")
    return images, labels.astype(np.int64)


def read_idx(path: Path) -> UInt8[np.ndarray, "..."]:
    """The array of a gzipped IDX file of bytes; UserError where it is damaged."""
    try:
        with gzip.open(path) as stream:
            zeros, kind, dimensions = stream.read(2), *stream.read(2)
            shape = [int.from_bytes(stream.read(4), "big") for _ in range(dimensions)]
            content = stream.read(math.prod(shape) + 1)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UserError(f"{path} is damaged ({error}): remove it, so that it is fetched again") from error
    if zeros != b"\0\0" or kind != _BYTES or len(content) != math.prod(shape):
        raise UserError(f"{path} is no IDX file of bytes: remove it, so that it is fetched again")
    return np.frombuffer(content, np.uint8).reshape(shape)
