"""Which trial of a contest is taken along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.summary import goodness, trials_by_model


class Recommended(BaseModel):
    """What the export needs of a `recommendation.json`, whatever else stands in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    task: str
    condition: str
    decision: str
    choice: str  # empty where nothing finished
    advice: str
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
    """One trial, and why it. decision: a verdict, or hybrid. would_change_it: of own data alone."""

    result: TrialResult
    trained: int  # finished seeds of its model, of which it is the best on validation
    decision: str
    advice: str
    reason: str
    would_change_it: str = ""


def recommended(advice: Recommended, contest: Contest, results: Iterable[TrialResult]) -> Choice:
    """The model of an advice; UserError where it names none, or one without a finished trial."""
    trials = trials_by_model(results, advice.task, advice.condition).get(advice.choice, [])
    if not trials:
        raise UserError(
            f"{advice.task}: no model is recommended that has finished a trial ({advice.reason}): "
            "mend what failed, and run the contest again"
        )
    best = best_on_validation(trials, contest.score)
    return Choice(best, len(trials), **advice.model_dump(exclude={"task", "condition", "choice"}))


def named_by_verdict(contest: Contest, results: Iterable[TrialResult]) -> Choice | None:
    """The model that the judge takes, by its best seed on validation; None where nothing finished."""
    trials = trials_by_model(results, contest.task, contest.condition).get(contest.choice)
    if not trials:
        return None
    best = best_on_validation(trials, contest.score)
    return Choice(best, len(trials), contest.verdict, contest.advice, contest.reason)


def best_on_validation(trials: Iterable[TrialResult], score: Score) -> TrialResult:
    """Never by the test score; of equals the one with the lowest seed."""
    return max(trials, key=lambda trial: (goodness(trial.valid_score, score), -trial.seed))
