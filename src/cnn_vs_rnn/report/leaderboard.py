"""leaderboard.csv, one row per model and score, and trials.csv, one row per trial."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cnn_vs_rnn.config import ExperimentConfig, Score
from cnn_vs_rnn.evaluation.results import Cost, FailedTrial, TrialResult
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.statistics.standing import Standings
from cnn_vs_rnn.statistics.summary import ModelSummary

LEADERBOARD = [
    "task",
    "condition",
    "model",
    "family",
    "metric",
    "mean",
    "ci_low",
    "ci_high",
    "seeds",
    "parameters",
    "flops_per_sample",
    "train_seconds",
    "step_ms",
    "train_memory_mb",
    "latency_ms",
]
TRIALS = [
    "task",
    "condition",
    "model",
    "family",
    "seed",
    "status",
    "fingerprint",
    "mlflow_run_id",
    "parameters",
    "width",
    "steps",
    "epochs",
    "train_seconds",
    "valid_score",
    "test_score",
    "flags",
    "reason",
]


def leaderboard(experiment: ExperimentConfig, standings: Standings, costs: Iterable[Cost]) -> pd.DataFrame:
    """Every model of every contest, the best of each contest first; costs that were not measured stay empty.

    The rows of the score that decides come first, then those of each further score, in the same order of models.
    """
    measured = {(cost.task, cost.condition, cost.model): cost for cost in costs}
    rows = []
    for task in experiment.tasks.values():
        for condition in experiment.conditions:
            standing = standings[task.name, condition]
            for score in (task.score, *task.also):
                for one in standing.summaries:
                    summary = one if score == task.score else standing.further[score][one.model]
                    rows.append(_row(summary, score, measured.get((one.task, one.condition, one.model))))
    return pd.DataFrame(rows, columns=pd.Index(LEADERBOARD))


def _row(summary: ModelSummary, score: Score, cost: Cost | None) -> dict[str, Any]:
    return {
        **summary.model_dump(include={"task", "condition", "model", "family", "mean", "parameters", "train_seconds"}),
        "metric": score,
        "ci_low": summary.low,
        "ci_high": summary.high,
        "seeds": summary.scored,
        "flops_per_sample": cost and cost.flops_per_sample,
        "step_ms": cost and cost.step_ms,
        "train_memory_mb": cost and cost.train_memory_mb,
        "latency_ms": cost and cost.latency_ms,
    }


def trials_table(results: Sequence[TrialResult], failed: Iterable[FailedTrial]) -> pd.DataFrame:
    """Every trial: the finished ones, then the failed ones with their reason.

    Several flags are joined by spaces; `retried` stands among them. A column `test_<score>` at the end for each
    further score that a task has.
    """
    rows = [
        {
            **trial.model_dump(exclude={"directory", "run_id", "kept_round"}),
            **{f"test_{score}": value for score, value in trial.also.items()},
            "status": "finished",
            "mlflow_run_id": trial.run_id,
            "flags": " ".join(trial.marks),
        }
        for trial in results
    ]
    rows += [{**trial.model_dump(), "status": "failed"} for trial in failed]
    further = dict.fromkeys(f"test_{score}" for trial in results for score in trial.also)
    return pd.DataFrame(rows, columns=pd.Index([*TRIALS, *further]))


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Numbers to six significant digits, whole or not at all."""
    write_text(path, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
