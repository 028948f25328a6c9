"""A real project in a temporary folder, in which the tiny experiment has been run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from project import Project, make_project


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project in which the tiny experiment has been run, once; read it, do not change it."""
    project = make_project(tmp_path_factory.mktemp("finished"))
    answer = project.kedro("run", "--params", "experiment=tiny")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (project.root / "stdout.txt").write_text(answer.stdout)
    (project.root / "stderr.txt").write_text(answer.stderr)
    return project


@pytest.fixture
def copied(finished: Project, tmp_path: Path) -> Project:
    """The finished project, free to be changed."""
    shutil.copytree(finished.root, tmp_path / "project")
    return Project(tmp_path / "project")
