"""How long an experiment will take, before it starts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.costs.measure import training_step
from cnn_vs_rnn.costs.timing import single_thread
from cnn_vs_rnn.learner.batches import TrainingBatches
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.trials.trial import Trial

ROUND_SECONDS = 0.03  # validation, checkpoint, history: measured on 10,000-parameter networks
TYPICAL_SHARE = 0.5  # of the steps, before early stopping ends a training


class Estimate(NamedTuple):
    """Seconds of one trial on one core."""

    expected: float
    at_most: float


BASELINE = Estimate(1.0, 10.0)


def estimate_seconds(trials: Sequence[Trial]) -> list[Estimate]:
    """The estimate of each trial with all its trainings, from three timed steps of each distinct network."""
    measured: dict[tuple[str, str, str], float] = {}
    estimates = []
    with single_thread():
        for trial in trials:
            if trial.model.family == "baseline":
                estimates.append(BASELINE)
                continue
            key = (trial.task.name, trial.model.name, trial.condition)
            if key not in measured:
                try:
                    measured[key] = _step_seconds(trial)
                except Exception:  # a network that cannot take a step: its trials will say so, the others go on
                    measured[key] = 0.0
            trainings = 2 if trial.refits else 1
            by_steps = trainings * trial.steps * measured[key] + trial.rounds * ROUND_SECONDS
            seconds = trial.trainer.max_seconds
            at_most = by_steps if seconds is None else trainings * seconds
            stops = trial.trainer.early_stopping and seconds is None
            estimates.append(Estimate(TYPICAL_SHARE * at_most if stops else at_most, at_most))
    return estimates


def _step_seconds(trial: Trial) -> float:
    train = read_part(trial.data, trial.seed, "train")
    batch = next(iter(TrainingBatches(train, trial.batch_size, steps=1, seed=0)))
    augmentation = augmentation_for(trial.task, trial.augment)
    step = training_step(initial_model(trial), trial, batch)

    def whole_step() -> None:
        if augmentation is not None:
            augmentation(batch.inputs, batch.lengths)
        step()

    whole_step()
    began = time.perf_counter()
    for _ in range(3):
        whole_step()
    return (time.perf_counter() - began) / 3
