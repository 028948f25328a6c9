"""One trial in this process: how every executor trains."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.executors.node import NodeMetrics
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import TrialFolder


def train_one(folder: TrialFolder, begun: Callable[[], None] = lambda: None) -> str | None:
    """Train a trial; gives the failure in one line, or None.

    Where another process trains it, that one is waited for, and nothing is left to do where it has finished.

    `begun` is called once the trial is this process's own. A failure, with its traceback, also lies in `error.txt`.
    """
    try:
        with folder.locked():
            begun()
            if folder.record() is None:
                fit(folder, [NodeMetrics(folder.path)])
    except Exception as error:
        failure = _one_line(error)
        folder.fail(failure, traceback.format_exc())
        return failure
    return None


def _one_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return (text if isinstance(error, UserError) else f"{type(error).__name__}: {text}")[:500]
