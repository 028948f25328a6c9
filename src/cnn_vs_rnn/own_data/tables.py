"""Tables of any usual format as text cells, with what could not be read named by its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.own_data.csv_rows import csv_rows

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
LABEL_NAMES = ("label", "class", "target", "category", "y", "sentiment", "species", "language")
SPLIT_NAMES, GROUP_NAMES = ("split",), ("group",)
# Halves of characters; surrogateescape makes them of bytes that are not UTF-8.
_NOT_TEXT = re.compile("[\ud800-\udfff]")


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
        first = f" ({': '.join(table.quarantined[0])})" if table.quarantined else ""
        raise UserError(f"{path} holds no usable row{first}: check that it is a table with a line of column names")
    return table


def numeric(column: Any) -> Any:
    """Numbers, NaN where a cell is none."""
    return pd.to_numeric(column.str.strip(), errors="coerce")


def _delimited(path: Path) -> Table:
    text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    table = csv_rows(text, _delimiter(path, text))
    _, names = next(table)
    if isinstance(names, str) or not_text(names):
        raise UserError(f"{path}: its first line, the names of the columns, is not UTF-8 text: save it as CSV in UTF-8")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(f"{path} has two columns named {twice!r}: give each its own name in the first line")
    rows, places, quarantined = [], [], []
    for number, row in table:
        place = f"line {number}"
        if isinstance(row, str):
            quarantined.append((f"{path.name} {place}", row))
        elif reason := not_text(row):
            quarantined.append((f"{path.name} {place}", reason))
        elif len(row) == len(names):
            rows.append(row)
            places.append(place)
        elif any(cell.strip() for cell in row):
            quarantined.append((f"{path.name} {place}", f"it has {len(row)} cells instead of {len(names)}"))
    return Table(path, pd.DataFrame(rows, index=pd.Index(places), columns=pd.Index(names), dtype=str), quarantined)


def not_text(cells: Iterable[str]) -> str:
    """Why cells are no text; empty where they are."""
    joined = "".join(cells)
    if "\0" in joined:
        return "it holds a zero byte"
    return "it holds bytes that are not UTF-8" if _NOT_TEXT.search(joined) else ""


def _delimiter(path: Path, text: str) -> str:
    """The sign of which the first line has the most; of a .tsv a tab where it has any."""
    first = text.lstrip().partition("\n")[0]
    return "\t" if path.suffix.lower() == ".tsv" and "\t" in first else max(",;\t|", key=first.count)


def _jsonl(path: Path) -> Table:
    rows, places, quarantined = [], [], []
    text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    for number, line in enumerate(text.split("\n"), start=1):  # U+2028 may stand within a text
        if not line.strip():
            continue
        if _NOT_TEXT.search(line):
            quarantined.append((f"{path.name} line {number}", "it holds bytes that are not UTF-8"))
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            quarantined.append((f"{path.name} line {number}", "it is no JSON"))
            continue
        if not isinstance(row, dict):
            quarantined.append((f"{path.name} line {number}", "it is no JSON object"))
            continue
        cells = {key: "" if value is None else str(value) for key, value in row.items()}
        if _NOT_TEXT.search("".join([*cells, *cells.values()])):
            quarantined.append((f"{path.name} line {number}", "it holds half a character, an escape such as \\ud800"))
            continue
        rows.append(cells)
        places.append(f"line {number}")
    return Table(path, pd.DataFrame(rows, index=pd.Index(places)).fillna("").astype(str), quarantined)


def _parquet(path: Path) -> Table:
    try:
        cells = pd.read_parquet(path)
    except Exception as error:  # pyarrow answers damage with several kinds
        raise UserError(f"{path} cannot be read as Parquet: write it again") from error
    cells.index = pd.Index([f"row {number}" for number in range(1, len(cells) + 1)])
    broken = cells.map(lambda cell: isinstance(cell, bytes) and not _decodes(cell)).any(axis=1)
    texts = cells.map(lambda cell: cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell)
    table = Table(path, texts.astype(str).mask(cells.isna(), ""), [])
    return table.set_aside(broken, "it holds bytes that are not UTF-8") if broken.any() else table


def _decodes(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
