"""One raw input that a model answers: for its signature, its documentation and a first try."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Shaped

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.raw import RefusedInputError, column_of, read_raw
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.tasks.subwords import text_of
from cnn_vs_rnn.tasks.tokens import PADDING_TEXT, UNKNOWN_TEXT


def raw_example(facts: ModelFacts, samples: Samples, path: Path | None) -> Any:
    """The first of the samples as `raw.read_raw` reads it; of own recordings the first usable file below `path`.

    samples: raw, as the task stores them. Raises UserError where no recording is left at the path.
    """
    column = column_of(facts)
    first = samples.inputs[0] if samples.lengths is None else samples.inputs[0, : samples.lengths[0]]
    if column == "image":
        return _as_png(first)
    if column == "recording":
        assert path is not None
        return _recording(facts, path)
    if column == "text" and facts.merges:
        return text_of(first.tolist(), facts.vocabulary) or "?"
    if column == "text":
        known = [facts.vocabulary[token] for token in first.tolist()]
        words = [text for text in known if text not in (PADDING_TEXT, UNKNOWN_TEXT)]
        return (" " if any(len(text) > 1 for text in words) else "").join(words) or "?"
    return first.tolist()


def _as_png(image: Shaped[np.ndarray, "channel height width"]) -> bytes:
    from PIL import Image

    pixels = image.clip(0, 255).round().astype(np.uint8).transpose(1, 2, 0)
    content = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels).save(content, "PNG")
    return content.getvalue()


def _recording(facts: ModelFacts, root: Path) -> bytes:
    from cnn_vs_rnn.own_data.folders import class_folders
    from cnn_vs_rnn.own_data.sounds import ENDINGS

    for file in class_folders(root, ENDINGS, "recordings").files:
        try:
            content = file.read_bytes()
            read_raw(facts, [content])
        except (OSError, RefusedInputError):
            continue
        return content
    raise UserError(f"{root} holds no recording that can be read: run the contest again")
