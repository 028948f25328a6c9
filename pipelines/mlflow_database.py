"""MLflow's SQLite file appears whole: MLflow makes it in dozens of steps, and takes no care that others do the same."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock
from mlflow import MlflowClient

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import replacing
from pipelines.mlflow_store import SQLITE, usable


def make_database(uri: str) -> None:
    """Make the database of an MLflow that is an SQLite file, where it is missing.

    Killed in between, it leaves none, instead of one that MLflow refuses ever after; two runs at once make one. Raises
    UserError where it cannot be written.
    """
    if not uri.startswith(SQLITE) or (path := Path(uri.removeprefix(SQLITE))).exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), fallback_to_soft=False):
            if not path.exists():
                with replacing(path) as temporary, usable(uri):
                    MlflowClient(f"{SQLITE}{temporary}").search_experiments(max_results=1)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; free or unlock it, then run again") from error
