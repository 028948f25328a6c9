"""What MLflow is told: one parent run a `kedro run`, one child run a trial, one run a claim.

A run has one parent and a trial may serve several claims, so a claim's trials are those that carry its tag.

Only the process of `kedro run` writes, so that SQLite never sees two writers and no node needs the server, and only
from what lies in the trial folders: a tracking store that was deleted is filled again, and a trial that is reused keeps
the run that trained it. All but `open` goes through the outbox: training does not wait for MLflow.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.exceptions import MlflowException

from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import State
from pipelines.claim_run import record_claim
from pipelines.logged_model import register_best
from pipelines.mlflow_store import MLFLOW_ERRORS, answers, is_outage, is_server, shown, usable
from pipelines.mlflow_terms import allowed, flat
from pipelines.outbox import Outbox, in_a_line, listed
from pipelines.trial_runs import TrialRuns

RECORD_EVERY_SECONDS = 5.0  # of a trial in training
REQUESTS_PER_SECOND = 5.0  # for the rounds of all trials in training

logger = logging.getLogger(__name__)


class Tracker:
    """Records one `kedro run`. Opened with `open`, closed with `close`.

    Args:
        uri: of MLflow.
        artifacts: the folder for files, where MLflow is no server that keeps them itself.
        wait_seconds: how long the end of the run waits for an MLflow that does not answer.
    """

    def __init__(self, uri: str, artifacts: Path, wait_seconds: float) -> None:
        self.uri = uri
        with usable(uri):
            self.client = MlflowClient(uri)
        self.artifacts = artifacts
        self.wait_seconds = wait_seconds
        self.experiment_id = ""
        self.parent_id = ""
        self._outbox = Outbox(shown(uri), MLFLOW_ERRORS, is_outage, lambda: answers(uri), self._forget)
        self._runs: TrialRuns | None = None
        self._seen: set[str] = set()  # fingerprints of this `kedro run`
        self._training: dict[str, float] = {}  # fingerprint -> when its rounds were recorded, on the monotonic clock
        self._without_run = 0  # results that were handed on without the id of their run

    def open(self, contest: ExperimentConfig, tags: Mapping[str, str], name: str = "contest") -> None:
        """Create the experiment if need be, and the parent run of this `kedro run`, with that name."""
        mlflow.set_tracking_uri(self.uri)
        with usable(self.uri):
            self.experiment_id = self._experiment(contest.experiment)
            parent = self.client.create_run(self.experiment_id, run_name=name, tags=dict(tags))
            self.parent_id = parent.info.run_id
            named = ("tasks", "models", "conditions", "probes", "claims")
            settings = flat(contest.model_dump(mode="json", exclude=set(named)))
            settings |= {kind: "; ".join(getattr(contest, kind)) for kind in named}
            params = [Param(key, str(value)[:500]) for key, value in settings.items()]
            self.client.log_batch(self.parent_id, params=params)
            self.client.log_dict(self.parent_id, contest.model_dump(mode="json"), "experiment.yaml")
        self._runs = TrialRuns(self.client, self.experiment_id, self.parent_id)

    def _experiment(self, name: str) -> str:
        """Its id. Where two processes create it at once, both find the first one's."""
        location = None if is_server(self.uri) else (self.artifacts / name).resolve().as_uri()
        found = self.client.get_experiment_by_name(name)
        if found is None:
            try:
                return self.client.create_experiment(name, location)
            except MlflowException:
                found = self.client.get_experiment_by_name(name)
                if found is None:
                    raise
        return found.experiment_id

    @property
    def runs(self) -> TrialRuns:
        """The runs of trials."""
        assert self._runs is not None, "opened first"
        return self._runs

    def _forget(self) -> None:
        self.runs.forget()

    def trials_planned(self, trials: Iterable[Trial]) -> None:
        """Create the runs of trials that will be trained: at leisure, but of each before it begins."""
        for trial in trials:
            self._seen.add(trial.fingerprint())
            self._outbox.post_idle(f"the run of {trial.name}", lambda trial=trial: self.runs.plan(trial))

    def trial_progressed(self, trial: Trial, folder: TrialFolder) -> None:
        """Record that a trial has begun, and its rounds now and then."""
        fingerprint, now = trial.fingerprint(), time.monotonic()
        if fingerprint not in self._training:
            self._training[fingerprint] = now
            self._seen.add(fingerprint)
            self._outbox.post(trial.name, lambda: self.runs.begin(trial))
        every = max(RECORD_EVERY_SECONDS, len(self._training) / REQUESTS_PER_SECOND)
        if now - self._training[fingerprint] >= every:
            self._training[fingerprint] = now
            self._outbox.post(trial.name, lambda: self.runs.progress(trial, folder), key=fingerprint)

    def tick(self) -> None:
        """Tell MLflow what waits, for half a second: called often while trials are trained."""
        self._outbox.tick()

    def trial_ended(self, trial: Trial, folder: TrialFolder, failure: str | None) -> None:
        """Record the history of a trial and its checkpoint as a model, once; or why it failed."""
        self._ended(trial)
        self._outbox.post(trial.name, lambda: self.runs.end(trial, folder, failure))

    def tuning_trial_ended(self, trial: Trial, folder: TrialFolder, state: State, failure: str | None) -> None:
        """Record a trial of the search for settings: its rounds, and how it ended."""
        self._ended(trial)
        self._outbox.post(f"tuning {trial.name}", lambda: self.runs.end_tuning(trial, folder, state, failure))

    def _ended(self, trial: Trial) -> None:
        fingerprint = trial.fingerprint()
        self._seen.add(fingerprint)
        self._training.pop(fingerprint, None)

    def trial_tested(self, trial: Trial, result: TrialResult) -> str:
        """Record the test scores, once, and return the run's id; nothing, where MLflow still does not answer."""
        fingerprint = trial.fingerprint()
        self._seen.add(fingerprint)
        self._outbox.send(trial.name, lambda: self.runs.test(trial, result))
        if fingerprint not in self.runs.ids and not self._without_run:
            self._outbox.wait(self.wait_seconds)  # it went away before the runs were created: nothing trains any more
        self._without_run += fingerprint not in self.runs.ids
        return self.runs.ids.get(fingerprint, "")

    def costs_measured(self, costs: Iterable[Cost], results: Iterable[TrialResult]) -> None:
        """Record on each trial what its model costs, as measured in this run."""
        by_model = {(cost.task, cost.condition, cost.model): cost for cost in costs}
        now = int(time.time() * 1000)  # measured again, the newer value is shown
        found = {
            result.fingerprint: [
                Metric(f"cost/{name}", float(value), now, 0)
                for name, value in by_model[result.task, result.condition, result.model]
                .model_dump(exclude={"task", "condition", "model"})
                .items()
                if value is not None
            ]
            for result in results
        }

        def record() -> None:
            for fingerprint, metrics in found.items():
                self.runs.log_to(fingerprint, metrics)

        self._outbox.send("the costs", record)

    def probed(self, trials: Iterable[Trial], measurements: Iterable[Measurement]) -> None:
        """Record what the probes found of each trial, by where along the axis; runs of untrained networks end here."""
        found: dict[tuple, list[Measurement]] = defaultdict(list)
        for one in measurements:
            found[one.task, one.condition, one.model, one.seed].append(one)
        now = int(time.time() * 1000)
        for trial in trials:
            own = found[trial.task.name, trial.condition, trial.model.name, trial.seed]
            if own:
                self._seen.add(trial.fingerprint())
                metrics = [Metric(f"probe/{one.quantity}", one.value, now, int(one.at or 0)) for one in own]
                self._outbox.send(
                    f"probes of {trial.name}", lambda trial=trial, metrics=metrics: self.runs.measure(trial, metrics)
                )

    def report_written(self, folder: Path, metrics: Mapping[str, float], tags: Mapping[str, str]) -> None:
        """Record the report's files and its headline figures on the parent run."""
        now = int(time.time() * 1000)
        figures = [Metric(allowed(name), value, now, 0) for name, value in metrics.items()]

        def record() -> None:
            for path in sorted(folder.iterdir()):
                if path.is_file() and not path.name.startswith("."):
                    self.client.log_artifact(self.parent_id, str(path))
            self.client.log_batch(self.parent_id, metrics=figures)
            for name, value in tags.items():
                self.client.set_tag(self.parent_id, allowed(name), value)

        self._outbox.send("the report", record)

    def claim_decided(self, one: DecidedClaim, trials: Container[tuple[str, str, str]]) -> None:
        """Record a claim as a run, and its verdict on its trials of this `kedro run`.

        trials: task, condition and model of those that its rule looks at.
        """
        now = int(time.time() * 1000)

        def record() -> None:
            seen = [self.runs.of(fingerprint) for fingerprint in self._seen]
            looked_at = [
                run.run_id for run in seen if (run.tags["task"], run.tags["condition"], run.tags["model"]) in trials
            ]
            record_claim(self.client, self.experiment_id, self.parent_id, one, looked_at, now)

        self._outbox.send(f"claim {one.verdict.claim}", record)

    def register_best(self, result: TrialResult, experiment: str) -> None:
        """Register the checkpoint of a trial as the best model of its task, under the alias `best`."""

        def record() -> None:
            run_id = self.runs.of(result.fingerprint).run_id
            register_best(self.client, self.experiment_id, run_id, result, experiment)

        self._outbox.send(f"the best model of {result.task}", record)

    @property
    def shown_at(self) -> str:
        """Where a person sees the runs."""
        if not is_server(self.uri):
            return "make ui, then open the address it prints"
        return f"{shown(self.uri).rstrip('/')}/#/experiments/{self.experiment_id}/runs?workflowType=machine_learning"

    def close(self, failed: bool, *, wait: bool = True) -> str:
        """End the parent run. Returns what MLflow was not told, as a sentence, or nothing."""
        if not self.parent_id:
            return ""
        status, now = "FAILED" if failed else "FINISHED", int(time.time() * 1000)
        self._outbox.send("the end of this run", lambda: self.client.set_terminated(self.parent_id, status, now))
        return self._missing(self._outbox.wait(self.wait_seconds if wait else 0.0))

    def _missing(self, told: bool) -> str:
        where = f"MLflow at {shown(self.uri)}"
        again = "all of it is in data/, and the next run of this experiment records it"
        if not told:
            assert self._outbox.error is not None
            why = in_a_line(self._outbox.error)
            return f"{where} does not answer ({why}) and is owed {listed(self._outbox.owed)}: {again}"
        if self._outbox.refused:
            return f"{where} refused {listed(self._outbox.refused)}: mend that; {again}"
        if self._without_run:
            return f"{where} was away: {self._without_run} rows of trials.csv lack mlflow_run_id; run again"
        return ""
