"""Preview of texts: as the network reads them, and beneath what is left of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.augmentation.sheet import GAP, INK, LINES, MARGIN, MUTED, RULE, TEXT, WIDTH, Sheet, fitted, font
from cnn_vs_rnn.tasks.data import UNKNOWN, Samples

LABEL = 330  # pixels for the answer, left of the text
ROW = 40  # from one line to the next
MOST = 3  # lines of a text
_SHOWN = {"\n": "↵", "\t": "→", " ": " "}


def draw_texts(
    rows: Mapping[str, Samples], labels: Sequence[str], title: str, policy: str, vocabulary: Sequence[str]
) -> Sheet:
    """rows: the name of a row and its texts. A token of a later row that became 'unknown' is a block in its place."""
    first = next(iter(rows.values()))
    spaces = _has_words(vocabulary)
    texts = [_laid_out(tokens[tokens != 0], vocabulary, spaces) for tokens in first.inputs]
    heights = [len(rows) * (1 + max((line for line, _, _ in text), default=0)) * ROW for text in texts]
    legend = {
        "orange blocks were dropped": len(rows) > 1,
        "grey blocks are not in the vocabulary": (first.inputs == UNKNOWN).any(),
    }
    subtitles = [policy, "; ".join(words for words, needed in legend.items() if needed)]
    sheet = Sheet(title, subtitles, sum(heights) + GAP * (len(heights) - 1))
    y = sheet.top
    for position, (text, height) in enumerate(zip(texts, heights, strict=True)):
        sheet.draw.line((MARGIN, y - 4, WIDTH - MARGIN, y - 4), fill=RULE, width=2)
        sheet.text((MARGIN, y + 6), labels[position], TEXT, INK, room=LABEL - GAP)
        tokens = first.inputs[position]
        for row, samples in enumerate(rows.values()):
            top = y + 6 + row * height // len(rows)
            _draw_text(sheet, text, tokens, samples.inputs[position], top, INK if row == 0 else MUTED)
        y += height + GAP
    return sheet


def _laid_out(
    tokens: Int[np.ndarray, " time"], vocabulary: Sequence[str], spaces: bool
) -> list[tuple[int, float, str]]:
    """(line, x, text) of each token, as many as fit; the last is … where there are more."""
    placed: list[tuple[int, float, str]] = []
    line, x, right = 0, float(MARGIN + LABEL), WIDTH - MARGIN - font(TEXT).getlength("…")
    for text in _texts(tokens, vocabulary):
        text = fitted(text, TEXT, right - MARGIN - LABEL)
        width = font(TEXT).getlength(text)
        if x + width > right and x > MARGIN + LABEL:
            if line + 1 == MOST:
                return [*placed, (line, x, "…")]
            line, x = line + 1, float(MARGIN + LABEL)
        placed.append((line, x, text))
        x += width + (font(TEXT).getlength(" ") if spaces else 0)
    return placed


def _texts(tokens: Int[np.ndarray, " time"], vocabulary: Sequence[str]) -> Iterator[str]:
    for token in tokens:
        yield "nn" if token == UNKNOWN else _shown(vocabulary[int(token)])


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


def _draw_text(
    sheet: Sheet,
    text: list[tuple[int, float, str]],
    originals: Int[np.ndarray, " time"],
    tokens: Int[np.ndarray, " time"],
    top: int,
    fill: str,
) -> None:
    for position, (line, x, shown) in enumerate(text):
        at = (x, top + line * ROW)
        if shown != "…" and tokens[position] == UNKNOWN:
            was_unknown = originals[position] == UNKNOWN
            block = (x + 1, at[1] + 5, x + max(6, font(TEXT).getlength(shown) - 1), at[1] + TEXT + 3)
            sheet.draw.rectangle(block, fill=RULE if was_unknown else LINES[1])
        else:
            sheet.draw.text(at, shown, font=font(TEXT), fill=fill)
