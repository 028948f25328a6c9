"""What the preview pictures share: a titled sheet, fonts, colours."""

from __future__ import annotations

import functools
import importlib.util
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont

WIDTH = 1600  # pixels, shown at half that size on a usual screen
MARGIN, GAP = 48, 20
SIDE = 190  # left of rows that have a name
TITLE, TEXT, SMALL = 36, 24, 21  # sizes of text
PAPER, PANEL, INK, MUTED, RULE = "#ffffff", "#f6f7f9", "#1f2933", "#6b7785", "#dfe3e8"
LINES = ("#2563a8", "#d9662b", "#2c8c6b", "#8a5bb5")
# blank paper to dark ink for one channel; low, middle and high for a table of many channels
RAMP = np.array([(255, 255, 255), (150, 182, 217), (24, 58, 104)], np.float64)
DIVERGING = np.array([(37, 99, 168), (250, 250, 250), (217, 102, 43)], np.float64)
ORIGINAL, AUGMENTED = "as they are", "augmented"


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which knows every European letter; it comes with matplotlib, which is not imported."""
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None
    assert spec.origin is not None
    return ImageFont.truetype(Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf", size)


class Sheet:
    """A white sheet under a title, to draw on from `top` to `height` pixels below it."""

    def __init__(self, title: str, subtitles: Sequence[str], height: int) -> None:
        lines = [line for subtitle in subtitles for line in _wrapped(subtitle)]
        self.top = 92 + len(lines) * (TEXT + 9) + 64
        height += self.top + MARGIN
        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self.text((MARGIN, 38), title, TITLE)
        for line, words in enumerate(lines):
            self.text((MARGIN, 92 + line * (TEXT + 9)), words, TEXT, MUTED)

    def text(
        self,
        at: tuple[int | float, int | float],
        text: str,
        size: int = TEXT,
        fill: str = INK,
        anchor: str = "la",
        room: int | float = 0,
    ) -> None:
        """One line of text, cut with … where it is wider than `room`."""
        text = " ".join(text.split())
        if room:
            text = fitted(text, size, room)
        self.draw.text(at, text, font=font(size), fill=fill, anchor=anchor)

    def png(self) -> bytes:
        """The sheet as a file."""
        buffer = io.BytesIO()
        self.image.save(buffer, format="PNG", optimize=True)
        return buffer.getvalue()


def fitted(text: str, size: int, room: int | float) -> str:
    """The text, or its beginning and … where it is wider than `room` pixels."""
    while len(text) > 1 and font(size).getlength(text) > room:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def coloured(
    values: Float[np.ndarray, "height width"], ramp: Float[np.ndarray, "stop 3"]
) -> UInt8[np.ndarray, "h w 3"]:
    """RGB of values in [0, 1], interpolated between equidistant colours."""
    stops = np.linspace(0, 1, len(ramp))
    return np.stack([np.interp(values, stops, ramp[:, part]) for part in range(3)], axis=-1).round().astype(np.uint8)


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font(TEXT).getlength(longer) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
