"""What is said of data that can be trained on, but with care."""

import numpy as np
import pytest

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks import warnings
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.store import ingest

SERIES = InputSpec(kind="sequence", channels=3, length=4)
SETTINGS = {
    "name": "made_up",
    "target": "test_warnings:load",
    "modality": "series",
    "description": "",
    "source": "made up",
    "loss": "cross_entropy",
    "score": "accuracy",
    "equivalence": 0.01,
    "test_fraction": 0.25,
}


def load(config: TaskConfig) -> RawTask:
    """400 samples of three channels; 8 of class b; the second channel never changes; the first two samples twice."""
    inputs = np.random.default_rng(0).normal(size=(400, 4, 3)).astype(np.float32)
    inputs[..., 1] = 2.5
    inputs[2:4] = inputs[:2]
    targets = np.where(np.arange(400) % 50 == 7, 1, 0)
    return RawTask(Samples(inputs, targets), None, SERIES, OutputSpec(size=2), ("a", "b"))


@pytest.fixture
def config() -> TaskConfig:
    return TaskConfig(**SETTINGS)


def counted(**train):
    return {name: {"train": count, "valid": 1, "test": 1} for name, count in train.items()}


def test_the_card_tells_all_of_them(config, tmp_path):
    card = ingest(config, tmp_path).card()
    assert [warning.partition(":")[0] for warning in card.warnings][:2] == [
        "strong imbalance",
        "1 of 3 channels has the same value throughout",
    ]
    assert "class b has" in card.warnings[0]
    assert card.warnings[1].endswith(": 2 (from 1)")
    assert sum(card.duplicates.values()) == sum(
        int(warning.split()[1]) for warning in card.warnings if warning.startswith("duplicates")
    )


def test_a_rare_class_is_named_with_what_to_do(config):
    (warning,) = warnings.imbalance(config, OutputSpec(size=2), counted(a=990, b=10))
    assert warning == (
        "strong imbalance: class b has 10 of 1,000 training samples (1%), class a 990; "
        "score=macro_f1 lets every class count, balanced=true weights the loss"
    )


def test_what_was_done_is_not_advised(config):
    cared_for = config.model_copy(update={"score": "macro_f1", "balanced": True})
    (warning,) = warnings.imbalance(cared_for, OutputSpec(size=2), counted(a=990, b=10))
    assert warning.endswith("class a 990")


@pytest.mark.parametrize(("rare", "warned"), [(11, False), (10, True), (0, True)])
def test_a_tenth_is_strong(config, rare, warned):
    assert bool(warnings.imbalance(config, OutputSpec(size=2), counted(a=100, b=rare))) == warned


def test_steps_and_labels_are_rare_by_nature(config):
    assert not warnings.imbalance(config, OutputSpec(size=2, per_step=True), counted(a=990, b=1))
    labels = config.model_copy(update={"loss": "binary_cross_entropy"})
    assert not warnings.imbalance(labels, OutputSpec(size=2, labels=True), counted(a=990, b=1))


def test_many_constant_channels_are_counted_not_listed():
    spec = SERIES.model_copy(update={"channels": 88})
    table = np.zeros((10, 88))
    table[:, 80:] = np.arange(10)[:, None]
    (warning,) = warnings.constant_channels(spec, [table, table])
    assert warning == "80 of 88 channels have the same value throughout: 1, 2, 3, 4, 5, ... (from 1)"


def test_a_channel_that_differs_between_parts_is_not_constant():
    assert warnings.constant_channels(SERIES, [np.zeros((5, 3)), np.ones((5, 3))]) == []


def test_constant_pixels_are_counted():
    images = np.zeros((6, 1, 4, 4), np.uint8)
    images[:, 0, 1:3, 1:3] = np.arange(6)[:, None, None]
    spec = InputSpec(kind="image", channels=1, height=4, width=4)
    assert warnings.constant_pixels(spec, [images, images]) == ["12 of 16 pixels are the same in every image"]
    assert warnings.constant_pixels(spec, [images[:, :, 1:3, 1:3]] * 2) == []


def test_duplicates_are_said_where_there_are_any():
    assert warnings.duplicates(0, 0) == []
    assert warnings.duplicates(1, 2) == [
        "duplicates: 1 sample taken out of training, because the test part holds the same input",
        "duplicates: 2 samples taken out of validation, because the training part holds the same input",
    ]
