"""From what a caller sends, a file's bytes, a text or numbers, to samples as the task stores them.

Own images, recordings and texts go through the very functions that ingestion reads files with, and so do texts to be
translated. Series, and the samples of every other task, are lists of numbers.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Int, Shaped

from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.tasks.data import UNKNOWN, Samples

Column = Literal["image", "recording", "text", "series", "inputs"]


class RefusedInputError(Exception):
    """Why an input cannot be answered, in a sentence that says which of them it is."""


def column_of(facts: ModelFacts) -> Column:
    """What one input of a model is called: by what it is, for own data and translations; else `inputs`."""
    if facts.merges:
        return "text"
    if facts.own is None:
        return "inputs"
    columns: dict[str, Column] = {"image": "image", "audio": "recording", "text": "text", "series": "series"}
    return columns[facts.modality]


def read_raw(facts: ModelFacts, values: Sequence[Any]) -> Samples:
    """Samples of a model's task, in the order of the values; their targets mean nothing.

    values: of `column_of(facts)`: bytes of image or sound files, texts, or nested lists: series (time, channel), or
    (time) of a single channel; images (channel, height, width); tokens (time).
    Raises RefusedInputError.
    """
    if not len(values):
        raise RefusedInputError("there is no input: send at least one")
    column = column_of(facts)
    if column == "text":
        return _texts(facts, values)
    arrays = []
    for number, value in enumerate(values, start=1):
        try:
            arrays.append(_array(facts, column, value))
        except _UnusableError as error:
            raise RefusedInputError(f"{column} {number}: {error}") from error
    if facts.input.kind == "image":
        return Samples(np.stack(arrays), _unknown(arrays))
    lengths = np.array([len(array) for array in arrays])
    inputs = np.zeros((len(arrays), lengths.max(), *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in zip(inputs, arrays, strict=True):
        row[: len(array)] = array
    unequal = facts.input.variable or len(set(lengths.tolist())) > 1
    return Samples(inputs, _unknown(arrays), lengths if unequal else None)


class _UnusableError(Exception):
    """The end of a sentence that starts with the name of the input."""


def _array(facts: ModelFacts, column: Column, value: Any) -> Shaped[np.ndarray, "..."]:
    if column == "image":
        return _image(facts, value)
    if column == "recording":
        return _recording(facts, value)
    return _numbers(facts, value)


def _image(facts: ModelFacts, content: bytes) -> Shaped[np.ndarray, "channel height width"]:
    from cnn_vs_rnn.own_data.images import UnusableImageError, decode

    spec = facts.input
    assert spec.height is not None
    assert spec.width is not None
    try:
        return decode(io.BytesIO(content), spec.height, spec.width, colour=spec.channels == 3).astype(np.float32)
    except UnusableImageError as error:
        raise _UnusableError(str(error)) from error


def _recording(facts: ModelFacts, content: bytes) -> Shaped[np.ndarray, "time band"]:
    from cnn_vs_rnn.own_data.sounds import spectra
    from cnn_vs_rnn.tasks.sound import UnusableSoundError

    assert facts.own is not None
    try:
        return spectra(content, facts.own)[: facts.input.length]
    except UnusableSoundError as error:
        raise _UnusableError(str(error)) from error


def _texts(facts: ModelFacts, texts: Sequence[Any]) -> Samples:
    for number, text in enumerate(texts, start=1):
        if not isinstance(text, str) or not text.strip():
            raise RefusedInputError(f"text {number}: it is {'empty' if isinstance(text, str) else 'no text'}")
    samples = _to_translate(facts, texts) if facts.merges else _to_read(facts, texts)
    inputs = np.where(np.isin(samples.inputs, facts.unseen), UNKNOWN, samples.inputs)
    return Samples(inputs, samples.targets, samples.lengths)


def _to_read(facts: ModelFacts, texts: Sequence[str]) -> Samples:
    from cnn_vs_rnn.own_data.texts import tokeniser

    return tokeniser(facts.input, facts.vocabulary)(list(texts), _unknown(texts))


def _to_translate(facts: ModelFacts, texts: Sequence[str]) -> Samples:
    from cnn_vs_rnn.tasks.sequence_pairs import pair_samples
    from cnn_vs_rnn.tasks.subwords import Subwords

    longest = facts.input.length
    assert longest is not None
    tokens = Subwords.of(facts.vocabulary, facts.merges)([text.strip() for text in texts])
    for number, one in enumerate(tokens, start=1):
        if len(one) > longest:
            raise RefusedInputError(f"text {number}: it has {len(one)} subwords, and {longest} are the most")
    return pair_samples(tokens, [[]] * len(tokens), longest)


def _numbers(facts: ModelFacts, value: Any) -> Shaped[np.ndarray, "..."]:
    """A nested list as an array of the task's shape."""
    spec = facts.input
    try:
        array = np.asarray(_as_lists(value), np.float32)
    except (TypeError, ValueError) as error:
        raise _UnusableError("it is no list of numbers, or its rows differ in length") from error
    if not np.isfinite(array).all():
        raise _UnusableError("it holds NaN or infinite values")
    if spec.kind == "tokens":
        return _tokens(array, spec.vocabulary or 0)
    if spec.kind == "sequence" and spec.channels == 1 and array.ndim == 1:
        array = array[:, None]
    needed = (spec.channels, spec.height, spec.width) if spec.kind == "image" else (None, spec.channels)
    if facts.output.forecast is not None:
        needed = (spec.length, spec.channels)
    fits = array.ndim == len(needed) and all(want in (None, got) for want, got in zip(needed, array.shape, strict=True))
    if not fits or not array.size:
        names = ("channels", "height", "width") if spec.kind == "image" else ("time steps", "channels")
        wanted = " x ".join(
            f"{'' if size is None else f'{size} '}{name}" for size, name in zip(needed, names, strict=True)
        )
        given = " x ".join(map(str, array.shape)) or "a single number"
        raise _UnusableError(f"it is {given}, and {wanted} are needed")
    return array


def _as_lists(value: Any) -> Any:
    """Arrays of arrays, as MLflow hands nested lists on, as lists."""
    return [_as_lists(one) for one in value] if isinstance(value, (list, tuple, np.ndarray)) else value


def _tokens(numbers: Shaped[np.ndarray, "..."], kinds: int) -> Int[np.ndarray, " time"]:
    tokens = numbers.astype(np.int64)
    if numbers.ndim != 1 or not numbers.size or (tokens != numbers).any() or tokens.min() < 0 or tokens.max() >= kinds:
        raise _UnusableError(f"a list of token numbers from 0 to {kinds - 1:,} is needed")
    return tokens


def _unknown(values: Sequence[Any]) -> Int[np.ndarray, " sample"]:
    return np.zeros(len(values), np.int64)
