"""From a model's outputs to answers with names, as plain values that JSON can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int, Shaped
from torch.nn.utils.rnn import pad_sequence

from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.portable import Portable
from cnn_vs_rnn.export.raw import read_raw
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.tasks.subwords import text_of

BATCH = 256  # samples answered at once


def answers(model: Portable, facts: ModelFacts, values: list[Any]) -> list[dict[str, Any]]:
    """One answer for each raw input (see `raw.read_raw`), by what the task asks.

    - a class: `class`, its `probability`, and the `probabilities` of all by name;
    - a class a step: lists of `class` and `probability`;
    - yes or no for several labels: their `probabilities` by name, of per-step tasks a list of them;
    - a text: its `translation`;
    - a number: `value`; several: `values`; a forecast: `values`, a list of steps for each channel.

    Raises RefusedInputError.
    """
    samples = read_raw(facts, values)
    outputs = predict(model, samples)
    lengths = [None] * len(samples) if samples.lengths is None else samples.lengths.tolist()
    return [
        _answer(facts, output[:length] if facts.output.per_step else output)
        for output, length in zip(outputs, lengths, strict=True)
    ]


@torch.inference_mode()
def predict(
    model: Portable, samples: Samples
) -> Float[np.ndarray, "sample ... output"] | Int[np.ndarray, "sample answer"]:
    """As `Portable.forward`, of any number of samples as the task stores them."""
    inputs = torch.from_numpy(samples.inputs)
    inputs = inputs.long() if model.tokens else inputs.float()
    lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths).long()
    pieces = [
        model(inputs[start : start + BATCH], None if lengths is None else lengths[start : start + BATCH])
        for start in range(0, len(inputs), BATCH)
    ]
    if model.beam is not None:
        return pad_sequence([answer for piece in pieces for answer in piece], batch_first=True).numpy()
    return torch.cat(pieces).numpy()


def _answer(facts: ModelFacts, output: Shaped[np.ndarray, "... output"]) -> dict[str, Any]:
    if facts.output.sequence is not None:
        return {"translation": text_of(output.tolist(), facts.vocabulary)}
    if facts.loss == "cross_entropy":
        return _classes(facts, output)
    if facts.loss == "binary_cross_entropy":
        labels = [_named(facts, step) for step in np.atleast_2d(output)]
        return {"probabilities": labels if facts.output.per_step else labels[0]}
    if facts.output.forecast is not None:
        return {"values": output.reshape(-1, facts.output.forecast.horizon).tolist()}
    return {"value": float(output[0])} if len(output) == 1 else {"values": output.tolist()}


def _classes(facts: ModelFacts, output: Float[np.ndarray, "... output"]) -> dict[str, Any]:
    best = output.argmax(-1)
    if facts.output.per_step:
        return {"class": [facts.class_name(int(one)) for one in best], "probability": output.max(-1).tolist()}
    return {
        "class": facts.class_name(int(best)),
        "probability": float(output.max()),
        "probabilities": _named(facts, output),
    }


def _named(facts: ModelFacts, output: Float[np.ndarray, " output"]) -> dict[str, float]:
    return {facts.class_name(at): float(probability) for at, probability in enumerate(output)}
