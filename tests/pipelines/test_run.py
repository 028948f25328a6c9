"""What a user sees of `kedro run`: the plan, the table, the files, the errors."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from project import make_project

LEADERBOARD = (
    "task,condition,model,family,metric,mean,ci_low,ci_high,seeds,parameters,flops_per_sample,train_seconds,step_ms,"
    "train_memory_mb,latency_ms"
)
SCORES = ("valid_score", "test_score", "steps", "epochs", "fingerprint", "flags")


def rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_plan_is_printed_before_training_and_the_table_after(finished):
    printed = (finished.root / "stdout.txt").read_text()
    assert re.search(r"plan +30 trials \(6 cnn, 6 rnn, 6 hybrid, 12 baseline\), 3 seeds each", printed)
    assert re.search(r"30 trials to train on 2 workers: about \d+ (s|min)$", printed, re.M)
    assert printed.index("plan") < printed.index("best CNN")
    for line in ("best CNN", "best RNN", "hybrid", "baseline"):
        assert printed.count(line) >= 2  # one table a task
    assert "data/08_reporting/tiny/report.html" in printed
    assert "make ui" in printed
    assert (finished.root / "stderr.txt").read_text() == ""  # no warning noise


def test_other_seeds_run_and_what_a_model_has_to_say_of_itself_is_said_once(tmp_path):
    project = make_project(tmp_path)
    params = "experiment=tiny,tasks=japanese_vowels,models=tcn+gru,models.tcn.options.levels=1,seeds=2,first_seed=3"
    answer = project.kedro("run", "--params", params)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert {row["seed"] for row in rows(project.report / "trials.csv")} == {"3", "4"}
    assert answer.stderr == ""
    assert answer.stdout.count("falls short of the sequence length") == 1
    assert re.search(r"note +TCN: the receptive field of 13 steps", answer.stdout)


def test_the_contract_files_are_written(finished):
    header = (finished.report / "leaderboard.csv").read_text().splitlines()[0]
    assert header == LEADERBOARD
    board = rows(finished.report / "leaderboard.csv")
    assert {row["metric"] for row in board if row["task"] == "digits"} == {"accuracy", "macro_f1", "nll"}
    assert {row["model"] for row in board} == {"cnn2d", "tcn", "gru", "crnn", "majority", "linear"}
    for row in board:
        assert float(row["ci_low"]) <= float(row["mean"]) <= float(row["ci_high"])
        if row["family"] != "baseline":
            assert 0.95 * 3000 <= int(row["parameters"]) <= 1.05 * 3000
            assert min(float(row[cost]) for cost in ("flops_per_sample", "step_ms", "train_memory_mb")) > 0
    trials = rows(finished.report / "trials.csv")
    assert len(trials) == 30
    assert all(trial["status"] == "finished" and len(trial["mlflow_run_id"]) == 32 for trial in trials)
    assert len({trial["fingerprint"] for trial in trials}) == 30
    verdicts = json.loads((finished.report / "verdicts.json").read_text())
    assert [entry["claim"] for entry in verdicts] == ["contest/digits", "contest/japanese_vowels"]
    for entry in verdicts:
        assert entry.keys() >= {"statement", "verdict", "effect", "ci_low", "ci_high", "seeds", "conditions", "reason"}


def test_a_second_run_reuses_every_trial_and_reports_the_same(copied):
    before = rows(copied.report / "trials.csv")
    answer = copied.kedro("run", "--params", "experiment=tiny")
    assert "all 30 trials are trained already" in answer.stdout
    after = rows(copied.report / "trials.csv")
    assert after == before


def test_pipelines_run_alone(copied):
    (copied.report / "report.html").unlink()
    answer = copied.kedro("run", "--pipelines", "evaluation,reporting", "--params", "experiment=tiny")
    assert answer.returncode == 0, answer.stderr
    assert (copied.report / "report.html").exists()


def test_an_edit_of_one_model_retrains_that_model_alone(copied):
    path = copied.root / "conf/model/gru.yaml"
    path.write_text(re.sub(r"initialisation: \w+", "initialisation: chrono", path.read_text()))
    answer = copied.kedro("run", "--params", "experiment=tiny")
    assert "6 trials to train on 2 workers, 24 are trained already" in answer.stdout
    assert answer.returncode == 0


def test_a_damaged_result_is_trained_again_and_said(copied):
    result = next((copied.root / "data/06_models/tiny/digits/gru").glob("*/result.json"))
    result.write_text(result.read_text()[:40])
    checkpoint = next((copied.root / "data/06_models/tiny/digits/cnn2d").glob("*/weights.ckpt"))
    checkpoint.write_bytes(checkpoint.read_bytes()[:-7])
    before = rows(copied.report / "trials.csv")
    answer = copied.kedro("run", "--params", "experiment=tiny")
    assert f"{result.relative_to(copied.root)} is damaged" in answer.stdout
    assert "2 trials to train" in answer.stdout
    after = rows(copied.report / "trials.csv")
    assert [[row[key] for key in SCORES] for row in after] == [[row[key] for key in SCORES] for row in before]


def test_a_killed_run_finishes_only_what_is_missing_with_the_same_result(finished, tmp_path):
    project = make_project(tmp_path)
    run = subprocess.Popen(
        [sys.executable, "-m", "kedro", "run", "--params", "experiment=tiny"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    models = project.root / "data/06_models/tiny"
    while len(done := list(models.glob("*/*/*/result.json"))) < 14:
        assert run.poll() is None, "the run ended before it could be killed"
        time.sleep(0.05)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    time.sleep(1)  # workers notice that their parent is gone
    done = {path: path.stat().st_mtime_ns for path in models.glob("*/*/*/result.json")}
    answer = project.kedro("run", "--params", "experiment=tiny")
    assert answer.returncode == 0, answer.stderr
    assert f"{30 - len(done)} trials to train on 2 workers, {len(done)} are trained already" in answer.stdout
    assert {path: path.stat().st_mtime_ns for path in done} == done
    undisturbed = rows(finished.report / "trials.csv")
    resumed = rows(project.report / "trials.csv")
    assert [[row[key] for key in SCORES] for row in resumed] == [[row[key] for key in SCORES] for row in undisturbed]


def test_a_failed_trial_is_reported_the_others_go_on_and_the_run_ends_non_zero(copied):
    model = copied.root / "conf/model/tcn.yaml"
    model.write_text(model.read_text().replace("cnn_vs_rnn.models.tcn:TCN", "broken:Net"))
    (copied.root / "broken.py").write_text(
        "import torch\nfrom cnn_vs_rnn.models.tcn import TCN\n\n\nclass Net(TCN):\n"
        "    def forward(self, inputs, lengths=None):\n"
        "        raise RuntimeError('this net is broken')\n"
    )
    params = "experiment=tiny,tasks=japanese_vowels"
    answer = copied.kedro("run", "--params", params, PYTHONPATH=str(copied.root))
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "3 of the trials have no result" in answer.stderr
    assert "this net is broken" in answer.stderr
    failed = [row for row in rows(copied.report / "trials.csv") if row["status"] == "failed"]
    assert {row["model"] for row in failed} == {"tcn"}
    assert all("this net is broken" in row["reason"] for row in failed)
    assert "this net is broken" in (copied.report / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--params", "experiment=quickstrat"], "did you mean quickstart?"),
        (["--params", "experiment=tiny,models=gruu"], "did you mean gru"),
        (["--params", "experiment=tiny,tasks=digit"], "did you mean digits"),
        (["--params", "experiment=tiny,trainer.step=3"], "did you mean steps?"),
        (["--params", "experiment=tiny,seeds=0"], "seeds=0 is refused"),
        (["--params", "experiment=tiny,budget="], "there is no budget ''"),
        (["--params", "experiment=tiny,budget.parameters="], "budget.parameters=None is refused"),
        (["--params", "experiment=tiny,executor=slrm"], "there is no executor 'slrm'"),
        (["--params", "seeds"], "'seeds' is not of the form key=value"),
        (["--params", "seeds=1,seeds=2"], "'seeds' is given twice"),
        (["--pipelines", "trainig"], "training"),
    ],
)
def test_a_mistake_ends_in_one_line(finished, arguments, said):
    answer = finished.kedro("run", *arguments)
    assert answer.returncode != 0
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr + answer.stdout
    assert len([line for line in answer.stderr.splitlines() if line.startswith("Error")]) == 1


def test_a_mistake_is_found_before_torch_is_imported(finished):
    code = "import sys\nsys.argv = ['kedro', 'run', '--params', 'experiment=tinny']\n"
    code += (
        "from kedro.framework.cli import main\ntry:\n    main()\nexcept SystemExit:\n    print('torch' in sys.modules)"
    )
    assert finished.run(sys.executable, "-c", code).stdout.strip() == "False"


def test_data_that_is_not_prepared_is_asked_for(copied):
    answer = copied.kedro("run", "--pipelines", "training", "--params", "experiment=tiny,tasks=adding")
    assert answer.returncode == 1
    assert "run the pipelines ingestion,augmentation" in answer.stderr
    answer = copied.kedro("run", "--pipelines", "evaluation", "--params", "experiment=tiny,seeds=2")
    assert "run the pipeline training with the same --params" in answer.stderr
    (copied.root / "data/02_intermediate/tiny/ingested.json").unlink()
    answer = copied.kedro("run", "--pipelines", "augmentation", "--params", "experiment=tiny")
    assert "ingested.json is missing: run the pipeline ingestion first" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_data_folder_that_cannot_be_written_ends_in_one_line(tmp_path):
    project = make_project(tmp_path)
    (project.root / "data").mkdir()
    (project.root / "data/02_intermediate").write_text("in the way")
    answer = project.kedro("run", "--params", "experiment=tiny")
    assert answer.returncode == 1
    assert "data/02_intermediate/tiny/digits" in answer.stderr
    assert "cannot be written" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_node_names_read_well(finished):
    answer = finished.kedro("registry", "describe", "__default__")
    for name in (
        "ingest_tasks",
        "split_and_scale",
        "plan_trials",
        "cnn.fit_trials",
        "rnn.test_trials",
        "write_reports",
    ):
        assert name in answer.stdout
