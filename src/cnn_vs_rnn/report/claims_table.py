"""The verdicts on claims as tables: for a terminal, and for other programs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from rich import box
from rich.table import Table

from cnn_vs_rnn.claims.verdict import ClaimVerdict

COLUMNS = ("claim", "test", "outcome", "effect", "low", "high", "margin", "unit", "seeds", "verdict")

_STYLES = {"supported": "green", "refuted": "red", "depends": "magenta", "undecided": "yellow"}


def claims_table(verdicts: Sequence[ClaimVerdict]) -> Table:
    """A row a claim, for a terminal of 100 columns."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("claim", style="bold", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("because")
    for one in verdicts:
        table.add_row(one.claim, f"[{_STYLES[one.verdict]}]{one.verdict}", one.reason)
    return table


def effects_table(verdicts: Sequence[ClaimVerdict]) -> pd.DataFrame:
    """A row a test, for effects.csv; numbers are in the unit of the row (points: fractions, times: factors)."""
    rows = [
        {**test.model_dump(include=set(COLUMNS)), "claim": one.claim, "test": test.label, "verdict": one.verdict}
        for one in verdicts
        for test in one.outcomes
    ]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))
