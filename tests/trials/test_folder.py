"""When a trial counts as done."""

import json
import logging

import pytest
from contest import ADDING, assert_same_result, compose, opened, planned

from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder

RECORD = FitRecord(epochs=7, best_epoch=3, valid_score=0.5, train_seconds=1.25, diverged=False, converged=True)


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING | {"trainer.max_epochs": 2}), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture
def done(tmp_path):
    folder = TrialFolder(tmp_path)
    folder.best.write_bytes(b"weights")
    folder.history.write_text("epoch\n0\n1\n")
    folder.last.write_bytes(b"where to go on")
    folder.finish(RECORD)
    return folder


def edited(folder, **changes):
    folder.result.write_text(json.dumps({**json.loads(folder.result.read_text()), **changes}))


DAMAGES = {
    "truncated": lambda folder: folder.result.write_bytes(folder.result.read_bytes()[:-9]),
    "empty": lambda folder: folder.result.write_bytes(b""),
    "no text": lambda folder: folder.result.write_bytes(b"\xff\xfe\x00"),
    "null": lambda folder: folder.result.write_text("null"),
    "a number": lambda folder: folder.result.write_text("5"),
    "a list": lambda folder: folder.result.write_text('["digest"]'),
    "no digest": lambda folder: folder.result.write_text(RECORD.model_dump_json()),
    "another score": lambda folder: edited(folder, valid_score=0.9),
    "one key more": lambda folder: edited(folder, comment="mine"),
    "another kind of value": lambda folder: edited(folder, epochs="many"),
    "another digest": lambda folder: edited(folder, digest="0" * 64),
    "best.ckpt: one byte": lambda folder: folder.best.write_bytes(b"weightz"),
    "best.ckpt: missing": lambda folder: folder.best.unlink(),
    "history.csv: edited": lambda folder: folder.history.write_text("epoch\n0\n"),
    "history.csv: missing": lambda folder: folder.history.unlink(),
}


def test_a_finished_trial_is_done_and_cannot_be_resumed(done):
    assert done.record() == RECORD
    assert not done.last.exists()


def test_an_unfinished_trial_is_not_done_and_nothing_is_said(tmp_path, caplog):
    assert TrialFolder(tmp_path).record() is None
    assert not caplog.records


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_result_is_said_once_and_forgotten(done, damage, caplog):
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


@pytest.mark.parametrize("damage", ["another score", "best.ckpt: one byte", "history.csv: missing", "truncated"])
def test_a_damaged_trial_is_trained_again_to_the_same_result(trial, tmp_path, damage):
    folder, other = opened(trial, tmp_path / "one"), opened(trial, tmp_path / "other")
    fit(folder)
    fit(other)
    DAMAGES[damage](folder)
    assert folder.record() is None
    fit(folder)
    assert_same_result(folder, other)


def test_epochs_are_counted_while_it_trains(tmp_path):
    folder = TrialFolder(tmp_path)
    assert folder.epochs_trained() == 0
    folder.history.write_text("epoch,train_loss\n")
    assert folder.epochs_trained() == 0
    folder.history.write_text("epoch,train_loss\n0,1.0\n1,0.5\n")
    assert folder.epochs_trained() == 2


def test_a_trial_is_read_as_it_was_written(trial, tmp_path):
    assert opened(trial, tmp_path / "Übung 1").trial() == trial


def test_a_record_of_a_network_whose_error_was_infinite_is_valid(done):
    record = RECORD.model_copy(update={"valid_score": float("inf"), "diverged": True})
    done.finish(record)
    assert done.record() == record
