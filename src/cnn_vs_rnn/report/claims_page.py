"""The claims page: the ledger, the evidence behind each verdict, and which family to take for a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnn_vs_rnn.claims.advice import advice
from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.claims.words import amount, extent
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.claim_entry import claim_entry
from cnn_vs_rnn.report.template import render

VERDICT_NOTES = {
    "supported": "every test of its rule holds",
    "refuted": "every test of its rule fails",
    "depends": "some of its tests hold, others fail",
    "undecided": "the evidence does not settle it",
}


def write_claims_page(
    path: Path,
    decided: Sequence[DecidedClaim],
    missing: Sequence[str],
    measurements: Mapping[str, Sequence[Measurement]],
    environment: Mapping[str, str],
) -> None:
    """Write the page, whole or not at all.

    Args:
        path: where to.
        decided: verdicts of any experiments, as they shall be shown.
        missing: claims that have no verdict yet.
        measurements: what the probes of each experiment found, drawn where a claim rests on it.
        environment: what it was measured on and with, as it shall be shown.
    """
    page = render(
        "claims.html.j2",
        entries=[claim_entry(one, _of(one, measurements)) for one in decided],
        missing=missing,
        tally=Counter(one.verdict.verdict for one in decided),
        notes=VERDICT_NOTES,
        rows=advice(decided),
        environment=environment,
        amount=amount,
        extent=extent,
    )
    write_text(path, page)


def _of(claim: DecidedClaim, measurements: Mapping[str, Sequence[Measurement]]) -> list[Measurement]:
    """What the probes of its experiments found."""
    return [found for part in claim.parts or (claim,) for found in measurements.get(part.verdict.experiment, ())]
