"""Preview of sequences: lines for up to four channels, a table of channel by time for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw

from cnn_vs_rnn.augmentation.sheet import (
    DIVERGING,
    GAP,
    INK,
    LINES,
    MARGIN,
    MUTED,
    PANEL,
    RAMP,
    RULE,
    SIDE,
    SMALL,
    TEXT,
    WIDTH,
    Sheet,
    coloured,
)
from cnn_vs_rnn.tasks.data import Samples

SPREAD = 2.5  # standard deviations from the middle to the end of the diverging colours
HEAD = 48  # above a panel, for its label


def draw_sequences(
    rows: Mapping[str, Samples], labels: Sequence[str], title: str, policy: str, *, scaled: bool, channels: str
) -> Sheet:
    """rows: the name of a row and its sequences; those of a second row stand beneath those of the first.

    scaled: whether 0 is the mean of the training part. channels: what the channels are called.
    """
    first = next(iter(rows.values()))
    steps = first.inputs.shape[1] if first.lengths is None else int(first.lengths.max())  # of those that are shown
    left = MARGIN + (SIDE if len(rows) > 1 else 0)
    columns = min(2 if steps > 100 else 4, len(labels))
    width = (WIDTH - MARGIN - left - GAP * (columns - 1)) // columns
    height = 200 if len(rows) == 1 else 150
    group = HEAD + len(rows) * (height + GAP) - GAP + 14
    sheet = Sheet(
        title, [policy, _how_drawn(first, steps, scaled, channels)], -(-len(labels) // columns) * group - 14 - HEAD
    )
    ends = shown_range(first, scaled=scaled)
    for position, label in enumerate(labels):
        x = left + position % columns * (width + GAP)
        y = sheet.top + position // columns * group
        length = steps if first.lengths is None else int(first.lengths[position])
        room = width if first.lengths is None else width - 130
        sheet.text((x, y - 10), label, TEXT, INK, "ls", room=room)
        if first.lengths is not None:
            sheet.text((x + width, y - 10), f"{length} steps", SMALL, MUTED, "rs")
        for name, samples in rows.items():
            if len(rows) > 1 and position % columns == 0:
                sheet.text((MARGIN, y + height // 2), name, TEXT, MUTED, "lm")
            span = max(1, round(width * length / steps))
            sequence = samples.inputs[position, :length]
            panel = sequence_picture(sequence, ends, (width, height), span, scaled=scaled)
            sheet.image.paste(panel, (x, y))
            sheet.draw.rectangle((x - 1, y - 1, x + width, y + height), outline=RULE, width=2)
            y += height + GAP
    return sheet


def _how_drawn(samples: Samples, steps: int, scaled: bool, channels: str) -> str:
    count = samples.inputs.shape[2]
    most = "" if samples.lengths is None else "up to "
    if count == 1:
        what = "one line"
    elif count <= len(LINES):
        what = f"{count} {channels}, a line each"
    elif scaled:
        what = f"{count} {channels}, a row each, blue below and orange above the training mean"
    else:
        what = f"{count} {channels}, a row each, darker is higher"
    return f"{what}; {most}{steps} time steps from left to right"


def shown_range(samples: Samples, *, scaled: bool) -> tuple[float, float]:
    """The values at the lower and the upper end of a panel; of a scaled table, the mean is the middle colour."""
    if scaled and samples.inputs.shape[2] > len(LINES):
        return -SPREAD, SPREAD
    return float(samples.inputs.min()), float(samples.inputs.max())


def sequence_picture(
    sequence: Float[np.ndarray, "time channel"],
    ends: tuple[float, float],
    size: tuple[int, int],
    span: int,
    *,
    scaled: bool,
) -> Image.Image:
    """Lines, or a table of more than four channels, over the first `span` pixels of a panel.

    ends: the values at its lower and upper end. scaled: whether 0 is the mean, so that colours diverge from it.
    """
    (low, high), (width, height) = ends, size
    values = np.clip((sequence - low) / max(high - low, 1e-12), 0, 1)
    image = Image.new("RGB", size, PANEL)
    if values.shape[1] > len(LINES):
        table = Image.fromarray(coloured(values.T[::-1], DIVERGING if scaled else RAMP))
        # Where there are more values than pixels, none is skipped.
        table = table.resize((span, table.height), _resampling(span, table.width))
        image.paste(table.resize((span, height), _resampling(height, table.height)), (0, 0))
        return image
    draw, inset = ImageDraw.Draw(image), 14
    across = inset + np.arange(len(values)) / max(len(values) - 1, 1) * (span - 2 * inset)
    for channel in reversed(range(values.shape[1])):
        up = height - inset - values[:, channel] * (height - 2 * inset)
        points = list(zip(across.tolist(), up.tolist(), strict=True))
        if len(points) == 1:
            draw.circle(points[0], 3, fill=LINES[channel])
        draw.line(points, fill=LINES[channel], width=3 if len(values) <= width else 1, joint="curve")
    return image


def _resampling(pixels: int, values: int) -> Image.Resampling:
    return Image.Resampling.NEAREST if pixels >= values else Image.Resampling.BOX
