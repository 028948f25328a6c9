"""A training killed at any moment and started again ends as an undisturbed one."""

import itertools
import random
import time
from pathlib import Path

import pytest
import torch
from contest import ADDING, Killed, Worker, assert_same_result, compose, history, opened, planned
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import TrialFolder

REAL = {
    "digits": {
        "tasks": "digits",
        "models": "cnn2d",
        "seeds": 1,
        "budget.parameters": 1500,
        "recipe.dropout": 0.3,
        "trainer.max_epochs": 12,
    },
    "vowels": {
        "tasks": "japanese_vowels",
        "models": "lstm",
        "seeds": 1,
        "budget.parameters": 3000,
        "recipe.dropout": 0.3,
        "trainer.max_epochs": 50,
        "trainer.patience": 50,
    },
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """A trial whose learning rate is halved before it stops early."""
    return planned(compose(ADDING), tmp_path_factory.mktemp("adding"))[1]


@pytest.fixture(scope="module")
def undisturbed(trial, tmp_path_factory):
    folder = opened(trial, tmp_path_factory.mktemp("undisturbed"))
    fit(folder)
    record = folder.record()
    assert record.converged
    assert record.epochs < trial.trainer.max_epochs
    assert len({row["learning_rate"] for row in history(folder)}) == 2
    return folder


@pytest.fixture
def killed_after(monkeypatch):
    """killed_after(folder, n): a training that dies once it has put its n-th file in place; False where it ended."""
    rename = Path.replace

    def train(folder, renames):
        count = itertools.count(1)

        def dying(self, target):
            result = rename(self, target)
            if next(count) == renames:
                raise Killed
            return result

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", dying)
            try:
                fit(folder)
            except Killed:
                return True
        return False

    return train


def test_killed_after_any_of_its_writes(trial, undisturbed, killed_after, tmp_path):
    for renames in itertools.count(1):
        folder = opened(trial, tmp_path / str(renames))
        if not killed_after(folder, renames):
            break
        epochs = folder.epochs_trained()
        fit(folder)
        assert_same_result(folder, undisturbed)
    assert epochs == undisturbed.record().epochs
    assert renames > 2 * epochs


def test_killed_in_every_epoch(trial, undisturbed, killed_after, tmp_path):
    folder = opened(trial, tmp_path)
    starts = 0
    while killed_after(folder, 3):
        starts += 1
    assert starts > undisturbed.record().epochs / 2
    assert_same_result(folder, undisturbed)
    assert {path.name for path in tmp_path.iterdir()} == {"config.json", "best.ckpt", "history.csv", "result.json"}


def train_and_die(folder, monkeypatch, callbacks=()):
    """A training that ends, but dies before it is declared done."""

    def die(*_):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(TrialFolder, "finish", die)
        with pytest.raises(Killed):
            fit(folder, callbacks)


class Poison(Callback):
    """Makes the weights NaN at the start of an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def on_train_epoch_start(self, trainer, pl_module):
        if trainer.current_epoch == self.epoch:
            with torch.no_grad():
                next(pl_module.network.parameters()).fill_(torch.nan)


def test_killed_after_it_had_diverged(trial, tmp_path, monkeypatch):
    undisturbed, folder = opened(trial, tmp_path / "undisturbed"), opened(trial, tmp_path / "killed")
    fit(undisturbed, callbacks=[Poison(2)])  # and once more, by Poison again
    record = undisturbed.record()
    assert (record.epochs, record.diverged, record.converged, record.retried) == (3, True, False, True)
    train_and_die(folder, monkeypatch, callbacks=[Poison(2)])
    assert folder.last.exists()
    fit(folder)
    assert_same_result(folder, undisturbed)


def test_a_history_lost_after_the_last_epoch_is_written_again(trial, undisturbed, tmp_path, monkeypatch):
    folder = opened(trial, tmp_path)
    train_and_die(folder, monkeypatch)
    folder.history.unlink()
    fit(folder)
    assert_same_result(folder, undisturbed)


def test_what_killed_processes_left_is_gone_in_the_end(trial, tmp_path):
    folder = opened(trial, tmp_path)
    leftover = tmp_path / ".best.ckpt.a1b2c3.tmp"
    leftover.write_bytes(b"half of it")
    folder.error.write_text("of an earlier attempt")
    fit(folder)
    assert not leftover.exists()
    assert not folder.error.exists()
    assert not folder.last.exists()


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Trials with augmentation, dropout and batch normalisation, and with sequences of unequal length."""
    root = tmp_path_factory.mktemp("real")
    return {name: planned(compose(params), root)[0] for name, params in REAL.items()}


def test_a_worker_process_killed_at_several_moments(real, tmp_path):
    moments = random.Random(1)
    undisturbed = {name: opened(trial, tmp_path / "undisturbed" / name) for name, trial in real.items()}
    reference = Worker(undisturbed.values())
    folders = {name: opened(trial, tmp_path / "killed" / name) for name, trial in real.items()}
    for share in (0.2, 0.6):
        workers = {name: Worker([folder]) for name, folder in folders.items()}
        while workers:
            time.sleep(moments.uniform(0, 0.1))  # any moment of an epoch
            for name in list(workers):
                if folders[name].epochs_trained() >= share * real[name].trainer.max_epochs:
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
