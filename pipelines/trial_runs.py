"""The runs of trials in MLflow: one a fingerprint, and each metric of each round in it once.

Every method may be repeated: it looks up what is known of MLflow's content, asks where nothing is known, and sends the
rest. After an error `forget` drops that knowledge, because a request may have taken effect though its answer was lost.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID

from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import State
from pipelines.logged_model import log_model
from pipelines.mlflow_terms import dataset_input, history, params, score_signatures, system

TUNING = "tuning"  # a tag of the runs that only served the search for settings: finished, stopped or failed
FAILURE = "failure"  # a tag
PLANNED, TRAINING, DONE, STOPPED, FAILED = "SCHEDULED", "RUNNING", "FINISHED", "KILLED", "FAILED"


@dataclass
class TrialRun:
    """What MLflow is known to hold of a trial."""

    run_id: str
    started: int  # in milliseconds since 1970
    ended: int | None
    status: str
    tags: dict[str, str]
    described: bool = False  # by its params and data
    metrics: set[str] = field(default_factory=set)
    steps: dict[str, int] = field(default_factory=dict)  # metric -> its last step, where that was asked for

    @classmethod
    def of(cls, run: Run) -> TrialRun:
        """As MLflow has it."""
        inputs = run.inputs.dataset_inputs if run.inputs else []
        return cls(
            run_id=run.info.run_id,
            started=run.info.start_time,
            ended=run.info.end_time,
            status=run.info.status,
            tags=dict(run.data.tags),
            described=bool(run.data.params and inputs),
            metrics=set(run.data.metrics),
        )

    @property
    def done(self) -> bool:
        """Whether the contest's training is recorded; that of a search may be taken over."""
        return self.status == DONE and TUNING not in self.tags


class TrialRuns:
    """The runs of one experiment's trials. `ids`, by fingerprint, stays when MLflow does not answer."""

    def __init__(self, client: MlflowClient, experiment_id: str, parent_id: str) -> None:
        self.ids: dict[str, str] = {}
        self._client, self._experiment_id, self._parent_id = client, experiment_id, parent_id
        self._known: dict[str, TrialRun] | None = None

    def forget(self) -> None:
        """Ask MLflow anew what it holds."""
        self._known = None

    def plan(self, trial: Trial) -> None:
        """Create the run of a trial that will be trained, without params: those follow when it begins."""
        self._run(trial)

    def begin(self, trial: Trial) -> None:
        """A trial is in training."""
        run = self._run(trial)
        self._describe(run, trial)
        if run.status != TRAINING and not run.done:
            self._client.update_run(run.run_id, status=TRAINING)
            run.status = TRAINING

    def progress(self, trial: Trial, folder: TrialFolder) -> None:
        """Record the rounds that its run does not have yet, and how busy its nodes were."""
        run = self._run(trial)
        self._log_new(run, history(folder, trial.task.score, run.started))
        self._log_new(run, system(folder))

    def end(self, trial: Trial, folder: TrialFolder, failure: str | None) -> None:
        """Record the history of a trial and its checkpoint as a model, once; or why it failed."""
        run = self._run(trial, folder)
        if run.done:
            return
        if TUNING in run.tags:  # the contest takes over what tuning chose
            self._untag(run, TUNING)
        self._describe(run, trial)
        self.progress(trial, folder)
        record = folder.record() if failure is None else None
        if record is None:
            self._tag(run, FAILURE, failure or "no result")
            self._terminate(run, FAILED)
            return
        made = _made(folder)
        values = {
            f"final/val_{trial.task.score}": record.valid_score,
            "final/steps": record.steps,
            "cost/train_seconds": record.train_seconds,
            "cost/parameters": trial.parameters,
        }
        self._log(run, [Metric(name, value, made, 0) for name, value in values.items()])
        log_model(self._client, self._experiment_id, run.run_id, trial, folder)
        if FAILURE in run.tags:  # of an earlier attempt
            self._untag(run, FAILURE)
        self._terminate(run, DONE, made)

    def end_tuning(self, trial: Trial, folder: TrialFolder, state: State, failure: str | None) -> None:
        """Record a trial of the search for settings: its rounds, and how it ended."""
        run = self._run(trial, folder)
        if run.status in (DONE, STOPPED):
            return
        self._describe(run, trial)
        self.progress(trial, folder)
        self._tag(run, TUNING, state)
        if failure:
            self._tag(run, FAILURE, failure)
        self._terminate(run, {"finished": DONE, "stopped": STOPPED, "failed": FAILED}[state])

    def test(self, trial: Trial, result: TrialResult) -> None:
        """Record the test scores, once; before them the training, where that is still owed."""
        self.end(trial, TrialFolder(Path(result.directory)), None)
        run = self._run(trial)
        scores = {
            f"test/{score}": value for score, value in {trial.task.score: result.test_score, **result.also}.items()
        }
        made = run.ended or run.started
        self._log(run, [Metric(name, value, made, 0) for name, value in scores.items() if name not in run.metrics])
        flags = {f"flag.{flag}" for flag in result.flags}
        for stale in [tag for tag in run.tags if tag.startswith("flag.") and tag not in flags]:
            self._untag(run, stale)  # 'unfinished' is asked anew of each `kedro run`
        for flag in flags:
            self._tag(run, flag, "true")
        for tag, computed in score_signatures((trial.task.score, *result.also)).items():
            self._tag(run, tag, computed)

    def measure(self, trial: Trial, metrics: Sequence[Metric]) -> None:
        """Record what this `kedro run` measured of a trial; a run of an untrained network ends here."""
        run = self._run(trial)
        self._describe(run, trial)
        self._log(run, metrics)
        if run.status in (PLANNED, TRAINING):
            self._terminate(run, DONE)

    def log_to(self, fingerprint: str, metrics: Sequence[Metric]) -> None:
        """Record metrics on a run that exists."""
        self._log(self.of(fingerprint), metrics)

    def of(self, fingerprint: str) -> TrialRun:
        """The run of a trial that has one."""
        runs = self._runs()
        if fingerprint not in runs:
            raise MlflowException(f"there is no run of {fingerprint}", RESOURCE_DOES_NOT_EXIST)
        return runs[fingerprint]

    def _runs(self) -> dict[str, TrialRun]:
        if self._known is None:
            found: dict[str, list[TrialRun]] = defaultdict(list)
            for run in self._listed():
                found[run.data.tags["fingerprint"]].append(TrialRun.of(run))
            self._known = {fingerprint: self._only(runs) for fingerprint, runs in found.items()}
            self.ids |= {fingerprint: run.run_id for fingerprint, run in self._known.items()}
        return self._known

    def _only(self, runs: list[TrialRun]) -> TrialRun:
        """Of a trial's runs the one in use: a request that took effect after it was given up has made another."""
        if len(runs) > 1:
            runs.sort(key=lambda run: (run.run_id in self.ids.values(), run.done, len(run.metrics)))
            for other in runs[:-1]:
                self._client.delete_run(other.run_id)
        return runs[-1]

    def _listed(self) -> Iterator[Run]:
        token = None
        while True:
            page = self._client.search_runs(
                [self._experiment_id],
                "tags.fingerprint != ''",
                page_token=token,
            )
            yield from page
            token = page.token
            if not token:
                return

    def _run(self, trial: Trial, folder: TrialFolder | None = None) -> TrialRun:
        """The run of a trial, created if need be; at its time, if it was trained already."""
        fingerprint, runs = trial.fingerprint(), self._runs()
        if fingerprint not in runs:
            record = folder.record() if folder else None
            run = self._client.create_run(
                self._experiment_id,
                start_time=_made(folder) - int(1000 * _seconds(folder, record)) if folder and record else None,
                run_name=f"{trial.model.name} {trial.seed} {trial.task.name}",  # the UI shows its first 12 letters
                tags={
                    MLFLOW_PARENT_RUN_ID: self._parent_id,
                    "fingerprint": fingerprint,
                    "task": trial.task.name,
                    "model": trial.model.name,
                    "family": trial.model.family,
                    "condition": trial.condition,
                },
            )
            self._client.update_run(run.info.run_id, status=PLANNED)  # MLflow has a new run begin at once
            runs[fingerprint] = known = TrialRun.of(run)
            known.status = PLANNED
            self.ids[fingerprint] = known.run_id
        return runs[fingerprint]

    def _describe(self, run: TrialRun, trial: Trial) -> None:
        if not run.described:
            values = [Param(key, str(value)[:500]) for key, value in params(trial).items()]
            self._client.log_batch(run.run_id, params=values)
            self._client.log_inputs(run.run_id, [dataset_input(trial)])
            run.described = True

    def _log_new(self, run: TrialRun, metrics: Iterable[Metric]) -> None:
        """Those beyond the last step that MLflow has of each."""
        by_name: dict[str, list[Metric]] = defaultdict(list)
        for metric in metrics:
            by_name[metric.key].append(metric)
        new = [metric for name, own in by_name.items() for metric in own if metric.step > self._last(run, name)]
        self._log(run, sorted(new, key=lambda metric: (metric.timestamp, metric.step)))
        for metric in new:
            run.steps[metric.key] = metric.step

    def _last(self, run: TrialRun, name: str) -> int:
        if name not in run.steps:
            known = self._client.get_metric_history(run.run_id, name) if name in run.metrics else ()
            run.steps[name] = max((metric.step for metric in known), default=-1)
        return run.steps[name]

    def _log(self, run: TrialRun, metrics: Sequence[Metric]) -> None:
        """The same metric, with its time stamp, may be sent twice: MLflow keeps it once."""
        finite = [metric for metric in metrics if np.isfinite(metric.value)]
        for start in range(0, len(finite), 1000):
            self._client.log_batch(run.run_id, metrics=finite[start : start + 1000])
        run.metrics |= {metric.key for metric in finite}

    def _tag(self, run: TrialRun, key: str, value: str) -> None:
        if run.tags.get(key) != value:
            self._client.set_tag(run.run_id, key, value)
            run.tags[key] = value

    def _untag(self, run: TrialRun, key: str) -> None:
        self._client.delete_tag(run.run_id, key)
        del run.tags[key]

    def _terminate(self, run: TrialRun, status: str, ended: int | None = None) -> None:
        run.ended = ended or int(time.time() * 1000)
        self._client.set_terminated(run.run_id, status, run.ended)
        run.status = status


def _seconds(folder: TrialFolder, record: FitRecord) -> float:
    """Of all trainings of a trial that is done: the record has those of the last."""
    rows = folder.validated.rows() + folder.refit.rows()
    return max(record.train_seconds, sum(float(row["seconds"]) for row in rows))


def _made(folder: TrialFolder) -> int:
    return int(folder.result.stat().st_mtime * 1000)
