"""A portable model as an ONNX file, and whether it answers like PyTorch."""

from __future__ import annotations

import io
import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from jaxtyping import Shaped
from torch import Tensor

from cnn_vs_rnn.export.exportable import exportable, followable
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.portable import Portable
from cnn_vs_rnn.files import replacing
from cnn_vs_rnn.tasks.data import Samples

OPSET = 18
TOLERANCE = 1e-4  # of probabilities, or of values in standard deviations


class NotExportableError(Exception):
    """Why a model cannot be written as ONNX, as the end of a sentence that starts with its name."""


def write_onnx(path: Path, model: Portable, facts: ModelFacts, samples: Samples) -> float:
    """Write `path`, whole or not at all; return the largest difference to PyTorch that was found.

    Inputs `inputs` and, where sequences differ in length, `lengths`, as `Portable.forward` takes them; batch and time
    may have any size. Output `outputs`. The facts stand in the file's metadata, under `facts`, as JSON.

    samples: some of the task, raw, on which the file is compared with PyTorch.
    Raises NotExportableError, also where an answer differs by more than TOLERANCE.
    """
    if facts.output.sequence is not None:
        raise NotExportableError("a translation is found a token at a time, each following from those before")
    proto = _converted(model, facts, *_tensors(facts, samples, min(4, len(samples)), 0))
    onnx.helper.set_model_props(proto, {"facts": json.dumps(facts.model_dump(mode="json"))})
    onnx.checker.check_model(proto)
    difference = largest_difference(proto.SerializeToString(), model, facts, samples)
    if not difference <= TOLERANCE:
        raise NotExportableError(f"its ONNX file answers differently from PyTorch (by {difference:.2g})")
    with replacing(path) as temporary:
        temporary.write_bytes(proto.SerializeToString())
    return difference


def largest_difference(content: bytes, model: Portable, facts: ModelFacts, samples: Samples) -> float:
    """Between an ONNX model and PyTorch: of one sample and of up to 16, and of sequences at two lengths.

    Of probabilities, or of values in standard deviations.
    """
    session = onnxruntime.InferenceSession(content, _quiet_session(), providers=["CPUExecutionProvider"])
    unit = model.target_deviation.numpy()
    worst = 0.0
    for count in (1, min(16, len(samples))):
        for cut in (0,) if facts.input.kind == "image" else (0, _cut(facts, samples)):
            inputs, lengths = _tensors(facts, samples, count, cut)
            with torch.inference_mode():
                expected = model(inputs, lengths).numpy()
            given = {"inputs": inputs.numpy()} | ({} if lengths is None else {"lengths": lengths.numpy()})
            (answered,) = session.run(None, given)
            differences = np.abs(expected - np.asarray(answered)) / unit
            if facts.output.per_step and lengths is not None:
                differences = differences[np.arange(inputs.shape[1]) < lengths.numpy()[:, None]]
            worst = max(worst, float(differences.max()))
    return worst


def _cut(facts: ModelFacts, samples: Samples) -> int:
    """Steps to leave out for the second length: a quarter, but not of a season that a forecast may repeat."""
    time = samples.inputs.shape[1]
    shortest = facts.output.forecast.period or 1 if facts.output.forecast else 1
    return min(max(1, time // 4), time - shortest)


def _tensors(
    facts: ModelFacts, samples: Samples, count: int, cut: int
) -> tuple[Shaped[Tensor, "batch ..."], Tensor | None]:
    """The first samples, without the last `cut` steps."""
    chosen = samples.take(np.arange(count))
    inputs = torch.from_numpy(chosen.inputs)
    inputs = inputs.long() if facts.input.kind == "tokens" else inputs.float()
    lengths = None if chosen.lengths is None else torch.from_numpy(chosen.lengths)
    if cut:
        inputs = inputs[:, :-cut]
        lengths = None if lengths is None else lengths.clamp(max=inputs.shape[1])
    return inputs, lengths


def _converted(model: Portable, facts: ModelFacts, inputs: Tensor, lengths: Tensor | None) -> onnx.ModelProto:
    batch, time = torch.export.Dim.DYNAMIC, torch.export.Dim.DYNAMIC
    moving = {0: batch} if facts.input.kind == "image" else {0: batch, 1: time}
    given = (inputs,) if lengths is None else (inputs, lengths)
    with _quiet(), followable():
        try:
            program = torch.onnx.export(
                exportable(model),
                given,
                dynamo=True,
                dynamic_shapes=(moving,) if lengths is None else (moving, {0: batch}),
                input_names=["inputs", "lengths"][: len(given)],
                output_names=["outputs"],
                opset_version=OPSET,
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise NotExportableError("it takes steps that PyTorch's ONNX exporter cannot follow") from error
    assert program is not None
    for node in program.model.graph.all_nodes():
        node.metadata_props.clear()  # stack traces, with the paths of this machine
    return program.model_proto


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter says to its developers: operators of torchvision, deprecations, failing graphs."""
    registration = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = registration.level
    registration.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.filterwarnings("ignore", message=".*LeafSpec.*", category=FutureWarning)
            yield
    finally:
        registration.setLevel(level)


def _quiet_session() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    options.intra_op_num_threads = 1
    return options
