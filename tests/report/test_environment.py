"""On what a result was measured."""

import subprocess
from importlib.metadata import version

from cnn_vs_rnn.report.environment import commit, environment


def git(folder, *arguments):
    identity = ("-c", "user.name=Me", "-c", "user.email=me@example.org")
    return subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True, text=True)


def test_the_commit_and_whether_files_differ_from_it(tmp_path):
    assert commit(tmp_path) == ""
    git(tmp_path, "init", "--quiet")
    assert commit(tmp_path) == ""  # nothing is committed yet
    (tmp_path / "a.txt").write_text("1")
    git(tmp_path, "add", "a.txt")
    git(tmp_path, "commit", "--quiet", "--message", "first")
    head = git(tmp_path, "rev-parse", "HEAD").stdout.strip()
    assert commit(tmp_path) == head
    (tmp_path / "untracked.txt").write_text("2")
    assert commit(tmp_path) == head
    (tmp_path / "a.txt").write_text("2")
    assert commit(tmp_path) == head + "+"


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit(tmp_path) == ""


def test_machine_versions_and_date_are_told(tmp_path):
    told = environment(tmp_path)
    assert f"torch {version('torch')}, " in told["libraries"]
    assert told["commit"] == "outside a repository"
    assert "cores" in told["machine"]
    assert told["date"].endswith(" UTC")
    assert all(told.values())
    assert not any("\n" in value for value in told.values())
