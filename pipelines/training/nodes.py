"""Nodes of training."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from cnn_vs_rnn.budgets.own_size import sizes_text
from cnn_vs_rnn.config import FAMILIES, ExperimentConfig
from cnn_vs_rnn.evaluation.longer import LongerTraining, times_taken
from cnn_vs_rnn.executors.progress import TrainingProgress, in_words
from cnn_vs_rnn.planning.plan import plan_trials, training_lengths
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import TuningTrial
from cnn_vs_rnn.tuning.tuner import tuned_values
from pipelines.records import FittedTrial, PreparedVariant, by_condition
from pipelines.rooms import Rooms
from pipelines.session import current
from pipelines.training.queue import (
    add_to,
    longest_first,
    open_folders,
    progress_over,
    say_if_retried,
    untrained,
)

logger = logging.getLogger(__name__)


def plan(
    contest: ExperimentConfig,
    prepared: list[PreparedVariant],
    tuning: list[TuningTrial],
    longer: list[LongerTraining],
    rooms: Rooms,
) -> tuple[list[Trial], ...]:
    """The trials of each family, in the order of FAMILIES; prints what will be trained and how long it will take."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        trials = plan_trials(
            contest,
            by_condition(prepared),
            tuned_values(tuning, contest),
            rooms.models / contest.experiment,
            times_taken(longer),
        )
        progress = _open_progress(trials, rooms) if contest.train else None  # builds every model, which may warn
    for message in dict.fromkeys(str(warning.message) for warning in caught if warning.category is UserWarning):
        logger.warning("note    %s", message)
    _announce(contest, trials, progress)
    if progress is not None:
        _dispatch(trials, progress, rooms)
    return tuple([trial for trial in trials if trial.model.family == family] for family in FAMILIES)


def _announce(contest: ExperimentConfig, trials: list[Trial], progress: TrainingProgress | None) -> None:
    counts = Counter(trial.model.family for trial in trials)
    logger.info(
        "plan    %d trials (%s), %d seeds each%s, %s (within %.0f%%)",
        len(trials),
        ", ".join(f"{counts[family]} {family}" for family in FAMILIES if counts[family]),
        len(contest.seed_numbers),
        f" (up to {contest.looks[-1]} of what stays open)" if contest.looks else "",
        sizes_text(contest),
        100 * contest.budget.tolerance,
    )
    if progress is None:
        logger.info("plan    nothing is trained: the probes look at the networks as they start")
        return
    for line in training_lengths(trials):
        logger.info("plan    %s", line)
    logger.info("plan    %s", _duration(progress, trials))


def _open_progress(trials: list[Trial], rooms: Rooms) -> TrainingProgress:
    """A progress bar over the trials that are not trained yet, kept by the session."""
    session = current()
    session.executor.check(trials)
    waiting = untrained({trial.folder(rooms.models): trial for trial in trials})
    session.progress = progress_over(waiting, reused=len(trials) - len(waiting))
    return session.progress


def _dispatch(trials: list[Trial], progress: TrainingProgress, rooms: Rooms) -> None:
    """From here on the trials may be trained."""
    folders = {folder: trial for trial in trials if (folder := trial.folder(rooms.models)) in progress.estimates}
    open_folders(folders)
    session = current()
    session.tracker.trials_planned(folders.values())
    session.executor.dispatch(longest_first(folders, progress))


def _duration(progress: TrainingProgress, trials: list[Trial]) -> str:
    estimates, workers = progress.estimates, progress.workers
    if not estimates:
        return f"all {progress.reused} trials are trained already and are reused"
    expected = sum(estimate.expected for estimate in estimates.values()) / workers
    at_most = sum(estimate.at_most for estimate in estimates.values()) / workers
    done = f", {progress.reused} are trained already" if progress.reused else ""
    stopping = any(trial.trainer.early_stopping for trial in trials)
    return (
        f"{len(estimates)} trials to train on {workers} worker{'s' * (workers > 1)}{done}: "
        f"about {in_words(expected)}{f', {in_words(at_most)} if none stops early' if stopping else ''}"
    )


def fit_trials(contest: ExperimentConfig, trials: list[Trial], rooms: Rooms) -> list[FittedTrial]:
    """Train what is not trained yet, longest first; a failed trial is reported and the others go on."""
    if not contest.train:
        return []
    progress = current().progress
    if progress is None:  # there is no plan where one namespace runs alone
        progress = _open_progress(trials, rooms)
        _dispatch(trials, progress, rooms)
    folders = {trial.folder(rooms.models): trial for trial in trials}
    failures = _train(folders, progress)
    return [
        FittedTrial(fingerprint=trial.fingerprint(), failure=failures.get(folder)) for folder, trial in folders.items()
    ]


def train_further(trials: list[Trial], rooms: Rooms) -> dict[str, str]:
    """Train trials that no plan knew of; fingerprint -> the reason, of those that failed."""
    session = current()
    folders = {trial.folder(rooms.models): trial for trial in trials}
    waiting = untrained(folders)
    if session.progress is None:
        session.progress = _open_progress(trials, rooms)
        open_folders(waiting)
    else:
        add_to(session.progress, waiting)
    session.tracker.trials_planned(waiting.values())
    failures = _train(folders, session.progress)
    return {folders[folder].fingerprint(): reason for folder, reason in failures.items()}


def _train(folders: Mapping[Path, Trial], progress: TrainingProgress) -> dict[Path, str]:
    """Train what is not trained yet, longest first, and record everything; folder -> why it failed."""
    session = current()
    waiting = untrained(folders)
    failures: dict[Path, str] = {}

    def ended(folder: Path, failure: str | None) -> None:
        trial = folders[folder]
        if failure is not None:
            failures[folder] = failure
            logger.warning("failed  %s: %s (traceback: %s)", trial.name, failure, folder / "error.txt")
        else:
            say_if_retried(trial, TrialFolder(folder))
        progress.trial_ended(folder, failure)
        session.tracker.trial_ended(trial, TrialFolder(folder), failure)

    def tick(running: list[Path]) -> None:
        progress.tick(running)
        for folder in running:
            session.tracker.trial_progressed(folders[folder], TrialFolder(folder))
        session.tracker.tick()

    session.executor.run(longest_first(waiting, progress), ended, tick)
    for folder in folders.keys() - waiting.keys():
        session.tracker.trial_ended(folders[folder], TrialFolder(folder), None)
    return failures
