"""The node that tunes: every network of the contest gets the same number of trials, on validation."""

from __future__ import annotations

import logging
from pathlib import Path

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.costs.estimate import estimate_seconds
from cnn_vs_rnn.executors.progress import in_words
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.tuning.progress import TuningProgress
from cnn_vs_rnn.tuning.search import TuningTrial
from cnn_vs_rnn.tuning.tuner import Tuner
from pipelines.records import PreparedVariant, by_condition
from pipelines.rooms import Rooms
from pipelines.session import current
from pipelines.training.queue import say_if_retried

logger = logging.getLogger(__name__)


def tune(contest: ExperimentConfig, prepared: list[PreparedVariant], rooms: Rooms) -> list[TuningTrial]:
    """The trials of every search; none where nothing is tuned. What an earlier run has done is not trained again."""
    if not contest.tuning.trials or not contest.train:
        return []
    session = current()
    tuner = Tuner(contest, by_condition(prepared), rooms.models / contest.experiment / "tuning")
    estimates = estimate_seconds([entry.standing_trial() for entry in tuner.entries])
    first = tuner.start()
    folds = [len(entry.seeds) for entry in tuner.entries]
    _announce(tuner, sum(one.at_most * own for one, own in zip(estimates, folds, strict=True)))
    session.progress = progress = TuningProgress(tuner, estimates, session.executor.at_once(len(tuner.entries)))

    recorded: set[str] = set()

    def ended(folder: Path, failure: str | None) -> list[Path]:
        _, trial = tuner.running[folder]
        recorded.add(trial.fingerprint())
        state, following = tuner.ended(folder, failure)
        if state == "failed":
            logger.warning("failed  tuning %s: %s", trial.name, failure or "it has no result")
        else:
            say_if_retried(trial, TrialFolder(folder))
        session.tracker.tuning_trial_ended(trial, TrialFolder(folder), state, failure)
        progress.tick()
        return following

    def tick(running: list[Path]) -> None:
        tuner.tick(running)
        progress.tick()
        session.tracker.tick()

    session.executor.run(first, ended, tick)
    progress.close()
    session.progress = None
    for told in tuner.trials:
        for fingerprint in set(told.fingerprints) - recorded:  # by an earlier run, which MLflow may have missed
            folder = TrialFolder(tuner.root / contest.experiment / told.task / told.model / fingerprint)
            state = told.state if fingerprint == told.fingerprints[-1] else "finished"
            session.tracker.tuning_trial_ended(folder.trial(), folder, state, None)
    return tuner.trials


def _announce(tuner: Tuner, at_most: float) -> None:
    """Before anything is trained: how much, and for how long."""
    workers = current().executor.at_once(len(tuner.entries))
    left = 1 - len(tuner.trials) / max(1, tuner.trials_each * len(tuner.entries))
    seconds = tuner.trials_each * left / workers
    logger.info(
        "tuning  %d trials for each of %d networks, on validation: %s",
        tuner.trials_each,
        len(tuner.entries),
        f"about {in_words(seconds * at_most)} if none stops early" if left else "all done already, and reused",
    )
