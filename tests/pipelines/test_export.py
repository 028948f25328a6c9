"""`kedro run --pipelines export` after a real run: what it writes, and that it answers like the contest."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import numpy as np
import onnxruntime
import pytest
from project import Project

from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.onnx_file import TOLERANCE
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.trials.folder import TrialFolder

# Loads a model far from the project, answers the lists on standard input, and says what was imported to do so.
ANSWER = """
import json, sys
import mlflow, pandas
before = set(sys.modules)
model = mlflow.pyfunc.load_model(sys.argv[1])
column = model.metadata.get_input_schema().input_names()[0]
answers = model.predict(pandas.DataFrame({column: json.load(sys.stdin)})).to_dict(orient="records")
import cnn_vs_rnn
new = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
print(json.dumps({"answers": answers, "library": cnn_vs_rnn.__file__, "imported": new}))
"""


@pytest.fixture(scope="module")
def held(finished, tmp_path_factory):
    """A project of its own, in which the contest was held: an export adds a run to those that others count."""
    folder = tmp_path_factory.mktemp("held") / "project"
    shutil.copytree(finished.root, folder)
    return Project(folder)


@pytest.fixture(scope="module")
def exported(held):
    answer = held.kedro("run", "--pipelines", "export", "--params", "experiment=tiny")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return held.report / "export", answer.stdout


def contest(project, task):
    contests = json.loads((project.report / "contests.json").read_text())
    return next(one for one in contests if one["task"] == task)


def results(project):
    files = (project.root / "data/07_model_output/tiny").glob("*_results.json")
    return [one for file in files for one in json.loads(file.read_text())]


@pytest.mark.parametrize("task", ["digits", "japanese_vowels"])
def test_the_seed_that_is_best_on_validation_of_the_model_to_take(held, exported, task):
    folder, said = exported
    facts = ModelFacts.read(folder / task / "facts.json")
    verdict = contest(held, task)
    assert facts.model.name == verdict["choice"]
    own = [one for one in results(held) if (one["task"], one["model"]) == (task, facts.model.name)]
    assert facts.fingerprint == max(own, key=lambda one: one["valid_score"])["fingerprint"]
    assert f"export  {task}: {facts.model.name}, seed {facts.seed} ({verdict['verdict']})" in said


@pytest.mark.parametrize("task", ["digits", "japanese_vowels"])
def test_both_files_answer_as_the_contest_did(held, exported, task, tmp_path, monkeypatch):
    folder, _ = exported
    monkeypatch.chdir(held.root)  # records hold paths relative to the project
    facts = ModelFacts.read(folder / task / "facts.json")
    result = next(one for one in results(held) if one["fingerprint"] == facts.fingerprint)
    test = TrialFolder(held.root / result["directory"]).trial().data.task.test()
    ends = np.full(len(test), test.inputs.shape[1]) if test.lengths is None else test.lengths
    chosen = range(0, len(test), max(1, len(test) // 40))
    told = answered(folder / task / "mlflow_model", [test.inputs[at][: ends[at]].tolist() for at in chosen], tmp_path)
    assert told["library"].startswith(str(folder / task / "mlflow_model" / "code"))
    predicted = Predictions.read(held.root / result["predictions"]).predicted[list(chosen)]
    assert [one["class"] for one in told["answers"]] == [facts.class_name(int(at)) for at in predicted]
    session = onnxruntime.InferenceSession(folder / task / "model.onnx")
    given = {"inputs": test.inputs[list(chosen)].astype(np.float32)}
    if facts.input.variable:
        given["lengths"] = test.lengths[list(chosen)]
    names = [facts.class_name(at) for at in range(facts.output.size)]
    served = [[one["probabilities"][name] for name in names] for one in told["answers"]]
    np.testing.assert_allclose(session.run(None, given)[0], served, rtol=0, atol=TOLERANCE)


def answered(model, values, folder):
    done = subprocess.run(
        [sys.executable, "-c", ANSWER, str(model)],
        input=json.dumps(values),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "MLFLOW_DISABLE_TELEMETRY": "true"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_requirements_name_all_that_is_imported(exported, tmp_path):
    folder, _ = exported
    model = folder / "digits/mlflow_model"
    needed = with_dependencies(re.findall(r"^([\w-]+)==", (model / "requirements.txt").read_text(), re.M))
    told = answered(model, [np.zeros((1, 8, 8)).tolist()], tmp_path)
    owners = packages_distributions()
    imported = {name for module in told["imported"] for name in owners.get(module, ())} - {"cnn-vs-rnn"}
    imported -= {"rich", "pydot"}  # scikit-learn and torch take them where they are there
    assert {plain(name) for name in imported} <= needed


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def with_dependencies(names):
    """Packages, and what they require in turn."""
    found, waiting = set(), [plain(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        with contextlib.suppress(PackageNotFoundError):
            wanted = [one for one in requires(name) or () if "extra ==" not in one]
            waiting += [plain(re.match(r"[\w.-]+", one)[0]) for one in wanted]
    return found


def test_the_card_says_what_a_reader_must_know(exported):
    folder, _ = exported
    card = (folder / "digits/model_card.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", card, re.M)
    assert headings == [
        *("The answer it gives", "The data", "The score", "Why this model"),
        *("How it was trained", "What it costs", "Limits", "How to ask it"),
    ]
    assert "| samples | 1" in card
    assert re.search(r"\| \*\*\w+\*\* \| \w+ \| [\d.]+% \| [\d.]+ to [\d.]+ \| [\d,-]+ \|", card)
    assert "Accuracy | 95% interval" in card
    assert "None" not in card
    assert not re.search(r"\.0*[1-9]\d{4}", card), "no raw floats"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the SQLAlchemy that MLflow uses
def test_mlflow_holds_a_run_named_after_it(held, exported):
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{held.root / 'data/09_tracking/mlflow.db'}")
    runs = client.search_runs([client.get_experiment_by_name("tiny").experiment_id], "tags.pipelines = 'export'")
    assert [run.info.run_name for run in runs] == ["export"]


def test_a_contest_that_was_not_held_is_not_exported(copied):
    for file in (copied.root / "data/07_model_output/tiny").glob("*_results.json"):
        write_text(file, "[]")
    write_text(copied.report / "contests.json", "[]")
    answer = copied.kedro("run", "--pipelines", "export", "--params", "experiment=tiny")
    assert answer.returncode != 0
    assert "tiny has no finished trial of a contest to export: run the contest first" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_training_that_is_gone_is_named(copied):
    for file in (copied.root / "data/06_models/tiny").rglob("weights.ckpt"):
        file.unlink()
    answer = copied.kedro("run", "--pipelines", "export", "--params", "experiment=tiny")
    assert answer.returncode != 0
    assert "holds no finished training any more: run the contest again" in " ".join(answer.stderr.split())
