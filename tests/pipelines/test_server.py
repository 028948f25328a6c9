"""One MLflow for all nodes: a real server on a real PostgreSQL, killed while eight workers train."""

import csv
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest
from mlflow import MlflowClient
from project import make_project
from services import POSTGRES, Database, Server

pytestmark = pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed")

PARAMS = (
    "experiment=tiny,tasks=adding,models=lstm+tcn,tasks.adding.options.length=5,tasks.adding.options.samples=60,"
    "tasks.adding.options.test_samples=20,budget.parameters=500,recipe.batch_size=16,trainer.steps=360,"
    "trainer.rounds=120,executor.workers=8"
)
ROUND_METRICS = {
    "history.csv": {
        "train/loss": "train_loss",
        "train/learning_rate": "learning_rate",
        "val/loss": "valid_loss",
        "val/mse": "valid_score",
    },
    "refit.csv": {"refit/loss": "train_loss", "refit/learning_rate": "learning_rate"},
}
AWAY = "does not answer: training goes on, what is owed is recorded when it is back"


@pytest.fixture(scope="module")
def database():
    database = Database()
    yield database
    database.stop()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def server(project, database):
    server = Server(project, database.uri)
    server.start()
    yield server
    server.kill()


class Run:
    """A `kedro run` in the background."""

    def __init__(self, project, server, seeds):
        self.output = project.root / f"output-{seeds}.txt"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kedro", "run", "--params", f"{PARAMS},seeds={seeds}"],
                cwd=project.root,
                env=project.environment(MLFLOW_TRACKING_URI=server.address),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for(self, condition):
        while not condition():
            assert self.process.poll() is None, self.said()
            time.sleep(0.1)

    def said(self):
        return self.output.read_text()


@pytest.fixture(scope="module")
def disturbed(project, server, database):
    """An experiment in whose middle the server was killed, twice, and started again."""
    run = Run(project, server, seeds=4)
    run.wait_for(lambda: recorded_rounds(database) > 60)
    server.kill()
    run.wait_for(lambda: AWAY in run.said())
    server.start()
    before = recorded_rounds(database)
    run.wait_for(lambda: recorded_rounds(database) > before)  # while it is replayed
    server.kill()
    time.sleep(1)
    server.start()
    assert run.process.wait(300) == 0, run.said()
    return run


def recorded_rounds(database):
    try:
        return database.query("SELECT count(*) FROM metrics WHERE key = 'val/loss'", "runs")[0][0]
    except Exception:  # the tables are being created
        return 0


def trial_folders(project):
    return {path.name: path for path in (project.root / "data/06_models/tiny").glob("*/*/*")}


def assert_recorded_exactly_once(project, database):
    """Every metric of every round, every reading of a node, one run and one model a trial."""
    folders = trial_folders(project)
    runs = database.query(
        "SELECT t.value, r.run_uuid, r.status FROM runs r JOIN tags t USING (run_uuid) WHERE t.key = 'fingerprint' "
        "AND r.lifecycle_stage = 'active'",
        "runs",
    )
    assert Counter(fingerprint for fingerprint, _, _ in runs) == Counter(folders.keys())
    assert {status for _, _, status in runs} == {"FINISHED"}
    expected = Counter()
    for fingerprint, run_id, _ in runs:
        for file_name, metrics in ROUND_METRICS.items():
            with (folders[fingerprint] / file_name).open(newline="") as file:
                for row in csv.DictReader(file):
                    for name, column in metrics.items():
                        expected[run_id, name, int(row["step"]), float(row[column])] += 1
        samples = Counter()
        for line in (folders[fingerprint] / "system.csv").read_text().splitlines():
            _, node, name, value = line.split(",")
            expected[run_id, f"system/{node}/{name}", samples[name], float(value)] += 1
            samples[name] += 1
    found = database.query(
        "SELECT run_uuid, key, step, value FROM metrics WHERE key LIKE 'train/%' OR key LIKE 'val/%' "
        "OR key LIKE 'refit/%' OR key LIKE 'system/%'",
        "runs",
    )
    assert Counter(found) == expected
    once = ("final/val_mse", "final/steps", "test/mse", "cost/train_seconds", "cost/parameters")
    for name in once:
        assert database.query(f"SELECT count(*) FROM metrics WHERE key = '{name}'", "runs") == [(len(folders),)]
    models = database.query("SELECT source_run_id FROM logged_models WHERE status = 2", "runs")
    assert Counter(run_id for (run_id,) in models) == Counter(run_id for _, run_id, _ in runs)
    assert database.query("SELECT count(*) FROM logged_models", "runs") == [(len(folders),)]


def test_a_server_killed_in_the_middle_stops_no_training_and_misses_nothing(disturbed, project, server, database):
    assert disturbed.said().count(AWAY) in (1, 2)  # the second time it was away perhaps for too short to be noticed
    assert disturbed.said().count("is back: what was owed is recorded") == disturbed.said().count(AWAY)
    assert "Traceback" not in disturbed.said()
    assert f"runs    {server.address}/#/experiments/" in disturbed.said()
    assert len(trial_folders(project)) == 8
    assert_recorded_exactly_once(project, database)


def test_the_best_model_is_registered_once_and_the_table_names_the_runs(disturbed, project, database):
    versions = database.query("SELECT name, version, run_id FROM model_versions", "runs")
    assert [(name, version) for name, version, _ in versions] == [("tiny-adding", 1)]
    assert database.query("SELECT alias, version FROM registered_model_aliases", "runs") == [("best", 1)]
    ids = dict(
        database.query("SELECT t.value, t.run_uuid FROM tags t WHERE t.key = 'fingerprint'", "runs"),
    )
    with (project.report / "trials.csv").open(newline="") as file:
        assert {row["fingerprint"]: row["mlflow_run_id"] for row in csv.DictReader(file)} == ids
    assert versions[0][2] in ids.values()


def test_artifacts_go_through_the_server(disturbed, project, server, database):
    locations = database.query("SELECT artifact_location FROM experiments WHERE name = 'tiny'", "runs")
    assert locations[0][0].startswith("mlflow-artifacts:")
    assert list((project.root / "data/09_tracking/server_artifacts").rglob("report.html"))
    assert not (project.root / "data/09_tracking/artifacts").exists()


def test_the_run_in_which_the_server_went_away_for_good_says_what_is_owed_and_the_next_one_records_it(
    disturbed, project, server, database
):
    settings = project.root / "conf/base/mlflow.yml"
    settings.write_text(settings.read_text().replace("wait_seconds: 300", "wait_seconds: 1"))
    run = Run(project, server, seeds=5)
    run.wait_for(lambda: "2 trials to train" in run.said())
    server.kill()
    assert run.process.wait(300) == 1, run.said()
    assert run.said().count(AWAY) == 1
    assert "is owed" in run.said()
    assert "the next run of this experiment records it" in run.said()
    assert "Traceback" not in run.said()
    assert (project.report / "report.html").exists()
    done = {name: (path / "result.json").stat().st_mtime_ns for name, path in trial_folders(project).items()}
    assert len(done) == 10
    server.start()
    run = Run(project, server, seeds=5)
    assert run.process.wait(300) == 0, run.said()
    assert "all 10 trials are trained already" in run.said()
    assert {name: (path / "result.json").stat().st_mtime_ns for name, path in trial_folders(project).items()} == done
    assert_recorded_exactly_once(project, database)


def answer(address, host):
    request = urllib.request.Request(address, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_foreign_host_header_is_refused_and_no_password_is_on_a_command_line(server, database):
    assert answer(server.address, "evil.example") == answer(server.address, f"evil.example:{server.port}") == 403
    assert (
        answer(server.address, f"localhost:{server.port}") == answer(server.address, f"127.0.0.1:{server.port}") == 200
    )
    lines = server.command_lines()
    assert len(lines) >= 3  # itself, and those that answer
    assert not any("word" in line for line in lines)


def test_it_asks_for_a_password_where_it_is_told_to(project, database, monkeypatch):
    database.query("CREATE DATABASE guarded")
    server = Server(
        project,
        database.uri.replace("/runs", "/guarded"),
        "--auth",
        MLFLOW_FLASK_SERVER_SECRET_KEY="long and random",
        MLFLOW_AUTH_ADMIN_PASSWORD="a long password",
    )
    server.start()
    try:
        run = project.kedro("run", "--params", "experiment=tiny", MLFLOW_TRACKING_URI=server.address)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "admin")
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "a long password")
        allowed = MlflowClient(server.address).search_experiments()
    finally:
        server.kill()
    assert [experiment.name for experiment in allowed] == ["Default"]
    assert run.returncode == 1
    assert "cannot be used" in run.stderr
    assert "not authenticated" in run.stderr
    assert "Traceback" not in run.stderr
    config = project.root / "data/09_tracking/basic_auth.ini"
    assert config.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        ([], {}, "MLFLOW_BACKEND_STORE_URI is not set"),
        ([], {"MLFLOW_BACKEND_STORE_URI": "sqlite:///runs.db"}, "names sqlite: several nodes need PostgreSQL"),
        ([], {"MLFLOW_BACKEND_STORE_URI": "a database"}, "is no address of a database"),
        ([], {"MLFLOW_BACKEND_STORE_URI": "URI/nothing"}, 'database "nothing" does not exist'),
        (["--auth"], {"MLFLOW_BACKEND_STORE_URI": "URI/runs"}, "MLFLOW_FLASK_SERVER_SECRET_KEY is not set"),
        (
            ["--auth"],
            {"MLFLOW_BACKEND_STORE_URI": "URI/runs", "MLFLOW_FLASK_SERVER_SECRET_KEY": "x"},
            "MLFLOW_AUTH_ADMIN_PASSWORD is not set",
        ),
        (["--port", "TAKEN"], {"MLFLOW_BACKEND_STORE_URI": "URI/runs"}, "is taken: stop what uses it"),
    ],
)
def test_what_is_missing_is_said_in_one_line_without_the_password(project, database, arguments, environment, said):
    base = database.uri.removesuffix("/runs")
    environment = {name: value.replace("URI", base) for name, value in environment.items()}
    arguments = [argument.replace("TAKEN", str(database.port)) for argument in arguments]
    ended = project.run(sys.executable, "-m", "pipelines.server", *arguments, **environment)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "word%1" not in ended.stderr
    assert "word%251" not in ended.stderr
