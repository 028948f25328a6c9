"""A whole `kedro run` on a disk that is really full, or in folders that may really not be written."""

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

# Root may write anywhere, unless it gives that up.
HUMBLY = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
HUMBLY = HUMBLY if os.geteuid() == 0 else []


@contextlib.contextmanager
def small_disk(folder, kilobytes):
    """A file system of that size in place of a folder, with what that holds; skips where none can be mounted."""
    content = folder.with_name(f"{folder.name} before")
    folder.rename(content)
    folder.mkdir()
    size = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs"]
    mounted = subprocess.run(["mount", *size, folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        shutil.copytree(content, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(folder):
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def contents(folder):
    """Every file with its bytes, but what fills the disk."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "filler"}


def run(project, *arguments, before=()):
    """The one line in which a run says that it failed."""
    answer = project.run(*before, sys.executable, "-m", "kedro", "run", *arguments, "--params", "experiment=tiny")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stdout + answer.stderr
    [line] = [line for line in answer.stderr.splitlines() if line.startswith("Error")]
    return line


def test_a_disk_that_is_full_of_checkpoints_fails_their_trials_alone(copied):
    gru = copied.root / "data/06_models/tiny/digits/gru"
    for folder in gru.iterdir():
        for name in ("result.json", "weights.ckpt"):
            (folder / name).unlink()
    tcn = copied.root / "data/06_models/tiny/japanese_vowels/tcn"
    shutil.rmtree(tcn)
    with small_disk(gru, kilobytes=60):
        line = run(copied, "--pipelines", "training,evaluation,deciding,reporting")
        assert line.startswith("Error: 3 of the trials have no result: digits/gru seed 0: ")
        assert "ckpt cannot be written: No space left on device; free or unlock it, then run again" in line
        assert not list(gru.rglob("*.tmp"))
        assert not list(gru.rglob("result.json"))
    assert len(list(tcn.glob("*/result.json"))) == 3
    assert "No space left on device" in (copied.report / "report.html").read_text()


def test_a_disk_that_is_full_of_reports_keeps_the_one_before(copied):
    with small_disk(copied.report, kilobytes=20_000):
        fill(copied.report)
        before = contents(copied.report)
        line = run(copied, "--pipelines", "reporting")
        assert "cannot be written: No space left on device; free or unlock it, then run again" in line
        assert contents(copied.report) == before


def test_a_disk_that_is_full_of_predictions_keeps_those_before(copied):
    predictions = copied.root / "data/07_model_output/tiny/predictions"
    with small_disk(predictions, kilobytes=20_000):
        fill(predictions)
        before = contents(predictions)
        line = run(copied, "--pipelines", "evaluation")
        assert "npz cannot be written: No space left on device; free or unlock it, then run again" in line
        assert contents(predictions) == before


@pytest.mark.parametrize("made", [True, False], ids=["made", "to be made"])
def test_a_disk_on_which_mlflow_cannot_write_its_database(copied, made):
    tracking = copied.root / "data/09_tracking"
    database = tracking / "mlflow.db"
    if not made:
        shutil.rmtree(tracking)
        tracking.mkdir()
    with small_disk(tracking, kilobytes=60_000 if made else 200):
        fill(tracking)
        line = run(copied)
        assert "mlflow.db" in line
        assert "disk is full" in line or "No space left on device" in line
        assert database.exists() == made
        if made:
            with closing(sqlite3.connect(database)) as opened:
                assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert opened.execute("SELECT count(*) FROM runs").fetchone()[0] >= 31


def test_folders_that_may_not_be_written(copied):
    """A trial's, whose failure leaves the others alone, and then that of the report."""
    gru = next((copied.root / "data/06_models/tiny/digits/gru").iterdir())
    for name in ("result.json", "weights.ckpt"):
        (gru / name).unlink()
    (gru / ".lock").unlink()
    gru.chmod(0o555)
    line = run(copied, "--pipelines", "training", before=HUMBLY)
    assert f"{gru.relative_to(copied.root)}" in line
    assert "Permission denied" in line
    before = contents(copied.report)
    copied.report.chmod(0o555)
    line = run(copied, "--pipelines", "reporting", before=HUMBLY)
    assert "data/08_reporting/tiny cannot be written: Permission denied; free or unlock it, then run again" in line
    assert contents(copied.report) == before
