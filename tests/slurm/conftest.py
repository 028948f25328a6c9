"""A real cluster for the tests of this folder, which are skipped where this machine can have none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from two_nodes import NODES, TwoNodes, why_not


@pytest.fixture(scope="session")
def running_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoNodes]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    cluster = TwoNodes(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def cluster(running_cluster: TwoNodes, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoNodes]:
    """Both nodes idle, and found by every command of this process."""
    for name, value in running_cluster.environment.items():
        monkeypatch.setenv(name, value)
    yield running_cluster
    running_cluster.run("scancel", "--user=root")
    running_cluster.start_missing_nodes()
    running_cluster.wait_for("idle", *NODES)
