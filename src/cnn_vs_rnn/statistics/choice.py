"""Which trial of a contest is taken along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.judge import Contest
from cnn_vs_rnn.statistics.summary import goodness, trials_by_model


class Recommended(BaseModel):
    """What the export needs of a `recommendation.json`, whatever else stands in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    task: str
    condition: str
    decision: str
    model: str  # empty where nothing finished
    confidence: float
    confident_that: str = ""  # what the confidence is of
    reason: str
    would_change_it: str

    @classmethod
    def read(cls, path: Path) -> Recommended:
        """UserError where the file cannot be used."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError as error:
            raise UserError(f"{path} is missing: run the pipeline reporting first") from error
        except (OSError, ValidationError) as error:
            raise UserError(f"{path} is damaged: run the pipeline reporting again") from error


@dataclass(frozen=True)
class Choice:
    """One trial, and why it. decision: cnn, rnn, hybrid, neither, tie or undecided.

    Of own data alone: confidence, between 0 and 1, that `confident_that` is so, and what would change the advice.
    """

    result: TrialResult
    trained: int  # finished seeds of its model, of which it is the best on validation
    decision: str
    reason: str
    confidence: float | None = None
    confident_that: str = ""
    would_change_it: str = ""


def recommended(advice: Recommended, contest: Contest, results: Iterable[TrialResult]) -> Choice:
    """The model of an advice; UserError where it names none, or one without a finished trial."""
    trials = trials_by_model(results, advice.task, advice.condition).get(advice.model, [])
    if not trials:
        raise UserError(
            f"{advice.task}: no model is recommended that has finished a trial ({advice.reason}): "
            "mend what failed, and run the contest again"
        )
    best = best_on_validation(trials, contest.score)
    told = advice.model_dump(include={"decision", "reason", "confidence", "confident_that", "would_change_it"})
    return Choice(best, len(trials), **told)


def named_by_verdict(contest: Contest, results: Iterable[TrialResult]) -> Choice | None:
    """The champion that a verdict names; of a tie or an open contest the network that is better on validation.

    None where nothing finished.
    """
    family = "baseline" if contest.verdict == "neither" else contest.verdict
    networks = [one for one in contest.champions if one.family in ("cnn", "rnn")]
    candidates = [one for one in contest.champions if one.family == family] or networks or list(contest.champions)
    if not candidates:
        return None
    champion = max(candidates, key=lambda one: goodness(one.valid, contest.score))
    trials = trials_by_model(results, contest.task, contest.condition)[champion.model]
    return Choice(best_on_validation(trials, contest.score), len(trials), contest.verdict, contest.reason)


def best_on_validation(trials: Iterable[TrialResult], score: Score) -> TrialResult:
    """Never by the test score; of equals the one with the lowest seed."""
    return max(trials, key=lambda trial: (goodness(trial.valid_score, score), -trial.seed))
