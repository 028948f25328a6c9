"""The tasks of text and music, against the counts of their origins and against what lies in their files."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from mirror import needs_mirror
from scipy.io import loadmat

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.models.ngram import NGram
from cnn_vs_rnn.tasks.data import IGNORED
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.load import load_task

pytestmark = needs_mirror


def config(name):
    path = Path(__file__).parents[2] / "conf" / "task" / f"{name}.yaml"
    return TaskConfig(**yaml.safe_load(path.read_text(encoding="utf-8")))


def shown(raw, samples, row, joined=" "):
    length = None if samples.lengths is None else samples.lengths[row]
    return joined.join(raw.vocabulary[token] for token in samples.inputs[row, :length])


def test_sst2_has_its_official_parts():
    raw = load_task(config("sst2"))
    assert (len(raw.pool), raw.valid.sum(), len(raw.test)) == (6920 + 872, 872, 1821)
    assert not raw.valid[:6920].any()
    assert raw.classes == ("negative", "positive")
    assert shown(raw, raw.pool, 0).startswith("a stirring , funny and finally transporting re - [UNK] of beauty")
    assert raw.keys[0][0].startswith("a stirring , funny and finally transporting re-imagining of beauty and the beast")
    assert raw.classes[raw.pool.targets[0]] == "positive"
    assert (raw.keys[1][0], raw.classes[raw.test.targets[0]]) == (
        "no movement , no yuks , not much of anything .",
        "negative",
    )


def test_trec_has_its_official_parts():
    raw = load_task(config("trec"))
    assert (len(raw.pool), raw.valid, len(raw.test)) == (5452, None, 500)
    assert dict(zip(raw.classes, np.bincount(raw.pool.targets), strict=True)) == {
        "abbreviation": 86,
        "description": 1162,
        "entity": 1250,
        "human": 1223,
        "location": 835,
        "number": 896,
    }
    assert raw.keys[1][0] == "How far is it from Denver to Aspen ?"
    assert shown(raw, raw.test, 0) == "how far is it from [UNK] to [UNK] ?"
    assert raw.classes[raw.test.targets[0]] == "number"


def test_names_are_kept_once_a_language():
    raw = load_task(config("names"))
    assert (len(raw.classes), raw.test) == (18, None)
    assert "2,059 names listed again under their language were left out" in raw.notes
    pairs = {(name, label) for name, label in zip(raw.keys[0], raw.pool.targets.tolist(), strict=True)}
    assert len(pairs) == len(raw.pool) == 20074 - 2059
    labels = dict(zip(raw.classes, np.bincount(raw.pool.targets), strict=True))
    assert (max(labels, key=labels.get), labels["Russian"], labels["Vietnamese"]) == ("Russian", 9342, 71)
    row = raw.keys[0].index("Nguyen")
    assert shown(raw, raw.pool, row, "") == "Nguyen"
    assert raw.classes[raw.pool.targets[row]] == "Vietnamese"


def test_shakespeare_is_read_on_from_window_to_window_and_ends_in_the_test_part():
    task = config("tiny_shakespeare")
    raw = load_task(task)
    text = fetched(task, task.files[0].path).read_text(encoding="utf-8")
    assert len(text) == 1115394
    start = round(len(text) * 0.9)
    for samples, part in ((raw.pool, text[:start]), (raw.test, text[start:])):
        assert len(samples) == (len(part) - 1) // 128
        assert "".join(raw.vocabulary[token] for token in samples.inputs[:50].flatten()) == part[: 50 * 128]
        assert (
            "".join(raw.vocabulary[token] for token in samples.targets[-50:].flatten())
            == (part[1 + (len(samples) - 50) * 128 : 1 + len(samples) * 128])
        )
    assert (np.diff(raw.groups) >= 0).all()  # a part of its own is a stretch of text
    assert np.bincount(raw.groups).max() == 32


def test_the_unigram_of_shakespeare_scores_the_entropy_of_its_characters():
    raw = load_task(config("tiny_shakespeare"))
    model = NGram(raw.input, raw.output, order=1)
    model.fit(raw.pool, seed=0)
    counts = np.bincount(raw.pool.targets.flatten())
    shares = counts[counts > 0] / counts.sum()
    entropy = -(shares * np.log2(shares)).sum()
    logs = model(torch.zeros(1, 1, dtype=torch.int64))[0, 0]
    bits = -logs[torch.from_numpy(raw.pool.targets)].mean() / math.log(2)
    assert bits.item() == pytest.approx(entropy, abs=1e-4)
    assert entropy == pytest.approx(4.78, abs=0.01)


@pytest.mark.parametrize(
    ("name", "file", "pieces"),
    [("jsb_chorales", "JSB_Chorales.mat", (229, 76, 77)), ("nottingham", "Nottingham.mat", (694, 173, 170))],
)
def test_music_is_every_step_of_every_piece_and_the_step_after(name, file, pieces):
    task = config(name)
    raw = load_task(task)
    stored = loadmat(fetched(task, f"music/{file}"))
    parts = [list(stored[f"{part}data"][0]) for part in ("train", "valid", "test")]
    assert tuple(map(len, parts)) == pieces
    pool_parts = [raw.pool.take(np.flatnonzero(chosen)) for chosen in (~raw.valid, raw.valid)]
    for samples, expected in zip([*pool_parts, raw.test], parts, strict=True):
        real = np.arange(samples.inputs.shape[1]) < samples.lengths[:, None]
        assert (samples.inputs[real] == np.concatenate([piece[:-1] for piece in expected])).all()
        assert (samples.targets[real] == np.concatenate([piece[1:] for piece in expected])).all()
        assert (samples.targets[~real] == IGNORED).all()
    assert (raw.classes[0], raw.classes[39], raw.classes[-1]) == ("A0", "C4", "C8")


def test_music_is_cut_where_the_option_says():
    task = config("nottingham")
    raw = load_task(task.model_copy(update={"options": {"longest": 8}}))
    assert raw.pool.lengths.max() == 8
    assert raw.pool.inputs.shape[1:] == raw.pool.targets.shape[1:] == (8, 88)
    assert len(raw.pool) > len(load_task(task).pool)
