from pathlib import Path

import numpy as np
import pytest
from contest import compose, planned

from cnn_vs_rnn.augmentation.scaling import PreparedTask, Scaling, prepare, read_part, read_scaling
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.arrays import digest_of, write_arrays
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.tasks.padding import valid_steps, valid_values
from cnn_vs_rnn.tasks.store import ingest

VOWELS = TaskConfig(
    name="japanese_vowels",
    target="cnn_vs_rnn.tasks.ucr:load",
    modality="series",
    description="",
    source="",
    loss="cross_entropy",
    score="accuracy",
    equivalence=0.01,
    options={"name": "JapaneseVowels"},
)
DIGITS = VOWELS.model_copy(
    update={
        "name": "digits",
        "target": "cnn_vs_rnn.tasks.digits:load",
        "modality": "image",
        "test_fraction": 0.25,
        "options": {},
    }
)


@pytest.fixture(scope="module")
def vowels(tmp_path_factory):
    root = tmp_path_factory.mktemp("vowels")
    return prepare(ingest(VOWELS, root / "raw"), VOWELS, range(3), root / "prepared")


def test_training_inputs_are_standardised_and_padding_stays_zero(vowels):
    for part in ("train", "valid", "test"):
        samples = read_part(vowels, 0, part)
        padding = ~valid_steps(samples.lengths, samples.inputs.shape[1])
        assert padding.any()
        assert not samples.inputs[padding].any()
        values = valid_values(samples)
        if part == "train":
            np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-5)
            np.testing.assert_allclose(values.std(axis=0), 1, atol=1e-5)
        else:
            assert abs(values.mean(axis=0)).max() > 1e-3


def test_images_are_standardised(tmp_path):
    prepared = prepare(ingest(DIGITS, tmp_path), DIGITS, range(1), tmp_path / "prepared")
    train = read_part(prepared, 0, "train").inputs
    assert train.mean() == pytest.approx(0, abs=1e-5)
    assert train.std() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("part", "of_train", "of_fit"), [("train", True, True), ("valid", False, True), ("test", False, False)]
)
def test_statistics_come_from_what_is_trained_on_alone(tmp_path, part, of_train, of_fit):
    task = ingest(VOWELS, tmp_path / "raw")
    before = prepare(task, VOWELS, range(1), tmp_path / "before")
    pool, test = task.pool(), task.test()
    split = task.split(VOWELS, 0)
    changed = {"train": (pool, split.train), "valid": (pool, split.valid), "test": (test, np.arange(len(test)))}[part]
    changed[0].inputs[changed[1]] *= 3
    folder = Path(task.directory)
    digests = {}
    for name, samples in (("pool", pool), ("test", test)):
        arrays = {"inputs": samples.inputs, "targets": samples.targets, "lengths": samples.lengths}
        if name == "pool":
            arrays["identical"] = np.arange(len(pool))
        write_arrays(folder / f"{name}.npz", arrays)
        digests[f"{name}_digest"] = digest_of(arrays)
    after = prepare(task.model_copy(update=digests), VOWELS, range(1), tmp_path / "after")
    for scaled, matters in (("train", of_train), ("valid", of_train), ("fit", of_fit), ("test", of_fit)):
        scalings = [read_scaling(prepared, 0, scaled) for prepared in (before, after)]
        assert np.array_equal(scalings[0].mean, scalings[1].mean) is not matters
        assert np.array_equal(scalings[0].deviation, scalings[1].deviation) is not matters


def test_what_is_tested_is_scaled_like_what_is_trained_on_last(vowels):
    assert vowels.refit
    raw = vowels.task.test()
    for refit, part in ((True, "fit"), (False, "train")):
        prepared = vowels.model_copy(update={"refit": refit})
        expected = read_scaling(prepared, 0, part).apply(raw)
        np.testing.assert_array_equal(read_part(prepared, 0, "test").inputs, expected.inputs)
    assert not np.array_equal(read_scaling(vowels, 0, "fit").mean, read_scaling(vowels, 0, "train").mean)


def test_all_that_is_not_tested_is_standardised_by_itself_and_the_same_for_every_seed(vowels):
    first, other = (read_part(vowels, seed, "fit") for seed in (0, 1))
    values = valid_values(first)
    np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(first.inputs, other.inputs)
    assert [(split.train, split.fit) for split in vowels.splits] == [(216, 270)] * 3


def test_values_to_predict_are_standardised_by_what_is_trained_on_as_well(tmp_path):
    params = {"tasks": "adding", "tasks.adding.options.samples": 60, "tasks.adding.scale_targets": True, "seeds": 1}
    (trial,) = planned(compose(params | {"models": "lstm"}), tmp_path)
    for part in ("train", "fit"):
        targets = read_part(trial.data, 0, part).targets
        assert targets.mean() == pytest.approx(0, abs=1e-5)
        assert targets.std() == pytest.approx(1, abs=1e-5)
    raw = trial.data.task.test().targets
    back = read_scaling(trial.data, 0).undo_targets(read_part(trial.data, 0, "test").targets)
    np.testing.assert_allclose(back, raw, atol=1e-5)


def test_every_seed_has_its_own_split_and_scaling(vowels):
    digests = {split.digest for split in vowels.splits}
    assert len(digests) == 3
    assert not np.array_equal(read_scaling(vowels, 0, "train").mean, read_scaling(vowels, 1, "train").mean)
    assert np.array_equal(read_part(vowels, 0, "test").targets, read_part(vowels, 2, "test").targets)


def test_preparing_again_gives_the_same(vowels, tmp_path):
    again = prepare(vowels.task, VOWELS, range(3), tmp_path)
    assert [split.digest for split in again.splits] == [split.digest for split in vowels.splits]
    for ours, theirs in zip(again.splits, vowels.splits, strict=True):
        assert Path(ours.path).read_bytes() == Path(theirs.path).read_bytes()


def test_the_record_survives_json(vowels):
    assert PreparedTask.model_validate_json(vowels.model_dump_json()) == vowels


def test_undoing_gives_the_inputs_back(vowels):
    raw = vowels.task.test()
    back = read_scaling(vowels, 0).undo(read_part(vowels, 0, "test"))
    np.testing.assert_allclose(back.inputs, raw.inputs, atol=1e-5)


def test_a_task_that_says_so_is_left_as_it_is(vowels, tmp_path):
    config = VOWELS.model_copy(update={"scale": False})
    prepared = prepare(vowels.task, config, range(1), tmp_path)
    assert np.array_equal(read_part(prepared, 0, "test").inputs, vowels.task.test().inputs)


def test_a_constant_channel_does_not_divide_by_zero():
    inputs = np.ones((6, 4, 2), np.float32)
    inputs[..., 1] = np.arange(4)
    scaled = Scaling.fit(Samples(inputs, np.zeros(6, np.int64)))
    assert scaled.deviation[0] == 1
    assert np.isfinite(scaled.apply(Samples(inputs, np.zeros(6, np.int64))).inputs).all()


def test_a_changed_split_and_an_unprepared_seed_are_refused(vowels, tmp_path):
    prepared = prepare(vowels.task, VOWELS, range(1), tmp_path)
    with pytest.raises(UserError, match="japanese_vowels is not prepared for seed 1"):
        read_part(prepared, 1, "train")
    path = Path(prepared.split(0).path)
    with np.load(path, allow_pickle=False) as stored:
        arrays = dict(stored)
    arrays["train"], arrays["valid"] = arrays["valid"], arrays["train"]
    write_arrays(path, arrays)
    with pytest.raises(UserError, match=r"seed_0.npz was changed .* run augmentation again"):
        read_part(prepared, 0, "train")
