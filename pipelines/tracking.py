"""What MLflow is told: one parent run a `kedro run`, one child run a trial, one run a claim.

A run has one parent and a trial may serve several claims, so a claim's trials are those that carry its tag.

Only the process of `kedro run` writes, so that SQLite never sees two writers, and only from what lies in the trial
folders: a tracking store that was deleted is filled again, and a trial that is reused keeps the run that trained it.
"""

from __future__ import annotations

import logging
import os
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run
from mlflow.exceptions import MlflowException
from mlflow.utils.mlflow_tags import MLFLOW_PARENT_RUN_ID
from sqlalchemy.exc import SQLAlchemyError

from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import State
from pipelines.claim_run import record_claim
from pipelines.mlflow_terms import allowed, dataset_input, flat, history, params, signature

SERVING = Path(__file__).with_name("serving.py")
BEST_ALIAS = "best"
TUNING = "tuning"  # a tag of the runs that only served the search for settings: finished, stopped or failed
RECORD_EVERY_SECONDS = 5.0  # of a trial in training

logging.getLogger("mlflow").setLevel(logging.ERROR)


def tracking_uri(settings: Mapping[str, str], project: Path) -> str:
    """Where runs are recorded: MLFLOW_TRACKING_URI, or conf/base/mlflow.yml with SQLite paths made absolute."""
    uri = os.environ.get("MLFLOW_TRACKING_URI") or settings["tracking_uri"]
    prefix = "sqlite:///"
    if not uri.startswith(prefix):
        return uri
    database = project / uri.removeprefix(prefix)
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{database.parent} cannot be written: {error.strerror}; unlock it") from error
    return f"{prefix}{database}"


class Tracker:
    """Records one `kedro run`. Opened with `open`, closed with `close`."""

    def __init__(self, uri: str, artifacts: Path) -> None:
        self.uri = uri
        with _usable(uri):
            self.client = MlflowClient(uri)
        self.artifacts = artifacts
        self.experiment_id = ""
        self.parent_id = ""
        self._runs: dict[str, Run] = {}  # fingerprint -> child run
        self._seen: set[str] = set()  # fingerprints of this `kedro run`
        self._epochs: dict[str, int] = {}  # run -> epochs recorded
        self._recorded_at: dict[str, float] = {}  # run -> when, on the monotonic clock

    def open(self, contest: ExperimentConfig, tags: Mapping[str, str], name: str = "contest") -> None:
        """Create the experiment if need be, and the parent run of this `kedro run`, with that name."""
        mlflow.set_tracking_uri(self.uri)
        with _usable(self.uri):
            found = self.client.get_experiment_by_name(contest.experiment)
            location = (self.artifacts / contest.experiment).resolve().as_uri()
            self.experiment_id = (
                found.experiment_id if found else self.client.create_experiment(contest.experiment, location)
            )
            self._runs = {run.data.tags["fingerprint"]: run for run in self._children()}
            parent = self.client.create_run(self.experiment_id, run_name=name, tags=dict(tags))
        self.parent_id = parent.info.run_id
        named = ("tasks", "models", "conditions", "probes", "claims")
        settings = flat(contest.model_dump(mode="json", exclude=set(named)))
        settings |= {kind: "; ".join(getattr(contest, kind)) for kind in named}
        self.client.log_batch(self.parent_id, params=[Param(key, str(value)[:500]) for key, value in settings.items()])
        self.client.log_dict(self.parent_id, contest.model_dump(mode="json"), "experiment.yaml")

    def _children(self) -> Iterator[Run]:
        token = None
        while True:
            page = self.client.search_runs([self.experiment_id], "tags.fingerprint != ''", page_token=token)
            yield from page
            token = page.token
            if not token:
                return

    def trial_progressed(self, trial: Trial, folder: TrialFolder) -> None:
        """Create the run of a trial that has begun, and record its epochs now and then."""
        run_id = self._run(trial).info.run_id
        now = time.monotonic()
        if now - self._recorded_at.setdefault(run_id, now) >= RECORD_EVERY_SECONDS:
            self._recorded_at[run_id] = now
            self._record_epochs(run_id, trial, folder)

    def _record_epochs(self, run_id: str, trial: Trial, folder: TrialFolder) -> None:
        """Record the epochs of the history that the run does not have yet."""
        if run_id not in self._epochs:  # a run that was begun by a process that was killed knows some
            known = self.client.get_metric_history(run_id, "val/loss")
            self._epochs[run_id] = 1 + max((metric.step for metric in known), default=-1)
        metrics = history(folder, trial.task.score, first=self._epochs[run_id])
        self._log(run_id, metrics)
        self._epochs[run_id] = max([self._epochs[run_id], *(metric.step + 1 for metric in metrics)])

    def _run(self, trial: Trial) -> Run:
        fingerprint = trial.fingerprint()
        self._seen.add(fingerprint)
        if fingerprint not in self._runs:
            run = self.client.create_run(
                self.experiment_id,
                run_name=f"{trial.model.name} {trial.seed} {trial.task.name}",  # the UI shows its first 12 letters
                tags={
                    MLFLOW_PARENT_RUN_ID: self.parent_id,
                    "fingerprint": fingerprint,
                    "task": trial.task.name,
                    "model": trial.model.name,
                    "family": trial.model.family,
                    "condition": trial.condition,
                },
            )
            self.client.log_batch(
                run.info.run_id, params=[Param(key, str(value)[:500]) for key, value in params(trial).items()]
            )
            self.client.log_inputs(run.info.run_id, [dataset_input(trial)])
            self._runs[fingerprint] = run
        return self._runs[fingerprint]

    def trial_ended(self, trial: Trial, folder: TrialFolder, failure: str | None) -> None:
        """Record the history of a trial and its checkpoint as a model, once; or why it failed."""
        run = self._run(trial)
        if run.info.status == "FINISHED" and TUNING not in run.data.tags:
            return
        run_id = run.info.run_id
        if TUNING in run.data.tags:  # the contest takes over what tuning chose
            self.client.delete_tag(run_id, TUNING)
        record = folder.record() if failure is None else None
        if record is None:
            self.client.set_tag(run_id, "failure", failure or "no result")
            self.client.set_terminated(run_id, "FAILED")
        else:
            score = f"val_{trial.task.score}"
            made = int(folder.result.stat().st_mtime * 1000)
            self._record_epochs(run_id, trial, folder)
            self._log(
                run_id,
                [
                    Metric(f"best/{score}", record.valid_score, made, 0),
                    Metric("best/epoch", record.best_epoch, made, 0),
                    Metric("final/epochs", record.epochs, made, 0),
                    Metric("cost/train_seconds", record.train_seconds, made, 0),
                    Metric("cost/parameters", trial.parameters, made, 0),
                ],
            )
            self._log_model(run_id, trial, folder)
            self.client.set_terminated(run_id, "FINISHED")
        self._runs[trial.fingerprint()] = self.client.get_run(run_id)

    def tuning_trial_ended(self, trial: Trial, folder: TrialFolder, state: State, failure: str | None) -> None:
        """Record a trial of the search for settings: its epochs, and how it ended."""
        run_id = self._run(trial).info.run_id
        if self._runs[trial.fingerprint()].info.status == "FINISHED":
            return
        self._record_epochs(run_id, trial, folder)
        self.client.set_tag(run_id, TUNING, state)
        if failure:
            self.client.set_tag(run_id, "failure", failure)
        self.client.set_terminated(run_id, {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}[state])
        self._runs[trial.fingerprint()] = self.client.get_run(run_id)

    def trial_tested(self, trial: Trial, result: TrialResult) -> str:
        """Record the test scores, once, and return the run's id."""
        run = self._run(trial)
        made = run.info.end_time or run.info.start_time
        scores = {
            f"test/{score}": value for score, value in {trial.task.score: result.test_score, **result.also}.items()
        }
        new = [Metric(name, value, made, 0) for name, value in scores.items() if name not in run.data.metrics]
        if new:
            self._log(run.info.run_id, new)
            for flag in result.flags:
                self.client.set_tag(run.info.run_id, f"flag.{flag}", "true")
        return run.info.run_id

    def costs_measured(self, costs: Iterable[Cost], results: Iterable[TrialResult]) -> None:
        """Record on each trial what its model costs, as measured in this run."""
        by_model = {(cost.task, cost.condition, cost.model): cost for cost in costs}
        for result in results:
            cost = by_model[result.task, result.condition, result.model]
            values = cost.model_dump(exclude={"task", "condition", "model"})
            run = self.client.get_run(result.run_id)
            self._log(
                result.run_id,
                [
                    Metric(f"cost/{name}", float(value), run.info.start_time, 0)
                    for name, value in values.items()
                    if value is not None
                ],
            )

    def probed(self, trials: Iterable[Trial], measurements: Iterable[Measurement]) -> None:
        """Record what the probes found of each trial, by where along the axis; runs of untrained networks end here."""
        found: dict[tuple, list[Measurement]] = defaultdict(list)
        for one in measurements:
            found[one.task, one.condition, one.model, one.seed].append(one)
        for trial in trials:
            own = found[trial.task.name, trial.condition, trial.model.name, trial.seed]
            if not own:
                continue
            run = self._run(trial)
            now = int(time.time() * 1000)  # measured again, the newer value is shown
            self._log(
                run.info.run_id, [Metric(f"probe/{one.quantity}", one.value, now, int(one.at or 0)) for one in own]
            )
            if run.info.status == "RUNNING":
                self.client.set_terminated(run.info.run_id)

    def report_written(self, folder: Path, metrics: Mapping[str, float], tags: Mapping[str, str]) -> None:
        """Record the report's files and its headline figures on the parent run."""
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                self.client.log_artifact(self.parent_id, str(path))
        now = self.client.get_run(self.parent_id).info.start_time
        self._log(self.parent_id, [Metric(allowed(name), value, now, 0) for name, value in metrics.items()])
        for name, value in tags.items():
            self.client.set_tag(self.parent_id, allowed(name), value)

    def claim_decided(self, one: DecidedClaim, trials: Container[tuple[str, str, str]]) -> None:
        """Record a claim as a run, and its verdict on its trials of this `kedro run`.

        trials: task, condition and model of those that its rule looks at.
        """
        seen = [self._runs[fingerprint] for fingerprint in self._seen]
        looked_at = [
            run.info.run_id
            for run in seen
            if (run.data.tags["task"], run.data.tags["condition"], run.data.tags["model"]) in trials
        ]
        record_claim(self.client, self.experiment_id, self.parent_id, one, looked_at)

    def register_best(self, result: TrialResult, experiment: str) -> None:
        """Register the checkpoint of a trial as the best model of its task, under the alias `best`."""
        name = f"{experiment}-{result.task}" + ("" if result.condition == "default" else f"-{result.condition}")
        name = allowed(name).replace("/", "-").replace(":", "-")
        try:
            if self.client.get_model_version_by_alias(name, BEST_ALIAS).tags.get("fingerprint") == result.fingerprint:
                return
        except MlflowException:  # no such model, or no such alias yet
            if not self.client.search_registered_models(f"name = '{name}'"):
                self.client.create_registered_model(name, description=f"The best model of {result.task}")
        model = self.client.search_logged_models(
            [self.experiment_id], filter_string=f"source_run_id = '{result.run_id}'", max_results=1
        )[0]
        version = self.client.create_model_version(
            name,
            model.artifact_location,
            run_id=result.run_id,
            model_id=model.model_id,
            tags={"fingerprint": result.fingerprint, "model": result.model},
        )
        self.client.set_registered_model_alias(name, BEST_ALIAS, version.version)

    def close(self, failed: bool) -> None:
        """End the parent run."""
        if self.parent_id:
            self.client.set_terminated(self.parent_id, "FAILED" if failed else "FINISHED")

    def _log(self, run_id: str, metrics: list[Metric]) -> None:
        finite = [metric for metric in metrics if np.isfinite(metric.value)]
        for start in range(0, len(finite), 1000):
            self.client.log_batch(run_id, metrics=finite[start : start + 1000])

    def _log_model(self, run_id: str, trial: Trial, folder: TrialFolder) -> None:
        with (
            tempfile.TemporaryDirectory() as temporary,
            warnings.catch_warnings(),
            mlflow.start_run(run_id=run_id, log_system_metrics=False),
        ):
            warnings.simplefilter("ignore")
            facts = Path(temporary) / "facts.json"
            facts.write_text(ModelFacts.of(trial).model_dump_json(indent=1), encoding="utf-8")
            mlflow.pyfunc.log_model(
                name=f"{trial.task.name}-{trial.model.name}",
                python_model=str(SERVING),
                artifacts={"facts": str(facts), "weights": str(folder.best)},
                signature=signature(trial),
                pip_requirements=[f"torch=={_torch_version()}"],
            )


@contextmanager
def _usable(uri: str) -> Iterator[None]:
    """UserError where the tracking store cannot be opened."""
    try:
        yield
    except (MlflowException, SQLAlchemyError) as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"MLflow at {uri} cannot be used ({reason}): mend or free it, then run again") from error


def _torch_version() -> str:
    import torch

    return torch.__version__.partition("+")[0]
