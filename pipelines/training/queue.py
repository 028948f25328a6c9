"""Trials that wait to be trained: which, how long they will take, and what is said of one that was begun once more."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from cnn_vs_rnn.costs.estimate import estimate_seconds
from cnn_vs_rnn.executors.progress import TrainingProgress
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from pipelines.session import current

logger = logging.getLogger(__name__)


def untrained(folders: Mapping[Path, Trial]) -> dict[Path, Trial]:
    """Those without a result."""
    return {folder: trial for folder, trial in folders.items() if TrialFolder(folder).record() is None}


def progress_over(waiting: Mapping[Path, Trial], reused: int = 0, label: str = "training") -> TrainingProgress:
    """A progress bar over trials that wait. reused: those that are done already."""
    return TrainingProgress(
        dict(zip(waiting, estimate_seconds(list(waiting.values())), strict=True)),
        _rounds(waiting),
        reused=reused,
        workers=current().executor.at_once(len(waiting)),
        label=label,
    )


def add_to(progress: TrainingProgress, waiting: Mapping[Path, Trial]) -> None:
    """More trials that wait, whose folders are opened."""
    progress.add(
        dict(zip(waiting, estimate_seconds(list(waiting.values())), strict=True)),
        _rounds(waiting),
        workers=current().executor.at_once(len(waiting)),
    )
    open_folders(waiting)


def open_folders(waiting: Mapping[Path, Trial]) -> None:
    """From here on workers may train them."""
    for folder, trial in waiting.items():
        TrialFolder(folder).open(trial)


def longest_first(folders: Iterable[Path], progress: TrainingProgress) -> list[Path]:
    """So that no long trial is left for the end."""
    return sorted(folders, key=progress.expected_seconds, reverse=True)


def say_if_retried(trial: Trial, folder: TrialFolder) -> None:
    """One line where its first training diverged."""
    rate, factor = trial.recipe.learning_rate, trial.recipe.diverged_rate
    if factor is not None and folder.retried:
        logger.warning(
            "note    %s diverged at learning rate %g and was trained again at %g (recipe.diverged_rate=%g)",
            trial.name,
            rate,
            rate * factor,
            factor,
        )


def _rounds(waiting: Mapping[Path, Trial]) -> dict[Path, int]:
    return {folder: trial.rounds for folder, trial in waiting.items()}
