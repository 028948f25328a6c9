"""A real PostgreSQL and a real MLflow server on it, to be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import psycopg
from project import Project

POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
PASSWORD = "p@ss/word%1"
AS_POSTGRES = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Database:
    """PostgreSQL in a folder of its own, which asks for a password."""

    def __init__(self) -> None:
        assert POSTGRES is not None
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if AS_POSTGRES:  # which refuses to run as root
            for path in (self.folder, secret):
                shutil.chown(path, "postgres", "postgres")
        data = self.folder / "data"
        command = [POSTGRES / "initdb", "-D", data, "-U", "mlflow", "-A", "scram-sha-256", "--pwfile", secret, "-N"]
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder, **AS_POSTGRES)
        self.port = free_port()
        command = [POSTGRES / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(self.port), "-k", "", "-F"]
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(command, cwd=self.folder, stdout=self._log, stderr=self._log, **AS_POSTGRES)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.query("SELECT 1")
                break
            except psycopg.OperationalError:
                assert time.monotonic() < deadline
                assert self._process.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.1)
        self.query("CREATE DATABASE runs")

    @property
    def uri(self) -> str:
        return f"postgresql://mlflow:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/runs"

    def query(self, sql: str, name: str = "postgres") -> list[tuple]:
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user="mlflow", password=PASSWORD, dbname=name, autocommit=True
        ) as connection:
            answer = connection.execute(sql)
            return answer.fetchall() if answer.description else []

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)
        self._log.close()
        shutil.rmtree(self.folder)


class Server:
    """`make server` on a free port, in a process group of its own."""

    def __init__(self, project: Project, database: str, *arguments: str, **environment: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "pipelines.server", "--port", str(self.port), "--workers", "2"]
        self._command += arguments
        self._project = project
        self._environment = project.environment(MLFLOW_BACKEND_STORE_URI=database, **environment)
        self.log = project.root / f"server-{self.port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._project.root,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(f"{self.address}/health", timeout=5).close()
                return
            except OSError:
                assert time.monotonic() < deadline, self.log.read_text()
                assert self._process.poll() is None, self.log.read_text()
                time.sleep(0.2)

    def command_lines(self) -> list[str]:
        """Of its processes, as `ps` shows them."""
        assert self._process is not None
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(path.name)) == self._process.pid:
                    found.append((path / "cmdline").read_text())
            except OSError:  # it has ended
                continue
        return found

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
            self._process = None
