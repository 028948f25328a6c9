"""Preview of images: one a column, the augmented beneath the original."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Shaped
from PIL import Image

from cnn_vs_rnn.augmentation.sheet import GAP, INK, MARGIN, MUTED, RAMP, RULE, SIDE, TEXT, WIDTH, Sheet, coloured
from cnn_vs_rnn.tasks.data import Samples

MOST = 8  # images beside each other


def draw_images(rows: Mapping[str, Samples], labels: Sequence[str], title: str, policy: str) -> Sheet:
    """rows: the name of a row and its images, in the unit of the data; the first row sets black and white."""
    left, columns = MARGIN + SIDE, len(labels)
    side = (WIDTH - MARGIN - left - GAP * (MOST - 1)) // min(max(columns, 4), MOST)
    sheet = Sheet(title, [policy], len(rows) * (side + GAP) - GAP)
    originals = next(iter(rows.values())).inputs
    low, high = float(originals.min()), float(originals.max())
    for row, (name, samples) in enumerate(rows.items()):
        y = sheet.top + row * (side + GAP)
        sheet.text((MARGIN, y + side // 2), name, TEXT, MUTED, "lm")
        for column, image in enumerate(samples.inputs):
            x = left + column * (side + GAP)
            if row == 0:
                sheet.text((x + side // 2, y - 20), labels[column], TEXT, INK, "mm", room=side)
            picture = image_picture(image, low, high)
            sheet.image.paste(picture.resize((side, side), Image.Resampling.NEAREST), (x, y))
            sheet.draw.rectangle((x - 1, y - 1, x + side, y + side), outline=RULE, width=2)
    return sheet


def image_picture(image: Shaped[np.ndarray, "channel height width"], low: float, high: float) -> Image.Image:
    """One pixel a pixel; low, high: what is blank and full. Three channels are colours, the mean of others ink."""
    shares = (image.astype(np.float64) - low) / max(high - low, 1e-12)
    if len(shares) == 3:
        return Image.fromarray((np.clip(shares, 0, 1) * 255).round().astype(np.uint8).transpose(1, 2, 0))
    return Image.fromarray(coloured(shares.mean(axis=0), RAMP))
