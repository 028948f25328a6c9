"""`seeds=auto`: what is open after the first look goes on, and what is decided does not."""

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
