"""The verdicts on all claims as one Markdown page, for a repository or a wiki: what the claims page says, in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_vs_rnn.claims.verdict import ClaimVerdict, DecidedClaim, TestOutcome
from cnn_vs_rnn.claims.words import amount, extent
from cnn_vs_rnn.statistics.words import number_text, seeds_text

_NONE = "-"


def claims_markdown(decided: Sequence[DecidedClaim], environment: Mapping[str, str]) -> str:
    """A ledger with one row per claim, then the rule and every test of each.

    decided: in the order in which they are shown. environment: what it was measured on and with, as it shall be shown.
    """
    ledger = [
        (f"[{one.verdict.claim}](#{one.verdict.claim})", one.verdict.statement, f"**{one.verdict.verdict}**")
        for one in decided
    ]
    sections = [
        "# The verdicts",
        _table(("measured with", ""), [(name, text) for name, text in environment.items() if name != "load"]),
        _table(("claim", "in words", "verdict"), ledger),
        *(_section(one) for one in decided),
    ]
    return "\n\n".join(sections) + "\n"


def _section(one: DecidedClaim) -> str:
    verdict = one.verdict
    parts = [
        f"## {verdict.claim}",
        f"{verdict.statement} **{verdict.verdict.capitalize()}.** {verdict.reason}",
        f"Rule: {one.config.rule}",
        f"Found before: {one.config.literature}",
        _tests(verdict),
        *(_again(part) for part in one.parts or (one,)),
    ]
    return "\n\n".join(parts)


def _again(one: DecidedClaim) -> str:
    command = f"`kedro run --params experiment={one.verdict.experiment}`"
    seeds = seeds_text(outcome.seeds for outcome in one.verdict.outcomes)
    return f"{command}; {one.parameters:,} parameters, {seeds}."


def _tests(verdict: ClaimVerdict) -> str:
    header = ("test", "outcome", "models", "effect", "interval", "asked", "p (Holm)")
    return _table(header, [_row(test) for test in verdict.outcomes])


def _row(test: TestOutcome) -> tuple[str, ...]:
    models = " against ".join(f"`{model}`" for model in (test.of_model, test.less_model) if model)
    interval = _NONE if test.low is None or test.high is None else extent(test.low, test.high, test.unit)
    return (
        test.label,
        test.outcome,
        models or _NONE,
        _NONE if test.effect is None else amount(test.effect, test.unit),
        interval,
        f"≥ {amount(test.margin, test.unit)}",
        _NONE if test.adjusted_p is None else _p_text(test.adjusted_p),
    )


def _p_text(p: float) -> str:
    smallest = 1e-4
    return f"< {smallest:g}" if p < smallest else number_text(p)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
