"""What MLflow is still to be told, in order: a server that goes away stops no training and loses nothing.

An entry is an action that may be repeated: it asks MLflow what is there already and sends the rest, so that a request
that took effect although its answer was lost does so once. Nothing of it is kept on disk: all that entries read lies in
the trial folders, from which the next run records what this one could not.
"""

from __future__ import annotations

import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5.0
SLICE_SECONDS = 0.5  # of work at a time, while trials are trained


@dataclass(frozen=True)
class _Entry:
    what: str
    key: str
    action: Callable[[], object]


class Outbox:
    """Actions on MLflow, done in their order: between other things while it answers, or when it is back.

    Args:
        where: MLflow's address, as it is shown.
        errors: what an action may raise. Anything else is a mistake of this program, and is raised.
        is_outage: whether such an error passes; what does not pass is dropped, and listed in `refused`.
        answers: whether it is worth while to try again, found out quickly.
        forget: called after each error: what is known of MLflow's content may be wrong.
    """

    def __init__(
        self,
        where: str,
        errors: tuple[type[Exception], ...],
        is_outage: Callable[[Exception], bool],
        answers: Callable[[], bool],
        forget: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.where = where
        self.refused: list[str] = []
        self._errors, self._is_outage, self._answers, self._forget = errors, is_outage, answers, forget
        self._clock, self._sleep = clock, sleep
        self._waiting: deque[_Entry] = deque()
        self._idle: deque[_Entry] = deque()
        self._error: Exception | None = None  # of the outage
        self._retry_at = 0.0

    @property
    def owed(self) -> list[str]:
        """What waits, in its order, each thing once."""
        return list(dict.fromkeys(entry.what for entry in self._waiting))

    @property
    def error(self) -> Exception | None:
        """Why MLflow does not answer, while it does not."""
        return self._error

    def post(self, what: str, action: Callable[[], object], key: str = "") -> None:
        """Do it at the next tick, or before.

        key: an entry that waits under the same key will do, as it reads what there is at its time.
        """
        if not key or all(entry.key != key for entry in self._waiting):
            self._waiting.append(_Entry(what, key, action))

    def post_idle(self, what: str, action: Callable[[], object]) -> None:
        """Do it at a tick at which nothing else waits."""
        self._idle.append(_Entry(what, "", action))

    def send(self, what: str, action: Callable[[], object]) -> None:
        """Do it now, after all that waits; where MLflow does not answer, when it is back."""
        self.post(what, action)
        if self._error is None:
            self._work(seconds=None)
        else:
            self.tick()

    def tick(self) -> None:
        """Work on what waits for half a second, unless MLflow did not answer a moment ago."""
        if self._clock() < self._retry_at:
            return
        until = self._clock() + SLICE_SECONDS
        self._work(SLICE_SECONDS)
        while self._idle and not self._waiting and self._clock() < until:
            self._waiting.append(self._idle.popleft())
            self._work(seconds=None)

    def wait(self, seconds: float) -> bool:
        """Until nothing is owed, for so long at most; whether that is so."""
        until = self._clock() + seconds
        self._waiting.extend(self._idle)
        self._idle.clear()
        if self._waiting and self._clock() >= self._retry_at:
            self._work(seconds=None)
        if self._waiting and seconds:
            logger.info(
                "tracking  waiting for MLflow at %s, for up to %d s: %s", self.where, seconds, listed(self.owed)
            )
        while self._waiting and self._clock() < until:
            self._sleep(max(0.0, min(self._retry_at, until) - self._clock()))
            self._work(seconds=None)
        return not self._waiting

    def _work(self, seconds: float | None) -> None:
        began = self._clock()
        if self._error is not None and not self._answers():
            self._retry_at = self._clock() + RETRY_SECONDS
            return
        while self._waiting and (seconds is None or self._clock() - began < seconds):
            try:
                self._waiting[0].action()
            except self._errors as error:
                self._forget()
                if self._is_outage(error):
                    self._interrupted(error)
                    return
                self.refused.append(f"{self._waiting[0].what} ({in_a_line(error)})")
            self._waiting.popleft()
        if self._error is not None and not self._waiting:
            logger.info("tracking  MLflow at %s is back: what was owed is recorded", self.where)
            self._error = None

    def _interrupted(self, error: Exception) -> None:
        if self._error is None:
            logger.warning(
                "tracking  MLflow at %s does not answer: training goes on, what is owed is recorded when it is back",
                self.where,
            )
        self._error = error
        self._retry_at = self._clock() + RETRY_SECONDS


def listed(names: Iterable[str], most: int = 3) -> str:
    """The first of some names, and how many more.

    >>> listed(["a", "b", "c", "d", "e"])
    'a; b; c; and 2 more'
    """
    every = list(names)
    return "; ".join(every[:most]) + (f"; and {len(every) - most} more" if len(every) > most else "")


def in_a_line(error: Exception) -> str:
    """An error, shortened, without the passwords of addresses.

    >>> in_a_line(OSError("http://ada:secret@mlflow:5000 is not there"))
    'http://mlflow:5000 is not there'
    """
    text = re.sub(r"//[^/@\s]+@", "//", " ".join(str(error).split()))
    return f"{text[:200]}..." if len(text) > 200 else text
