"""What makes a training another one, and what does not."""

from pathlib import Path

import pytest
from contest import ADDING, TWICE, compose, planned

from cnn_vs_rnn.trials.source import source_digest

SMALL = ADDING | {"seeds": 2, "tasks": "adding", "models": "lstm+majority"}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(SMALL), tmp_path_factory.mktemp("adding"))[0]


def changed(trial, key, value):
    """The trial with one (dotted) key of its config changed."""
    part, _, last = key.rpartition(".")
    if not part:
        return trial.model_copy(update={key: value})
    if part.endswith("options"):
        last, value, part = "options", {**getattr(trial, part.partition(".")[0]).options, last: value}, part[:-8]
    return trial.model_copy(update={part: getattr(trial, part).model_copy(update={last: value})})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("recipe.learning_rate", 0.02),
        ("recipe.optimizer", "sgd"),
        ("recipe.weight_decay", 0.5),
        ("recipe.schedule", "constant"),
        ("recipe.warmup", 0.2),
        ("recipe.diverged_rate", None),
        ("recipe.gradient_clip", 0.0),
        ("recipe.dropout", 0.5),
        ("model.options.layers", 2),
        ("model.options.read_out", "mean"),
        ("model.target", "cnn_vs_rnn.models.gru:GRU"),
        ("task.options.length", 6),
        ("task.loss", "cross_entropy"),
        ("task.split_seed", 1),
        ("task.valid_fraction", 0.3),
        ("task.scale", True),
        ("trainer.rounds", 19),
        ("trainer.early_stopping", True),
        ("trainer.max_seconds", 3.0),
        ("trainer.precision", "bf16-mixed"),
        ("steps", 61),
        ("batch_size", 8),
        ("seed", 1),
        ("width", 3.0),
        ("condition", "another"),
    ],
)
def test_what_is_trained_with_changes_the_fingerprint(trial, key, value):
    other = changed(trial, key, value)
    assert other != trial
    assert other.fingerprint() != trial.fingerprint()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("task.description", "words"),
        ("task.source", "elsewhere"),
        ("task.equivalence", 0.5),
        ("task.beam", 9),
        ("task.refit", None),
        ("recipe.batch_size", None),
        ("trainer.steps", None),
        ("trainer.check_longer", False),
        ("model.paper", "another"),
        ("model.modalities", ["image"]),
        ("model.outputs", ["one"]),
        ("experiment", "another"),
    ],
)
def test_what_a_reader_or_judge_needs_does_not(trial, key, value):
    other = changed(trial, key, value)
    assert other != trial
    assert other.fingerprint() == trial.fingerprint()


def test_the_data_changes_it_and_its_place_does_not(trial, tmp_path):
    moved = planned(compose(SMALL), tmp_path / "elsewhere")[0]
    assert moved.data != trial.data
    assert moved.fingerprint() == trial.fingerprint()
    longer = planned(compose(SMALL | {"tasks.adding.options.samples": 70}), tmp_path)[0]
    same_config = longer.model_copy(update={"task": trial.task})
    assert same_config.fingerprint() != trial.fingerprint()


def fingerprints(root, **params):
    """Of the network and the baseline."""
    return [trial.fingerprint() for trial in planned(compose(SMALL | {"seeds": 1} | params), root)]


def test_steps_and_batch_size_that_follow_from_the_data_are_as_good_as_the_same_numbers(tmp_path):
    follow = {"trainer.steps": None, "recipe.batch_size": None}
    (network, _) = planned(compose(SMALL | {"seeds": 1} | follow), tmp_path)
    assert (network.steps, network.batch_size) == (600, 16)
    followed = fingerprints(tmp_path, **follow)
    assert fingerprints(tmp_path, **{"trainer.steps": 600, "recipe.batch_size": 16}) == followed
    assert fingerprints(tmp_path, **follow, **{"trainer.check_longer": False}) == followed
    shorter = fingerprints(tmp_path, **{"trainer.steps": 599, "recipe.batch_size": 16})
    assert shorter[0] != followed[0]
    assert shorter[1] == followed[1]  # a baseline takes no steps


def test_whether_it_refits_changes_it_and_who_decided_that_does_not(tmp_path):
    of_few, asked, refused = (fingerprints(tmp_path, **{"tasks.adding.refit": refit}) for refit in (None, True, False))
    assert of_few == asked
    assert not set(asked) & set(refused)
    (network, _) = planned(compose(SMALL | TWICE | {"seeds": 1}), tmp_path)
    alone = network.over_steps(network.steps)
    assert (network.refits, alone.refits, network.steps) == (True, False, alone.steps)
    assert network.fingerprint() != alone.fingerprint()


@pytest.mark.parametrize("changed_part", ["task", "model"])
def test_the_source_of_its_own_model_and_task_changes_it(trial, tmp_path, monkeypatch, changed_part):
    name = f"own_{changed_part}"
    (tmp_path / f"{name}.py").write_text("first = 1")
    (tmp_path / "own_other.py").write_text("first = 1")
    monkeypatch.syspath_prepend(tmp_path)
    own = changed(trial, f"{changed_part}.target", f"{name}:Thing")
    before = own.fingerprint()
    source_digest.cache_clear()
    (tmp_path / "own_other.py").write_text("second = 2")
    assert own.fingerprint() == before
    source_digest.cache_clear()
    (tmp_path / f"{name}.py").write_text("second = 2")
    assert own.fingerprint() != before


def test_another_seed_is_another_folder_and_folders_say_what_they_hold(tmp_path):
    trials = planned(compose(SMALL), tmp_path)
    folders = [trial.folder(Path("models")) for trial in trials]
    assert len(set(folders)) == len(trials) == 4
    assert folders[0].parent == Path("models/quickstart/adding/lstm")
    assert folders[0].name == trials[0].fingerprint()
    assert len(folders[0].name) == 16


def test_its_name_is_read_by_people(trial):
    assert trial.name == "adding/lstm seed 0"
    assert changed(trial, "condition", "length=9").name == "adding/lstm length=9 seed 0"
