"""Contests on made-up scores: no network is trained here."""

from collections.abc import Callable

import numpy as np
import pytest

from cnn_vs_rnn.config import StatisticsConfig, TaskConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.statistics.bootstrap import Interval
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.duel import duels
from cnn_vs_rnn.statistics.judge import judge
from cnn_vs_rnn.statistics.recommendation import Recommendation, recommend

TASK = TaskConfig(
    name="digits",
    target="cnn_vs_rnn.tasks.digits:load",
    modality="image",
    description="which digit",
    source="made up",
    loss="cross_entropy",
    score="accuracy",
    equivalence=0.02,
)


class Arena:
    """Collects models with their per-sample scores, then has them judged."""

    def __init__(self) -> None:
        self.results: list[TrialResult] = []
        self.overtime: list[TrialResult] = []
        self.scores: dict[str, np.ndarray] = {}

    def enter(self, family, model, scores, *, valid=None, flags=(), seeds=None) -> "Arena":
        """scores: (seed, sample). flags: one tuple a seed, or one for all."""
        for row, seed in enumerate(seeds or range(len(scores))):
            own = flags[row] if flags and isinstance(flags[0], tuple) else flags
            result = TrialResult(
                task="digits",
                condition="default",
                model=model,
                family=family,
                seed=seed,
                fingerprint=f"{model}-{seed}",
                parameters=10_000,
                width=16.0,
                steps=600,
                epochs=20.0,
                kept_round=24,
                train_seconds=3.0,
                valid_score=float(scores[row].mean()) if valid is None else valid,
                test_score=float(scores[row].mean()),
                flags=own,
                directory=f"{model}-{seed}",
                predictions=f"{model}-{seed}.npz",
            )
            self.results.append(result)
            self.scores[result.directory] = scores[row]
        return self

    def later(self, family, model, scores, *, steps=1200, flags=()) -> "Arena":
        """A model that trained longer than the 600 steps of the contest."""
        other = Arena().enter(family, model, scores, flags=flags)
        for result in other.results:
            where = f"{result.directory}-{steps}"
            self.overtime.append(result.model_copy(update={"steps": steps, "directory": where}))
            self.scores[where] = other.scores[result.directory]
        return self

    def predictions(self, result: TrialResult) -> Predictions:
        return Predictions(self.scores[result.directory], np.empty(0), np.empty(0))

    def judge(self, task: TaskConfig = TASK, costs=None, looks=(), **settings) -> Contest:
        settings = StatisticsConfig(**settings)
        return judge(task, "default", self.results, self.predictions, settings, costs, looks, self.overtime)

    def interval(self, a: str, b: str) -> Interval | None:
        """Of the difference between two champions."""
        champions = {one.model: one for one in self.judge().champions}
        compare = duels(TASK, "default", self.results, self.predictions, StatisticsConfig())
        return compare(champions[a], champions[b]).interval

    def recommend(self, costs=None) -> Recommendation:
        judged = self.judge(costs=costs)
        return recommend(judged, TASK, self.results, costs or {}, self.predictions, StatisticsConfig())


@pytest.fixture
def new_arena() -> type[Arena]:
    return Arena


@pytest.fixture
def arena() -> Arena:
    return Arena()


@pytest.fixture
def task() -> TaskConfig:
    return TASK


@pytest.fixture
def answers() -> Callable[..., np.ndarray]:
    """Right (1) and wrong (0) answers of one model: some samples are hard for all models, luck shifts every seed."""

    def draw(accuracy: float, seeds: int = 5, samples: int = 400, luck: float = 0.1, draw: int = 0) -> np.ndarray:
        generator = np.random.default_rng(draw)
        hard = np.random.default_rng(99).normal(size=samples)
        own = generator.normal(size=(seeds, samples))
        shift = luck * generator.normal(size=(seeds, 1))
        latent = (hard + own) / np.sqrt(2) + shift
        threshold = np.quantile(np.random.default_rng(1).normal(size=100_000), 1 - accuracy)
        return (latent > threshold).astype(float)

    return draw
