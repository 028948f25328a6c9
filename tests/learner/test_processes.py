"""Several processes that train one trial together, each started as SLURM starts the tasks of a job."""

import os
import socket
import subprocess
import sys

import pytest
from contest import ADDING, FOR_EVER, TWICE, assert_same_result, compose, history, opened, planned, with_

from cnn_vs_rnn.config import TrainerConfig
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.hardware import trainer_options

FIT = (
    "import sys, warnings; warnings.simplefilter('ignore'); import torch; torch.set_num_threads(1)\n"
    "from pathlib import Path; from cnn_vs_rnn.learner.fit import fit\n"
    "from cnn_vs_rnn.trials.folder import TrialFolder\n"
    "fit(TrialFolder(Path(sys.argv[1])))"
)
# A batch of 13 falls to two processes unevenly.
TOGETHER = ADDING | {
    "seeds": 1,
    "recipe.dropout": 0.0,
    "recipe.batch_size": 13,
    "trainer.steps": 24,
    "trainer.rounds": 6,
}


def tasks(folder, count=2):
    """The processes of a job that trains this folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    shared = {
        "SLURM_JOB_ID": "7",
        "SLURM_JOB_NAME": "trial",
        "SLURM_NTASKS": str(count),
        "SLURM_NNODES": str(count),
        "SLURM_NTASKS_PER_NODE": "1",
        "SLURM_LOCALID": "0",
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "GLOO_SOCKET_IFNAME": "lo",
    }
    return [
        subprocess.Popen(
            [sys.executable, "-c", FIT, str(folder.path)],
            env={**os.environ, **shared, "SLURM_PROCID": str(rank), "SLURM_NODEID": str(rank)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(count)
    ]


def trained_together(folder, count=2):
    for process in tasks(folder, count):
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    return folder


def trials(root, **params):
    """The same trial for one process and for two."""
    alone = planned(compose(TOGETHER | params), root)[0]
    together = with_(alone, "trainer", nodes=2)
    assert (alone.processes, together.processes) == (1, 2)
    assert alone.fingerprint() != together.fingerprint()
    return alone, together


def test_two_processes_find_what_one_finds_in_both_trainings(tmp_path):
    alone, together = trials(tmp_path / "data", **TWICE)
    one = opened(alone, tmp_path / "one")
    fit(one)
    two = trained_together(opened(together, tmp_path / "two"))
    rows = list(zip(history(one), history(two), strict=True))
    assert len(rows) == 12
    for mine, theirs in rows:
        assert {name: float(value) for name, value in mine.items()} == pytest.approx(
            {name: float(value) for name, value in theirs.items()}, rel=1e-3
        )
    assert two.record().valid_score == pytest.approx(one.record().valid_score, rel=1e-3)
    assert {path.name for path in two.path.iterdir()} == {path.name for path in one.path.iterdir()}


def test_killed_in_the_second_training_they_go_on_from_their_checkpoint(tmp_path):
    # Statistics of batches, of which each process has its own
    _, together = trials(tmp_path / "data", models="fcn", **{"budget.parameters": 2000}, **TWICE)
    undisturbed = trained_together(opened(together, tmp_path / "undisturbed"))
    folder = opened(together, tmp_path / "killed")
    processes = tasks(folder)
    while folder.rounds_trained() < 7:
        assert {process.poll() for process in processes} == {None}
    for process in processes:
        process.kill()
        process.communicate()
    assert folder.record() is None
    trained_together(folder)
    assert_same_result(folder, undisturbed)


def test_both_begin_again_where_their_training_diverges(tmp_path):
    _, together = trials(tmp_path / "data")
    fast = {"optimizer": "sgd", "learning_rate": 1e38, "gradient_clip": 0.0, "diverged_rate": 1e-39}
    folder = opened(with_(together, "recipe", **fast), tmp_path / "trial")
    record = trained_together(folder).record()
    assert (record.rounds, record.retried, record.diverged) == (6, True, False)


def test_asked_to_stop_both_end_after_their_round(tmp_path):
    _, together = trials(tmp_path / "data", **FOR_EVER, **TWICE)
    folder = opened(together, tmp_path / "trial")
    processes = tasks(folder)
    while not folder.rounds_trained():
        assert {process.poll() for process in processes} == {None}
    folder.stop.touch()
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert folder.record() is None
    assert not folder.refit.last.exists()


def test_what_a_trainer_of_several_processes_is_told():
    settings = TrainerConfig(name="x", devices=4, nodes=2, deterministic=False)
    together, alone = trainer_options(settings, 8), trainer_options(settings, 1)
    assert (together["strategy"], together["devices"], together["num_nodes"]) == ("ddp", 4, 2)
    assert (alone["strategy"], alone["devices"], alone["num_nodes"]) == ("auto", 1, 1)
    assert together["deterministic"] is alone["deterministic"] is False
