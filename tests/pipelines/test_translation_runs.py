"""A contest of translations from the command line to the report and to MLflow."""

import pytest
from mlflow import MlflowClient
from project import make_project

from cnn_vs_rnn.learner.corpus_scores import signature

pytestmark = pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies

TRANSLATED = """\
# @package _global_
defaults:
  - /task: [copy_symbols]
  - /model: [conv_seq2seq, rnn_seq2seq]

experiment: translated
question: Does a translation reach the report?
seeds: 1
trainer: {steps: 5, rounds: 1, check_longer: false}
budget: {parameters: 3000}
tasks: {copy_symbols: {score: chrf, also: [bleu], options: {longest: 6, samples: 60, test_samples: 20}}}
"""


def test_scores_of_texts_are_recorded_with_how_they_were_computed(tmp_path):
    project = make_project(tmp_path / "project")
    (project.root / "conf/experiment/translated.yaml").write_text(TRANSLATED)
    answer = project.kedro("run", "--params", "experiment=translated")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "chrF  95% interval" in answer.stdout
    page = (project.root / "data/08_reporting/translated/report.html").read_text("utf-8")
    assert 'id="translations"' in page
    client = MlflowClient(f"sqlite:///{project.root}/data/09_tracking/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("translated").experiment_id])
    assert len(runs) == 3
    for run in runs:
        found = {name: value for name, value in run.data.tags.items() if name.startswith("signature.")}
        assert found == {"signature.chrf": signature("chrf"), "signature.bleu": signature("bleu")}
        if "model" in run.data.tags:
            assert 0 <= run.data.metrics["test/chrf"] <= 100
