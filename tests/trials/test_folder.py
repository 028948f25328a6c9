"""When a trial counts as done."""

import json
import logging

import pytest
from contest import ADDING, TWICE, assert_same_result, compose, opened, planned

from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder

ONCE = FitRecord(steps=70, rounds=7, kept_round=3, valid_score=0.5, train_seconds=1.25, diverged=False)
TWICE_RETRIED = ONCE.model_copy(update={"refitted": True, "retried": True})


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(
        compose(ADDING | TWICE | {"trainer.steps": 4, "trainer.rounds": 2}), tmp_path_factory.mktemp("adding")
    )[0]


def finished(path, record):
    """The folder of a trial that trained once, or twice and each of them again after it had diverged."""
    path.mkdir(exist_ok=True)
    folder = TrialFolder(path)
    folder.weights.write_bytes(b"weights")
    folder.history.write_text("round\n0\n1\n")
    folder.validated.last.write_bytes(b"where to go on")
    if record.refitted:
        folder.refit.last.write_bytes(b"where to go on")
        folder.fold.weights.write_bytes(b"weights of the first")
        folder.refit.history.write_text("round\n0\n")
        folder.validated.diverged.write_text("round\n0\n")
        folder.refit.diverged.write_text("round\n0\n")
    folder.finish(record)
    return folder


@pytest.fixture
def done(tmp_path):
    return finished(tmp_path, ONCE)


def edited(folder, **changes):
    folder.result.write_text(json.dumps({**json.loads(folder.result.read_text()), **changes}))


DAMAGES = {
    "truncated": lambda folder: folder.result.write_bytes(folder.result.read_bytes()[:-9]),
    "empty": lambda folder: folder.result.write_bytes(b""),
    "no text": lambda folder: folder.result.write_bytes(b"\xff\xfe\x00"),
    "null": lambda folder: folder.result.write_text("null"),
    "a number": lambda folder: folder.result.write_text("5"),
    "a list": lambda folder: folder.result.write_text('["digest"]'),
    "no digest": lambda folder: folder.result.write_text(ONCE.model_dump_json()),
    "another score": lambda folder: edited(folder, valid_score=0.9),
    "one key more": lambda folder: edited(folder, comment="mine"),
    "another kind of value": lambda folder: edited(folder, rounds="many"),
    "another digest": lambda folder: edited(folder, digest="0" * 64),
    "weights.ckpt: one byte": lambda folder: folder.weights.write_bytes(b"weightz"),
    "weights.ckpt: missing": lambda folder: folder.weights.unlink(),
    "history.csv: edited": lambda folder: folder.history.write_text("round\n0\n"),
    "history.csv: missing": lambda folder: folder.history.unlink(),
    "it refitted": lambda folder: edited(folder, refitted=True),
}
DAMAGES_OF_TWO = {
    "it did not refit": lambda folder: edited(folder, refitted=False),
    "it was not retried": lambda folder: edited(folder, retried=False),
    "weights.ckpt: of the first": lambda folder: folder.weights.write_bytes(folder.fold.weights.read_bytes()),
    "fold.ckpt: one byte": lambda folder: folder.fold.weights.write_bytes(b"weights of the f1rst"),
    "fold.ckpt: missing": lambda folder: folder.fold.weights.unlink(),
    "refit.csv: edited": lambda folder: folder.refit.history.write_text("round\n"),
    "refit.csv: missing": lambda folder: folder.refit.history.unlink(),
    "diverged.csv: edited": lambda folder: folder.validated.diverged.write_text("round\n"),
    "diverged.csv: missing": lambda folder: folder.validated.diverged.unlink(),
    "refit_diverged.csv: missing": lambda folder: folder.refit.diverged.unlink(),
}


@pytest.mark.parametrize("record", [ONCE, TWICE_RETRIED], ids=["once", "twice"])
def test_a_finished_trial_is_done_and_cannot_be_resumed(tmp_path, record):
    done = finished(tmp_path, record)
    assert done.record() == record
    assert not done.validated.last.exists()
    assert not done.refit.last.exists()
    assert done.retried is record.retried


def test_an_unfinished_trial_is_not_done_and_nothing_is_said(tmp_path, caplog):
    assert TrialFolder(tmp_path).record() is None
    assert not caplog.records


@pytest.mark.parametrize(
    ("record", "damage"),
    [(ONCE, damage) for damage in DAMAGES.values()]
    + [(TWICE_RETRIED, damage) for damage in (DAMAGES | DAMAGES_OF_TWO).values() if damage != DAMAGES["it refitted"]],
    ids=[*DAMAGES, *(f"twice, {name}" for name in DAMAGES | DAMAGES_OF_TWO if name != "it refitted")],
)
def test_a_damaged_result_is_said_once_and_forgotten(tmp_path, record, damage, caplog):
    done = finished(tmp_path, record)
    done.config.write_text("{}")
    damage(done)
    assert done.record() is None
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith(f"{done.result} is damaged (")
    assert record.getMessage().endswith("): this trial is trained again")
    assert "\n" not in record.getMessage()
    assert [path.name for path in done.path.iterdir()] == ["config.json"]
    assert done.record() is None
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    "damage", ["another score", "weights.ckpt: one byte", "history.csv: missing", "truncated", "fold.ckpt: missing"]
)
def test_a_damaged_trial_is_trained_again_to_the_same_result(trial, tmp_path, damage):
    folder, other = opened(trial, tmp_path / "one"), opened(trial, tmp_path / "other")
    fit(folder)
    fit(other)
    (DAMAGES | DAMAGES_OF_TWO)[damage](folder)
    assert folder.record() is None
    fit(folder)
    assert_same_result(folder, other)


def test_rounds_of_both_trainings_are_counted_while_they_go_on(tmp_path):
    folder = TrialFolder(tmp_path)
    assert folder.rounds_trained() == 0
    folder.history.write_text("round,train_loss\n")
    assert folder.rounds_trained() == 0
    folder.history.write_text("round,train_loss\n0,1.0\n1,0.5\n")
    assert folder.rounds_trained() == 2
    folder.refit.history.write_text("round,train_loss\n0,1.0\n")
    assert folder.rounds_trained() == 3


def test_the_validated_weights_are_those_of_the_fold_where_there_is_one(tmp_path):
    once, twice = finished(tmp_path / "once", ONCE), finished(tmp_path / "twice", TWICE_RETRIED)
    assert once.validated_weights == once.weights
    assert twice.validated_weights == twice.fold.weights != twice.weights


def test_a_trial_is_read_as_it_was_written(trial, tmp_path):
    assert opened(trial, tmp_path / "Übung 1").trial() == trial


def test_a_record_of_a_network_whose_error_was_infinite_is_valid(done):
    record = ONCE.model_copy(update={"valid_score": float("inf"), "diverged": True})
    done.finish(record)
    assert done.record() == record
