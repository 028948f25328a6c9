"""What a run says of a trial that was trained a second time."""

from __future__ import annotations

import logging

from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial

logger = logging.getLogger(__name__)


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
