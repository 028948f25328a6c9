"""A copy of the project under git and DVC, with two small experiments."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml
from project import SOURCE, Project, make_project


def make_repository(root: Path) -> Project:
    """A copy of the project under git and DVC, everything committed, nothing run."""
    project = make_project(root)
    shutil.copytree(SOURCE / ".dvc", root / ".dvc", ignore=shutil.ignore_patterns("cache", "tmp"))
    shutil.copytree(SOURCE / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    (root / "data").mkdir()
    for name in (".gitignore", ".dvcignore", "data/dvc.yaml"):
        shutil.copy(SOURCE / name, root / name)
    stages = yaml.safe_load((SOURCE / "dvc.yaml").read_text())
    stages["vars"] = [{"experiments": ["tiny", "said"]}]
    (root / "dvc.yaml").write_text(yaml.safe_dump(stages, sort_keys=False))
    does(project, "git", "init", "-q")
    commit(project)
    return project


def does(project: Project, *command: str) -> str:
    answer = project.run(*command, PYTHONPATH=f"{project.root}/src")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def commit(project: Project) -> None:
    does(project, "git", "add", ".")
    does(project, "git", "-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", ".")


def repro(project: Project, *targets: str) -> str:
    return does(project, "dvc", "repro", *targets)


def ran(output: str) -> set[str]:
    return set(re.findall(r"Running stage '(?:[\w./]+:)?(\w+)[@']", output))
