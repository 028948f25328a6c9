"""The one checkpoint to take along."""

from __future__ import annotations

from collections.abc import Iterable

from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.judge import Contest
from cnn_vs_rnn.statistics.summary import goodness, trials_by_model


def best_trial(contest: Contest, results: Iterable[TrialResult]) -> TrialResult | None:
    """The best seed of the best champion, both by validation score; None where nothing finished."""
    if not contest.champions:
        return None
    champion = max(contest.champions, key=lambda summary: goodness(summary.valid, contest.score))
    trials = trials_by_model(results, contest.task, contest.condition)[champion.model]
    return max(trials, key=lambda trial: goodness(trial.valid_score, contest.score))
