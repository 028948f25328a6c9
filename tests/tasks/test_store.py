import json
import sys

import numpy as np
import pytest

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.store import IngestedTask, ingest

CONFIG = TaskConfig(
    name="toy",
    target=f"{__name__}:load",
    modality="series",
    description="a toy",
    source="made here",
    loss="cross_entropy",
    score="accuracy",
    equivalence=0.01,
    test_fraction=0.25,
)
LOADS = []


def toy(samples=40, **changes):
    """Sequences of 5 to 8 steps in 2 classes and groups of 2; noise stands in the padding."""
    generator = np.random.default_rng(0)
    lengths = 5 + np.arange(samples) % 4
    inputs = generator.standard_normal((samples, 8, 3))
    arguments = {
        "pool": Samples(inputs, np.arange(samples) // 2 % 2, lengths),
        "test": None,
        "input": InputSpec(kind="sequence", channels=3, length=8),
        "output": OutputSpec(size=2),
        "classes": ("no", "yes"),
    }
    return RawTask(**{**arguments, **changes})


def without_noise(samples):
    """The inputs with 0 in the padding."""
    valid = np.arange(8) < samples.lengths[:, None]
    return np.where(valid[..., None], samples.inputs, 0).astype(np.float32)


def load(config):
    LOADS.append(config)
    return toy()


@pytest.fixture
def loaded(monkeypatch):
    """What the loader returns from now on; gives the list of calls."""
    LOADS.clear()
    return lambda raw: monkeypatch.setattr(sys.modules[__name__], "load", lambda config: raw)


def test_what_is_stored_is_what_was_loaded(tmp_path):
    task = ingest(CONFIG, tmp_path)
    pool, test, raw = task.pool(), task.test(), toy().pool
    assert (len(pool), len(test)) == (task.pool_samples, task.test_samples) == (30, 10)
    assert pool.inputs.dtype == np.float32
    everything = np.concatenate([pool.inputs, test.inputs])
    assert sorted(map(bytes, everything)) == sorted(map(bytes, without_noise(raw)))
    assert IngestedTask.model_validate_json(task.model_dump_json()) == task


def test_no_sample_is_in_both_pool_and_test_and_the_split_seed_draws_it(tmp_path):
    task, other = ingest(CONFIG, tmp_path), ingest(CONFIG.model_copy(update={"split_seed": 1}), tmp_path)
    assert not set(map(bytes, task.pool().inputs)) & set(map(bytes, task.test().inputs))
    assert task.card().duplicates["test also in pool"] == 0
    assert task.digest != other.digest


def test_groups_are_kept_whole_and_stored(tmp_path, loaded):
    raw = toy(groups=np.array([f"speaker {number // 4}" for number in range(40)]))
    loaded(raw)
    task = ingest(CONFIG, tmp_path)
    assert len(task.groups()) == task.pool_samples
    speaker = dict(zip(map(bytes, without_noise(raw.pool)), raw.groups, strict=True))
    in_pool = {speaker[bytes(sample)] for sample in task.pool().inputs}
    in_test = {speaker[bytes(sample)] for sample in task.test().inputs}
    assert not in_pool & in_test
    assert task.card().groups == len(in_pool)


def test_the_same_configuration_is_loaded_once(tmp_path, loaded):
    first = ingest(CONFIG, tmp_path)
    assert ingest(CONFIG, tmp_path) == first
    assert len(LOADS) == 1
    ingest(CONFIG.model_copy(update={"valid_fraction": 0.3}), tmp_path)
    assert len(LOADS) == 2


def test_a_moved_store_is_still_valid(tmp_path, loaded):
    first = ingest(CONFIG, tmp_path / "here")
    (tmp_path / "here").rename(tmp_path / "there")
    second = ingest(CONFIG, tmp_path / "there")
    assert len(LOADS) == 1
    assert second.digest == first.digest
    assert len(second.pool()) == 30


def test_an_edited_loader_runs_again(tmp_path, monkeypatch):
    module = tmp_path / "edited_loader.py"
    text = "import numpy\nfrom {here} import toy\n\n\ndef load(config):\n    return toy(samples={samples})\n"
    monkeypatch.syspath_prepend(tmp_path)
    config = CONFIG.model_copy(update={"target": "edited_loader:load"})
    for samples in (40, 60):
        module.write_text(text.format(here=__name__, samples=samples))
        sys.modules.pop("edited_loader", None)
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        task = ingest(config, tmp_path / "data")
        assert task.pool_samples + task.test_samples == samples


def edit_an_array(path):
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    arrays["inputs"] = arrays["inputs"] + 1
    with path.open("wb") as file:
        np.savez(file, **arrays)


@pytest.mark.parametrize("name", ["pool.npz", "test.npz"])
@pytest.mark.parametrize(
    "damage",
    [
        edit_an_array,
        lambda path: path.write_bytes(path.read_bytes()[:300]),
        lambda path: path.write_bytes(b""),
        lambda path: path.unlink(),
    ],
    ids=["edited", "cut", "empty", "deleted"],
)
def test_damaged_data_are_refused_on_reading_and_rebuilt_on_ingestion(tmp_path, caplog, name, damage):
    task = ingest(CONFIG, tmp_path)
    path = tmp_path / task.key / name
    damage(path)
    with pytest.raises(UserError, match=f"{name}.*run ingestion again to rebuild task toy"):
        (task.pool if name == "pool.npz" else task.test)()
    assert ingest(CONFIG, tmp_path) == task
    assert len(caplog.records) == 1
    assert name in caplog.text
    assert len(task.pool()) + len(task.test()) == 40


@pytest.mark.parametrize("name", ["task.json", "card.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}'])
def test_damaged_records_are_rebuilt(tmp_path, caplog, name, text):
    task = ingest(CONFIG, tmp_path)
    (tmp_path / task.key / name).write_text(text)
    assert ingest(CONFIG, tmp_path) == task
    assert name in caplog.text
    assert json.loads((tmp_path / task.key / name).read_text())


def test_bad_samples_are_quarantined_named_and_counted(tmp_path, loaded, caplog):
    raw = toy(quarantined=(("a.wav", "it cannot be decoded"),))
    raw.pool.inputs[3, 0, 0] = np.nan
    raw.pool.inputs[4, 4, 2] = np.inf
    raw.pool.inputs[5, 1, 1] = 1e300  # infinite as float32
    raw.pool.inputs[0, 7, 0] = np.nan  # padding: no harm
    raw.pool.lengths[6] = 0
    raw.pool.targets[7] = 2
    loaded(raw)
    task = ingest(CONFIG, tmp_path)
    card = task.card()
    assert task.pool_samples + task.test_samples == 35
    assert card.quarantined[0] == ("a.wav", "it cannot be decoded")
    assert [item for item, _ in card.quarantined[1:]] == [f"pool sample {number}" for number in (3, 4, 5, 6, 7)]
    assert "NaN" in card.quarantined[1][1]
    assert "6 quarantined" in caplog.text
    for part in (task.pool(), task.test()):
        assert np.isfinite(part.inputs).all()


def test_values_to_predict_must_be_finite(tmp_path, loaded):
    targets = np.linspace(0, 1, 40, dtype=np.float32)[:, None]
    targets[11] = np.nan
    raw = toy(classes=(), output=OutputSpec(size=1))
    loaded(toy(classes=(), output=OutputSpec(size=1), pool=Samples(raw.pool.inputs, targets, raw.pool.lengths)))
    card = ingest(CONFIG, tmp_path).card()
    assert card.quarantined == (("pool sample 11", "its target is NaN or infinite"),)
    assert card.target_range == (0.0, 1.0)


def test_nothing_usable_ends_in_one_sentence(tmp_path, loaded):
    raw = toy()
    raw.pool.inputs[:] = np.nan
    loaded(toy(pool=raw.pool, test=toy().pool))
    with pytest.raises(UserError, match="task toy: no usable sample is left in its pool"):
        ingest(CONFIG.model_copy(update={"test_fraction": None}), tmp_path)
    assert not list(tmp_path.rglob("*.json"))


def test_duplicates_are_counted_and_taken_out_of_training(tmp_path, loaded):
    pool, test = toy().pool, toy(samples=12).pool
    test.inputs[5:] += 1  # the first five stay what they are in the pool
    pool.inputs[20:30] = pool.inputs[10]  # ten samples and one more are the same
    pool.lengths[20:30] = pool.lengths[10]
    loaded(toy(pool=pool, test=test))
    config = CONFIG.model_copy(update={"test_fraction": None})
    task = ingest(config, tmp_path)
    card = task.card()
    assert card.duplicates["test also in pool"] == 5
    assert task.pool_samples == 35
    split = task.split(config, 0)
    train, valid = split.train, split.valid
    stored = task.pool().inputs
    assert not {stored[i].tobytes() for i in train} & {stored[i].tobytes() for i in valid}
    assert card.duplicates["valid also in train"] == 35 - len(train) - len(valid) > 0
    pool.inputs[:], pool.lengths[:] = -1, 5
    loaded(toy(pool=pool, test=test))
    with pytest.raises(UserError, match="its training and validation samples are the same"):
        ingest(config.model_copy(update={"description": "all alike"}), tmp_path)


def test_a_validation_part_that_the_data_brings_is_kept_for_every_seed(tmp_path, loaded):
    valid = np.arange(40) % 8 == 3
    loaded(toy(valid=valid, test=toy(samples=9).pool))
    config = CONFIG.model_copy(update={"test_fraction": None})
    task = ingest(config, tmp_path)
    kept = task.split(config, 0)
    for seed in (1, 2):
        other = task.split(config, seed)
        np.testing.assert_array_equal(kept.train, other.train)
        np.testing.assert_array_equal(kept.valid, other.valid)
    assert len(kept.valid) == valid[9:].sum()  # the first nine are in the test part as well


def test_a_limit_draws_samples_of_every_class(tmp_path, loaded):
    loaded(toy(samples=200))
    limited = CONFIG.model_copy(update={"limit": 20, "test_limit": 10})
    task = ingest(limited, tmp_path)
    assert (task.pool_samples, task.test_samples) == (20, 10)
    assert set(task.pool().targets) == {0, 1}
    assert any("limited to 20 of 150 samples" in note for note in task.card().notes)


def test_the_test_part_is_either_official_or_drawn(tmp_path, loaded):
    with pytest.raises(UserError, match=r"toy has no official test part: set test_fraction"):
        ingest(CONFIG.model_copy(update={"test_fraction": None}), tmp_path)
    loaded(toy(test=toy().pool))
    with pytest.raises(UserError, match="toy has an official test part: set test_fraction to null"):
        ingest(CONFIG, tmp_path)


def test_the_card_counts_what_training_will_see(tmp_path):
    card = ingest(CONFIG, tmp_path).card()
    assert card.samples == {"train": 24, "valid": 6, "test": 10}
    assert {label: sum(parts.values()) for label, parts in card.classes.items()} == {"no": 20, "yes": 20}
    assert (card.lengths.min, card.lengths.median, card.lengths.max) == (5, 6.5, 8)
    low, high = card.value_range
    assert low < -2
    assert high > 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        ingest(CONFIG, blocked)
