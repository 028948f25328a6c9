"""The claims page: the ledger, the evidence behind each verdict, and which family to take for a task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import plotly.graph_objects as go

from cnn_vs_rnn.claims.ledger import CLAIMS, advice, in_order
from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.claims.words import amount, extent
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.probes.measurement import QUANTITIES, Measurement
from cnn_vs_rnn.report.claim_figures import OUTCOME_COLOURS, sweep_figure, test_figures
from cnn_vs_rnn.report.claim_marks import Mark, marks
from cnn_vs_rnn.report.measured import measured_curves
from cnn_vs_rnn.report.template import render

VERDICT_NOTES = {
    "supported": "every test of its rule holds",
    "refuted": "every test of its rule fails",
    "depends": "some of its tests hold, others fail",
    "undecided": "the evidence does not settle it",
}


@dataclass(frozen=True)
class _Entry:
    claim: DecidedClaim
    marks: list[Mark]
    tests: list[tuple[str, go.Figure]]
    sweep: go.Figure | None
    measured: list[tuple[str, go.Figure]]


def write_claims_page(
    path: Path,
    decided: Sequence[DecidedClaim],
    measurements: Mapping[str, Sequence[Measurement]],
    environment: Mapping[str, str],
) -> None:
    """Write the page, whole or not at all.

    Args:
        path: where to.
        decided: verdicts of any experiments, in any order.
        measurements: what the probes of each experiment found, drawn where a claim rests on it.
        environment: what it was measured on and with, as it shall be shown.
    """
    ordered = in_order(decided)
    known = {one.verdict.claim for one in ordered}
    page = render(
        "claims.html.j2",
        entries=[_entry(one, measurements.get(one.verdict.experiment, ())) for one in ordered],
        missing=[claim for claim in CLAIMS if claim not in known],
        tally=Counter(one.verdict.verdict for one in ordered),
        notes=VERDICT_NOTES,
        rows=advice(ordered),
        outcome_colours=OUTCOME_COLOURS,
        environment=environment,
        amount=amount,
        extent=extent,
        quantities=QUANTITIES,
    )
    write_text(path, page)


def _entry(claim: DecidedClaim, measurements: Sequence[Measurement]) -> _Entry:
    wanted = {test.quantity for test in claim.config.tests.values()}
    return _Entry(
        claim=claim,
        marks=marks(claim.verdict.outcomes),
        tests=test_figures(claim.verdict),
        sweep=sweep_figure(claim.verdict, claim.config.axis),
        measured=measured_curves([one for one in measurements if one.quantity in wanted]),
    )
