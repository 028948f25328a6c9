"""All contests of an experiment in one table: who stands for each family, what answering without thought gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.table import Table

from cnn_vs_rnn.config import ExperimentConfig, Family, Modality
from cnn_vs_rnn.report.table import VERDICT_STYLES, VERDICT_WORDS
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.duel import duels
from cnn_vs_rnn.statistics.standing import Standings
from cnn_vs_rnn.statistics.summary import ReadPredictions, goodness
from cnn_vs_rnn.statistics.words import IN_PERCENT, SCORE_SYMBOLS, score_text

FROM = 4  # contests: fewer are read one by one


@dataclass(frozen=True)
class OverviewRow:
    """One contest. Scores are mean test scores, in words.

    trivial: the score of the best model that only answers what is frequent, or repeats; beaten: whether a network is
    better than that with the experiment's confidence; None where it could not be compared.
    """

    contest: Contest
    modality: Modality
    score: str
    in_percent: bool
    champions: dict[Family, str]
    trivial: str
    beaten: bool | None

    @property
    def heading(self) -> str:
        """The task, and the condition if there are several."""
        contest = self.contest
        return contest.task if contest.condition == "default" else f"{contest.task}, {contest.condition}"


def overview(
    contests: Sequence[Contest],
    experiment: ExperimentConfig,
    standings: Standings,
    predictions: ReadPredictions,
) -> list[OverviewRow]:
    """A row a contest, in their order; empty for so few contests that each is read by itself."""
    if len(contests) < FROM:
        return []
    return [_row(contest, experiment, standings, predictions) for contest in contests]


def _row(
    contest: Contest,
    experiment: ExperimentConfig,
    standings: Standings,
    predictions: ReadPredictions,
) -> OverviewRow:
    task, statistics = experiment.tasks[contest.task], experiment.statistics
    standing = standings[contest.task, contest.condition]
    thoughtless = [one for one in standing.summaries if experiment.models[one.model].trivial]
    trivial = max(thoughtless, key=lambda one: goodness(one.valid, task.score), default=None)
    networks = [champion for family in ("cnn", "rnn") if (champion := contest.champion(family))]
    best = max(networks, key=lambda one: goodness(one.valid, task.score), default=None)
    interval = None
    if trivial is not None and best is not None:
        interval = duels(task, contest.condition, standing.results, predictions, statistics)(best, trivial).interval
    return OverviewRow(
        contest=contest,
        modality=task.modality,
        score=SCORE_SYMBOLS[task.score],
        in_percent=task.score in IN_PERCENT,
        champions={one.family: f"{one.model} {score_text(one.mean, task.score)}" for one in contest.champions},
        trivial="-" if trivial is None else score_text(trivial.mean, task.score),
        beaten=None if interval is None else interval.low > 0,
    )


def overview_table(rows: Sequence[OverviewRow]) -> Table:
    """For a terminal of 100 columns."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("task", style="bold", max_width=32)
    for heading in ("best CNN", "best RNN", "baseline"):
        table.add_column(heading, no_wrap=True)
    table.add_column("trivial", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in rows:
        verdict = row.contest.verdict
        champions = [row.champions.get(family, "-") for family in ("cnn", "rnn", "baseline")]
        mark = " ✗" if row.beaten is False else ""  # as in the report
        table.add_row(
            row.heading if row.in_percent else f"{row.heading} ({row.score})",
            *champions,
            row.trivial + mark,
            f"[{VERDICT_STYLES.get(verdict, 'default')}]{VERDICT_WORDS[verdict]}",
        )
    return table
