"""Trials as jobs of a real cluster of two nodes: whatever happens to a job, its trial ends as an undisturbed one."""

import re
import time

import pytest
from contest import ADDING, FOR_EVER, TWICE, assert_same_result, compose, history, opened, planned
from two_nodes import NODES

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.executor_config import SlurmConfig
from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.executors.slurm import SlurmExecutor
from cnn_vs_rnn.learner.fit import fit

LONG = {"seeds": 1, "trainer.steps": 4500, "trainer.rounds": 1500}  # longer than SLURM waits for a job to end
TOGETHER = {"seeds": 1, "trainer.steps": 18, "trainer.rounds": 6, "recipe.dropout": 0.0}


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    return planned(compose(ADDING | {"seeds": 4}), tmp_path_factory.mktemp("adding"))


@pytest.fixture(scope="module")
def long_trial(tmp_path_factory):
    """Long enough to be met in the middle."""
    return planned(compose(ADDING | LONG), tmp_path_factory.mktemp("long"))[0]


@pytest.fixture(scope="module")
def undisturbed(long_trial, tmp_path_factory):
    folder = opened(long_trial, tmp_path_factory.mktemp("undisturbed"))
    local = LocalExecutor(1)
    assert run(local, [folder]) == {folder.path.name: None}
    local.close()
    return folder


def executor(root, **keys):
    settings = {"poll_seconds": 0.3, "minutes": 10, "warning_seconds": 5, **keys}
    return SlurmExecutor(SlurmConfig(name="slurm", **settings), "adding", root / "jobs")


def run(executor, folders, on_tick=lambda running: None):
    """Folder -> its failure."""
    ended = {}
    executor.run([folder.path for folder in folders], ended.__setitem__, on_tick)
    return {path.name: failure for path, failure in ended.items()}


def jobs(cluster, *fields):
    """What squeue says of each job."""
    answer = cluster.run("squeue", "--noheader", "--array", f"--format={'|'.join(fields)}")
    return [line.strip().split("|") for line in answer.splitlines()]


def test_an_array_runs_over_both_nodes_in_chunks(cluster, trials, tmp_path):
    folders = [opened(trial, tmp_path / str(trial.seed)) for trial in trials]
    names, nodes = set(), set()

    def on_tick(running):
        for name, number, node in jobs(cluster, "%j", "%F", "%N"):
            names.add((name, number))
            nodes.update(filter(None, [node]))

    assert run(executor(tmp_path, chunk=2), folders, on_tick) == {"0": None, "1": None, "2": None, "3": None}
    assert len(names) == 1  # one array
    assert nodes == set(NODES)
    for trial, folder in zip(trials, folders, strict=True):
        here = opened(trial, tmp_path / "here" / str(trial.seed))
        fit(here)
        assert_same_result(folder, here)


def requeue(cluster, number, node):
    cluster.run("scontrol", "requeue", number)


def preempt(cluster, number, node):
    """As before the end of its time: the job saves itself and asks to be queued again."""
    cluster.run("scancel", "--signal=USR2", number)


def take_down(cluster, number, node):
    cluster.stop_node(node)
    cluster.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=power")  # noticed at once


@pytest.mark.parametrize("disturb", [requeue, preempt, take_down])
def test_a_job_that_is_queued_again_goes_on_from_its_checkpoint(
    cluster, long_trial, undisturbed, tmp_path, disturb, caplog
):
    folder = opened(long_trial, tmp_path / "trial")
    seen = []

    def on_tick(running):
        if "its job was queued again" in caplog.text:
            cluster.hurry()
        if not seen and folder.rounds_trained() > 20:
            [[number, node]] = jobs(cluster, "%i", "%N")
            disturb(cluster, number, node)
            seen.append((node, folder.rounds_trained()))

    assert run(executor(tmp_path), [folder], on_tick) == {"trial": None}
    [(_, rounds)] = seen
    assert 20 < rounds < long_trial.rounds
    assert_same_result(folder, undisturbed)
    assert "its job was queued again" in caplog.text


def test_started_again_it_follows_the_jobs_that_it_finds(cluster, long_trial, trials, undisturbed, tmp_path, caplog):
    caplog.set_level("INFO", logger="cnn_vs_rnn")
    folder, second = opened(long_trial, tmp_path / "long"), opened(trials[0], tmp_path / "short")

    def interrupt(running):
        if folder.rounds_trained():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(executor(tmp_path, chunk=2), [folder, second], interrupt)
    assert "the jobs of 2 trials go on" in caplog.text
    [[number]] = jobs(cluster, "%F")
    folder.open(long_trial)  # as a run does that is started again
    assert run(executor(tmp_path, chunk=2), [folder, second]) == {"long": None, "short": None}
    assert "2 trials are with jobs of an earlier start" in caplog.text
    assert_same_result(folder, undisturbed)
    assert number == re.search(r"job (\d+): 2 trials in 1 jobs", caplog.text)[1]
    assert len(re.findall(r"trials in \d+ jobs", caplog.text)) == 1  # none was submitted twice


def test_ctrl_c_ends_the_jobs_where_that_is_asked_for(cluster, endless, tmp_path):
    folder = opened(endless, tmp_path / "endless")

    def interrupt(running):
        if folder.rounds_trained():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(executor(tmp_path, cancel=True), [folder], interrupt)
    end = time.monotonic() + 30
    while jobs(cluster, "%i"):
        assert time.monotonic() < end
        time.sleep(0.2)
    assert folder.record() is None


@pytest.fixture(scope="module")
def endless(tmp_path_factory):
    return planned(compose(ADDING | FOR_EVER), tmp_path_factory.mktemp("endless"))[0]


def test_what_fails_is_said_and_the_others_go_on(cluster, trials, endless, tmp_path):
    broken, lost, hangs, good = (
        opened(trial, tmp_path / name)
        for name, trial in (("broken", trials[0]), ("lost", endless), ("hangs", endless), ("good", trials[1]))
    )
    recipe = trials[0].recipe.model_copy(update={"learning_rate": 1e38, "optimizer": "sgd", "gradient_clip": 0.0})
    broken.open(trials[0].model_copy(update={"recipe": recipe}))

    def on_tick(running):
        if lost.path in running and lost.rounds_trained():
            cluster.run("scancel", *(number for number, place in jobs(cluster, "%i", "%K") if place == "1"))

    failures = run(executor(tmp_path, trial_minutes=0.2), [broken, lost, hangs, good], on_tick)
    assert failures["good"] is None
    assert failures["broken"].startswith("DivergedError: the loss was not finite")
    assert re.match(r"its job \d+_1 ended \(cancelled\) without a result; its log ends: ", failures["lost"])
    assert "ended (cancelled) without a result" in lost.error.read_text()
    assert "executor.trial_minutes" in failures["hangs"]
    assert good.record() is not None


def test_two_nodes_train_one_trial_together(cluster, tmp_path):
    alone = planned(compose(ADDING | TWICE | TOGETHER), tmp_path / "data")[0]
    together = alone.model_copy(update={"trainer": alone.trainer.model_copy(update={"nodes": 2})})
    one, two = opened(alone, tmp_path / "one"), opened(together, tmp_path / "two")
    fit(one)
    setup = ["export MASTER_ADDR=127.0.0.1", "export GLOO_SOCKET_IFNAME=lo"]  # the names of the nodes are made up
    nodes = set()
    answer = run(executor(tmp_path, setup=setup), [two], lambda _: nodes.update(*jobs(cluster, "%D %N")))
    assert answer == {"two": None}
    assert "2 node[1-2]" in nodes
    for mine, theirs in zip(history(one), history(two), strict=True):
        for name in mine.keys() & {"train_loss", "valid_score"}:
            assert float(mine[name]) == pytest.approx(float(theirs[name]), rel=1e-3)


def test_what_slurm_refuses_is_one_sentence(cluster, trials, tmp_path, capfd):
    folder = opened(trials[0], tmp_path / "trial")
    with pytest.raises(UserError, match=r"SLURM refused the jobs: .*[Ii]nvalid partition.*see executor\.\*") as refused:
        run(executor(tmp_path, partition="nowhere"), [folder])
    assert "\n" not in str(refused.value)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("trainer", "keys", "said"),
    [
        ({"accelerator": "gpu"}, {}, "executor.gpus=0: trainer.accelerator=gpu needs executor.gpus=1"),
        ({"devices": 2}, {"chunk": 2}, "executor.chunk: trials of several processes go one to a job"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_submitted(cluster, trials, tmp_path, trainer, keys, said):
    trial = trials[0].model_copy(update={"trainer": trials[0].trainer.model_copy(update=trainer)})
    with pytest.raises(UserError, match=re.escape(said)):
        executor(tmp_path, **keys).check([trial])


def test_a_machine_without_slurm(trials, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="this machine has no sbatch, srun, squeue, scontrol, scancel"):
        executor(tmp_path).check(trials)
