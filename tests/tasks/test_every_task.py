"""Every file under conf/task, those added later included, is ingested and prepared."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from cnn_vs_rnn.augmentation.preview import render_preview
from cnn_vs_rnn.augmentation.scaling import prepare, read_part
from cnn_vs_rnn.config import AugmentConfig, TaskConfig
from cnn_vs_rnn.tasks.data import IGNORED
from cnn_vs_rnn.tasks.store import ingest

FILES = sorted((Path(__file__).parents[2] / "conf" / "task").glob("*.yaml"))
AUGMENT = Path(__file__).parents[2] / "conf" / "augment"


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.stem)
def task(request, tmp_path_factory):
    """(configuration, ingested, prepared with two seeds) of one file."""
    config = TaskConfig(**yaml.safe_load(request.param.read_text(encoding="utf-8")))
    assert config.name == request.param.stem
    assert request.param.read_text(encoding="utf-8").startswith(f"# @package tasks.{config.name}\n")
    root = tmp_path_factory.mktemp(config.name)
    ingested = ingest(config, root / "intermediate")
    return config, ingested, prepare(ingested, config, 2, root / "model_input")


def test_the_parts_have_the_shape_the_task_promises(task):
    config, ingested, prepared = task
    spec = ingested.input
    shape = (spec.channels, spec.height, spec.width) if spec.kind == "image" else (spec.length, spec.channels)
    for part in ("train", "valid", "test"):
        samples = read_part(prepared, 0, part)
        assert samples.inputs.shape == (len(samples), *shape)
        assert samples.inputs.dtype == np.float32
        assert np.isfinite(samples.inputs).all()
        assert (samples.lengths is not None) == spec.variable
        if config.output == "per_step":
            assert samples.targets.shape == samples.inputs.shape[:2]
        else:
            assert samples.targets.shape == (
                (len(samples), ingested.output.size) if config.loss == "mse" else (len(samples),)
            )
        if config.loss == "cross_entropy":
            assert samples.targets.dtype == np.int64
            assert set(np.unique(samples.targets)) <= {IGNORED, *range(ingested.output.size)}
            assert len(ingested.classes) == ingested.output.size
        else:
            assert samples.targets.dtype == np.float32


def test_nothing_leaks_between_the_parts(task):
    _, ingested, prepared = task
    for seed in (0, 1):
        with np.load(prepared.split(seed).path, allow_pickle=False) as split:
            assert sorted([*split["train"], *split["valid"]]) == list(range(ingested.pool_samples))
    assert not any(ingested.card().duplicates.values())


def test_the_card_adds_up(task):
    config, ingested, prepared = task
    card = ingested.card()
    for part in ("train", "valid", "test"):
        samples = read_part(prepared, 0, part)
        assert card.samples[part] == len(samples)
        if card.classes:
            assert sum(counts[part] for counts in card.classes.values()) == (samples.targets != IGNORED).sum()
    if config.loss == "cross_entropy" and config.output == "one":
        assert all(counts["train"] for counts in card.classes.values())


@pytest.mark.parametrize("augment", ["none", "all"])
def test_it_is_drawn(task, augment):
    config, _, prepared = task
    policy = AugmentConfig(**yaml.safe_load((AUGMENT / f"{augment}.yaml").read_text(encoding="utf-8")))
    assert render_preview(prepared, config, policy).startswith(b"\x89PNG")


def test_the_embedded_tasks_are_there():
    assert {"adding", "copy_memory", "digits", "japanese_vowels", "osu_leaf"} <= {path.stem for path in FILES}
