"""What the history of a training tells: the gap between training and validation, and what a target score cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.config import Option, Score, Strict
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, probe_options


class Options(Strict):
    """target: a validation score; None: neither seconds nor samples to it are measured."""

    target: float | None = None


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """gap, seconds_to_target and samples_to_target of each trained trial; nothing of one that was not trained.

    gap: validation loss less training loss at the epoch whose weights were kept. The training loss is the mean over
    that epoch's steps, with dropout and augmentation, so the gap also has what these cost, and what the weights learnt
    within the epoch. Seconds are wall-clock of whole epochs, validation included. Both are counted to the end of the
    first epoch whose validation score is at least as good as the target, and are infinite where none is.
    """
    target = probe_options(options, Options).target
    found = []
    for entrant in entrants:
        record = entrant.folder and entrant.folder.record()
        if entrant.folder is None or record is None or record.epochs == 0:
            continue
        history = pd.read_csv(entrant.folder.history)
        kept = history.iloc[record.best_epoch]
        found.append(entrant.measurement("gap", float(kept["valid_loss"] - kept["train_loss"])))
        if target is not None:
            trial = entrant.trial
            epochs = epochs_to(history, trial.task.score, target)
            seconds, samples = math.inf, math.inf
            if epochs is not None:
                seconds = float(history["seconds"].iloc[:epochs].sum())
                samples = float(epochs * len(read_part(trial.data, trial.seed, "train")))
            found.append(entrant.measurement("seconds_to_target", seconds))
            found.append(entrant.measurement("samples_to_target", samples))
    return found


def epochs_to(history: pd.DataFrame, score: Score, target: float) -> int | None:
    """How many epochs it took to a validation score at least as good as `target`; None where none was."""
    scores = history["valid_score"]
    reached = (scores >= target if HIGHER_IS_BETTER[score] else scores <= target).to_numpy().nonzero()[0]
    return int(reached[0]) + 1 if len(reached) else None
