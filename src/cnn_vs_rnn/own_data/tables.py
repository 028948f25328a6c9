"""Tables of any usual format as text cells, with what could not be read named by its line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cnn_vs_rnn.errors import UserError, nearest

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
LABEL_NAMES = ("label", "class", "target", "category", "y", "sentiment", "species", "language")
SPLIT_NAMES, GROUP_NAMES = ("split",), ("group",)
_LARGEST_CELL = 10_000_000  # characters
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of such bytes


@dataclass(frozen=True)
class Table:
    """cells: all as text, indexed by where each row stands ("line 7"); quarantined: (place, reason)."""

    path: Path
    cells: Any  # a DataFrame; pandas' own types would have every column be anything
    quarantined: list[tuple[str, str]]

    def column(self, named: str | None, guesses: Sequence[str]) -> str | None:
        """The column that the user names, or one with a usual name; None where there is none.

        Raises UserError where the named one is missing.
        """
        if named is not None:
            if named not in self.cells.columns:
                raise UserError(f"{self.path} has no column {named!r}: {nearest(named, self.cells.columns)}")
            return named
        usual = {str(column).strip().lower(): str(column) for column in self.cells.columns}
        return next((usual[guess] for guess in guesses if guess in usual), None)

    def set_aside(self, bad: Any, reason: str) -> Table:
        """The same without these rows (a mask over them), which are quarantined."""
        mask = np.asarray(bad, dtype=bool)
        kept: Any = self.cells[~mask]
        named = [(f"{self.path.name} {place}", reason) for place in self.cells.index[mask]]
        return Table(self.path, kept, [*self.quarantined, *named])


def read_table(path: Path) -> Table:
    """CSV, TSV, JSONL or Parquet.

    Lines with too many or too few cells, broken JSON or bytes that are not UTF-8 are quarantined.
    Raises UserError where the file holds no table, or no row.
    """
    if not path.stat().st_size:
        raise UserError(f"{path} is empty: there is nothing to read")
    read = {".jsonl": _jsonl, ".parquet": _parquet}.get(path.suffix.lower(), _delimited)
    table = read(path)
    if table.cells.empty:
        raise UserError(f"{path} holds no usable row: check that it is a table with a line of column names")
    return table


def numeric(column: Any) -> Any:
    """Numbers, NaN where a cell is none."""
    return pd.to_numeric(column.str.strip(), errors="coerce")


def _delimited(path: Path) -> Table:
    text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    csv.field_size_limit(_LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text))
    try:
        names = next(reader)
        rows, places, quarantined = [], [], []
        for row in reader:
            place = f"line {reader.line_num}"
            if _NOT_UTF8.search("".join(row)):
                quarantined.append((f"{path.name} {place}", "it holds bytes that are not UTF-8"))
            elif len(row) == len(names):
                rows.append(row)
                places.append(place)
            elif any(cell.strip() for cell in row):
                quarantined.append((f"{path.name} {place}", f"it has {len(row)} cells instead of {len(names)}"))
    except (csv.Error, StopIteration) as error:
        raise UserError(f"{path} cannot be read as a table ({error or 'it is empty'}): check its quotes") from error
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"{path} has two columns named {twice!r}: give each its own name in the first line")
    return Table(path, pd.DataFrame(rows, index=pd.Index(places), columns=pd.Index(names), dtype=str), quarantined)


def _delimiter(path: Path, text: str) -> str:
    """Tab in a .tsv; else the sign of which the first line has the most."""
    first = text.partition("\n")[0]
    return "\t" if path.suffix.lower() == ".tsv" else max(",;\t|", key=first.count)


def _jsonl(path: Path) -> Table:
    rows, places, quarantined = [], [], []
    text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        if _NOT_UTF8.search(line):
            quarantined.append((f"{path.name} line {number}", "it holds bytes that are not UTF-8"))
            continue
        try:
            row = json.loads(line)
        except ValueError:
            quarantined.append((f"{path.name} line {number}", "it is no JSON"))
            continue
        if not isinstance(row, dict):
            quarantined.append((f"{path.name} line {number}", "it is no JSON object"))
            continue
        rows.append({key: "" if value is None else str(value) for key, value in row.items()})
        places.append(f"line {number}")
    return Table(path, pd.DataFrame(rows, index=pd.Index(places)).fillna("").astype(str), quarantined)


def _parquet(path: Path) -> Table:
    try:
        cells = pd.read_parquet(path)
    except Exception as error:  # pyarrow answers damage with several kinds
        raise UserError(f"{path} cannot be read as Parquet: write it again") from error
    cells.index = pd.Index([f"row {number}" for number in range(1, len(cells) + 1)])
    missing = cells.isna()
    return Table(path, cells.astype(str).mask(missing, ""), [])
