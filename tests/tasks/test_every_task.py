"""Every file under conf/task, those added later included, is ingested and prepared."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from mirror import needs_mirror

from cnn_vs_rnn.augment_config import AugmentConfig
from cnn_vs_rnn.augmentation.preview import render_preview
from cnn_vs_rnn.augmentation.scaling import prepare, read_part
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.check import check
from cnn_vs_rnn.tasks.data import END, IGNORED, Samples
from cnn_vs_rnn.tasks.load import load_task
from cnn_vs_rnn.tasks.store import ingest

FILES = sorted((Path(__file__).parents[2] / "conf" / "task").glob("*.yaml"))
AUGMENT = Path(__file__).parents[2] / "conf" / "augment"
PARTS = ("train", "valid", "test")
LIMITS = {"limit": 300, "test_limit": 100}


def configured(path):
    return TaskConfig(**yaml.safe_load(path.read_text(encoding="utf-8")))


def params(paths):
    return [
        pytest.param(path, id=path.stem, marks=[needs_mirror] if configured(path).files else [])  # no network in tests
        for path in paths
    ]


@pytest.fixture(scope="module", params=params(FILES))
def task(request, tmp_path_factory):
    """(configuration, ingested, prepared with two seeds) of some samples of one file."""
    config = configured(request.param)
    assert config.name == request.param.stem
    assert request.param.read_text(encoding="utf-8").startswith(f"# @package tasks.{config.name}\n")
    config = config.model_copy(update=LIMITS)
    root = tmp_path_factory.mktemp(config.name)
    ingested = ingest(config, root / "intermediate")
    return config, ingested, prepare(ingested, config, range(2), root / "model_input")


def test_the_inputs_have_the_shape_the_task_promises(task):
    _, ingested, prepared = task
    spec = ingested.input
    shape = {
        "image": (spec.channels, spec.height, spec.width),
        "sequence": (spec.length, spec.channels),
        "tokens": (spec.length,),
    }[spec.kind]
    for part in PARTS:
        samples = read_part(prepared, 0, part)
        assert samples.inputs.shape == (len(samples), *shape)
        assert samples.inputs.dtype == (np.int64 if spec.kind == "tokens" else np.float32)
        assert np.isfinite(samples.inputs).all()
        assert (samples.lengths is not None) == spec.variable
        if samples.lengths is not None:
            assert samples.lengths.min() >= 1
            assert not samples.inputs[beyond_the_end(samples)].any()
        if spec.kind == "tokens":
            assert len(ingested.vocabulary) == spec.vocabulary
            assert 0 <= samples.inputs.min() <= samples.inputs.max() < spec.vocabulary


def beyond_the_end(samples):
    return np.arange(samples.inputs.shape[1]) >= samples.lengths[:, None]


def test_the_answers_have_the_shape_the_task_promises(task):
    config, ingested, prepared = task
    output = ingested.output
    assert output.per_step == (config.output == "per_step")
    assert (output.forecast is not None) == (config.output == "forecast")
    assert output.labels == (config.loss == "binary_cross_entropy")
    assert (output.sequence is not None) == (config.output == "sequence")
    for part in PARTS:
        samples = read_part(prepared, 0, part)
        targets = samples.targets
        assert len(targets) == len(samples)
        if output.sequence is not None:
            are_sequences(samples, ingested)
            continue
        steps = samples.inputs.shape[1:2] if output.per_step else ()
        if config.loss == "cross_entropy":
            assert targets.shape[1:] == steps
            assert targets.dtype == np.int64
            assert len(ingested.classes) == output.size
            assert set(np.unique(targets)) <= {*range(output.size), *([IGNORED] if output.per_step else [])}
        else:
            assert targets.shape[1:] == (*steps, output.size)
            assert targets.dtype == np.float32
            assert np.isfinite(targets).all()
        if output.labels:
            assert len(ingested.classes) == output.size
            assert set(np.unique(targets)) <= {0, 1, IGNORED}
            ignored = targets == IGNORED
            assert (ignored.all(axis=-1) == ignored.any(axis=-1)).all()  # a step counts with all its labels, or not
        if output.per_step and samples.lengths is not None:
            assert (targets[beyond_the_end(samples)] == IGNORED).all()
        if output.forecast is not None:
            assert output.size == output.forecast.horizon * len(output.forecast.channels)


def are_sequences(samples, ingested):
    """Every answer is of real tokens, ends with END, and is ignored after it; one vocabulary serves both sides."""
    targets, ends = samples.targets, samples.target_lengths - 1
    assert targets.shape[1:] == (ingested.output.sequence,)
    assert targets.dtype == samples.target_lengths.dtype == np.int64
    assert ingested.output.size == ingested.input.vocabulary == len(ingested.vocabulary)
    assert ingested.vocabulary[: END + 1] == ("[PAD]", "[UNK]", "[BEGIN]", "[END]")
    place = np.arange(targets.shape[1])
    said = place < ends[:, None]
    assert ends.min() >= 1
    assert (targets[said] > END).all()
    assert targets[said].max() < ingested.output.size
    assert (targets[place == ends[:, None]] == END).all()
    assert (targets[place > ends[:, None]] == IGNORED).all()
    assert END < ingested.input.words <= ingested.input.vocabulary
    assert (samples.inputs[~beyond_the_end(samples)] > END).all()


def test_no_sample_is_in_two_parts(task):
    _, ingested, prepared = task
    for seed in (0, 1):
        with np.load(prepared.split(seed).path, allow_pickle=False) as split:
            train, valid = split["train"], split["valid"]
        assert not np.intersect1d(train, valid).size
        assert len(np.unique(train)) == len(train)
        assert len(np.unique(valid)) == len(valid)
        assert {*train, *valid} <= set(range(ingested.pool_samples))
        # What is in neither part has a double in the validation part
        left_out = np.setdiff1d(np.arange(ingested.pool_samples), [*train, *valid])
        identical = identities(ingested)
        assert np.isin(identical[left_out], identical[valid]).all()
        assert not np.isin(identical[train], identical[valid]).any()


def identities(ingested):
    with np.load(Path(ingested.directory) / "pool.npz", allow_pickle=False) as pool:
        return pool["identical"]


def test_no_input_is_trained_on_and_tested(task):
    config, _, prepared = task
    if has_keys(config):
        pytest.skip("two texts may have the same tokens: their keys decide, in the test below")
    for seed in (0, 1):
        train, valid, test = (contents(read_part(prepared, seed, part)) for part in PARTS)
        assert not train & (valid | test)
        assert not valid & test


def has_keys(config):
    return config.modality == "text" and config.output in ("one", "sequence")


def contents(samples):
    ends = [None] * len(samples) if samples.lengths is None else samples.lengths
    return {row[:end].tobytes() for row, end in zip(samples.inputs, ends, strict=True)}


@pytest.mark.parametrize("path", params(path for path in FILES if has_keys(configured(path))))
def test_no_text_is_trained_on_and_tested(path):
    config = configured(path)
    raw = load_task(config)
    assert raw.keys is not None
    # Every text is replaced by its position, so that what becomes of it can be followed
    pool, test = (None if part is None else numbered(part) for part in (raw.pool, raw.test))
    any_number = raw.input.model_copy(update={"vocabulary": None})
    checked = check(config, replace(raw, pool=pool, test=test, input=any_number))
    keys = raw.keys[0], raw.keys[0 if raw.test is None else 1]
    pool_texts, test_texts = (
        {of[at] for at in part.inputs[:, 0]} for of, part in zip(keys, (checked.pool, checked.test), strict=True)
    )
    assert len(test_texts) > 100
    assert not pool_texts & test_texts
    # Nothing else was left out
    if raw.test is not None:
        assert pool_texts == {*raw.keys[0]} - test_texts
        assert test_texts == {*raw.keys[1]}
    else:
        assert pool_texts | test_texts == {*raw.keys[0]}


def numbered(part):
    return Samples(np.arange(len(part))[:, None], part.targets, np.ones(len(part), np.int64))


def test_the_card_adds_up(task):
    config, ingested, prepared = task
    card = ingested.card()
    for part in PARTS:
        samples = read_part(prepared, 0, part)
        assert card.samples[part] == len(samples)
        if ingested.output.labels:
            assert sum(counts[part] for counts in card.classes.values()) == (samples.targets == 1).sum()
        elif card.classes:
            assert sum(counts[part] for counts in card.classes.values()) == (samples.targets != IGNORED).sum()
    assert card.samples["train"] + card.samples["valid"] <= LIMITS["limit"]
    assert card.samples["test"] <= LIMITS["test_limit"]
    if config.loss == "cross_entropy" and config.output == "one":  # what validates can be learnt
        assert all(counts["train"] for counts in card.classes.values() if counts["valid"])


@pytest.mark.parametrize("augment", ["none", "all"])
def test_it_is_drawn(task, augment):
    config, _, prepared = task
    policy = AugmentConfig(**yaml.safe_load((AUGMENT / f"{augment}.yaml").read_text(encoding="utf-8")))
    assert render_preview(prepared, config, policy).startswith(b"\x89PNG")


def test_the_standard_tasks_are_there():
    assert {path.stem for path in FILES} >= {
        "adding",
        "copy_memory",
        "copy_symbols",
        "digits",
        "etth1",
        "fashion_mnist",
        "japanese_vowels",
        "jsb_chorales",
        "mnist",
        "multi30k",
        "names",
        "nottingham",
        "osu_leaf",
        "parity",
        "permuted_mnist",
        "reverse_symbols",
        "selective_copy",
        "sequential_mnist",
        "spoken_digits",
        "sst2",
        "tiny_shakespeare",
        "trec",
        "ucr",
    }
