"""The records of an advice, as `recommendation.json` holds them."""

from __future__ import annotations

from typing import Literal

from cnn_vs_rnn.config import Family, Score, Strict

Decision = Literal["cnn", "rnn", "hybrid", "neither", "tie", "undecided"]


class ModelCosts(Strict):
    """What one model costs. None: baselines take no training steps; or nothing was measured."""

    train_seconds: float  # mean over seeds
    step_ms: float | None
    latency_ms: float | None  # of a single sample
    batch_latency_ms: float | None  # of a sample in a batch
    train_memory_mb: float | None
    model_size_mb: float | None
    streams: bool | None


class Needs(Strict):
    """The least that would decide an undecided contest, if the difference stays where it is.

    So many seeds, else so many test samples, else both together, each counted in all; None is as many as there are.
    """

    seeds: int | None = None
    samples: int | None = None


class Recommendation(Strict):
    """What to take for one task under one condition.

    gain, gain_low, gain_high: how far the model is ahead of `against`, in the unit of the score, positive where it is
    better (for errors: lower). None where the two could not be compared.
    """

    task: str
    condition: str
    decision: Decision
    model: str  # empty where nothing finished
    family: Family | None
    confidence: float  # between 0 and 1, that `confident_that` is so; 0 where nothing could be compared
    confident_that: str  # what the confidence is of; empty where nothing could be compared
    against: str  # the model that gain and confidence are over; empty where there is none
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    score: Score
    reason: str
    would_change_it: str
    needs: Needs
    costs: dict[str, ModelCosts]  # of the best model of each family, by name


class Advice(Recommendation):
    """The one answer for own data."""

    under: tuple[Recommendation, ...]  # that of each condition, such as a budget, where there are several
