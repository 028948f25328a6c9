"""`make ui`: the MLflow UI on this machine, opened where the runs are.

MLflow's start page may show traces instead of runs; the address printed here opens on the runs of an experiment.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import yaml
from mlflow import MlflowClient

from pipelines.mlflow_store import tracking_uri
from pipelines.server import QUIET, allowed_hosts, taken

PROJECT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Check the port, print the address, hand over to `mlflow ui`."""
    parser = argparse.ArgumentParser(prog="make ui", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    arguments = parser.parse_args()
    if taken(arguments.host, arguments.port):
        sys.exit(f"Port {arguments.port} on {arguments.host} is taken: stop what uses it, or choose another, PORT=5001")
    settings = yaml.safe_load((PROJECT / "conf/base/mlflow.yml").read_text(encoding="utf-8"))
    uri = tracking_uri(settings, PROJECT)
    print("The MLflow UI takes 10 to 30 s to answer; end it with Ctrl-C. Then open:")  # noqa: T201
    for address in addresses(uri, arguments.host, arguments.port):
        print(f"  {address}")  # noqa: T201
    sys.stdout.flush()
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", uri]
    command += ["--host", arguments.host, "--port", str(arguments.port)]
    command += ["--allowed-hosts", allowed_hosts(arguments.host)]
    command += ["--workers", "1", "--uvicorn-opts", "--log-level warning"]  # one user; no line a request
    os.execve(command[0], command, {**os.environ, **QUIET})


def addresses(uri: str, host: str, port: int) -> list[str]:
    """One address an experiment that has runs, or the start page."""
    experiments = [e for e in MlflowClient(uri).search_experiments() if e.name != "Default"]
    base = f"http://{host}:{port}/"
    return [
        f"{base}#/experiments/{e.experiment_id}/runs?workflowType=machine_learning   ({e.name})" for e in experiments
    ] or [base]


if __name__ == "__main__":
    main()
