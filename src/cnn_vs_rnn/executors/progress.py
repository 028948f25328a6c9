"""How far the trials of a run are, and how long they will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from math import fsum
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from cnn_vs_rnn.costs.estimate import BASELINE, Estimate
from cnn_vs_rnn.trials.folder import TrialFolder

LINE_EVERY_SECONDS = 20.0  # where the output is no terminal and cannot be redrawn
LINE_EVERY_SHARE = 0.1  # of the time so far: the log of a long run stays short
LINE_AT_LEAST_EVERY_SECONDS = 300.0


class TrainingProgress:
    """One bar over all trials of a run, drawn while any of them is not over. The work of a trial is its estimate,
    corrected by how its rounds proceed.

    Args:
        estimates: the trials to train and their estimates.
        rounds: of all trainings of each.
        reused: trials that are done already.
        workers: how many train at once.
    """

    def __init__(
        self,
        estimates: Mapping[Path, Estimate],
        rounds: Mapping[Path, int],
        reused: int,
        workers: int,
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
        label: str = "training",
    ) -> None:
        self.estimates, self.rounds, self.reused = dict(estimates), dict(rounds), reused
        self.workers = max(1, min(workers, len(self.estimates)))
        self.console = console or Console()
        self.clock = clock
        self.label = label
        self.ended: set[Path] = set()
        self.failed = 0
        self._began = clock()
        self._total = fsum(estimate.expected for estimate in self.estimates.values())
        self._done = dict.fromkeys(self.estimates, 0.0)  # of the work of each, as last looked at
        self._look(self.estimates)
        self._work_before = fsum(self._done.values())  # by a run that was killed
        self._said = self._began
        self._bar = Progress(
            TextColumn(label),
            BarColumn(bar_width=32),
            TextColumn("{task.fields[trials]} trials, {task.fields[left]}"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("", total=1.0, trials="", left="")
        self.tick()

    def add(self, estimates: Mapping[Path, Estimate], rounds: Mapping[Path, int], workers: int) -> None:
        """More trials, that nobody knew of before, and how many of them train at once."""
        self.estimates.update(estimates)
        self.rounds.update(rounds)
        self.workers = max(self.workers, min(workers, len(estimates)))
        self._total += fsum(estimate.expected for estimate in estimates.values())
        self._look(estimates)
        self._work_before += fsum(self._done[folder] for folder in estimates)
        self.tick()

    def trial_ended(self, folder: Path, failure: str | None) -> None:
        """Count a trial, done or failed."""
        self.ended.add(folder)
        self.failed += failure is not None
        self.tick([folder])

    def tick(self, running: Iterable[Path] = ()) -> None:
        """Look at the trials in training, and redraw; in a log file, a line now and then."""
        self._look(running)
        share = self.share_done()
        over, known = self.counted()
        trials = f"{over}/{known}"
        left = f"about {in_words(self.seconds_left())} left"
        self._bar.update(self._task, completed=share, trials=trials, left=left)
        if over < known:
            self._bar.start()
        else:
            self._bar.stop()
        now = self.clock()
        pause = min(max(LINE_EVERY_SECONDS, LINE_EVERY_SHARE * (now - self._began)), LINE_AT_LEAST_EVERY_SECONDS)
        if not self.console.is_terminal and now - self._said >= pause:
            self._said = now
            self.console.print(f"{self.label} {trials} trials, {left}", highlight=False)

    def counted(self) -> tuple[int, int]:
        """Trials that are over, and all."""
        return len(self.ended) + self.reused, len(self.estimates) + self.reused

    def expected_seconds(self, folder: Path) -> float:
        """The estimate of a trial; that of a baseline where none was made."""
        return self.estimates.get(folder, BASELINE).expected

    def share_done(self) -> float:
        """Between 0 and 1, in estimated work."""
        return fsum(self._done.values()) / self._total if self._total else 1.0

    def seconds_left(self) -> float:
        """From the speed so far; from the estimates alone while nothing has been done yet."""
        work = fsum(self._done.values())
        left = self._total - work
        elapsed, done = self.clock() - self._began, work - self._work_before
        by_estimate = left / self.workers
        if done <= 0 or not elapsed:
            return by_estimate
        trust = done / (done + left)
        return trust * (left * elapsed / done) + (1 - trust) * by_estimate

    def close(self) -> None:
        """Remove the bar."""
        self._bar.stop()

    def _look(self, running: Iterable[Path]) -> None:
        """How far these are. Only they: of thousands that wait, a look at each would take longer than a tick."""
        for folder in running:
            estimate = self.estimates[folder]
            if folder in self.ended:
                self._done[folder] = estimate.expected
            else:
                share = TrialFolder(folder).rounds_trained() / max(1, self.rounds[folder])
                self._done[folder] = min(estimate.at_most * share, 0.95 * estimate.expected)


def in_words(seconds: float) -> str:
    """A duration as a person says it.

    >>> in_words(8.0), in_words(95.0), in_words(4000.0)
    ('10 s', '2 min', '1 h 7 min')
    """
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
