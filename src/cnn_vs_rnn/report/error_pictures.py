"""Samples to look at, small enough for a page: pictures, spectrograms, lines, texts, forecasts."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageDraw

from cnn_vs_rnn.augmentation.draw_images import image_picture
from cnn_vs_rnn.augmentation.draw_sequences import sequence_picture, shown_range
from cnn_vs_rnn.augmentation.draw_text import sentence
from cnn_vs_rnn.augmentation.sheet import PANEL
from cnn_vs_rnn.report.palette import MUTED
from cnn_vs_rnn.tasks.data import InputSpec, Samples

LETTERS = 280  # of a text, at most
WIDTH, HEIGHT = 480, 180  # pixels of a sequence, shown at half that size on a usual screen
PICTURE = 160  # pixels of the longer side of an image at most


@dataclass(frozen=True)
class SampleView:
    """A PNG in base64, or a text. pixels: whether its pixels are the sample's, so that none is to be blurred."""

    png: str = ""
    text: str = ""
    pixels: bool = False


@dataclass(frozen=True)
class ForecastLines:
    """One forecast in one unit: what came before, what came, and each answer with its colour."""

    before: Float[np.ndarray, " step"]
    truth: Float[np.ndarray, " horizon"]
    answers: Sequence[tuple[Float[np.ndarray, " horizon"], str]]


def sample_views(samples: Samples, spec: InputSpec, vocabulary: Sequence[str], *, scaled: bool) -> list[SampleView]:
    """One a sample; they share what is low and high. scaled: whether 0 is the mean of a sequence's channel."""
    if spec.kind == "tokens":
        return [SampleView(text=sentence(tokens, vocabulary, LETTERS)) for tokens in samples.inputs]
    if spec.kind == "image":
        low, high = float(samples.inputs.min()), float(samples.inputs.max())
        return [SampleView(_png(_at_most(image_picture(one, low, high))), pixels=True) for one in samples.inputs]
    ends = shown_range(samples, scaled=scaled)
    steps = samples.inputs.shape[1] if samples.lengths is None else int(samples.lengths.max())
    lengths = [steps] * len(samples) if samples.lengths is None else samples.lengths.tolist()
    return [
        SampleView(
            _png(
                sequence_picture(
                    sequence[:length],
                    ends,
                    (WIDTH, HEIGHT),
                    max(1, round(WIDTH * length / steps)),
                    scaled=scaled,
                )
            )
        )
        for sequence, length in zip(samples.inputs, lengths, strict=True)
    ]


def forecast_view(lines: ForecastLines) -> SampleView:
    """The series in grey, what came in grey beyond a rule, the answers in their colours."""
    everything = np.concatenate([lines.before, lines.truth, *(answer for answer, _ in lines.answers)])
    low, high = float(everything.min()), float(everything.max())
    steps, inset = len(lines.before) + len(lines.truth), 10
    image = Image.new("RGB", (WIDTH, HEIGHT), PANEL)
    draw = ImageDraw.Draw(image)

    def line(values: Float[np.ndarray, " step"], start: int, colour: str, width: int) -> None:
        across = inset + (start + np.arange(len(values))) / max(1, steps - 1) * (WIDTH - 2 * inset)
        up = HEIGHT - inset - (values - low) / max(high - low, 1e-12) * (HEIGHT - 2 * inset)
        draw.line(list(zip(across.tolist(), up.tolist(), strict=True)), fill=colour, width=width, joint="curve")

    now = len(lines.before) - 1
    split = inset + now / max(1, steps - 1) * (WIDTH - 2 * inset)
    draw.line((split, 0, split, HEIGHT), fill="#dfe3e8", width=2)
    last = lines.before[-1:]
    line(np.concatenate([lines.before, lines.truth]), 0, MUTED, 3)
    for answer, colour in lines.answers:
        line(np.concatenate([last, answer]), now, colour, 3)
    return SampleView(_png(image))


def _at_most(picture: Image.Image) -> Image.Image:
    picture.thumbnail((PICTURE, PICTURE))
    return picture


def _png(picture: Image.Image) -> str:
    stream = io.BytesIO()
    picture.save(stream, format="PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()
