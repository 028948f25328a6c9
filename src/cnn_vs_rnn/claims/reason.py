"""A verdict's reason, as a person reads it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnn_vs_rnn.claims.finding import Finding
from cnn_vs_rnn.claims.verdict import ClaimWord, Crossover, Outcome, TestOutcome
from cnn_vs_rnn.claims.words import amount, extent
from cnn_vs_rnn.probes.measurement import QUANTITIES
from cnn_vs_rnn.statistics.words import listed, number_text, score_text


def reason(
    verdict: ClaimWord,
    findings: Sequence[Finding],
    outcomes: Sequence[TestOutcome],
    hinge: int,
    crossover: Crossover | None,
    axis: str,
    *,
    confidence: float,
) -> str:
    """Which tests hold and fail, and the figures of the one at `hinge`."""
    percent = f"{100 * confidence:g}%"
    figures = _figures(findings[hinge], outcomes[hinge], percent, named=len(outcomes) > 1)
    if verdict == "depends":
        return f"{_flip(outcomes)}{_crossing(crossover, axis, percent)} Clearest is {figures}."
    if verdict == "undecided":
        return f"{_standing(outcomes)}{figures}. {outcomes[hinge].note}".strip()
    verb, other = ("hold", "failing") if verdict == "supported" else ("fail", "holding")
    if len(outcomes) == 1:
        return f"It {verb}s: {figures}."
    return f"{_all(outcomes)} tests {verb}; nearest to {other} is {figures}."


def overview(verdict: ClaimWord, outcomes: Sequence[TestOutcome]) -> str:
    """Which tests hold, fail and are open, in a sentence without figures."""
    if verdict == "depends":
        return _flip(outcomes)
    if verdict == "undecided":
        if all(outcome.outcome == "open" for outcome in outcomes):
            return f"{_all(outcomes)} tests are open."
        return f"Of {len(outcomes)} tests {_counts(outcomes)}{_left(outcomes)}."
    return f"{_all(outcomes)} tests {'hold' if verdict == 'supported' else 'fail'}."


def effect_text(value: float, finding: Finding) -> str:
    """An effect, or a margin, in its unit."""
    if math.isinf(value):
        return "beyond all measure" if value > 0 else "beyond all measure, downwards"
    return amount(value, finding.unit)


def value_text(value: float, side: str, finding: Finding) -> str:
    """The value of a side: a change with its sign."""
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if sum(term.side == side for term in finding.terms) > 1:
        return amount(value, finding.unit, signed=True)
    if finding.score is not None:
        return score_text(value, finding.score)
    return amount(value, QUANTITIES[finding.config.quantity].unit)


def _figures(finding: Finding, outcome: TestOutcome, percent: str, *, named: bool) -> str:
    models = [
        f"{_name(model, side, finding)} ({value_text(value, side, finding)})"
        for side, model, value in (
            ("of", outcome.of_model, outcome.of_value),
            ("less", outcome.less_model, outcome.less_value),
        )
        if model and value is not None
    ]
    label = f'"{finding.label}"'
    if outcome.effect is None or outcome.low is None or outcome.high is None or not models:
        return label
    turned = "turned around, " if finding.config.turned else ""
    asked = effect_text(finding.margin, finding)
    return (
        f"{f'{label}: ' if named else ''}{' against '.join(models)}; {turned}the effect is "
        f"{effect_text(outcome.effect, finding)} ({_extent(finding, outcome.low, outcome.high, percent)}), "
        f"where at least {asked} was asked"
    )


def _name(model: str, side: str, finding: Finding) -> str:
    """With its condition, where the model is held against itself under another."""
    conditions = {term.side: term.condition for term in finding.terms if term.within > 0}
    if len(set(conditions.values())) > 1 and finding.model("of") == finding.model("less"):
        return f"{model}, {conditions[side]}"
    return model


def _extent(finding: Finding, low: float, high: float, percent: str) -> str:
    if _alike(low, high):
        return "in every seed"
    if finding.estimate is not None and finding.estimate.interval is not None:
        return f"{percent} interval {extent(low, high, finding.unit)}"
    return f"over seeds {effect_text(low, finding)} to {effect_text(high, finding)}"


def _alike(low: float, high: float) -> bool:
    """Whether an interval has no width: what is counted, such as bytes, is the same whatever the seed."""
    return math.isclose(low, high, rel_tol=1e-9)


def _flip(outcomes: Sequence[TestOutcome]) -> str:
    """Which tests hold, fail and are open; by what is held equal, where that alone tells them apart."""
    holds, fails = ({outcome.budget for outcome in outcomes if outcome.outcome == word} for word in ("holds", "fails"))
    if holds and fails and holds.isdisjoint(fails):
        said = [f"holds under equal {listed(sorted(holds))}, fails under equal {listed(sorted(fails))}"]
    else:
        words: tuple[Outcome, ...] = ("holds", "fails")
        said = [f"{word} for {labels}" for word in words if (labels := _labels(outcomes, word))]
    if labels := _labels(outcomes, "depends"):
        said.append(f"depends on the length of training for {labels}")
    text = ", ".join(said)
    text = f"{text[0].upper()}{text[1:]}."
    still_open = _labels(outcomes, "open")
    return f"{text} Open: {still_open}." if still_open else text


def _crossing(crossover: Crossover | None, axis: str, percent: str) -> str:
    if crossover is None:
        return ""
    low, high = crossover.low, crossover.high
    extent = "in every seed" if _alike(low, high) else f"{percent} interval {number_text(low)} to {number_text(high)}"
    return f" The effect crosses the margin at about {number_text(crossover.at)} {axis} ({extent})."


def _labels(outcomes: Sequence[TestOutcome], word: Outcome) -> str:
    labels = [f'"{outcome.label}"' for outcome in outcomes if outcome.outcome == word]
    return listed(labels) if labels else ""


def _standing(outcomes: Sequence[TestOutcome]) -> str:
    """How many tests are decided, before the figures of one that is open."""
    if len(outcomes) == 1:
        return "Open: "
    if all(outcome.outcome == "open" for outcome in outcomes):
        return f"{_all(outcomes)} tests are open, such as "
    return f"{overview('undecided', outcomes)} Open: "


def _all(outcomes: Sequence[TestOutcome]) -> str:
    return "Both" if len(outcomes) == 2 else f"All {len(outcomes)}"


def _left(outcomes: Sequence[TestOutcome]) -> str:
    """What the open tests leave possible, where others are decided."""
    decided = {outcome.outcome for outcome in outcomes} - {"open"}
    word = {"holds": "supported", "fails": "refuted"}.get(next(iter(decided), ""), "")
    return f", so it is {word} or depends" if word else ""


def _counts(outcomes: Sequence[TestOutcome]) -> str:
    words: tuple[tuple[Outcome, str, str], ...] = (
        ("holds", "holds", "hold"),
        ("fails", "fails", "fail"),
        ("depends", "depends", "depend"),
        ("open", "is open", "are open"),
    )
    counts = [(sum(outcome.outcome == word for outcome in outcomes), one, more) for word, one, more in words]
    return listed([f"{count} {one if count == 1 else more}" for count, one, more in counts if count])
