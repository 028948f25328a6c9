"""`dvc repro` with real DVC and git, in a project of its own."""

from __future__ import annotations

import json
import re
import sys

import pytest
import yaml
from mirror import needs_mirror
from project import SOURCE, Project, make_project
from repository import commit, does, make_repository, ran, repro


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory) -> Project:
    """A fresh repository in which the stages have run once, on the tiny experiment."""
    project = make_repository(tmp_path_factory.mktemp("dvc"))
    repro(project)
    return project


def test_a_second_repro_does_nothing_and_all_is_pinned(reproduced):
    assert ran(repro(reproduced)) == set()
    lock = yaml.safe_load((reproduced.root / "dvc.lock").read_text())
    stages = {f"{stage}@{name}" for stage in ("compose", "ingest", "fit", "report") for name in ("tiny", "said")}
    assert set(lock["stages"]) == {*stages, "claims"}
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


def test_a_repro_of_the_experiments_fetches_nothing(reproduced):
    assert not (reproduced.root / "data/01_raw").exists()


@needs_mirror
def test_own_data_and_fetched_files_come_back_in_a_second_clone(tmp_path):
    """`dvc push` to a folder, `git clone`, `dvc pull`: byte for byte, and git never held any of it."""
    first = make_repository(tmp_path / "first")
    own = first.root / "data/01_raw/own"
    for name, content in {"cats/1.bin": bytes(range(256)) * 9, "dogs/ä b.txt": b"wuff\n"}.items():
        (own / name).parent.mkdir(parents=True)
        (own / name).write_bytes(content)
    does(first, "dvc", "add", "-q", "data/01_raw/own")
    assert ran(repro(first, "data/dvc.yaml:fetch@trec")) == {"fetch"}
    assert ran(repro(first, "data/dvc.yaml:fetch@trec")) == set()
    does(first, "dvc", "remote", "add", "-q", "-d", "store", str(tmp_path / "store"))
    commit(first)
    targets = ("data/01_raw/own", "data/dvc.yaml:fetch@trec")
    does(first, "dvc", "push", "-q", *targets)

    does(first, "git", "clone", "-q", str(first.root), str(tmp_path / "second"))
    second = Project(tmp_path / "second")
    assert files(second) == {"own.dvc"}
    does(second, "dvc", "pull", "-q", *targets)
    assert files(second) == {"own.dvc", "own/cats/1.bin", "own/dogs/ä b.txt", "text/trec.tar.gz"}
    for name in files(second):
        assert (second.root / "data/01_raw" / name).read_bytes() == (first.root / "data/01_raw" / name).read_bytes()
    assert does(second, "git", "status", "--porcelain", "--untracked-files=all") == ""


def files(project: Project) -> set[str]:
    raw = project.root / "data/01_raw"
    return {path.relative_to(raw).as_posix() for path in raw.rglob("*") if path.is_file()}


def test_every_published_file_has_a_stage():
    """Each file under `files` is an output of a stage; of `ucr`, the data set that it names."""
    stages = yaml.safe_load((SOURCE / "data/dvc.lock").read_text())["stages"]
    pinned = {out["path"].removeprefix("data/01_raw/") for stage in stages.values() for out in stage["outs"]}
    for path in (SOURCE / "conf/task").glob("*.yaml"):
        task = yaml.safe_load(path.read_text())
        listed = [file["path"] for file in task.get("files", [])]
        if path.stem == "ucr":
            listed = [f"ucr/{task['options']['name']}.zip"]
        for file in listed:
            assert {file, file.rpartition("/")[0]} & pinned, file


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trecc"], "there is no task 'trecc'; did you mean trec?"),
        (["digits"], "task digits has no files: its data is generated, or comes with an installed package"),
        ([], "Name the tasks whose files to keep: python -m pipelines.fetch TASK [TASK...]"),
    ],
)
def test_what_cannot_be_kept_is_said_in_one_line(project, arguments, said):
    answer = project.run(sys.executable, "-m", "pipelines.fetch", *arguments)
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", said + "\n")


def test_a_data_set_that_only_its_origin_has_is_said_so(project):
    path = project.root / "conf/task/ucr.yaml"
    path.write_text(path.read_text().replace("name: ECG200", "name: Adiac"))
    answer = project.run(sys.executable, "-m", "pipelines.fetch", "ucr", DATA_MIRROR="")
    assert answer.returncode == 1
    assert answer.stderr.startswith("task ucr: ucr/Adiac.zip is nowhere here, and the origin packs the same series")
    assert answer.stderr.count("\n") == 1


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path / "project")
