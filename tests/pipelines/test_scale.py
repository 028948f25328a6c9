"""What ten times the trials cost, counted in calls and files, as seconds depend on what else the machine does."""

import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import Mock

import contest
import pytest

from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.planning.plan import check_plan, plan_trials
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from pipelines.records import PreparedVariant
from pipelines.rooms import Rooms
from pipelines.session import RunSession, close_session, current, open_session
from pipelines.training import nodes

RECORD = FitRecord(steps=1, rounds=1, kept_round=0, valid_score=0.5, train_seconds=1.0, diverged=False)


@pytest.fixture
def many(tmp_path):
    """What makes an experiment of 2 models, some conditions and seeds, with its prepared data."""

    def make(conditions, seeds):
        experiment = contest.compose({**contest.ADDING, "models": "lstm+majority", "seeds": seeds})
        dropouts = {f"dropout {step}": {"recipe.dropout": step / 100} for step in range(conditions)}
        experiment = experiment.model_copy(update={"conditions": dropouts})
        one = contest.prepared(experiment.model_copy(update={"conditions": {"dropout 0": {}}}), tmp_path)
        return experiment, dict.fromkeys(dropouts, one["dropout 0"])

    return make


@contextmanager
def calls():
    """Counts calls of functions, those written in C among them."""
    counted = Counter()

    def count(frame, event, argument):
        if event in ("call", "c_call"):
            counted["all"] += 1

    sys.setprofile(count)
    try:
        yield counted
    finally:
        sys.setprofile(None)


def test_planning_and_checking_a_plan_grow_as_the_trials_do(many):
    counts = {}
    for conditions, seeds in ((2, 5), (2, 5), (20, 5)):  # the first fills caches: widths, sources
        experiment, prepared = many(conditions, seeds)
        with calls() as counted:
            trials = plan_trials(experiment, prepared)
            fingerprints = {trial.fingerprint() for trial in trials}
            check_plan(experiment, "rnn", [trial for trial in trials if trial.model.family == "rnn"])
        assert len(fingerprints) == len(trials)
        counts[len(trials)] = counted["all"]
    assert list(counts) == [20, 200]
    assert counts[200] < 10.5 * counts[20]


@pytest.mark.parametrize("conditions", [2, 20])
def test_resuming_looks_at_each_trial_once(conditions, many, tmp_path, monkeypatch):
    experiment, prepared = many(conditions, 5)
    trials = plan_trials(experiment, prepared)
    for trial in trials:
        folder = contest.opened(trial, trial.folder(tmp_path))
        folder.weights.write_bytes(b"weights")
        folder.history.write_text("round\n0\n")
        folder.finish(RECORD)
    counted = Counter()
    for owner, name in ((Trial, "fingerprint"), (TrialFolder, "record"), (TrialFolder, "rounds_trained")):
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda self, real=real, name=name: counted.update([name]) or real(self))
    real_read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: counted.update([path.name]) or real_read(path))
    variants = [PreparedVariant(condition=condition, task=data["adding"]) for condition, data in prepared.items()]
    open_session(RunSession(LocalExecutor(1), tracker=Mock()))
    try:
        nodes.plan(experiment, variants, [], [], Rooms.of("unused").model_copy(update={"models": tmp_path}))
        assert current().progress.counted() == (len(trials), len(trials))
    finally:
        close_session()
    assert counted["record"] == counted["weights.ckpt"] == counted["history.csv"] == len(trials)
    assert counted["fingerprint"] <= 3 * len(trials)
    assert counted["rounds_trained"] == 0
