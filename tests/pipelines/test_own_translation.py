"""A pair of files of lines from the command line to a served model that translates raw text."""

import json
import re
import subprocess
import sys

import mlflow
import numpy as np
import pytest
import torch
from mlflow import MlflowClient
from own_data.made import pair_files, translations
from project import make_project

from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.tasks.subwords import text_of
from cnn_vs_rnn.trials.folder import TrialFolder

pytestmark = pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies

SHORT = "trainer.steps=30,trainer.rounds=2,trainer.check_longer=false"
SMALL = f"models=conv_seq2seq+rnn_seq2seq,seeds=3,{SHORT},budget.parameters=9000,executor.workers=2"
PARAMS = f"experiment=my_data,path=corpus,source_column=en,{SMALL}"
TRANSLATE = """
import json, sys
import mlflow, pandas
model = mlflow.pyfunc.load_model(sys.argv[1])
print(model.predict(pandas.DataFrame({"text": json.load(sys.stdin)}))["translation"].to_json())
"""


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A project in which the contest was held, and what the run said."""
    project = make_project(tmp_path_factory.mktemp("translated") / "project")
    pair_files(project.root / "corpus", 120)
    answer = project.kedro("run", "--params", PARAMS)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return project, answer.stdout


@pytest.fixture(scope="module")
def exported(held):
    project, _ = held
    answer = project.kedro("run", "--pipelines", "export", "--params", PARAMS)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return project.root / "data/08_reporting/my_data/export/corpus", answer.stdout


def advice(project):
    return json.loads((project.root / "data/08_reporting/my_data/recommendation.json").read_text())


def test_what_is_found_is_said_and_the_advice_is_in_points_of_chrf(held):
    project, said = held
    assert said.startswith("found   a translation: 120 pairs of texts, en to become de (source_column= and target_col")
    assert "found   a fifth is drawn as the test part" in said
    assert re.search(r"found   settings: \d seeds, budget\.parameters=200000, recipe\.dropout=0\.2: roughly", said)
    assert "as you say models=" in said
    assert "3 seeds each, 9,000 parameters each (within" in said
    told = advice(project)
    assert told["score"] == "chrf"
    assert told["choice"] in told["costs"]
    assert told["regret"] >= 0
    assert told["gain_low"] <= told["gain"] <= told["gain_high"]
    assert "%" not in told["reason"].replace("95% interval", "")


def test_a_model_that_mlflow_holds_answers_tokens_with_tokens(held, monkeypatch):
    project, _ = held
    monkeypatch.setattr("pickle.load", pytest.fail)
    monkeypatch.setattr("cloudpickle.load", pytest.fail)
    monkeypatch.chdir(project.root)
    uri = f"sqlite:///{project.root}/data/09_tracking/mlflow.db"
    mlflow.set_tracking_uri(uri)
    version = MlflowClient(uri).get_model_version_by_alias("my_data-corpus", "best")
    folder = next((project.root / "data/06_models/my_data/corpus").glob(f"*/{version.tags['fingerprint']}"))
    trial = TrialFolder(folder).trial()
    test = trial.data.task.test()
    answered = mlflow.pyfunc.load_model("models:/my_data-corpus@best").predict(
        {"inputs": test.inputs, "lengths": test.lengths}
    )
    expected = model_from(folder / "weights.ckpt", trial).translate(
        torch.from_numpy(test.inputs), torch.from_numpy(test.lengths), trial.task.beam
    )
    assert answered.dtype == np.int64
    np.testing.assert_array_equal(answered, expected.numpy())


def test_the_exported_model_translates_text_far_from_the_project(held, exported, tmp_path, monkeypatch):
    project, _ = held
    folder, said = exported
    assert "onnx    none: a translation is found a token at a time, each following from those before" in said
    assert not (folder / "model.onnx").exists()
    facts = ModelFacts.read(folder / "facts.json")
    assert facts.model.name == advice(project)["choice"]
    texts = list(translations(3)["english"])
    told = served(folder / "mlflow_model", texts, tmp_path)
    assert told.returncode == 0, told.stderr
    monkeypatch.chdir(project.root)  # records hold paths relative to the project
    trained = next((project.root / "data/06_models/my_data/corpus").glob(f"*/{facts.fingerprint}"))
    trial = TrialFolder(trained).trial()
    pool = trial.data.task.pool().joined(trial.data.task.test())
    known = [text_of(row, facts.vocabulary) for row in pool.inputs.tolist()]
    asked = pool.take(np.array([known.index(text) for text in texts]))
    model = model_from(trained / "weights.ckpt", trial)
    tokens = model.translate(torch.from_numpy(asked.inputs), torch.from_numpy(asked.lengths), facts.beam)
    answers = json.loads(told.stdout.splitlines()[-1])
    assert [answers[str(at)] for at in range(3)] == [text_of(row, facts.vocabulary) for row in tokens.tolist()]
    refused = served(folder / "mlflow_model", ["the boy", " "], tmp_path)
    assert "text 2: it is empty" in refused.stderr


def served(model, texts, folder):
    return subprocess.run(
        [sys.executable, "-c", TRANSLATE, str(model)],
        input=json.dumps(texts),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "MLFLOW_DISABLE_TELEMETRY": "true"},  # what is served brings its own library
        capture_output=True,
        text=True,
    )


def test_the_card_says_what_a_reader_must_know(exported):
    card = (exported[0] / "model_card.md").read_text(encoding="utf-8")
    assert "Translate en into de." in card
    assert "There is no model.onnx: a translation is found a token at a time" in card
    assert "A text of more than" in card
    assert "A translation may read well and be wrong" in card
    assert "chrF" in card
    assert '"text": "a text"' in card
    assert "None" not in card
