"""A training killed at any moment and started again ends as an undisturbed one."""

import itertools
import random
import time

import pytest
from contest import ADDING, TWICE, Worker, assert_same_result, compose, opened, planned
from disturbed import Poison, killed_after, killed_at_its_end

from cnn_vs_rnn.learner.fit import fit

KINDS = {
    "once": {"trainer.steps": 15, "trainer.rounds": 5},
    "early": {"trainer.early_stopping": True, "trainer.patience": 3},
    "twice": TWICE | {"trainer.steps": 12, "trainer.rounds": 4},
}
REAL = {
    "digits": {
        "tasks": "digits",
        "models": "cnn2d",
        "seeds": 1,
        "budget.parameters": 1500,
        "recipe.dropout": 0.3,
        "trainer.steps": 150,
        "trainer.rounds": 12,
    },
    "vowels": {
        "tasks": "japanese_vowels",
        "models": "lstm",
        "seeds": 1,
        "budget.parameters": 3000,
        "recipe.dropout": 0.3,
        "trainer.steps": 150,
        "trainer.rounds": 25,
    },
}


@pytest.fixture(scope="module", params=KINDS)
def trial(request, tmp_path_factory):
    return planned(compose(ADDING | KINDS[request.param]), tmp_path_factory.mktemp("adding"))[1]


@pytest.fixture(scope="module")
def undisturbed(trial, tmp_path_factory):
    folder = opened(trial, tmp_path_factory.mktemp("undisturbed"))
    fit(folder)
    record = folder.record()
    assert record.refitted is trial.refits
    if trial.trainer.early_stopping:
        assert record.kept_round < record.rounds - 1 < trial.rounds - 1
    return folder


def test_killed_after_any_of_its_writes(trial, undisturbed, tmp_path):
    for changes in itertools.count(1):
        folder = opened(trial, tmp_path / str(changes))
        if not killed_after(changes, folder):
            break
        if folder.record() is None:
            fit(folder)
        assert_same_result(folder, undisturbed)
    assert changes > 2 * undisturbed.rounds_trained()


def test_killed_in_every_round(trial, undisturbed, tmp_path):
    folder = opened(trial, tmp_path)
    starts = 0
    while killed_after(4, folder) and folder.record() is None:
        starts += 1
    assert starts > undisturbed.rounds_trained() / 2
    assert_same_result(folder, undisturbed)


def test_killed_after_it_had_diverged(trial, tmp_path):
    undisturbed, folder = opened(trial, tmp_path / "undisturbed"), opened(trial, tmp_path / "killed")
    fit(undisturbed, [Poison(2)])  # and once more, by Poison again
    record = undisturbed.record()
    assert (record.rounds, record.diverged, record.retried) == (3, True, True)
    killed_at_its_end(folder, [Poison(2)])
    assert folder.validated.last.exists()
    fit(folder)
    assert_same_result(folder, undisturbed)


def test_a_history_lost_after_the_last_round_is_written_again(trial, undisturbed, tmp_path):
    folder = opened(trial, tmp_path)
    killed_at_its_end(folder)
    folder.history.unlink()
    folder.refit.history.unlink(missing_ok=not trial.refits)
    fit(folder)
    assert_same_result(folder, undisturbed)


def test_what_killed_processes_left_is_gone_in_the_end(trial, undisturbed, tmp_path):
    folder = opened(trial, tmp_path)
    killed_at_its_end(folder)
    (tmp_path / ".weights.ckpt.a1b2c3.tmp").write_bytes(b"half of it")
    folder.error.write_text("of an earlier attempt")
    fit(folder)
    names = {"config.json", "weights.ckpt", "history.csv", "result.json"}
    twice = {"fold.ckpt", "refit.csv"} if trial.refits else set()
    assert {path.name for path in tmp_path.iterdir()} == names | twice
    assert_same_result(folder, undisturbed)


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Trials with augmentation, dropout and batch normalisation, and with sequences of unequal length."""
    root = tmp_path_factory.mktemp("real")
    trials = {name: planned(compose(params), root)[0] for name, params in REAL.items()}
    assert [trial.refits for trial in trials.values()] == [False, True]
    return trials


def test_a_worker_process_killed_at_several_moments(real, tmp_path):
    moments = random.Random(1)
    undisturbed = {name: opened(trial, tmp_path / "undisturbed" / name) for name, trial in real.items()}
    reference = Worker(undisturbed.values())
    folders = {name: opened(trial, tmp_path / "killed" / name) for name, trial in real.items()}
    for share in (0.2, 0.6):
        workers = {name: Worker([folder]) for name, folder in folders.items()}
        while workers:
            time.sleep(moments.uniform(0, 0.1))  # any moment of a round
            for name in list(workers):
                if folders[name].rounds_trained() >= share * real[name].rounds:
                    workers.pop(name).kill()
                    assert not folders[name].result.exists()
    last = Worker(folders.values())
    wait_for(lambda: all(folder.result.exists() for folder in (*folders.values(), *undisturbed.values())))
    assert reference.kill() == last.kill() == ""
    for name in real:
        assert_same_result(folders[name], undisturbed[name])


def wait_for(condition, seconds=100.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.005)
