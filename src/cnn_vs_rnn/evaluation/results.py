"""What evaluation hands to statistics and report, one record per trial."""

from __future__ import annotations

from typing import Literal

from cnn_vs_rnn.config import Family, Score, Strict

# collapsed: one class predicted for (nearly) all samples, or a constant value; diverged: NaN or infinite loss or
# outputs; unfinished: of a network, one seed of which gained by twice the steps (`evaluation.longer`)
Flag = Literal["collapsed", "diverged", "unfinished"]
Mark = Flag | Literal["retried"]  # which is no reason to mistrust a trial

HIGHER_IS_BETTER: dict[Score, bool] = {
    "accuracy": True,
    "macro_f1": True,
    "mse": False,
    "mae": False,
    "nll": False,
    "bits": False,
    "perplexity": False,
    "chrf": True,
    "bleu": True,
    "chrf_beam": True,
    "bleu_beam": True,
}


class TrialResult(Strict):
    """One finished and tested trial. Scores are in the unit of the task's score."""

    task: str
    condition: str
    model: str
    family: Family
    seed: int
    fingerprint: str
    parameters: int  # trainable; 0 for baselines without gradient training
    width: float  # that the budget was met with; 0 for baselines
    steps: int  # gradient steps of the training whose weights are tested; 0 for baselines
    epochs: float  # how often that training saw each of its samples
    kept_round: int  # of the training that was validated, the round whose weights its score is of, from 0
    train_seconds: float  # of the training whose weights are tested
    valid_score: float
    test_score: float
    also: dict[Score, float] = {}  # the task's further scores on the test part
    flags: tuple[Flag, ...]
    retried: bool = False  # a first training diverged, and this is the second, at a lower learning rate
    directory: str  # the trial's folder, with history.csv
    predictions: str  # the file of its Predictions
    run_id: str = ""  # of the tracking server, where one records

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What a reader is told of it: its flags, and that it was trained a second time."""
        return (*self.flags, *(("retried",) if self.retried else ()))


class FailedTrial(Strict):
    """A trial that ended without a result."""

    task: str
    condition: str
    model: str
    family: Family
    seed: int
    fingerprint: str
    reason: str  # one line


class Cost(Strict):
    """What one model costs on one task under one condition, measured in isolation, one thread."""

    task: str
    condition: str
    model: str
    step_ms: float | None  # median training step at the recipe's batch size; None for baselines
    latency_ms: float  # median inference of a single sample
    batch_latency_ms: float  # a sample's share of the median inference of a batch
    flops_per_sample: float | None  # forward pass by formula; None where there is no formula
    train_memory_mb: float | None  # unique bytes saved for the backward pass of one batch; None for baselines
    model_size_mb: float  # of all weights and buffers, as a checkpoint holds them
    streams: bool  # can answer step by step as a sequence comes in, without reading it again
