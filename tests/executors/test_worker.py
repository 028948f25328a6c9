"""The worker process: what it answers, what it survives, when it ends, what it knows."""

import json
import subprocess
import sys

import pytest
from contest import ADDING, FOR_EVER, Worker, assert_same_result, compose, opened, planned

from cnn_vs_rnn.learner.fit import fit


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return planned(compose(ADDING), tmp_path_factory.mktemp("adding"))[0]


@pytest.fixture(scope="module")
def trial_for_ever(tmp_path_factory):
    return planned(compose(ADDING | FOR_EVER), tmp_path_factory.mktemp("adding"))[0]


def test_answers_failures_and_the_end_of_its_standard_input(trial, trial_for_ever, tmp_path):
    broken = opened(trial, tmp_path / "broken")
    broken.config.write_text(broken.config.read_text().replace('"seed"', '"sead"', 1))
    good, endless = opened(trial, tmp_path / "mit Umläuten"), opened(trial_for_ever, tmp_path / "endless")
    worker = Worker([broken, good, endless])
    answers = [json.loads(worker.process.stdout.readline()) for _ in range(5)]
    assert [answer for answer in answers if "begun" in answer] == [
        {"folder": str(folder.path), "begun": True} for folder in (broken, good, endless)
    ]
    failed, done = (answer for answer in answers if "failure" in answer)
    assert failed["folder"] == str(broken.path)
    assert failed["failure"].startswith("ValidationError: ")
    assert "\n" not in failed["failure"]
    assert "Traceback" in broken.error.read_text()
    assert done == {"folder": str(good.path), "failure": None}
    here = opened(trial, tmp_path / "here")
    fit(here)
    assert_same_result(good, here)  # this process has trained other things, and with run-time checks
    while not endless.rounds_trained():
        assert worker.process.poll() is None
    worker.process.stdin.close()
    assert worker.process.wait(timeout=20) == 0
    assert not endless.result.exists()
    assert worker.process.stdout.read() == worker.process.stderr.read() == ""
    worker.process.stdout.close()
    worker.process.stderr.close()


def test_it_knows_nothing_of_kedro_hydra_mlflow_and_dvc(trial, tmp_path):
    folder = opened(trial, tmp_path)
    script = (
        "import sys; from pathlib import Path; import cnn_vs_rnn.executors.worker\n"
        "from cnn_vs_rnn.learner.fit import fit; from cnn_vs_rnn.trials.folder import TrialFolder\n"
        "fit(TrialFolder(Path(sys.argv[1])))\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    answer = subprocess.run([sys.executable, "-W", "ignore", "-c", script, tmp_path], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    loaded = set(answer.stdout.split())
    assert folder.record() is not None
    assert {"torch", "pytorch_lightning", "cnn_vs_rnn"} <= loaded
    # omegaconf, where it is installed, is loaded by Lightning when it saves a checkpoint.
    assert not loaded & {"kedro", "hydra", "mlflow", "dvc", "pipelines"}
