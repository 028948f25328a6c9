"""A SLURM cluster of two nodes on this machine: ``python tests/slurm/two_nodes.py`` keeps one until Ctrl-C.

Needs Debian's packages slurm-wlm and munge, and root, as SLURM's daemons run jobs in a user's name. All daemons listen
on loopback; what they write lies in a temporary folder.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch", "srun")
NODES = ("node1", "node2")
MUNGE = Path("/run/munge")


def why_not() -> str | None:
    """What keeps this machine from having such a cluster, if anything does."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} not installed (Debian: slurm-wlm, munge)"
    return None if os.geteuid() == 0 else "SLURM's daemons need root"


class TwoNodes:
    """The daemons; `environment` is what SLURM's commands need to find them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.conf = folder / "slurm.conf"
        self.environment = {"SLURM_CONF": str(self.conf)}
        self._processes: dict[str, subprocess.Popen] = {}
        self._socket = MUNGE / f"{secrets.token_hex(4)}.socket"
        ports = _free_ports(1 + len(NODES))
        nodes = dict(zip(NODES, ports[1:], strict=True))
        self.conf.write_text(_conf(folder, self._socket, ports[0], nodes), encoding="utf-8")

    def start(self) -> None:
        """Until both nodes take jobs."""
        self._start_munge()
        self._start("slurmctld", "slurmctld", "-D", "-f", str(self.conf))
        for node in NODES:
            self.start_node(node)
        self.wait_for("idle", *NODES)

    def start_node(self, node: str) -> None:
        """The daemon of one node."""
        self._start(f"slurmd {node}", "slurmd", "-D", "-f", str(self.conf), "-N", node)

    def start_missing_nodes(self) -> None:
        """Those that were taken down."""
        for node in NODES:
            if f"slurmd {node}" not in self._processes:
                self.start_node(node)

    def stop_node(self, node: str) -> None:
        """As a node that loses its power: the daemon and every process of its jobs die."""
        daemon = self._processes.pop(f"slurmd {node}")
        daemon.kill()
        daemon.wait()
        _kill_jobs(self.conf, node)

    def states(self) -> dict[str, str]:
        """Node -> its state, as sinfo says it."""
        answer = self.run("sinfo", "--noheader", "--Node", "--format=%N %T")
        return dict(line.split() for line in answer.splitlines())

    def hurry(self) -> None:
        """SLURM lets a job that is queued again wait for two minutes: not this time."""
        for line in self.run("squeue", "--noheader", "--array", "--states=PENDING", "--format=%i %r").splitlines():
            job, reason = line.split(maxsplit=1)
            if reason == "BeginTime":
                time.sleep(3)  # started again in the second of its end, it would be refused: its credential is revoked
                self.run("scontrol", "update", f"JobId={job}", "StartTime=now")

    def wait_for(self, state: str, *nodes: str, seconds: float = 60.0) -> None:
        """Until these nodes are in that state."""
        end = time.monotonic() + seconds
        while any(self.states().get(node, "").rstrip("*~#") != state for node in nodes):
            assert time.monotonic() < end, f"{self.states()}: {self._logs()}"
            time.sleep(0.2)

    def run(self, *command: str) -> str:
        """One of SLURM's commands on this cluster; what it prints."""
        done = subprocess.run(command, env={**os.environ, **self.environment}, capture_output=True, text=True)
        if done.returncode and command[0] == "sinfo":  # the controller is not there yet
            return ""
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        """End every job and daemon."""
        subprocess.run(["scancel", "--me"], env={**os.environ, **self.environment}, capture_output=True)
        for name in reversed(list(self._processes)):
            process = self._processes.pop(name)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for node in NODES:
            _kill_jobs(self.conf, node)
        for path in MUNGE.glob(f"{self._socket.stem}.*"):
            path.unlink()

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name.replace(' ', '-')}.out").open("a") as log:
            self._processes[name] = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def _start_munge(self) -> None:
        """By the key and the user of Debian's package, who wants folders of its own."""
        user = pwd.getpwnam("munge")
        MUNGE.mkdir(mode=0o755, parents=True, exist_ok=True)
        os.chown(MUNGE, user.pw_uid, user.pw_gid)
        as_munge = ("setpriv", "--reuid=munge", "--regid=munge", "--clear-groups")
        files = [f"--{kind}-file={self._socket.with_suffix('.' + kind)}" for kind in ("pid", "log", "seed")]
        self._start("munged", *as_munge, "munged", "--foreground", f"--socket={self._socket}", *files)
        end = time.monotonic() + 10
        while not _answers(self._socket):
            assert time.monotonic() < end, self._logs()
            time.sleep(0.1)

    def _logs(self) -> str:
        return "\n".join(f"{path}:\n{path.read_text()[-2000:]}" for path in sorted(self.folder.glob("*.out")))


def _conf(folder: Path, munge: Path, port: int, nodes: dict[str, int]) -> str:
    host = socket.gethostname()
    lines = [
        "ClusterName=two",
        f"SlurmctldHost={host}(127.0.0.1)",
        f"SlurmctldPort={port}",
        "SlurmUser=root",
        "SlurmdUser=root",
        "AuthType=auth/munge",
        f"AuthInfo=socket={munge}",
        f"StateSaveLocation={folder}/state",
        f"SlurmdSpoolDir={folder}/spool-%n",
        f"SlurmctldPidFile={folder}/slurmctld.pid",
        f"SlurmdPidFile={folder}/slurmd-%n.pid",
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core",
        "SchedulerType=sched/backfill",
        "SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1",
        "JobRequeue=1",
        "ReturnToService=2",
        "SlurmdTimeout=5",
        "KillWait=2",
        "MinJobAge=300",
        "MpiDefault=none",
        "MailProg=/bin/true",
    ]
    lines += [
        f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={at} CPUs=1 RealMemory=8000"
        for node, at in nodes.items()
    ]
    lines.append(f"PartitionName=main Nodes={','.join(nodes)} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO")
    for name in ("state", *(f"spool-{node}" for node in nodes)):
        (folder / name).mkdir()
    return "\n".join(lines) + "\n"


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _kill_jobs(conf: Path, node: str) -> None:
    """End a node's jobs at a blow: first those that watch over them, and would tell the controller."""
    wanted = {"SLURM_CONF": str(conf), "SLURMD_NODENAME": node}
    jobs, watchers = set(), set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if wanted.items() <= process.environ().items():
                jobs.add(process)
                watchers |= {above for above in process.parents() if above.name() == "slurmstepd"}
    for process in (*watchers, *jobs):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def main() -> None:
    """Start, say how to use it, stop on Ctrl-C."""
    reason = why_not()
    if reason:
        raise SystemExit(f"no cluster: {reason}")
    with tempfile.TemporaryDirectory(prefix="two-nodes-") as folder:
        cluster = TwoNodes(Path(folder))
        try:
            cluster.start()
            print(f"Two nodes are up until Ctrl-C. In another shell:\n  export SLURM_CONF={cluster.conf}", flush=True)  # noqa: T201
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        finally:
            cluster.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
