"""Whether MLflow answers, and which of its real errors pass."""

import sqlite3
from contextlib import closing

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from services import free_port

from cnn_vs_rnn.errors import UserError
from pipelines.mlflow_store import MLFLOW_ERRORS, answers, is_outage, shown, usable

pytestmark = pytest.mark.filterwarnings("default")  # MLflow, used in this process here, warns of its own dependencies


def test_a_locked_database_does_not_answer_until_it_is_free(tmp_path):
    uri = f"sqlite:///{tmp_path}/runs.db"
    assert answers(uri)
    with closing(sqlite3.connect(tmp_path / "runs.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert not answers(uri)
    assert answers(uri)


def test_a_server_that_is_not_there_is_an_outage_and_said_in_one_line_at_the_start(monkeypatch):
    uri = f"http://ada:secret@127.0.0.1:{free_port()}"
    assert not answers(uri)
    with pytest.raises(MLFLOW_ERRORS) as gone:
        MlflowClient(uri).search_experiments()
    assert is_outage(gone.value)
    with pytest.raises(UserError) as said, usable(uri):
        MlflowClient(uri).search_experiments()
    assert str(said.value).startswith(f"MLflow at {shown(uri)} cannot be used (")
    assert "secret" not in str(said.value)


def test_a_run_that_is_not_there_is_none(tmp_path):
    client = MlflowClient(f"sqlite:///{tmp_path}/runs.db")
    with pytest.raises(MlflowException) as missing:
        client.get_run("0" * 32)
    assert not is_outage(missing.value)


def test_a_database_that_cannot_be_written_is_an_outage(tmp_path):
    client = MlflowClient(f"sqlite:///{tmp_path}/runs.db")
    client.search_experiments()
    with closing(sqlite3.connect(tmp_path / "runs.db")) as other:
        other.execute("ALTER TABLE runs RENAME TO elsewhere")
        with pytest.raises(MlflowException) as broken:
            client.create_run("0")
    assert is_outage(broken.value)
