"""Series that were read from any file, checked and made a task: the end that all formats share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.folders import files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.labels import Answers, answers_of, strays
from cnn_vs_rnn.own_data.own_task import own_task
from cnn_vs_rnn.own_data.parts import Part, assemble, said_of
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.class_names import plain_label
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.padding import pad_sequences

Series = Float[np.ndarray, "time channel"]


@dataclass
class SeriesSet:
    """Series with a label each, and where each was found. said: what was assumed in reading them."""

    files: list[Path]
    said: list[str] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    parts: list[Part | None] = field(default_factory=list)
    groups: list[str] | None = None
    quarantined: list[tuple[str, str]] = field(default_factory=list)

    def add(self, place: str, series: Series, label: str, part: Part | None = None, group: str | None = None) -> None:
        """Keep a series, or quarantine it with the reason."""
        if reason := _unusable(series, label):
            self.quarantined.append((place, reason))
            return
        with np.errstate(over="ignore"):  # beyond float32: infinite, hence quarantined when it is checked
            self.series.append(series.astype(np.float32))
        self.places.append(place)
        self.labels.append(plain_label(label))
        self.parts.append(part)
        if group is not None:
            self.groups = [*(self.groups or []), group]

    def checked(self, path: str) -> Answers:
        """What is to be predicted; UserError where that cannot be learnt from these series."""
        if not self.series and not self.quarantined:
            raise UserError(f"{path} holds no series that can be read: check its format")
        if not self.series:
            place, reason = self.quarantined[0]
            raise UserError(f"{path} holds no usable series ({place}: {reason}): mend it")
        self._set_strays_aside()
        answers = answers_of(self.labels, path, self.parts)
        channels = {series.shape[1] for series in self.series}
        if len(channels) > 1:
            raise UserError(f"{path}: series of {min(channels)} and of {max(channels)} channels: give all the same")
        return answers

    def _set_strays_aside(self) -> None:
        """A label that is no number, where nearly all are values, costs its series and no more."""
        stray = strays(self.labels)
        for place, is_stray in zip(self.places, stray, strict=True):
            if is_stray:
                self.quarantined.append((place, "its label is no number, or infinite, and the others are numbers"))
        columns: list[list[Any]] = [self.series, self.places, self.labels, self.parts]
        for column in columns if self.groups is None else [*columns, self.groups]:
            column[:] = [one for one, is_stray in zip(column, stray, strict=True) if not is_stray]


def _unusable(series: Series, label: str) -> str:
    if not label.strip() or label.strip().lower() == "nan":
        return "its label is missing"
    if len(series) < 2:
        return f"it has {len(series)} time step{'s' * (len(series) != 1)}"
    if not np.isfinite(series).all():
        return "it holds NaN or infinite values"
    return ""


def found_series(request: OwnData, read: SeriesSet, target: str) -> Found:
    """What the inspection of labelled series says. target: the loader, as "module:function"."""
    answers = read.checked(request.path)
    lengths = [len(series) for series in read.series]
    count, channels = len(read.series), read.series[0].shape[1]
    steps = f"{min(lengths)} to {max(lengths)}" if len(set(lengths)) > 1 else f"{lengths[0]}"
    what = f"Which of {answers.size} classes is this series of?" if answers.classes else "Which number belongs to it?"
    return Found(
        task=own_task(
            request.model_copy(update={"digest": files_digest(read.files)}),
            answers,
            read.parts,
            name=Path(request.path).stem,
            target=target,
            modality="series",
            description=what,
        ),
        said=(
            f"{count:,} series of {steps} steps, {channels} channel{'s' * (channels > 1)}",
            *read.said,
            answers.said(),
            said_of(read.parts, "the files"),
        ),
        samples=count,
        named_test=sum(part == "test" for part in read.parts or ()),
        steps=int(np.median(lengths)),
        channels=channels,
        outputs=answers.size,
    )


def series_task(request: OwnData, read: SeriesSet) -> RawTask:
    """The task of labelled series."""
    answers = read.checked(request.path)
    longest = max(map(len, read.series))
    inputs, lengths = pad_sequences(read.series, longest)
    variable = len(set(lengths.tolist())) > 1
    return assemble(
        Samples(inputs, answers.targets(read.labels), lengths if variable else None),
        read.parts,
        read.groups,
        input=InputSpec(kind="sequence", channels=inputs.shape[2], length=longest, variable=variable),
        output=OutputSpec(size=answers.size),
        classes=answers.classes,
        quarantined=tuple(read.quarantined),
        notes=tuple(read.said),
    )
