"""Any data set of the UCR and UEA archives of time series, by its name."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32

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
Parts = dict[str, tuple[Series, list[str]]]  # split -> its series, and the label of each
_SPLITS = ("TRAIN", "TEST")


class UcrOptions(Strict):
    """name: of the data set, as on www.timeseriesclassification.com (ECG200, BasicMotions, ...).

    called: readable names of its classes, in the order of their labels (numbers by size, then words by the alphabet);
    empty: the labels themselves.
    """

    name: str
    called: tuple[str, ...] = ()


def load(config: TaskConfig) -> RawTask:
    """Series (time, channel) with their official TRAIN and TEST parts; lengths may differ.

    Sets that the task lists under `files` are taken from the mirror, verified by sha256. Without it, a set that the
    installed aeon embeds is read from there, and any other is fetched by aeon. Nobody publishes a digest to compare
    those two with, so the digest of what came is noted on the data card.

    Source: Dau et al. 2019, The UCR time series archive, arXiv 1810.07758; Bagnall et al. 2018, arXiv 1811.00075.

    Raises UserError if the set does not exist, if it cannot be fetched, or if `called` does not fit its classes.
    """
    options = read_options(config, UcrOptions)
    name = options.name
    parts, notes = _found(config, name)
    (train, train_labels), (test, test_labels) = parts["TRAIN"], parts["TEST"]
    labels = in_order([*train_labels, *test_labels])
    lengths = {len(one) for one in (*train, *test)}
    return RawTask(
        pool=_samples(train, train_labels, labels, lengths),
        test=_samples(test, test_labels, labels, lengths),
        input=InputSpec(kind="sequence", channels=train[0].shape[1], length=max(lengths), variable=len(lengths) > 1),
        output=OutputSpec(size=len(labels)),
        classes=_class_names(config, options, labels),
        notes=(f"data set {name}", *notes),
    )


def read_tsv(content: bytes) -> tuple[Series, list[str]]:
    """Series (time, 1) and labels of a UCR file: a series a line, its label first, NaN behind its end where shorter."""
    table = np.loadtxt(io.BytesIO(content), delimiter="\t", dtype=str, ndmin=2)
    values = table[:, 1:].astype(np.float32)
    ends = [int(np.flatnonzero(~np.isnan(row))[-1]) + 1 if not np.isnan(row).all() else 0 for row in values]
    series = [row[:end, None] for row, end in zip(values, ends, strict=True)]
    return series, [plain_label(label) for label in table[:, 0]]


def _found(config: TaskConfig, name: str) -> tuple[Parts, tuple[str, ...]]:
    """Both parts, and what the data card must say of where they are from."""
    path = f"ucr/{name}.zip"
    listed = path in {file.path for file in config.files}
    here = found_here(config, path) if listed else None
    if here is not None:
        return _from_archive(here, name), ()
    # The package and the origin hold the same series in another format, whose sha256 is not published
    folder = _embedded().get(name)
    if folder is not None:
        parts, source = _from_package(folder), "as it lies in the package aeon"
    else:
        parts, source = _from_origin(config, name), "fetched by aeon"
    arrays = {f"{part}{at}": one for part, (series, _) in parts.items() for at, one in enumerate(series)}
    return parts, (f"{name} {source}, not verified by a published sha256; its content is {digest_of(arrays)}",)


def _from_archive(path: Path, name: str) -> Parts:
    content = {Path(member).stem: text for member, text in members(path).items()}
    return {part: read_tsv(content[f"{name}_{part}"]) for part in _SPLITS}


def _embedded() -> dict[str, Path]:
    """The data sets with classes in the installed aeon, and the folder of each."""
    import aeon
    from aeon.datasets.tser_datasets import tsr_zenodo  # those with values to predict

    folders = sorted((Path(aeon.__file__).parent / "datasets" / "data").iterdir())
    return {
        folder.name: folder
        for folder in folders
        if folder.name not in tsr_zenodo and all(_ts_file(folder, part).is_file() for part in _SPLITS)
    }


def _ts_file(folder: Path, part: str) -> Path:
    return folder / f"{folder.name}_{part}.ts"


def _from_package(folder: Path) -> Parts:
    from aeon.datasets import load_from_ts_file

    return {part: _time_by_channel(*load_from_ts_file(str(_ts_file(folder, part)))) for part in _SPLITS}


def _from_origin(config: TaskConfig, name: str) -> Parts:
    from aeon.datasets import load_classification
    from aeon.datasets.tsc_datasets import multivariate, univariate

    embedded = _embedded()
    known = {*univariate, *multivariate, *embedded}
    if name not in known:
        raise UserError(f"task {config.name}: there is no data set {name!r} in the archive; {nearest(name, known)}")
    with tempfile.TemporaryDirectory(prefix="cnn-vs-rnn-") as folder:
        try:
            parts = {part: load_classification(name, split=part, extract_path=folder)[:2] for part in _SPLITS}
        except Exception as error:  # aeon answers an unreachable archive with several kinds
            mirrored = ", ".join(Path(file.path).stem for file in config.files)
            raise UserError(
                f"task {config.name}: {name} cannot be fetched from www.timeseriesclassification.com "
                f"({type(error).__name__}): connect to the network, "
                + (f"choose one of {mirrored} and set {MIRROR} to a folder that has it, " if mirrored else "")
                + f"or choose one that the package aeon holds: {', '.join(embedded)}"
            ) from error
    return {part: _time_by_channel(*both) for part, both in parts.items()}


def _time_by_channel(
    series: Iterable[Float[np.ndarray, "channel _"]], labels: Iterable[object]
) -> tuple[Series, list[str]]:
    return [np.asarray(one, np.float32).T for one in series], [plain_label(label) for label in labels]


def _class_names(config: TaskConfig, options: UcrOptions, labels: tuple[str, ...]) -> tuple[str, ...]:
    called = options.called
    if called and not len(called) == len(set(called)) == len(labels):
        raise UserError(
            f"task {config.name}: option called={list(called)} does not fit the {len(labels)} classes of "
            f"{options.name}: give each of {', '.join(labels)} a name of its own, in this order, or leave it empty"
        )
    return called or labels


def _samples(series: Series, labels: Sequence[str], classes: tuple[str, ...], lengths: set[int]) -> Samples:
    inputs, own = pad_sequences(series, max(lengths))
    targets = np.array([classes.index(label) for label in labels], np.int64)
    return Samples(inputs, targets, own if len(lengths) > 1 else None)
