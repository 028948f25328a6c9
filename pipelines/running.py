"""One `kedro run` of an experiment at a time: two would write the same files."""

from __future__ import annotations

import os
import socket
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cnn_vs_rnn.errors import UserError
from pipelines.rooms import Rooms


def hold(experiment: str, project: Path) -> FileLock:
    """The lock of an experiment, held until it is released or this process ends, however it ends.

    Raises UserError where another run holds it, naming that one.
    """
    path = project / Rooms.of(experiment).models / ".running" / experiment
    lock = FileLock(path, blocking=False, fallback_to_soft=False, on_acquired=_say_who)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise UserError(
            f"experiment {experiment} is being run already, by {path.read_text(encoding='utf-8') or 'another process'}:"
            " wait for its end, or end it, then run again"
        ) from error
    except OSError as error:
        raise UserError(f"{path} cannot be locked: {error.strerror}; free or unlock it, then run again") from error
    return lock


def _say_who(lock: int) -> None:
    who = f"process {os.getpid()} on {socket.gethostname()} since {datetime.now():%Y-%m-%d %H:%M}"
    os.ftruncate(lock, 0)
    os.pwrite(lock, who.encode(), 0)
