"""Nodes of evaluation."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Mapping, Set

from rich.console import Console
from rich.progress import track

from cnn_vs_rnn.config import ExperimentConfig, Family
from cnn_vs_rnn.costs.measure import measure_costs
from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.evaluation.longer import LongerTraining
from cnn_vs_rnn.evaluation.results import Cost, FailedTrial, TrialResult
from cnn_vs_rnn.planning.plan import check_plan
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, plan_probes
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import TuningTrial
from cnn_vs_rnn.tuning.tuner import tuned_values
from pipelines.records import FittedTrial
from pipelines.rooms import Rooms
from pipelines.session import current

logger = logging.getLogger(__name__)


def test_trials(
    contest: ExperimentConfig,
    family: Family,
    trials: list[Trial],
    fitted: list[FittedTrial],
    tuning: list[TuningTrial],
    longer: list[LongerTraining],
    rooms: Rooms,
) -> tuple[list[TrialResult], list[FailedTrial]]:
    """Score every trained trial on the test part; those without a result are listed with the reason."""
    check_plan(contest, family, trials, tuned_values(tuning, contest))
    if not contest.train:
        return [], []
    failures = {trial.fingerprint: trial.failure for trial in fitted if trial.failure is not None}
    unfinished = {(one.condition, one.task, one.model) for one in longer if one.unfinished}
    return score_trials(trials, failures, unfinished, rooms)


def score_trials(
    trials: list[Trial], failures: Mapping[str, str], unfinished: Set[tuple[str, str, str]], rooms: Rooms
) -> tuple[list[TrialResult], list[FailedTrial]]:
    """Score trained trials on the test part.

    failures: fingerprint -> why a trial has no result. unfinished: condition, task and model of each network that a
    longer training would improve.
    """
    session = current()
    results, failed = [], []
    for trial in trials:
        folder = TrialFolder(trial.folder(rooms.models))
        record = folder.record()
        if record is None:
            reason = failures.get(trial.fingerprint()) or "it is not trained: run the pipeline training"
            session.missing.append(f"{trial.name}: {reason}")
            failed.append(_failed(trial, reason))
            continue
        kept = rooms.model_output / "predictions"
        result = evaluate_trial(folder, trial, record, kept, unfinished=_network(trial) in unfinished)
        results.append(result.model_copy(update={"run_id": session.tracker.trial_tested(trial, result)}))
    return results, failed


def measure(contest: ExperimentConfig, rooms: Rooms, *plans_and_fitted: list) -> list[Cost]:
    """The costs of all models of a task side by side, each with the weights of its first trained seed.

    The plan of each family is followed by what was fitted of it, so that nothing trains meanwhile.
    """
    plans: tuple[list[Trial], ...] = plans_and_fitted[::2]
    if not contest.train:
        return []
    logger.info("costs   measuring step time, latency and memory of every model, in isolation")
    trials = sorted(itertools.chain(*plans), key=lambda trial: (trial.task.name, trial.condition))
    costs = []
    for _, group in itertools.groupby(trials, key=lambda trial: (trial.task.name, trial.condition)):
        contenders = {}
        for trial in group:
            folder = TrialFolder(trial.folder(rooms.models))
            if trial.model.name not in contenders and folder.record() is not None:
                contenders[trial.model.name] = (folder, trial)
        costs += measure_costs(list(contenders.values()))
    return costs


def probe(contest: ExperimentConfig, rooms: Rooms, *plans_and_fitted: list) -> list[Measurement]:
    """What the experiment's probes find, on trained networks where it trains; on each trial's run, too."""
    trials: list[Trial] = list(itertools.chain(*plans_and_fitted[::2]))
    entrants = []
    for trial in trials:
        folder = TrialFolder(trial.folder(rooms.models))
        if not contest.train or folder.record() is not None:
            entrants.append(Entrant(trial, folder if contest.train else None))
    measurements: list[Measurement] = []
    if contest.probes:
        logger.info("probes  %s", ", ".join(contest.probes))
    console = Console()
    for run in track(
        plan_probes(contest, entrants), "probes ", console=console, transient=True, disable=not console.is_terminal
    ):
        found, refusal = run.measure()
        measurements += found
        if refusal:
            logger.warning("refused %s: %s", run.name, refusal)
            current().refused.append(f"{run.name}: {refusal}")
    current().tracker.probed(trials, measurements)
    return measurements


def _network(trial: Trial) -> tuple[str, str, str]:
    return trial.condition, trial.task.name, trial.model.name


def _failed(trial: Trial, reason: str) -> FailedTrial:
    return FailedTrial(
        **trial.labels,
        fingerprint=trial.fingerprint(),
        reason=reason,
    )
