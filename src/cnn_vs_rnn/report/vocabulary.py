"""The two sides of a task whose answers are sequences, beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnn_vs_rnn.statistics.words import number_text


@dataclass(frozen=True)
class SidesRow:
    """What is counted, in words, and the count of each side."""

    what: str
    source: str
    target: str


@dataclass(frozen=True)
class Sides:
    """frequent: the name of a side and its commonest tokens, each with how often it occurs."""

    rows: list[SidesRow]
    frequent: list[tuple[str, list[tuple[str, int]]]]
    hyphens: bool  # whether some of them continue a word


def sides(card: Mapping[str, Any]) -> Sides | None:
    """Of a data card (tasks/card.py), as read from JSON; None where answers are no sequences."""
    vocabulary = card.get("vocabulary")
    if not vocabulary:
        return None
    both = [vocabulary[side] for side in ("source", "target")]
    lengths = [card[key] for key in ("lengths", "answer_lengths")]
    rows = [
        SidesRow(
            "Tokens of a text: shortest, median, longest",
            *(f"{one['min']:,}, {number_text(one['median'])}, {one['max']:,}" for one in lengths),
        ),
        SidesRow("Mean tokens of a training text", *(f"{one['per_text']:.1f}" for one in both)),
        SidesRow(f"Kinds of tokens in training, of {vocabulary['size']:,}", *(f"{one['used']:,}" for one in both)),
        SidesRow("Kinds that training sees once", *(f"{one['once']:,}" for one in both)),
    ]
    if all(one["whole_words"] is not None for one in both):
        rows.append(
            SidesRow("Training tokens that are whole words", *(f"{100 * one['whole_words']:.0f}%" for one in both))
        )
    frequent = [
        (name, [(text, count) for text, count in one["frequent"]])
        for name, one in zip(("Source", "Target"), both, strict=True)
    ]
    hyphens = any(text.startswith("-") and text != "-" for _, tokens in frequent for text, _ in tokens)
    return Sides(rows, frequent, hyphens)
