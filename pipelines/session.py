"""What one `kedro run` keeps alive between its nodes: the workers, the progress bar, the tracking, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.executor_config import LocalConfig
from cnn_vs_rnn.executors.executor import Executor
from cnn_vs_rnn.executors.gpus import gpus_to_share
from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.executors.progress import TrainingProgress
from pipelines.rooms import Rooms
from pipelines.tracking import Tracker


@dataclass
class RunSession:
    """Opened by the hook before the first node, closed by it after the last."""

    executor: Executor
    tracker: Tracker
    progress: TrainingProgress | None = None
    missing: list[str] = field(default_factory=list)  # trials that were asked for and are not in the report
    refused: list[str] = field(default_factory=list)  # measurements, likewise

    def close(self) -> None:
        """End what runs beside the nodes."""
        if self.progress is not None:
            self.progress.close()
        self.executor.close()


def executor_of(contest: ExperimentConfig) -> Executor:
    """What runs the trials of an experiment."""
    config = contest.executor
    if isinstance(config, LocalConfig):
        return LocalExecutor(config.workers, config.trial_minutes, gpus=gpus_to_share(contest.trainer))
    from cnn_vs_rnn.executors.slurm import SlurmExecutor

    return SlurmExecutor(config, contest.experiment, Rooms.of(contest.experiment).models / ".slurm")


_current: RunSession | None = None


def open_session(session: RunSession) -> None:
    """Make a session the current one."""
    global _current
    _current = session


def current() -> RunSession:
    """The session of this run."""
    assert _current is not None, "nodes run inside a kedro run, which opens a session"
    return _current


def close_session() -> None:
    """Close the current session, if there is one."""
    global _current
    if _current is not None:
        _current.close()
    _current = None
