"""One contest under several budgets: a column a budget, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from cnn_vs_rnn.budgets.several import EQUAL_WORDS, budget_of
from cnn_vs_rnn.config import Equal, ExperimentConfig
from cnn_vs_rnn.report.table import VERDICT_STYLES, VERDICT_WORDS
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.words import listed


@dataclass(frozen=True)
class BudgetRow:
    """One task under one condition. contests: by what was held equal."""

    heading: str
    contests: dict[Equal, Contest]

    @property
    def agreement(self) -> str:
        """Whether the budgets agree, and where not: undecided agrees with everything but proves nothing."""
        by_verdict: dict[str, list[str]] = {}
        for equal, contest in self.contests.items():
            by_verdict.setdefault(VERDICT_WORDS[contest.verdict], []).append(EQUAL_WORDS[equal])
        if len(by_verdict) == 1:
            return "Undecided at each." if VERDICT_WORDS["undecided"] in by_verdict else "They agree."
        text = "; ".join(f"{verdict} at {listed(budgets)}" for verdict, budgets in by_verdict.items())
        decided = by_verdict.keys() - {VERDICT_WORDS["undecided"]}
        return f"They disagree: {text}." if len(decided) > 1 else f"Decided at some: {text}."


def by_budget(contests: Sequence[Contest], experiment: ExperimentConfig) -> list[BudgetRow]:
    """A row a task and condition; none where the experiment has one budget."""
    rows: dict[str, dict[Equal, Contest]] = {}
    for contest in contests:
        condition, equal = budget_of(contest.condition, experiment)
        if equal is not None:
            heading = contest.task if condition == "default" else f"{contest.task}, {condition}"
            rows.setdefault(heading, {})[equal] = contest
    return [BudgetRow(heading, contests) for heading, contests in rows.items()]


def by_budget_table(rows: Sequence[BudgetRow]) -> Table:
    """For a terminal of 100 columns."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("task", style="bold", max_width=24)
    for equal in rows[0].contests:
        table.add_column(EQUAL_WORDS[equal])
    table.add_column("")
    for row in rows:
        verdicts = [
            f"[{VERDICT_STYLES.get(one.verdict, 'default')}]{VERDICT_WORDS[one.verdict]}"
            for one in row.contests.values()
        ]
        table.add_row(row.heading, *verdicts, row.agreement)
    return table
