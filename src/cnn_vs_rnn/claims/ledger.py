"""The claims that this project is about, in the order in which they are shown; and what they advise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn_vs_rnn.claims.verdict import DecidedClaim, Outcome

CLAIMS = (
    "spatial-data",
    "sequential-data",
    "local-patterns",
    "spatial-hierarchy",
    "training-memory",
    "recurrent-state",
    "training-time",
    "parallelism",
    "long-sequences",
    "cnn-overfits-small-data",
    "dropout-helps-cnn",
    "augmentation-helps-cnn",
    "rnn-overfits-long-sequences",
    "l2-helps-rnn",
    "early-stopping-helps-rnn",
    "vanishing-gradient",
    "gates-fix-long-term",
    "use-cases",
)


@dataclass(frozen=True)
class Advice:
    """A row of the decision table, and the claim that it rests on. text: empty where the evidence leaves it open."""

    by: str
    situation: str
    standing: Outcome
    text: str
    claim: str


def in_order(decided: Iterable[DecidedClaim]) -> list[DecidedClaim]:
    """The claims of the ledger in its order, then those that users added, as they come."""
    place = {claim: position for position, claim in enumerate(CLAIMS)}
    return sorted(decided, key=lambda one: place.get(one.verdict.claim, len(CLAIMS)))


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
