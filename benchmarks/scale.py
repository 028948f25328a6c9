"""What an experiment of many trials costs beside its training: seconds by stage, for 20, 200 and 2,000 trials.

    python -m benchmarks.scale [20,200,2000]

Experiments on `digits`: 4 models x 5 seeds x 1, 10 and 100 conditions. One trial of each model is trained; its
checkpoints and histories are copied into the folders of all others, each with a `result.json` that holds. What is timed
are the nodes of `kedro run` themselves, one after the other in this process, in a temporary folder, with MLflow on
SQLite, or on the server of MLFLOW_TRACKING_URI; what they spend in tracking is subtracted and shown by itself. The
last two columns are the exponent of growth from one size to the next: 1 is as fast as the number of trials. Run it on
an idle machine.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import gc
import io
import itertools
import logging
import math
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from cnn_vs_rnn.config import FAMILIES, ExperimentConfig
from cnn_vs_rnn.costs.estimate import BASELINE
from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.executors.progress import TrainingProgress
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from pipelines.augmentation.nodes import preview_augmentation, split_and_scale
from pipelines.config_loader import compose_experiment
from pipelines.datasets import RecordsDataset
from pipelines.deciding.nodes import go_on
from pipelines.evaluation.nodes import measure, test_trials
from pipelines.ingestion.nodes import ingest_tasks
from pipelines.mlflow_database import make_database
from pipelines.reporting.nodes import decide_claims, judge_contests, write_reports
from pipelines.rooms import Rooms
from pipelines.session import RunSession, close_session, open_session
from pipelines.tracking import Tracker
from pipelines.training.nodes import fit_trials, plan

CONF = Path(__file__).resolve().parent.parent / "conf"
MODELS, SEEDS, LIMITS = ("cnn2d", "lstm", "linear", "majority"), 5, range(100, 200, 10)
TICKS = 10
Stages = dict[str, float]  # what -> seconds


class TimedTracker:
    """A tracker that adds up the seconds of its calls."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker, self.seconds = tracker, 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.tracker, name)
        if not callable(found):
            return found

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return found(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - began

        return timed


class Clock:
    """Seconds of each stage, without and with what it spends in tracking."""

    def __init__(self, tracker: TimedTracker) -> None:
        self.tracker, self.stages = tracker, Stages()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        gc.collect()  # what another stage has left is not this one's
        began, tracked = time.perf_counter(), self.tracker.seconds
        yield
        tracked = self.tracker.seconds - tracked
        self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - began - tracked
        if tracked:
            self.stages[f"tracking: {name}"] = self.stages.get(f"tracking: {name}", 0.0) + tracked


def experiment_of(trials: int) -> dict[str, Any]:
    """The file of an experiment: the data's size and dropout are under study."""
    count = max(1, trials // (len(MODELS) * SEEDS))
    settings = itertools.islice(itertools.product(range(math.ceil(count / len(LIMITS))), LIMITS), count)
    return {
        "defaults": [{"/task": ["digits"]}, {"/model": list(MODELS)}],
        "experiment": f"scale_{trials}",
        "question": "What does an experiment cost beside its training?",
        "seeds": SEEDS,
        "trainer": {"steps": 300, "check_longer": False},
        "budget": {"parameters": 2000},
        "conditions": {
            f"{limit} samples, dropout {step / 20:g}": {"task.limit": limit, "recipe.dropout": step / 20}
            for step, limit in settings
        },
    }


def train_all(trials: list[Trial], root: Path) -> None:
    """One trial of each model in earnest; its files stand for those of the others."""
    trained: dict[str, TrialFolder] = {}
    for trial in trials:
        folder = TrialFolder(trial.folder(root))
        if trial.model.name not in trained:
            fit(folder)
            trained[trial.model.name] = folder
            continue
        twin = trained[trial.model.name]
        record = twin.record()
        assert record is not None
        for file in (twin.fold.weights, twin.history, twin.weights, twin.refit.history):
            shutil.copy(file, folder.path)
        folder.finish(record)


def pass_on(record: str, records: list, times: int) -> None:
    """What the catalog does with records between nodes: written once, read by each that wants them."""
    dataset = RecordsDataset(f"data/{record.rpartition(':')[2]}.json", record, "this benchmark")
    dataset.save(records)
    for _ in range(times):
        dataset.load()


def stages_of(trials: int) -> Stages:
    """Run every node on an experiment of so many trials, in the current folder."""
    shutil.copytree(CONF, "conf")
    Path(f"conf/experiment/scale_{trials}.yaml").write_text(
        "# @package _global_\n" + yaml.safe_dump(experiment_of(trials), sort_keys=False), encoding="utf-8"
    )
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{Path.cwd()}/mlflow.db"
    make_database(uri)
    tracker = TimedTracker(Tracker(uri, Path("artifacts"), wait_seconds=60))
    clock = Clock(tracker)
    with clock.stage("compose"):
        contest = compose_experiment(Path("conf"), {"experiment": f"scale_{trials}"})
    rooms = Rooms.of(contest.experiment)
    with clock.stage("open"):
        tracker.open(contest, {})

    def start() -> None:
        open_session(RunSession(LocalExecutor(2), tracker))  # pyright: ignore[reportArgumentType]

    start()
    with clock.stage("ingest, split, scale"):
        ingested = ingest_tasks(contest, rooms)
        prepared = split_and_scale(contest, ingested, rooms)
        previews = preview_augmentation(contest, prepared, rooms)
    with clock.stage("plan, nothing trained"):
        planned = plan(contest, prepared, [], [], rooms)
    every = list(itertools.chain(*planned))
    assert len(every) == trials
    clock.stages["progress tick, nothing trained"] = tick_seconds(every, rooms)
    close_session()
    train_all(every, rooms.models)

    start()
    with clock.stage("plan, all trained"):
        planned = plan(contest, prepared, [], [], rooms)
    with clock.stage("resume check alone"):
        assert all(TrialFolder(trial.folder(rooms.models)).record() for trial in every)
    clock.stages["progress tick, half trained"] = tick_seconds(every[::2], rooms)
    with clock.stage("pass on the plan"):
        pass_on("cnn_vs_rnn.trials.trial:Trial", every, times=4)  # fit, test, measure, probe
    report = run_nodes(clock, contest, planned, rooms)
    with clock.stage("write the report"):
        write_reports(contest, rooms, *report[:3], ingested, previews, [], [], *report[3:])
    close_session()
    with clock.stage("close"):
        assert tracker.close(False) == ""
    clock.stages["peak memory (MB)"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    clock.stages["size of report.html (MB)"] = (rooms.reporting / "report.html").stat().st_size / 1e6
    return clock.stages


def run_nodes(clock: Clock, contest: ExperimentConfig, planned: tuple[list[Trial], ...], rooms: Rooms) -> tuple:
    """From trained trials to what the report is written from."""
    with clock.stage("fit, all trained"):
        fitted = [fit_trials(contest, trials, rooms) for trials in planned]
    with clock.stage("test"):
        tested = [
            test_trials(contest, family, trials, done, [], [], rooms)
            for family, trials, done in zip(FAMILIES, planned, fitted, strict=True)
        ]
    with clock.stage("measure costs"):
        costs = measure(contest, rooms, *itertools.chain(*zip(planned, fitted, strict=True)))
    with clock.stage("see what is open"):
        by_family = ((trials, *outcome) for trials, outcome in zip(planned, tested, strict=True))
        results, failed, overtime = go_on(contest, [], rooms, *itertools.chain(*by_family))
    with clock.stage("judge"):
        contests = judge_contests(contest, costs, results, overtime)
        claims = decide_claims(contest, [], results, overtime)
    return contests, claims, costs, results, failed


def tick_seconds(trials: list[Trial], rooms: Rooms) -> float:
    """Of one redrawing of the progress bar, which happens twice a second."""
    folders = [trial.folder(rooms.models) for trial in trials]
    progress = TrainingProgress(
        dict.fromkeys(folders, BASELINE), dict.fromkeys(folders, 30), 0, 2, console=Console(file=io.StringIO())
    )
    began = time.perf_counter()
    for _ in range(TICKS):
        progress.tick(folders[:2])
    progress.close()
    return (time.perf_counter() - began) / TICKS


def table_of(found: dict[int, Stages]) -> Table:
    """A row a stage, a column a size, then how it grows."""
    sizes = list(found)
    table = Table(title="seconds by stage")
    table.add_column("stage", no_wrap=True)
    growth = [f"{small}→{large}" for small, large in itertools.pairwise(sizes)]
    for header in (*(f"{size:,} trials" for size in sizes), "ms a trial", *growth):
        table.add_column(header, justify="right", no_wrap=True)
    for name in found[sizes[-1]]:
        values = [stages.get(name, math.nan) for stages in found.values()]
        per_trial = "" if "MB" in name else f"{1000 * (values[-1] - values[0]) / (sizes[-1] - sizes[0] or 1):.2f}"
        exponents = [
            f"{math.log(after / before) / math.log(large / small):.2f}" if before > 0 and after > 0 else ""
            for (small, before), (large, after) in itertools.pairwise(zip(sizes, values, strict=True))
        ]
        table.add_row(name, *(f"{value:.3f}" for value in values), per_trial, *exponents)
    return table


def in_temporary_folder(trials: int) -> Stages:
    """Paths in records are relative: the work is done in a folder of its own."""
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        return stages_of(trials)


def main(sizes: str = "20,200,2000") -> None:
    numbers = [int(size) for size in sizes.split(",")]
    fresh = multiprocessing.get_context("spawn")  # no size finds what another one has left in memory
    with concurrent.futures.ProcessPoolExecutor(1, fresh, max_tasks_per_child=1) as pool:
        found = dict(zip(numbers, pool.map(in_temporary_folder, numbers), strict=True))
    console = Console(width=120)
    console.print(table_of(found))
    console.print(f"load average {os.getloadavg()[0]:.2f} at the end")


if __name__ == "__main__":
    main(*sys.argv[1:])
