"""Which MLflow is written to, whether it answers, and which of its errors mean that it does not."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

# A request that hangs holds up the next trial, so none waits long; `pipelines.outbox` repeats what failed.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "15")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import requests
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from cnn_vs_rnn.errors import UserError
from pipelines.outbox import in_a_line

logging.getLogger("mlflow").setLevel(logging.ERROR)
logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # a traceback for each locked database

MLFLOW_ERRORS = (MlflowException, SQLAlchemyError, OSError)  # those of requests are OSErrors
SQLITE = "sqlite:///"
PROBE_SECONDS = 2.0


def tracking_uri(settings: Mapping[str, str], project: Path) -> str:
    """Where runs are recorded: MLFLOW_TRACKING_URI, or conf/base/mlflow.yml with SQLite paths made absolute."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or settings["tracking_uri"]
    if not uri.startswith(SQLITE):
        return uri
    database = project / uri.removeprefix(SQLITE)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{database.parent} cannot be written: {error.strerror}; unlock it") from error
    return f"{SQLITE}{database}"


def is_server(uri: str) -> bool:
    """Whether it is an MLflow server, which keeps artifacts itself, or a database."""
    return uri.startswith(("http://", "https://"))


def shown(uri: str) -> str:
    """An address without the password that may be in it.

    >>> shown("http://ada:secret@mlflow:5000")
    'http://mlflow:5000'
    """
    parts = urlsplit(uri)
    return uri if parts.password is None else parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


@contextmanager
def usable(uri: str) -> Iterator[None]:
    """UserError where MLflow cannot be used."""
    try:
        yield
    except MLFLOW_ERRORS as error:
        raise UserError(
            f"MLflow at {shown(uri)} cannot be used ({in_a_line(error)}): mend or free it, then run again"
        ) from error


def is_outage(error: Exception) -> bool:
    """Whether MLflow could not be reached or could not answer, so that the same request may succeed later."""
    if isinstance(error, MlflowException):
        return _passes(error.get_http_status_code())
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _passes(error.response.status_code)
    return isinstance(error, SQLAlchemyError | requests.RequestException | ConnectionError | TimeoutError)


def _passes(status: int) -> bool:
    return status >= 500 or status in (408, 429)


def answers(uri: str) -> bool:
    """Whether it is worth while to try again; found out in seconds, where MLflow itself would wait for much longer."""
    try:
        if is_server(uri):
            return requests.get(f"{uri.rstrip('/')}/health", timeout=PROBE_SECONDS).status_code < 500
        if uri.startswith(SQLITE):
            with closing(sqlite3.connect(uri.removeprefix(SQLITE), timeout=0)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.rollback()
    except (requests.RequestException, sqlite3.Error):
        return False
    return True
