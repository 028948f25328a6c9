"""How busy a node was: sampled beside a real training, which it does not change."""

import itertools

import pytest
from contest import ADDING, Killed, assert_same_result, compose, opened, planned
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.executors.node import EVERY_SECONDS, NodeMetrics, readings
from cnn_vs_rnn.learner.fit import fit

NAMES = {
    "cpu_utilization_percentage",
    "system_memory_usage_megabytes",
    "system_memory_usage_percentage",
    "process_memory_usage_megabytes",
}


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture(scope="module")
def unwatched(trial, tmp_path_factory):
    folder = opened(trial, tmp_path_factory.mktemp("unwatched"))
    fit(folder)
    return folder


class KilledInRound(Callback):
    def __init__(self, number):
        self.number = number

    def on_train_epoch_start(self, trainer, pl_module):
        if trainer.current_epoch == self.number:
            raise Killed


def test_a_short_trial_has_one_sample_of_its_node(trial, tmp_path, monkeypatch):
    monkeypatch.setenv("SLURMD_NODENAME", "gpu7")
    folder = opened(trial, tmp_path)
    fit(folder, [NodeMetrics(folder.path)])
    found = list(readings(folder.path))
    assert {one.name for one in found} == NAMES
    assert len(found) == len(NAMES)
    assert {one.node for one in found} == {"gpu7"}
    values = {one.name: one.value for one in found}
    assert 0 <= values["cpu_utilization_percentage"] <= 100
    assert 0 < values["system_memory_usage_percentage"] < 100
    assert 50 < values["process_memory_usage_megabytes"] < values["system_memory_usage_megabytes"] * 10


def test_sampling_changes_no_result_not_of_a_trial_that_was_killed_and_resumed_either(trial, unwatched, tmp_path):
    folder = opened(trial, tmp_path)
    ticking = itertools.count(step=EVERY_SECONDS).__next__  # a sample after every batch
    with pytest.raises(Killed):
        fit(folder, [NodeMetrics(folder.path, ticking), KilledInRound(3)])
    before = len(list(readings(folder.path)))
    assert before > 3 * len(NAMES)
    with (folder.path / "system.csv").open("a") as file:
        file.write("1,gpu7,cpu_utilization_percentage,9")  # torn by the kill
    assert len(list(readings(folder.path))) == before
    fit(folder, [NodeMetrics(folder.path)])
    found = list(readings(folder.path))
    assert len(found) == before + len(NAMES)
    assert all(one.time > 1 for one in found)
    assert_same_result(folder, unwatched)


def test_a_disk_that_is_full_for_samples_ends_no_training(trial, unwatched, tmp_path):
    folder = opened(trial, tmp_path)
    (folder.path / "system.csv").mkdir()
    fit(folder, [NodeMetrics(folder.path)])
    assert_same_result(folder, unwatched)
