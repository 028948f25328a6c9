"""verdicts.json and metrics.json: the outcome for other programs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cnn_vs_rnn.budgets.own_size import allowed
from cnn_vs_rnn.budgets.several import budget_of, budget_text
from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.config import BudgetConfig, ExperimentConfig
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.standing import Standings


def statement(contest: Contest, experiment: ExperimentConfig) -> str:
    """The question that a contest answers, as in "digits: a CNN or an RNN of 10,000 parameters?"."""
    under = "" if contest.condition == "default" else f" at {contest.condition}"
    return f"{contest.task}{under}: a CNN or an RNN{_size(contest, experiment)}?"


def _size(contest: Contest, experiment: ExperimentConfig) -> str:
    task = next(task for task in experiment.tasks.values() if task.name == contest.task)
    networks = [one for one in experiment.models.values() if one.family != "baseline" and one.serves(task)]
    budgets = [allowed(_budget_under(contest, experiment), task, network) for network in networks]
    if len({budget.parameters for budget in budgets}) > 1:
        return ", each of its own size"
    return f" of {budget_text(budgets[0] if budgets else _budget_under(contest, experiment))}"


def _budget_under(contest: Contest, experiment: ExperimentConfig) -> BudgetConfig:
    _, equal = budget_of(contest.condition, experiment)
    return experiment.budget.model_copy(update={"equal": (equal,)}) if equal else experiment.budget


def verdict_entries(contests: Iterable[Contest], experiment: ExperimentConfig) -> list[dict[str, Any]]:
    """One entry a contest; effect and interval are null where nothing could be compared."""
    return [
        {
            "claim": f"contest/{contest.task}",
            "statement": statement(contest, experiment),
            "verdict": contest.verdict,
            "choice": contest.choice,
            "regret": contest.regret,
            "effect": contest.effect,
            "ci_low": contest.low,
            "ci_high": contest.high,
            "seeds": contest.seeds,
            "conditions": [contest.condition],
            "reason": f"{contest.reason} {contest.remedy}".strip(),
        }
        for contest in contests
    ]


def claim_entries(claims: Iterable[DecidedClaim]) -> list[dict[str, Any]]:
    """One entry a claim, in the form of `verdict_entries`."""
    keys = ("claim", "statement", "verdict", "effect", "low", "high", "seeds", "conditions", "reason")
    contract = {"low": "ci_low", "high": "ci_high"}
    found = [one.verdict.model_dump(mode="json") for one in claims]
    return [{contract.get(key, key): verdict[key] for key in keys} for verdict in found]


def metrics(contests: Iterable[Contest], standings: Standings) -> dict[str, dict[str, Any]]:
    """Task -> condition -> verdict, choice, regret, effect and each model's mean test score, tracked over runs."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for contest in contests:
        found[contest.task][contest.condition] = {
            "verdict": contest.verdict,
            "choice": contest.choice,
            "regret": contest.regret,
            "effect": contest.effect,
            "models": {one.model: one.mean for one in standings[contest.task, contest.condition].summaries},
        }
    return dict(found)


def write_json(path: Path, content: Any) -> None:
    """Whole or not at all; NaN and infinity, which JSON lacks, are refused with ValueError."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
