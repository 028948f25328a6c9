"""Every network of conf/model is written as ONNX and answers like PyTorch. A new YAML is covered at once."""

import json
from pathlib import Path

import jaxtyping
import onnx
import pytest
import torch
from models.cases import CASES, models

from cnn_vs_rnn.augmentation.scaling import Scaling
from cnn_vs_rnn.export.facts import ModelFacts, Standardisation
from cnn_vs_rnn.export.onnx_file import OPSET, TOLERANCE, NotExportableError, largest_difference, write_onnx
from cnn_vs_rnn.export.portable import Portable
from cnn_vs_rnn.tasks.data import Samples

NO_ONNX = {"minirocket", "bag_of_ngrams", "one_nn", "ngram", "unigram"}  # as docs/take-it-along.md says
# an image; unequal lengths; equal ones, with values that are scaled; several labels a step; tokens
KINDS = ("wide_image", "series", "forecast", "keys", "words")
PAIRS = [
    pytest.param(model, case, id=f"{name}-{case.name}")
    for name, model in models().items()
    for case in CASES
    if case.name in KINDS and case.served_by(model)
    # an embedding is the same in front of every network
    if case.name != "words" or model.modalities == ["text"] or model.family == "baseline"
]
NETWORKS = [pair for pair in PAIRS if pair.values[0].family != "baseline"]
BASELINES = [pair for pair in PAIRS if pair.values[0].family == "baseline"]


@pytest.fixture(autouse=True)
def _shapes_are_not_checked():
    """To the exporter, a comparison of two sizes says that they are always the same."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


def scaling_of(case, samples):
    if case.input.kind == "tokens":
        return Scaling.identity(case.input.channels)
    scaling = Scaling.fit(samples)
    return scaling.with_targets(samples, case.output) if case.values else scaling


def facts_of(model, case, scaling):
    return ModelFacts(
        experiment="test",
        task=case.name,
        condition="default",
        description="",
        modality=case.modality,
        loss=case.loss,
        input=case.input.model_copy(update={"variable": case.shortest is not None}),
        output=case.output,
        classes=(),
        vocabulary=(),
        unseen=(),
        scaling=Standardisation.of(scaling),
        model=model,
        width=0.0,
        seed=0,
        fingerprint="",
        own=None,
    )


def made(model, case, seed=1):
    """A model with scaling, and raw samples."""
    samples = case.samples(40, seed)
    if case.input.kind != "tokens":
        samples = Samples(samples.inputs * 3 + 7, samples.targets, samples.lengths)
    scaling = scaling_of(case, samples)
    if model.family == "baseline":
        network = case.baseline(model)
        network.fit(scaling.apply(samples), seed=0)
    else:
        network = case.network(model, dropout=0.1)
        scaled = scaling.apply(samples)
        inputs = torch.from_numpy(scaled.inputs)
        network(inputs, None if scaled.lengths is None else torch.from_numpy(scaled.lengths))  # running statistics
    facts = facts_of(model, case, scaling)
    return Portable(facts, network).eval(), facts, samples


@pytest.mark.parametrize(("model", "case"), NETWORKS)
def test_a_network_answers_from_its_file_as_in_pytorch(model, case, tmp_path):
    network, facts, samples = made(model, case)
    difference = write_onnx(tmp_path / "model.onnx", network, facts, samples)
    assert difference <= TOLERANCE
    # other samples, at two batch sizes and, of sequences, at two lengths, neither of them that of the example
    others = case.samples(9, seed=2)
    if case.input.kind != "image":
        kept = case.input.length - 3
        lengths = None if others.lengths is None else others.lengths.clip(max=kept)
        others = Samples(others.inputs[:, :kept], others.targets, lengths)
    content = (tmp_path / "model.onnx").read_bytes()
    assert largest_difference(content, network, facts, others) <= TOLERANCE


SERIES = next(case for case in CASES if case.name == "series")
RECURRENT = [name for name, model in models().items() if model.family == "rnn" and SERIES.served_by(model)]


@pytest.mark.parametrize("name", RECURRENT)
def test_both_directions_are_read(name, tmp_path):
    model = models()[name]
    model = model.model_copy(update={"options": {**model.options, "bidirectional": True, "layers": 2}})
    assert write_onnx(tmp_path / "model.onnx", *made(model, SERIES)) <= TOLERANCE


@pytest.mark.parametrize(("name", "how"), [("tcn", "mean"), ("gru", "max"), ("fcn", "last")])
def test_every_read_out_is_written(name, how, tmp_path):
    model = models()[name]
    model = model.model_copy(update={"options": {**model.options, "read_out": how}})
    case = next(case for case in CASES if case.name == "series")
    assert write_onnx(tmp_path / "model.onnx", *made(model, case)) <= TOLERANCE


@pytest.mark.parametrize(("model", "case"), BASELINES)
def test_a_baseline_is_written_or_says_that_it_cannot_be(model, case, tmp_path):
    baseline, facts, samples = made(model, case)
    if model.name in NO_ONNX:
        with pytest.raises(NotExportableError, match="steps that PyTorch's ONNX exporter cannot follow"):
            write_onnx(tmp_path / "model.onnx", baseline, facts, samples)
        assert not list(tmp_path.iterdir())
    else:
        assert write_onnx(tmp_path / "model.onnx", baseline, facts, samples) <= TOLERANCE


def test_the_file_says_what_it_is(tmp_path):
    case = next(case for case in CASES if case.name == "series")
    network, facts, samples = made(models()["gru"], case)
    write_onnx(tmp_path / "model.onnx", network, facts, samples)
    proto = onnx.load(tmp_path / "model.onnx")
    assert ModelFacts.model_validate(json.loads({p.key: p.value for p in proto.metadata_props}["facts"])) == facts
    assert [one.version for one in proto.opset_import if one.domain == ""] == [OPSET]
    assert [one.name for one in proto.graph.input] == ["inputs", "lengths"]
    assert str(Path.cwd()).encode() not in proto.SerializeToString()


def test_a_file_that_answers_otherwise_is_not_written(tmp_path):
    case = next(case for case in CASES if case.name == "two_classes")
    network, facts, samples = made(models()["lstm"], case)

    class Otherwise(Portable):
        def forward(self, inputs, lengths=None):
            answers = super().forward(inputs, lengths)
            return answers if torch.compiler.is_exporting() else 1 - answers

    with pytest.raises(NotExportableError, match="answers differently from PyTorch"):
        write_onnx(tmp_path / "model.onnx", Otherwise(facts, network.model).eval(), facts, samples)
    assert not list(tmp_path.iterdir())
