"""Rows of delimited text, each with the line that it starts on; a quote left open costs one line, not the rest."""

from __future__ import annotations

import csv
from collections.abc import Iterator

LARGEST_CELL = 10_000_000  # characters
LONGEST_ROW = 200  # lines of one row, beyond which a quote was left open


def csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """(line, cells) of each row, or (line, reason) of one that cannot be read."""
    csv.field_size_limit(LARGEST_CELL + 1)
    lines = [line + "\n" for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    at = 0
    while at < len(lines):
        if len(lines[at]) > LARGEST_CELL:
            yield at + 1, f"it is longer than {LARGEST_CELL:,} characters"
            at += 1
            continue
        reader = csv.reader(lines[at : at + LONGEST_ROW], delimiter=delimiter)
        try:
            row = next(reader)
        except csv.Error as error:
            yield at + 1, f"it cannot be read ({error})"
            at += 1
            continue
        open_quote = reader.line_num > 1 and "".join(lines[at : at + reader.line_num]).count('"') % 2
        yield at + 1, "a quote is opened and never closed" if open_quote else row
        at += 1 if open_quote else reader.line_num
