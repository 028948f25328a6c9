"""When a row was measured: numbers or dates, whichever a column holds."""

from __future__ import annotations

import re
import warnings
from typing import Any

import pandas as pd

from cnn_vs_rnn.own_data.tables import numeric

_DAY_OR_MONTH = re.compile(r"^\s*(\d{1,2})[./-]\d{1,2}[./-]\d{2,4}\b")


def moments(column: Any) -> Any:
    """Times as numbers or as dates; missing where a cell is neither."""
    numbers = numeric(column)
    return numbers if numbers.notna().mean() > 0.5 else dates(column)


def dates(column: Any) -> Any:
    """Dates in any usual notation; of several time zones, in UTC. Missing where a cell is none.

    31/12/2026 anywhere in the column tells that the day comes first in all of it; without such a date, the month does.
    """
    first: Any = pd.to_numeric(column.str.extract(_DAY_OR_MONTH)[0], errors="coerce")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a cell that contradicts the others
        return pd.to_datetime(column, errors="coerce", format="mixed", dayfirst=bool((first > 12).any()), utc=True)
