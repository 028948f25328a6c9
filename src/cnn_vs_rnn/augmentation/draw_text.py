"""Preview of texts: as the network reads them, beneath what is left of them, and what they are to become."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from cnn_vs_rnn.augmentation.sheet import (
    GAP,
    INK,
    LINES,
    MARGIN,
    MUTED,
    ORIGINAL,
    RULE,
    TEXT,
    WIDTH,
    Sheet,
    fitted,
    font,
)
from cnn_vs_rnn.tasks.data import END, UNKNOWN, Samples
from cnn_vs_rnn.tasks.token_texts import token_texts

LABEL = 330  # pixels for the answer, left of the text
SIDE_LABEL = 170  # for the name of a row
ROW = 40  # from one line to the next
MOST = 3  # lines of a text
_SHOWN = {"\n": "↵", "\t": "→", " ": " "}


@dataclass(frozen=True)
class _Piece:
    """A token in its place: a line of the text, and x. more: it stands for all that has no room."""

    line: int
    x: float
    text: str
    more: bool = False


@dataclass(frozen=True)
class _Row:
    """A text beside its label. lost: which of its tokens are blocks instead, and known: which were tokens before."""

    label: str
    label_fill: str
    pieces: list[_Piece]
    lost: Bool[np.ndarray, " time"]
    known: Bool[np.ndarray, " time"]
    fill: str

    @property
    def height(self) -> int:
        return (1 + max((piece.line for piece in self.pieces), default=0)) * ROW


def draw_texts(
    rows: Mapping[str, Samples], labels: Sequence[str], title: str, policy: str, vocabulary: Sequence[str]
) -> Sheet:
    """rows: the name of a row and its texts. A token of a later row that became 'unknown' is a block in its place."""
    first = next(iter(rows.values()))
    between = " " if _has_words(vocabulary) else ""
    groups = []
    for position, original in enumerate(first.inputs):
        texts = [between + text for text in _texts(original[original != 0], vocabulary)]
        pieces = _laid_out(texts, MARGIN + LABEL)
        groups.append(
            [
                _Row(
                    labels[position] if samples is first else "",
                    INK,
                    pieces,
                    samples.inputs[position] == UNKNOWN,
                    original != UNKNOWN,
                    INK if samples is first else MUTED,
                )
                for samples in rows.values()
            ]
        )
    return _sheet(groups, title, policy, LABEL)


def draw_pairs(rows: Mapping[str, Samples], title: str, policy: str, vocabulary: Sequence[str]) -> Sheet:
    """As `draw_texts`, of subwords and symbols, each text with the text that it is to become as the last row."""
    first = next(iter(rows.values()))
    groups = []
    for position, original in enumerate(first.inputs):
        pieces = _laid_out(_shown_texts(original[original != 0], vocabulary), MARGIN + SIDE_LABEL)
        answer = first.targets[position]
        target = answer[answer > END]
        groups.append(
            [
                *(
                    _Row(
                        "source" if name == ORIGINAL else name,
                        MUTED,
                        pieces,
                        samples.inputs[position] == UNKNOWN,
                        original != UNKNOWN,
                        INK if name == ORIGINAL else MUTED,
                    )
                    for name, samples in rows.items()
                ),
                _Row(
                    "target",
                    MUTED,
                    _laid_out(_shown_texts(target, vocabulary), MARGIN + SIDE_LABEL),
                    target == UNKNOWN,
                    target != UNKNOWN,
                    INK,
                ),
            ]
        )
    return _sheet(groups, title, policy, SIDE_LABEL)


def _sheet(groups: Sequence[Sequence[_Row]], title: str, policy: str, room: int) -> Sheet:
    """Groups of rows under each other, a rule above each. room: pixels for the labels."""
    blocks = [(row.lost & row.known, row.lost & ~row.known) for group in groups for row in group]
    legend = {
        "orange blocks were dropped": any(dropped.any() for dropped, _ in blocks),
        "grey blocks are not in the vocabulary": any(unknown.any() for _, unknown in blocks),
    }
    marks = "; ".join(words for words, needed in legend.items() if needed)
    subtitles = [policy, marks] if marks else [policy]
    height = sum(row.height for group in groups for row in group) + GAP * (len(groups) - 1)
    sheet = Sheet(title, subtitles, height)
    y = sheet.top
    for group in groups:
        sheet.draw.line((MARGIN, y - 4, WIDTH - MARGIN, y - 4), fill=RULE, width=2)
        for row in group:
            sheet.text((MARGIN, y + 6), row.label, TEXT, row.label_fill, room=room - GAP)
            _draw_row(sheet, row, y + 6)
            y += row.height
        y += GAP
    return sheet


def _laid_out(texts: Sequence[str], left: int) -> list[_Piece]:
    """Each text in its place, as many as fit; the last is … where there are more.

    A space before a text is a gap, and begins a word, which is torn apart only where it is longer than a line.
    """
    placed: list[_Piece] = []
    line, x, right = 0, float(left), WIDTH - MARGIN - font(TEXT).getlength("…")
    for at, spelt in enumerate(texts):
        text = fitted(spelt.removeprefix(" "), TEXT, right - left)
        width = needed = font(TEXT).getlength(text)
        if spelt.startswith(" "):
            x += font(TEXT).getlength(" ") if x > left else 0
            rest = itertools.takewhile(lambda other: not other.startswith(" "), texts[at + 1 :])
            word = width + font(TEXT).getlength("".join(rest))
            needed = word if word <= right - left else width
        if x + needed > right and x > left:
            if line + 1 == MOST:
                return [*placed, _Piece(line, x, "…", more=True)]
            line, x = line + 1, float(left)
        placed.append(_Piece(line, x, text))
        x += width
    return placed


def _texts(tokens: Int[np.ndarray, " time"], vocabulary: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        yield "nn" if token == UNKNOWN else _shown(vocabulary[int(token)])


def _shown_texts(tokens: Int[np.ndarray, " time"], vocabulary: Sequence[str]) -> list[str]:
    return [_shown(text) for text in token_texts(tokens.tolist(), vocabulary)]


def _shown(text: str) -> str:
    return "".join(_SHOWN.get(letter, letter if letter.isprintable() else "·") for letter in text)


def sentence(tokens: Int[np.ndarray, " time"], vocabulary: Sequence[str], most: int) -> str:
    """A text as the network reads it, padding left out; a box for what is not in the vocabulary; cut at `most` letters.

    >>> sentence(np.array([2, 1, 3, 0]), ["[PAD]", "[UNK]", "to", "be"], 80)
    'to \u25a1 be'
    """
    between = " " if _has_words(vocabulary) else ""
    texts = ("\u25a1" if token == UNKNOWN else _shown(vocabulary[int(token)]) for token in tokens[tokens != 0])
    whole = between.join(texts)
    return whole if len(whole) <= most else f"{whole[:most].rstrip()}\u2026"


def _has_words(vocabulary: Sequence[str]) -> bool:
    return any(len(token) > 1 for token in vocabulary[UNKNOWN + 1 :])


def _draw_row(sheet: Sheet, row: _Row, top: int) -> None:
    for position, piece in enumerate(row.pieces):
        at = (piece.x, top + piece.line * ROW)
        if not piece.more and row.lost[position]:
            end = piece.x + max(6, font(TEXT).getlength(piece.text) - 1)
            fill = LINES[1] if row.known[position] else RULE
            sheet.draw.rectangle((piece.x + 1, at[1] + 5, end, at[1] + TEXT + 3), fill=fill)
        else:
            sheet.draw.text(at, piece.text, font=font(TEXT), fill=row.fill)
