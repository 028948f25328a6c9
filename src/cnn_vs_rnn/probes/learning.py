"""What the history of a training tells: the gap between training and validation, and what a target score cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from cnn_vs_rnn.config import Option, Score, Strict
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, probe_options


class Options(Strict):
    """target: a validation score; None: neither seconds nor samples to it are measured."""

    target: float | None = None


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """gap, seconds_to_target and samples_to_target of each trained trial; nothing of one that was not trained.

    gap: validation loss less training loss in the round whose weights were kept. The training loss is the mean over
    that round's steps, with dropout and augmentation, so the gap also has what these cost, and what the weights learnt
    within the round. Seconds are wall-clock of whole rounds, validation included. Both are counted to the end of the
    first round whose validation score is at least as good as the target, and are infinite where none is. All are of the
    training that is validated.
    """
    target = probe_options(options, Options).target
    found = []
    for entrant in entrants:
        record = entrant.folder and entrant.folder.record()
        if entrant.folder is None or record is None or record.steps == 0:
            continue
        history = pd.read_csv(entrant.folder.history)
        kept = history.iloc[record.kept_round]
        found.append(entrant.measurement("gap", float(kept["valid_loss"] - kept["train_loss"])))
        if target is not None:
            trial = entrant.trial
            rounds = rounds_to(history, trial.task.score, target)
            seconds, samples = math.inf, math.inf
            if rounds is not None:
                seconds = float(history["seconds"].iloc[:rounds].sum())
                samples = float(history["step"].iloc[rounds - 1] * trial.batch_size)
            found.append(entrant.measurement("seconds_to_target", seconds))
            found.append(entrant.measurement("samples_to_target", samples))
    return found


def rounds_to(history: pd.DataFrame, score: Score, target: float) -> int | None:
    """How many rounds it took to a validation score at least as good as `target`; None where none was."""
    scores = history["valid_score"]
    reached = (scores >= target if HIGHER_IS_BETTER[score] else scores <= target).to_numpy().nonzero()[0]
    return int(reached[0]) + 1 if len(reached) else None
