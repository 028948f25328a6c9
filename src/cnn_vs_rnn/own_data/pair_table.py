"""Translations from a table: a text and its translation a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.labels import PER_CLASS
from cnn_vs_rnn.own_data.languages import named_pair
from cnn_vs_rnn.own_data.pair_set import PairSet
from cnn_vs_rnn.own_data.parts import part_named
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import GROUP_NAMES, LABEL_NAMES, SPLIT_NAMES, Table, numeric, read_table
from cnn_vs_rnn.own_data.wide_table import date_column

_WORDS = 2  # of a text on average, in a column whose name says nothing


def holds_pairs(table: Table, request: OwnData) -> bool:
    """Whether the rows are texts and their translations, and not texts and labels.

    They are where the user names no label, and

    - two columns are named like a pair (`languages.named_pair`), hold no numbers, and the translations are more kinds
      than there may be classes, a third of the rows; or
    - besides `split` and `group` there are two columns, none named like a label, and both hold texts, and no dates, of
      two words or more, and of more kinds than there may be classes.
    """
    if request.label_column is not None:
        return False
    named = named_pair(_texts(table))
    if named is not None:
        return _distinct(table, named[1])
    rest = _rest(table, request)
    unnamed = len(rest) == 2 and not any(name.strip().lower() in LABEL_NAMES for name in rest)
    unnamed &= date_column(table, request) is None
    return unnamed and all(_wordy(table, name) and _distinct(table, name) for name in rest)


def read_pair_table(request: OwnData) -> PairSet:
    """Every usable row. UserError where a column that was named is missing, or which are meant is not clear."""
    table = read_table(Path(request.path))
    source, target = _columns(table, request)
    split = table.column(request.split_column, SPLIT_NAMES)
    group = table.column(request.group_column, GROUP_NAMES)
    if split is not None:
        unknown = table.cells[split].map(part_named).isna()
        table = table.set_aside(unknown, f"its {split} is none of train, valid and test")
    read = PairSet(repr(source), repr(target), [table.path], quarantined=list(table.quarantined))
    read.said += [f"{name} column {column!r}" for name, column in (("split", split), ("group", group)) if column]
    cells: Any = table.cells
    parts = [None] * len(cells) if split is None else cells[split].map(part_named)
    groups = [""] * len(cells) if group is None else cells[group]
    rows = zip(cells.index, cells[source], cells[target], parts, groups, strict=True)
    for place, text, translation, part, its_group in rows:
        if read.add(text, translation, f"{table.path.name} {place}", part) and group is not None:
            read.groups.append(its_group)
    return read


def _columns(table: Table, request: OwnData) -> tuple[str, str]:
    """The texts and their translations."""
    source, target = (table.column(name, ()) for name in (request.source_column, request.target_column))
    rest = [name for name in _rest(table, request) if name not in (source, target)]
    guessed = None if source is not None and target is not None else _guessed(table, rest, source, target)
    if guessed is not None:
        source, target = guessed
    if source is None or target is None or source == target:
        raise UserError(
            f"{table.path} has {', '.join(map(repr, table.cells.columns))}: name the column of the texts and that of "
            "their translations (source_column=..., target_column=...)"
        )
    return source, target


def _guessed(table: Table, rest: list[str], source: str | None, target: str | None) -> tuple[str, str] | None:
    """Both columns, of which one may be known; None where it is not clear which are meant."""
    texts = [name for name in _texts(table) if name in rest]
    if source is None and target is None:
        named = named_pair(texts)
        return named or ((texts[0], texts[1]) if len(texts) == 2 else None)
    known = source if target is None else target
    pair = named_pair([name for name in _texts(table) if name in (*rest, known)])
    others = [name for name in pair or () if name != known] or texts
    if len(others) != 1:
        return None
    return (source, others[0]) if source is not None else (others[0], str(target))


def _rest(table: Table, request: OwnData) -> list[str]:
    """The columns besides those that say which part or group a row belongs to."""
    apart = (table.column(request.split_column, SPLIT_NAMES), table.column(request.group_column, GROUP_NAMES))
    return [str(name) for name in table.cells.columns if name not in apart]


def _texts(table: Table) -> list[str]:
    """The columns that do not hold numbers for the most part."""
    return [str(name) for name in table.cells.columns if numeric(table.cells[name]).notna().mean() < 0.5]


def _wordy(table: Table, name: str) -> bool:
    return bool(table.cells[name].str.split().str.len().mean() >= _WORDS)


def _distinct(table: Table, name: str) -> bool:
    return PER_CLASS * table.cells[name].nunique() > len(table.cells)
