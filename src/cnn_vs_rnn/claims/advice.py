"""What the claims advise, as one decision table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_vs_rnn.claims.verdict import DecidedClaim, Outcome


@dataclass(frozen=True)
class Advice:
    """A row of the decision table, and the claim that it rests on. text: empty where the evidence leaves it open."""

    by: str
    situation: str
    standing: Outcome
    text: str
    claim: str


def advice(decided: Sequence[DecidedClaim]) -> list[Advice]:
    """The decision table: every piece of advice of every claim, rows on the same property together."""
    rows = [_row(claim, at) for claim in decided for at in range(len(claim.config.advice))]
    order = ("modality", "data size", "sequence length", "hardware", "latency")
    return sorted(rows, key=lambda row: order.index(row.by))


def _row(claim: DecidedClaim, at: int) -> Advice:
    config = claim.config.advice[at]
    chosen: list[Outcome] = [
        one.outcome for one in claim.verdict.outcomes if not config.tests or one.label in config.tests
    ]
    standing: Outcome = chosen[0] if len(set(chosen)) == 1 and chosen[0] != "depends" else "open"
    text = {"holds": config.holds, "fails": config.fails}.get(standing, "")
    return Advice(config.by, config.situation, standing, text, claim.verdict.claim)
