"""A made-up experiment with every kind of result a report must survive. No network is trained here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from made_settings import DIGITS, FAMILIES, SPEAKERS, card, experiment_config, picture

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import Cost, FailedTrial, TrialResult
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.report.history import read_history
from cnn_vs_rnn.report.page import ReportInput
from cnn_vs_rnn.statistics.judge import judge
from cnn_vs_rnn.statistics.standing import standings
from cnn_vs_rnn.statistics.summary import read_predictions

# what each model is expected to reach: task -> model -> score
SCORES = {
    "digits": {"cnn2d": 0.981, "lstm": 0.945, "gru": 0.952, "crnn": 0.979, "majority": 0.102, "linear": 0.948},
    "japanese_vowels": {
        "fcn": 0.962,
        "tcn": 0.955,
        "lstm": 0.958,
        "gru": 0.963,
        "crnn": 0.965,
        "majority": 0.12,
        "linear": 0.93,
        "minirocket": 0.985,
    },
    "adding": {"tcn": 0.0009, "lstm": 0.165, "gru": 0.0041, "crnn": 0.0023, "majority": 0.166, "linear": 0.158},
    "copy_memory": {"tcn": 0.012, "lstm": 0.39, "gru": 0.31, "majority": 0.416},
}
ROUNDS, STEPS = 25, 24  # of a training, and of a round


def write_history(directory: Path, losses: Iterable[tuple[float, float]]) -> None:
    """losses: of each round, on training and on validation samples."""
    rows = [
        f"{at},{STEPS * (at + 1)},{train:.6f},{valid:.6f},{valid:.6f}\n" for at, (train, valid) in enumerate(losses)
    ]
    (directory / "history.csv").write_text("".join(["round,step,train_loss,valid_loss,valid_score\n", *rows]))


@dataclass
class MadeUp:
    """Writes trial folders under `root` and collects what a report is made of."""

    root: Path
    experiment: ExperimentConfig
    results: list[TrialResult] = field(default_factory=list)
    failed: list[FailedTrial] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)

    def trial(self, task, model, seed, expected, *, condition="default", samples=360, flags=()) -> TrialResult:
        """One finished trial with its folder."""
        generator = np.random.default_rng([seed, sum(map(ord, task + model + condition))])
        config, family = self.experiment.tasks[task], FAMILIES[model]
        network = family != "baseline"
        directory = self.root / task / model / f"{condition}-{seed}"
        directory.mkdir(parents=True)
        hardness = np.random.default_rng(1).uniform(size=samples)
        target = predicted = np.empty(0)
        if config.score == "accuracy":
            classes = 10 if task == "digits" else 9
            target = np.arange(samples) % classes
            luck = generator.normal(0, 0.008)
            doubt = 0.8 * hardness + 0.2 * generator.uniform(size=samples)
            right = doubt > np.quantile(doubt, min(1, max(0, 1 - expected - luck)))
            if model == "majority":
                right = target == 3
            predicted = np.where(right, target, (target + generator.integers(1, 3, size=samples)) % classes)
            predicted = np.full(samples, 3) if model == "majority" else predicted
            per_sample = (predicted == target).astype(float)
        else:
            per_sample = expected * generator.lognormal(0, 0.15) * (0.5 + hardness)
            if config.output == "one":
                target = generator.uniform(0, 2, samples)
                predicted = target + np.sqrt(per_sample)
        Predictions(per_sample, predicted, target).write(directory / "predictions.npz")
        rounds = np.arange(ROUNDS if network else 0)
        end = 3 * (1 - expected) if config.score == "accuracy" else expected
        start = 2.3 if config.score == "accuracy" else max(0.35, expected)
        speed = generator.uniform(3, 5)
        train = end * 0.6 + (start - end * 0.6) * np.exp(-rounds / speed) * generator.lognormal(0, 0.05, len(rounds))
        valid = end + (start - end) * np.exp(-rounds / speed) * generator.lognormal(0, 0.05, len(rounds))
        valid *= 1 + 0.004 * rounds
        write_history(directory, zip(train, valid, strict=True))
        result = TrialResult(
            task=task,
            condition=condition,
            model=model,
            family=family,
            seed=seed,
            fingerprint=f"{sum(map(ord, task + model)):06x}{seed}",
            parameters=int(10_000 + generator.integers(-400, 400)) if network else 0,
            width=float(generator.integers(12, 40)) if network else 0.0,
            steps=STEPS * len(rounds),
            epochs=48.0 if network else 0.0,
            kept_round=max(0, len(rounds) - 1),
            train_seconds=float(generator.lognormal(0, 0.1)) * (2 + 3 * len(model) if network else 0.05),
            valid_score=float(per_sample.mean() + generator.normal(0, 0.002)),
            test_score=float(per_sample.mean()),
            flags=flags,
            directory=str(directory),
            predictions=str(directory / "predictions.npz"),
            run_id=f"run{seed}",
        )
        self.results.append(result)
        return result

    def cost(self, task, model, condition="default") -> None:
        network = FAMILIES[model] != "baseline"
        size = sum(map(ord, model)) % 7 + 1
        self.costs.append(
            Cost(
                task=task,
                condition=condition,
                model=model,
                step_ms=1.3 * size if network else None,
                latency_ms=0.11 * size,
                batch_latency_ms=0.013 * size,
                flops_per_sample=41_234.0 * size**2 if network else None,
                train_memory_mb=0.37 * size if network else None,
                model_size_mb=0.04 + 0.01 * size,
                streams=FAMILIES[model] == "rnn",
            )
        )

    def report(self, **changes) -> ReportInput:
        """Everything collected, judged."""
        contests = [
            judge(task, condition, self.results, read_predictions, self.experiment.statistics)
            for task in self.experiment.tasks.values()
            for condition in self.experiment.conditions
        ]
        results = changes.get("results", self.results)
        return ReportInput(
            **(
                {
                    "standings": standings(self.experiment, results, read_predictions),
                    "history": read_history(results),
                    "experiment": self.experiment,
                    "contests": contests,
                    "results": self.results,
                    "failed": self.failed,
                    "costs": self.costs,
                    "cards": {name: card(task) for name, task in self.experiment.tasks.items()},
                    "previews": {"digits": picture()},
                    "classes": {"digits": DIGITS, "japanese_vowels": SPEAKERS},
                    "measurements": [],
                    "tuning": [],
                    "advice": None,
                    "errors": [],
                    "translations": [],
                    "claims": [],
                    "published": [],
                    "environment": ENVIRONMENT,
                    "command": "kedro run --params experiment=quickstart",
                    "export_command": "kedro run --pipelines export --params experiment=quickstart",
                }
                | changes
            )
        )


ENVIRONMENT = {
    "Date": "2026-11-23 02:30 UTC",
    "Machine": "AMD EPYC 7B13, 2 cores, 8 GiB",
    "System": "Debian GNU/Linux 12",
    "Python": "3.11.2",
    "torch": "2.13.0",
    "pytorch-lightning": "2.6.6",
    "Commit": "1d3376c0ffee",
}


@pytest.fixture
def made_up(tmp_path):
    """What fills a MadeUp: made_up(tasks, ...) with every model that SCORES knows."""

    def fill(tasks=("digits",), *, seeds=5, conditions=("default",), without=(), samples=360, **changes) -> MadeUp:
        settings = {"conditions": {condition: {} for condition in conditions}} | changes
        made = MadeUp(tmp_path / "trials", experiment_config(tasks, seeds=seeds, **settings))
        for task in tasks:
            for at, condition in enumerate(conditions):
                for model, expected in SCORES[task].items():
                    if FAMILIES[model] in without:
                        continue
                    for seed in range(seeds):
                        own = expected if made.experiment.tasks[task].score != "accuracy" else expected - 0.03 * at
                        made.trial(task, model, seed, own, condition=condition, samples=samples)
                    made.cost(task, model, condition)
        return made

    return fill


@pytest.fixture(scope="session")
def collected() -> type[MadeUp]:
    """The class itself, for what is trained for real."""
    return MadeUp


@pytest.fixture
def everything(made_up) -> MadeUp:
    """All four tasks, two failed trials, flags of every kind."""
    made = made_up(("digits", "japanese_vowels", "adding", "copy_memory"))
    flagged = {("adding", "lstm"): ("unfinished",), ("copy_memory", "lstm"): ("unfinished", "collapsed")}
    made.results = [
        trial.model_copy(update={"flags": flagged.get((trial.task, trial.model), ())})
        for trial in made.results
        if (trial.model, trial.seed) not in {("gru", 3), ("gru", 4)} or trial.task != "japanese_vowels"
    ]
    made.failed = [
        FailedTrial(
            task="japanese_vowels",
            condition="default",
            model="gru",
            family="rnn",
            seed=seed,
            fingerprint="abc",
            reason="RuntimeError: the worker was killed (out of memory?)",
        )
        for seed in (3, 4)
    ]
    return made
