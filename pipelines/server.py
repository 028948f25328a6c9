"""``make server``: one MLflow tracking server for all nodes, on PostgreSQL. Clients need its address alone: it keeps
their artifacts, too.

The database is named by MLFLOW_BACKEND_STORE_URI, which no other user of this machine can read, unlike a command line.
With ``--auth`` it asks for a name and a password; names and permissions are kept in the same database.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import replacing

PROJECT = Path(__file__).resolve().parent.parent
TRACKING = PROJECT / "data" / "09_tracking"
DATABASE, SECRET, PASSWORD, AUTH = (
    "MLFLOW_BACKEND_STORE_URI",
    "MLFLOW_FLASK_SERVER_SECRET_KEY",
    "MLFLOW_AUTH_ADMIN_PASSWORD",
    "MLFLOW_AUTH_CONFIG_PATH",
)
QUIET = {
    "PYTHONWARNINGS": "ignore",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # of scorers of language models
}


def main() -> None:
    """Check what may be missing, print the address, hand over to `mlflow server`."""
    parser = argparse.ArgumentParser(prog="make server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on: by default this machine alone")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--allowed-hosts", default="", help="more names, joined by commas, that clients may call it by")
    parser.add_argument("--artifacts", type=Path, default=TRACKING / "server_artifacts", help="a folder for files")
    parser.add_argument("--workers", type=int, default=4, help="processes that answer")
    parser.add_argument("--auth", action="store_true", help="ask for a name and a password")
    arguments = parser.parse_args()
    try:
        database = _database()
        more = _auth(database) if arguments.auth else {}
        if taken(arguments.host, arguments.port):
            raise UserError(
                f"Port {arguments.port} on {arguments.host} is taken: stop what uses it, or choose another, PORT=5001"
            )
    except UserError as error:
        sys.exit(str(error))
    address = f"http://{arguments.host}:{arguments.port}"
    sys.stdout.write(
        f"The MLflow server takes 10 to 30 s to answer; end it with Ctrl-C. Then, on every node:\n"
        f"  export MLFLOW_TRACKING_URI={address}\n"
    )
    sys.stdout.flush()
    command = [sys.executable, "-m", "mlflow", "server", "--host", arguments.host, "--port", str(arguments.port)]
    command += ["--artifacts-destination", str(arguments.artifacts.resolve())]
    command += ["--allowed-hosts", allowed_hosts(arguments.host, arguments.allowed_hosts)]
    command += [
        "--workers",
        str(arguments.workers),
        "--uvicorn-opts",
        "--log-level warning --loop pipelines.server_loop:PromptLoop",
    ]
    command += ["--app-name", "basic-auth"] if arguments.auth else []
    uri = database.render_as_string(hide_password=False)
    path = os.pathsep.join([str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])])
    os.execve(command[0], command, {**os.environ, **QUIET, **more, DATABASE: uri, "PYTHONPATH": path})


def _database() -> URL:
    """The PostgreSQL to use, once it has answered."""
    given = os.environ.get(DATABASE)
    example = "postgresql://mlflow:PASSWORD@localhost/mlflow"
    if not given:
        raise UserError(f"{DATABASE} is not set: export it, as in {DATABASE}={example} (docs/tracking-server.md)")
    try:
        url = make_url(given)
    except ArgumentError:
        raise UserError(f"{DATABASE} is no address of a database: give one as in {example}") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise UserError(f"{DATABASE} names {url.get_backend_name()}: several nodes need PostgreSQL, as in {example}")
    url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(url, connect_args={"connect_timeout": 5})
        with engine.connect():
            pass
        engine.dispose()
    except ModuleNotFoundError:
        raise UserError("The driver of PostgreSQL is not installed: pip install --editable '.[server]'") from None
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())[:300]
        raise UserError(
            f"{url} cannot be used ({reason}): start PostgreSQL, create role and database, mend {DATABASE}"
        ) from None
    return url


def _auth(database: URL) -> dict[str, str]:
    """What `mlflow server` wants in its environment to ask for passwords."""
    if not os.environ.get(SECRET):
        raise UserError(f"{SECRET} is not set: export a long random text, always the same, for the forms of the UI")
    if not os.environ.get(PASSWORD) and not _has_users(database):
        raise UserError(f"{PASSWORD} is not set: export the password of the user admin, for the first start")
    if os.environ.get(AUTH):
        return {}
    config = TRACKING / "basic_auth.ini"
    uri = database.render_as_string(hide_password=False).replace("%", "%%")
    config.parent.mkdir(parents=True, exist_ok=True)
    mask = os.umask(0o077)  # the password is for the owner's eyes alone
    with replacing(config) as temporary:
        temporary.write_text(
            f"[mlflow]\ndefault_permission = READ\ndatabase_uri = {uri}\nadmin_username = admin\n"
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n",
            encoding="utf-8",
        )
    os.umask(mask)
    return {AUTH: str(config)}


def _has_users(database: URL) -> bool:
    engine = create_engine(database)
    try:
        if not inspect(engine).has_table("users"):
            return False
        with engine.connect() as connection:
            return connection.execute(text("SELECT 1 FROM users LIMIT 1")).first() is not None
    except ProgrammingError:
        return False
    finally:
        engine.dispose()


def allowed_hosts(host: str, more: str = "") -> str:
    """The Host headers that are answered, joined by commas: the address listened on, localhost, and more by choice.

    >>> allowed_hosts("127.0.0.1")
    '127.0.0.1,127.0.0.1:*,localhost,localhost:*'
    """
    names = dict.fromkeys([host, "127.0.0.1", "localhost", *filter(None, map(str.strip, more.split(",")))])
    return ",".join(pattern for name in names for pattern in (name, f"{name}:*"))


def taken(host: str, port: int) -> bool:
    """Whether something already listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    main()
