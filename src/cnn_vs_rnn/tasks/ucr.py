"""Any data set of the UCR and UEA archives of time series, by its name."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.arrays import digest_of
from cnn_vs_rnn.tasks.class_names import in_order, plain_label
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.fetch import MIRROR, found_here
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.padding import pad_sequences

Series = list[Float32[np.ndarray, "_ channel"]]  # of any lengths


class UcrOptions(Strict):
    """name: of the data set, as on www.timeseriesclassification.com (ECG200, BasicMotions, ...)."""

    name: str


def load(config: TaskConfig) -> RawTask:
    """Series (time, channel) with their official TRAIN and TEST parts; lengths may differ.

    Sets that the task lists under `files` are taken from the mirror, verified by sha256; any other is fetched by aeon,
    and the digest of what came is noted on the data card, since nobody publishes one to compare with.

    Source: Dau et al. 2019, The UCR time series archive, arXiv 1810.07758; Bagnall et al. 2018, arXiv 1811.00075.
    """
    name = read_options(config, UcrOptions).name
    path = f"ucr/{name}.zip"
    listed = path in {file.path for file in config.files}
    here = found_here(config, path) if listed else None
    if here is not None:
        parts, notes = _from_archive(here, name), ()
    else:  # the origin packs the same series in another format, whose sha256 is not published
        parts = _from_origin(config, name)
        arrays = {f"{part}{at}": one for part, (series, _) in parts.items() for at, one in enumerate(series)}
        notes = (f"{name} fetched by aeon, not verified by a published sha256; its content is {digest_of(arrays)}",)
    (train, train_labels), (test, test_labels) = parts["TRAIN"], parts["TEST"]
    classes = in_order([*train_labels, *test_labels])
    lengths = {len(one) for one in (*train, *test)}
    return RawTask(
        pool=_samples(train, train_labels, classes, lengths),
        test=_samples(test, test_labels, classes, lengths),
        input=InputSpec(kind="sequence", channels=train[0].shape[1], length=max(lengths), variable=len(lengths) > 1),
        output=OutputSpec(size=len(classes)),
        classes=classes,
        notes=(f"data set {name}", *notes),
    )


def read_tsv(content: bytes) -> tuple[Series, list[str]]:
    """Series (time, 1) and labels of a UCR file: a series a line, its label first, NaN behind its end where shorter."""
    table = np.loadtxt(io.BytesIO(content), delimiter="\t", dtype=str, ndmin=2)
    values = table[:, 1:].astype(np.float32)
    ends = [int(np.flatnonzero(~np.isnan(row))[-1]) + 1 if not np.isnan(row).all() else 0 for row in values]
    series = [row[:end, None] for row, end in zip(values, ends, strict=True)]
    return series, [plain_label(label) for label in table[:, 0]]


def _from_archive(path: Path, name: str) -> dict[str, tuple[Series, list[str]]]:
    content = {Path(member).stem: text for member, text in members(path).items()}
    return {part: read_tsv(content[f"{name}_{part}"]) for part in ("TRAIN", "TEST")}


def _from_origin(config: TaskConfig, name: str) -> dict[str, tuple[Series, list[str]]]:
    from aeon.datasets import load_classification
    from aeon.datasets.tsc_datasets import multivariate, univariate

    if name not in {*univariate, *multivariate}:
        known = {*univariate, *multivariate}
        raise UserError(f"task {config.name}: there is no data set {name!r} in the archive; {nearest(name, known)}")
    with tempfile.TemporaryDirectory(prefix="cnn-vs-rnn-") as folder:
        try:
            parts = {part: load_classification(name, split=part, extract_path=folder)[:2] for part in ("TRAIN", "TEST")}
        except Exception as error:  # aeon answers an unreachable archive with several kinds
            raise UserError(
                f"task {config.name}: {name} cannot be fetched from www.timeseriesclassification.com "
                f"({type(error).__name__}): connect to the network, or choose one of "
                f"{', '.join(Path(file.path).stem for file in config.files)} and set {MIRROR} to a folder that has it"
            ) from error
    return {
        part: ([np.asarray(one, np.float32).T for one in series], [plain_label(label) for label in labels])
        for part, (series, labels) in parts.items()
    }


def _samples(series: Series, labels: Sequence[str], classes: tuple[str, ...], lengths: set[int]) -> Samples:
    inputs, own = pad_sequences(series, max(lengths))
    targets = np.array([classes.index(label) for label in labels], np.int64)
    return Samples(inputs, targets, own if len(lengths) > 1 else None)
