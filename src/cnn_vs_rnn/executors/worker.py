"""A plain process that trains trials, one after the other: ``python -m cnn_vs_rnn.executors.worker``.

It reads trial folders from standard input, one a line, and answers each with one line on standard output: a JSON object
with `folder` and `failure` (null, or the reason in one line; the traceback lies in `error.txt` of the folder). It keeps
its imports warm between trials, uses one torch thread, and ends when its standard input is closed, also in the middle
of a trial: a worker never outlives the process that started it, and so never writes beside its successor.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import sys
import threading
import traceback
import warnings
from pathlib import Path

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text


def main() -> None:
    """Serve until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    folders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(folders,), daemon=True).start()

    import torch

    from cnn_vs_rnn.learner.fit import fit
    from cnn_vs_rnn.trials.folder import TrialFolder

    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", module=r"cnn_vs_rnn\.models")  # said once, when the trials were planned
    while True:
        folder = TrialFolder(Path(folders.get()))
        failure = None
        try:
            fit(folder)
        except Exception as error:
            failure = f"{type(error).__name__}: {' '.join(str(error).split())}"[:500]
            with contextlib.suppress(UserError):  # a full disk was perhaps the failure
                write_text(folder.error, traceback.format_exc())
        answers.write(json.dumps({"folder": str(folder.path), "failure": failure}) + "\n")


def _listen(folders: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        folders.put(line.strip())
    os._exit(0)


if __name__ == "__main__":
    main()
