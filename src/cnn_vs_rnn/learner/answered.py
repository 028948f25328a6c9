"""What a model says to a batch: step by step beside the right answer, and, where a score asks for it, all by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from cnn_vs_rnn.config import DECODED, Score, TaskConfig
from cnn_vs_rnn.learner.batches import Batch

GREEDY = 1  # a beam of one: the most likely token at each step


@dataclass(frozen=True)
class Answered:
    """outputs and targets of a batch; decoded: beam -> the answer that a model gives by itself, padded with 0."""

    outputs: Float[Tensor, "batch ... output"]
    targets: Shaped[Tensor, "batch ..."]
    decoded: Mapping[int, Int[Tensor, "batch _"]] = field(default_factory=dict)


def answered(model: nn.Module, batch: Batch, task: TaskConfig, scores: Iterable[Score]) -> Answered:
    """A model's answer to a batch, with as much as these scores look at."""
    beams = {beam_of(score, task) for score in scores if score in DECODED}
    translate = cast(Callable[..., Tensor], getattr(model, "translate", None))  # of a Translator, or a baseline like it
    decoded = {beam: translate(batch.inputs, batch.lengths, beam) for beam in sorted(beams)}
    return Answered(model(*batch.shown), batch.targets, decoded)


def beam_of(score: Score, task: TaskConfig) -> int:
    """How many answers are kept at each step for a score that is decoded."""
    return task.beam if score.endswith("_beam") else GREEDY
