"""A plain process that trains trials, one after the other: ``python -m cnn_vs_rnn.executors.worker [THREADS]``.

It reads trial folders from standard input, one a line, and answers each with two lines on standard output, JSON objects
with `folder`: one with `begun` when it begins to train, and one with `failure` at the end (null, or the reason in one
line; the traceback lies in `error.txt` of the folder). It keeps its imports warm between trials, uses one torch thread
or as many as it is told, and ends when its standard input is closed or the process that started it is gone, also in the
middle of a trial: so it never writes beside its successor. Signals that are sent to all processes of a terminal or a
job are left to the one that started it.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
import warnings
from pathlib import Path

from cnn_vs_rnn.executors.orphans import die_with_parent, leave_to_parent


def main(threads: int = 1) -> None:
    """Serve until standard input ends."""
    leave_to_parent()
    die_with_parent()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    folders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(folders,), daemon=True).start()

    import torch

    from cnn_vs_rnn.executors.train import train_one
    from cnn_vs_rnn.trials.folder import TrialFolder

    torch.set_num_threads(threads)
    warnings.filterwarnings("ignore", module=r"cnn_vs_rnn\.models")  # said once, when the trials were planned

    def answer(**content: object) -> None:
        answers.write(json.dumps({"folder": path, **content}) + "\n")

    while True:
        path = folders.get()
        answer(failure=train_one(TrialFolder(Path(path)), lambda: answer(begun=True)))


def _listen(folders: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        folders.put(line.strip())
    os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
