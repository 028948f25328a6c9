"""How long a network remembers: the longest delay after which it still recalls a symbol, above chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
import torch
from jaxtyping import Bool, Int
from pydantic import Field
from scipy.stats import binomtest
from torch import nn

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.config import Option, Strict
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.fit import EVALUATION_BATCH
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, RefusedError, probe_options
from cnn_vs_rnn.statistics.holm import holm
from cnn_vs_rnn.tasks import copy_memory, selective_copy
from cnn_vs_rnn.tasks.data import Samples

# Of each task, the symbols to recall: channels of its one-hot input, and classes of its answers.
_SYMBOLS = {
    "cnn_vs_rnn.tasks.copy_memory:load": range(copy_memory.BLANK + 1, copy_memory.DELIMITER),
    "cnn_vs_rnn.tasks.selective_copy:load": range(selective_copy.SYMBOLS),
}


class Options(Strict):
    """alpha: the chance of a horizon that is too long, all delays together."""

    alpha: Annotated[float, Field(gt=0, lt=1)] = 0.01


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """memory_horizon of each network trained on copy_memory or selective_copy, on the test part; else nothing.

    In steps from where a symbol is shown to where it is to be repeated. In copy_memory that is one delay for all
    symbols, the task's option `delay` and 10, so the horizon is that or 0: conditions sweep it. In selective_copy the
    delays of one test part run from as many as there are symbols to beyond those trained on.
    Raises RefusedError for other tasks.
    """
    alpha = probe_options(options, Options).alpha
    found = []
    for entrant in entrants:
        trial, folder = entrant.trial, entrant.folder
        if trial.task.target not in _SYMBOLS:
            raise RefusedError(f"task {trial.task.name} recalls no symbols: choose copy_memory or selective_copy")
        if folder is None or folder.record() is None:
            continue
        symbols = _SYMBOLS[trial.task.target]
        test = read_part(trial.data, trial.seed, "test")
        recalled = recall(answers_of(model_from(folder.weights, trial), test), test, symbols)
        horizon = memory_horizon(recalled, 1 / len(symbols), alpha)
        found.append(entrant.measurement("memory_horizon", float(horizon)))
    return found


@torch.inference_mode()
def answers_of(model: nn.Module, samples: Samples) -> Int[np.ndarray, "sample time"]:
    """The class that the model finds most likely at each step."""
    model.eval()
    answers = np.zeros(samples.targets.shape, dtype=np.int64)
    first = 0
    for batch in Batches(samples, EVALUATION_BATCH):  # each cut to its longest sequence
        found = model(batch.inputs, batch.lengths).argmax(-1).numpy()
        answers[first : first + len(found), : found.shape[1]] = found
        first += len(found)
    return answers


def recall(
    answers: Int[np.ndarray, "sample time"], samples: Samples, symbols: range
) -> dict[int, Bool[np.ndarray, " recalled"]]:
    """By delay in steps, ascending: whether each symbol that was to be repeated after it was answered.

    symbols: channels of the one-hot input that show one, and the classes that stand for them. The first symbol shown is
    the first asked for, and so on.
    """
    shown = samples.inputs[:, :, symbols.start : symbols.stop].any(2)
    asked = (samples.targets >= symbols.start) & (samples.targets < symbols.stop)
    assert (shown.sum(1) == asked.sum(1)).all()
    _, shown_at = np.nonzero(shown)  # sample by sample, in the order of time
    sample, asked_at = np.nonzero(asked)
    delays = asked_at - shown_at
    right = answers[sample, asked_at] == samples.targets[sample, asked_at]
    return {int(delay): right[delays == delay] for delay in np.unique(delays)}


def memory_horizon(recalled: Mapping[int, Bool[np.ndarray, " recalled"]], chance: float, alpha: float = 0.01) -> int:
    """The longest delay after which more symbols than by chance are right, or 0.

    One-sided exact binomial tests, one a delay, adjusted together (Holm): whatever guesses gets a horizon above 0 with
    probability alpha at most. Symbols are drawn independently, so what guesses is right independently, too.
    """
    delays = list(recalled)
    p_values = [
        float(binomtest(int(right.sum()), len(right), chance, alternative="greater").pvalue)
        for right in recalled.values()
    ]
    return max((delay for delay, p in zip(delays, holm(p_values), strict=True) if p < alpha), default=0)
