"""One trial in one process: what it says of a failure, and that no other trains beside it."""

import json
import select
import time

import pytest
from contest import ADDING, FOR_EVER, Worker, assert_same_result, compose, file_size_limit, opened, planned

from cnn_vs_rnn.executors.train import train_one
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import TrialFolder


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    return planned(compose(ADDING | FOR_EVER), tmp_path_factory.mktemp("endless"))[0]


def test_a_failure_is_the_last_line_below_its_traceback_and_forgotten_when_it_is_opened_again(trial, tmp_path):
    folder = opened(trial, tmp_path)
    folder.config.write_text("{")
    failure = train_one(folder)
    assert failure.startswith("ValidationError: ")
    assert folder.failure() == failure
    assert folder.error.read_text().startswith("Traceback")
    folder.open(trial)
    assert folder.failure() is None
    assert train_one(folder) is None
    assert folder.record() is not None


def test_a_failure_that_the_user_can_mend_says_so_and_no_more(trial, tmp_path):
    folder = opened(trial, tmp_path)
    with file_size_limit(10):
        failure = train_one(folder)
    assert failure == f"{folder.weights} cannot be written: File too large; free or unlock it, then run again"


def test_a_folder_that_cannot_be_locked_says_so(trial, tmp_path):
    folder = opened(trial, tmp_path)
    folder.lock.mkdir()
    failure = train_one(folder)
    assert failure == f"{folder.lock} cannot be locked: Is a directory; its file system must allow it"
    assert TrialFolder(tmp_path / "nowhere").failure() is None


def test_a_trial_that_is_done_is_not_trained_again(trial, tmp_path):
    folder, other = opened(trial, tmp_path / "one"), opened(trial, tmp_path / "other")
    assert train_one(folder) is None
    written = folder.result.stat()
    begun = []
    assert train_one(folder, lambda: begun.append(True)) is None
    assert begun == [True]
    assert folder.result.stat() == written
    fit(other)
    assert_same_result(folder, other)


def said(worker):
    """What a worker has answered; None where it has not."""
    if select.select([worker.process.stdout], [], [], 0)[0]:
        return json.loads(worker.process.stdout.readline())
    return None


def hear(worker):
    return json.loads(worker.process.stdout.readline())


def test_a_second_process_waits_for_the_first_and_takes_over_where_that_is_killed(trial, endless, tmp_path):
    folder = opened(endless, tmp_path / "twice")
    first, second = Worker([folder]), Worker([opened(trial, tmp_path / "to get warm")])
    assert "begun" in hear(first)
    assert [hear(second) for _ in range(2)][1]["failure"] is None
    second.give(folder)
    while folder.rounds_trained() < 3:
        assert first.process.poll() is None
    time.sleep(0.5)  # of a chance to do wrong
    assert said(second) is None
    first.kill()
    rounds = folder.rounds_trained()
    assert hear(second) == {"folder": str(folder.path), "begun": True}
    while folder.rounds_trained() <= rounds:
        assert second.process.poll() is None
    folder.stop.touch()
    assert hear(second) == {"folder": str(folder.path), "failure": None}
    assert not folder.result.exists()
    assert second.end() == ""
