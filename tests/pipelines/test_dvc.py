"""`dvc repro` with real DVC and git, in a project of its own."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import yaml
from project import SOURCE, Project, make_project


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory) -> Project:
    """A fresh repository in which the stages have run once, on the tiny experiment."""
    project = make_project(tmp_path_factory.mktemp("dvc"))
    shutil.copytree(SOURCE / ".dvc", project.root / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"))
    shutil.copytree(SOURCE / "src", project.root / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(SOURCE / name, project.root / name)
    stages = (SOURCE / "dvc.yaml").read_text().replace("[quickstart]", "[tiny]")
    (project.root / "dvc.yaml").write_text(stages)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "."]):
        assert project.run("git", *command).returncode == 0
    answer = project.run("dvc", "repro", PYTHONPATH=f"{project.root}/src")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return project


def repro(project: Project) -> str:
    answer = project.run("dvc", "repro", PYTHONPATH=f"{project.root}/src")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def ran(output: str) -> set[str]:
    return set(re.findall(r"Running stage '(\w+)@", output))


def test_a_second_repro_does_nothing_and_all_is_pinned(reproduced):
    assert ran(repro(reproduced)) == set()
    lock = yaml.safe_load((reproduced.root / "dvc.lock").read_text())
    assert set(lock["stages"]) == {f"{stage}@tiny" for stage in ("compose", "ingest", "fit", "report")}
    pinned = {out["path"] for stage in lock["stages"].values() for out in stage["outs"]}
    assert pinned >= {"data/02_intermediate/tiny", "data/06_models/tiny", "data/08_reporting/tiny/report.html"}


def test_git_does_not_see_the_data(reproduced):
    assert "data/" not in reproduced.run("git", "status", "--porcelain", "--untracked-files=all").stdout


def test_metrics_and_plots_show_the_contest(reproduced):
    shown = json.loads(reproduced.run("dvc", "metrics", "show", "--json").stdout)
    metrics = next(iter(shown[""]["data"].values()))["data"]
    assert set(metrics) == {"digits", "japanese_vowels"}
    assert reproduced.run("dvc", "plots", "show", "-o", "plots").returncode == 0
    page = (reproduced.root / "plots/index.html").read_text()
    assert "Validation loss" in page
    assert "cnn2d" in page


def test_an_edit_of_gru_reruns_what_depends_on_it_and_nothing_else(reproduced):
    path = reproduced.root / "conf/model/gru.yaml"
    path.write_text(re.sub(r"initialisation: \w+", "initialisation: chrono", path.read_text()))
    output = repro(reproduced)
    assert ran(output) == {"compose", "fit", "report"}
    assert "6 trials to train on 2 workers, 24 are trained already" in output
    path = reproduced.root / "conf/model/resnet1d.yaml"  # not in this experiment
    path.write_text(path.read_text() + "# a remark\n")
    assert ran(repro(reproduced)) == {"compose"}
