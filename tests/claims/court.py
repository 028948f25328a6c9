"""Claims on made-up scores and measurements: no network is trained here."""

from pathlib import Path

import numpy as np

from cnn_vs_rnn.claims.decide import decide
from cnn_vs_rnn.claims.rule import ClaimConfig, TestConfig
from cnn_vs_rnn.claims.verdict import ClaimVerdict
from cnn_vs_rnn.config import (
    AugmentConfig,
    BudgetConfig,
    ExperimentConfig,
    ModelConfig,
    ProbeConfig,
    RecipeConfig,
    StatisticsConfig,
    TaskConfig,
    TrainerConfig,
)
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.executor_config import LocalConfig
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.probes.measurement import Measurement

FAMILY = {"tcn": "cnn", "fcn": "cnn", "gru": "rnn", "lstm": "rnn", "majority": "baseline"}


def task_named(name="digits", score="accuracy", equivalence=0.02) -> TaskConfig:
    return TaskConfig(
        name=name,
        target="cnn_vs_rnn.tasks.digits:load",
        modality="series",
        description="which digit",
        source="made up",
        loss="mse" if score == "mse" else "cross_entropy",
        score=score,
        equivalence=equivalence,
    )


class Court:
    """Collects an experiment's evidence, then has claims decided by it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: list[TrialResult] = []
        self.overtime: list[TrialResult] = []
        self.scores: dict[str, np.ndarray] = {}
        self.measurements: list[Measurement] = []
        self.tasks = [task_named()]
        self.conditions = ["default"]
        self.settings = {"resamples": 400}
        self.train = True

    @property
    def experiment(self) -> ExperimentConfig:
        return ExperimentConfig(
            experiment="made_up",
            question="Which?",
            tasks={task.name: task for task in self.tasks},
            models={
                name: ModelConfig(name=name, family=family, target="nowhere:Model", paper="none", modalities=["series"])
                for name, family in FAMILY.items()
            },
            conditions={condition: {} for condition in self.conditions},
            seeds=5,
            train=self.train,
            budget=BudgetConfig(name="small", parameters=10_000),
            recipe=RecipeConfig(name="plain"),
            augment=AugmentConfig(name="none"),
            trainer=TrainerConfig(name="short", steps=600),
            executor=LocalConfig(name="local"),
            statistics=StatisticsConfig(**self.settings),
            probes={"any": ProbeConfig(target="nowhere:measure")},
        )

    def enter(self, model, scores, *, condition=None, task=None, valid=None, flags=(), steps=600) -> "Court":
        """scores: (seed, sample). flags: of every seed."""
        for seed, row in enumerate(scores):
            where = f"{task}-{condition}-{model}-{seed}"
            result = TrialResult(
                task=task or self.tasks[0].name,
                condition=condition or self.conditions[0],
                model=model,
                family=FAMILY[model],
                seed=seed,
                fingerprint=where,
                parameters=10_000,
                width=16.0,
                steps=steps,
                epochs=20.0,
                kept_round=24,
                train_seconds=3.0,
                valid_score=float(row.mean()) if valid is None else valid,
                test_score=float(row.mean()),
                flags=flags,
                directory=str(self.folder / where),
                predictions=f"{where}.npz",
            )
            self.results.append(result)
            self.scores[result.directory] = row
        return self

    def later(self, model, scores, *, steps=1200, condition=None) -> "Court":
        """A model that trained longer than the 600 steps of the experiment."""
        other = Court(self.folder / f"{steps}")
        other.tasks, other.conditions = self.tasks, self.conditions
        other.enter(model, scores, condition=condition, steps=steps)
        self.overtime += other.results
        self.scores |= other.scores
        return self

    def measure(self, model, values, quantity="gap", *, at=None, condition=None) -> "Court":
        """values: one a seed."""
        self.measurements += [
            Measurement(
                task=self.tasks[0].name,
                condition=condition or self.conditions[0],
                model=model,
                family=FAMILY[model],
                seed=seed,
                quantity=quantity,
                at=at,
                value=value,
            )
            for seed, value in enumerate(values)
        ]
        return self

    def predictions(self, result: TrialResult) -> Predictions:
        return Predictions(self.scores[result.directory], np.empty(0), np.empty(0))

    def decide(self, tests: dict[str, dict] | None = None, **test) -> ClaimVerdict:
        """tests: those of the claim; or the keys of a single one."""
        chosen = {label: TestConfig.model_validate(one) for label, one in (tests or {"it": test}).items()}
        claim = ClaimConfig(
            statement="One is better.", rule="r", literature="l", would_change_it="w", axis="steps", tests=chosen
        )
        return decide(
            "one-is-better", claim, self.experiment, self.results, self.measurements, self.predictions, self.overtime
        )


def answers(accuracy: float, seed: int = 0, samples: int = 300) -> np.ndarray:
    """Right (1) and wrong (0), five seeds; half of what makes a sample hard is shared by all models."""
    generator = np.random.default_rng(seed)
    hard = np.random.default_rng(99).uniform(size=samples)
    own = generator.uniform(size=(5, samples))
    return (np.where(generator.uniform(size=(5, samples)) < 0.5, hard, own) < accuracy).astype(float)


def around(value: float, spread: float = 0.01) -> list[float]:
    """Five seeds with this mean."""
    return [value + spread * step for step in (-2, -1, 0, 1, 2)]
