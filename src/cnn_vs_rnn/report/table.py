"""The outcome of a contest in a terminal."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cnn_vs_rnn.config import Score
from cnn_vs_rnn.statistics.contest import Contest, Verdict
from cnn_vs_rnn.statistics.summary import ModelSummary
from cnn_vs_rnn.statistics.words import SCORE_NAMES, interval_text, seconds_text

WIDTH = 100  # columns at most
VERDICT_WORDS: dict[Verdict, str] = {
    "cnn": "CNN wins",
    "cnn or tie": "CNN or tie",
    "rnn": "RNN wins",
    "rnn or tie": "RNN or tie",
    "tie": "Tie",
    "neither": "Neither",
    "depends": "Depends on training",
    "undecided": "Undecided",
}
VERDICT_STYLES: dict[Verdict, str] = {
    "cnn": "blue",
    "cnn or tie": "blue",
    "rnn": "dark_orange3",
    "rnn or tie": "dark_orange3",
    "tie": "magenta",
    "neither": "red",
    "depends": "magenta",
}
_LABELS = {"cnn": "best CNN", "rnn": "best RNN", "hybrid": "hybrid", "baseline": "baseline"}


def contest_table(contest: Contest) -> RenderableType:
    """The champion of each family, who wins and why, and what to take; at most 100 columns wide."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    under = "" if contest.condition == "default" else f", {contest.condition}"
    table.add_column(f"{contest.task}{under}", style="bold", header_style="bold", max_width=24)
    table.add_column("model", max_width=20)
    table.add_column(f"{SCORE_NAMES[contest.score]}  {100 * contest.confidence:g}% interval", no_wrap=True)
    for heading in ("parameters", "training"):
        table.add_column(heading, justify="right", no_wrap=True)
    if any(champion.marks for champion in contest.champions):
        table.add_column("flags", style="yellow", max_width=20)
    for champion in contest.champions:
        table.add_row(*_row(champion, contest.score)[: len(table.columns)])
    verdict = Text.assemble(
        (VERDICT_WORDS[contest.verdict], f"bold {VERDICT_STYLES.get(contest.verdict, '')}".strip()),
        ". ",
        f"{contest.reason} {contest.remedy}".strip(),
    )
    take = Text(contest.advice, style="bold")
    return Group(table, verdict, take, *(Text(f"Note: {caution}", style="dim") for caution in contest.cautions), Text())


def _row(champion: ModelSummary, score: Score) -> list[str]:
    return [
        _LABELS[champion.family],
        champion.model,
        interval_text(champion.mean, champion.low, champion.high, score),
        f"{champion.parameters:,}" if champion.parameters else "-",
        seconds_text(champion.train_seconds),
        ", ".join(champion.badges),
    ]
