"""A claim with all that is drawn of it, as `claim.html.j2` shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.claim_figures import sweep_figure, test_figures
from cnn_vs_rnn.report.claim_marks import Mark, marks
from cnn_vs_rnn.report.measured import measured_curves


@dataclass(frozen=True)
class ClaimEntry:
    """tests: a figure a unit; sweep: along what is swept; measured: what the claim rests on, along its axis."""

    claim: DecidedClaim
    marks: list[Mark]
    tests: list[tuple[str, go.Figure]]
    sweep: go.Figure | None
    measured: list[tuple[str, go.Figure]]


def claim_entry(claim: DecidedClaim, measurements: Sequence[Measurement] = ()) -> ClaimEntry:
    """measurements: of the claim's experiment; none where the page shows them elsewhere."""
    wanted = {test.quantity for test in claim.config.tests.values()}
    return ClaimEntry(
        claim=claim,
        marks=marks(claim.verdict.outcomes),
        tests=test_figures(claim.verdict),
        sweep=sweep_figure(claim.verdict, claim.config.axis),
        measured=measured_curves(
            [one for one in measurements if one.quantity in wanted and one.condition in claim.verdict.conditions]
        ),
    )
