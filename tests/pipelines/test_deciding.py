"""What is open after the first trials goes on, by more seeds or by more steps, and what is decided does not."""

import csv
import json
import re

import pytest
from project import make_project

EXPERIMENT = """\
# @package _global_
defaults:
  - /task: [japanese_vowels]
  - /model: [tcn, fcn, gru, majority]

experiment: open
question: Does what is open go on?
seeds: auto
decide: {looks: [3, 5]}
trainer: {steps: 30, rounds: 2, check_longer: false}
budget: {parameters: 3000}
executor: {workers: 2}
tasks: {japanese_vowels: {equivalence: 0.0001}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    made = make_project(tmp_path_factory.mktemp("open"))
    (made.root / "conf/experiment/open.yaml").write_text(EXPERIMENT)
    return made


def seeds_of(project):
    with (project.root / "data/08_reporting/open/trials.csv").open(newline="") as file:
        found = [(row["model"], int(row["seed"])) for row in csv.DictReader(file)]
    return {model: sorted(seed for one, seed in found if one == model) for model in dict(found)}


def test_without_time_nothing_goes_on_and_that_is_said(project):
    answer = project.kedro("run", "--params", "experiment=open,decide.minutes=0")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert re.search(r"plan +12 trials .*, 3 seeds each \(up to 5 of what stays open\)", answer.stdout)
    assert "open    japanese_vowels: more seeds would take longer than decide.minutes=0" in answer.stdout
    assert set(map(len, seeds_of(project).values())) == {3}


def test_the_champions_of_an_open_contest_get_more_seeds(project):
    answer = project.kedro("run", "--params", "experiment=open")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    assert "all 12 trials are trained already and are reused" in answer.stdout
    assert re.search(
        r"open +japanese_vowels: 2 more seeds of (fcn|tcn), gru and majority, about \d+ s", answer.stdout
    ) or (re.search(r"open +japanese_vowels: 2 more seeds of gru, majority and tcn, about \d+ s", answer.stdout))
    found = seeds_of(project)
    assert sorted(map(len, found.values())) == [3, 5, 5, 5]
    assert len(found["gru"]) == len(found["majority"]) == 5
    page = (project.root / "data/08_reporting/open/report.html").read_text(encoding="utf-8")
    assert "3 to 5 seeds" in page


def test_the_verdict_counts_both_looks(project):
    (contest,) = json.loads((project.root / "data/08_reporting/open/contests.json").read_text())
    assert (contest["confidence"], contest["confidence_alone"]) == (0.95, 0.975)


def test_a_second_run_trains_nothing_and_says_the_same(project):
    before = (project.root / "data/08_reporting/open/verdicts.json").read_text()
    answer = project.kedro("run", "--params", "experiment=open")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "training 1" not in answer.stdout
    assert (project.root / "data/08_reporting/open/verdicts.json").read_text() == before


LATE = "experiment=quickstart,tasks=japanese_vowels,models=fcn+lstm+majority,seeds=3,budget.parameters=3000"
SHORT = f"{LATE},trainer.steps=40,trainer.rounds=2"


def decided(project):
    (contest,) = json.loads((project.root / "data/08_reporting/quickstart/contests.json").read_text())
    return contest


def overtime(project):
    return json.loads((project.root / "data/07_model_output/quickstart/overtime.json").read_text())


def test_overtime_has_no_more_than_its_minutes(project):
    answer = project.kedro("run", "--params", f"{SHORT},decide.minutes=0")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "late    japanese_vowels: twice the steps would take longer than decide.minutes=0" in answer.stdout
    assert overtime(project) == []
    assert (decided(project)["verdict"], decided(project)["late"]) == ("undecided", ["fcn"])


def test_a_loser_that_is_not_trained_to_its_end_trains_longer(project):
    answer = project.kedro("run", "--params", SHORT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert answer.stderr == ""
    assert re.search(r"late +japanese_vowels: twice the steps of fcn, about \d+ s", answer.stdout), answer.stdout
    found = overtime(project)
    assert {one["model"] for one in found} == {"fcn"}
    assert sorted(one["steps"] for one in found) in (3 * [80], 3 * [80] + 3 * [160])
    assert decided(project)["verdict"] in ("rnn", "depends")
    assert "fcn over" in decided(project)["reason"] or "four times the steps" in decided(project)["reason"]
    assert {one["seeds"] for one in decided(project)["champions"]} == {3}


def test_a_second_run_of_overtime_trains_nothing_and_says_the_same(project):
    before = decided(project)
    answer = project.kedro("run", "--params", SHORT)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "training 1" not in answer.stdout
    assert decided(project) == before


def test_results_that_are_older_than_the_costs_end_in_one_line(project):
    path = project.root / "data/07_model_output/quickstart/costs.json"
    path.write_text(json.dumps([one for one in json.loads(path.read_text()) if one["model"] != "lstm"]))
    answer = project.kedro("run", "--pipelines", "reporting", "--params", SHORT)
    assert answer.returncode == 1
    assert "lstm on japanese_vowels has results but no costs" in answer.stderr
    assert "run the pipeline deciding after evaluation" in answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
