"""How often the judge errs, and how many seeds it takes, on made-up contests of which the truth is known.

python -m benchmarks.judge [CONTESTS]     # 1,000 of each kind; about 40 minutes on one core

A CNN and an RNN with errors per test sample, as seeds come in: 5, and more while it is open (`seeds=auto`), against a
fixed number of as many as it may take at most. The margin is 1; the two differ by `effect` margins in truth; between
seeds their difference varies by `spread` margins, between test samples by SAMPLE_SPREAD. What a row says:

- winner: how often it names one (of equals every one is wrong), and how often the wrong one;
- decided: how often it gives an answer, "no worse" included;
- broken: how often the model to take is worse by more than the regret that was said;
- seeds: on average, with `seeds=auto`.

In the rows with overtime both networks are unfinished though more steps gain them nothing: whoever is behind trains
over twice and four times the steps, with the luck of other seeds.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from cnn_vs_rnn.config import DecideConfig, Family, StatisticsConfig, TaskConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.judge import judge
from cnn_vs_rnn.statistics.overtime import IN_WORDS

LOOKS = DecideConfig().looks
EFFECTS = (0.0, 0.5, 1.0, 1.5, 3.0)
SPREADS = (0.5, 1.0, 2.0)
SAMPLES, SAMPLE_SPREAD = 400, 6.0  # whose mean then varies by 0.3 margins
STEPS = 600
SETTINGS = StatisticsConfig(resamples=400)
TASK = TaskConfig(
    name="made_up",
    target="made.up:nowhere",
    modality="series",
    description="errors with a known mean",
    source="made up",
    loss="mse",
    score="mse",
    equivalence=1.0,
)


@dataclass(frozen=True)
class Row:
    """Shares of contests, and the mean number of seeds."""

    winner: float
    wrong: float
    decided: float
    broken: float
    seeds: float


def rehearse(effect: float, spread: float, contests: int, looks: tuple[int, ...], overtime: bool = False) -> Row:
    """Judge made-up contests. looks: the numbers of seeds at which each is looked at; one number: at once."""
    found = [
        _contest(np.random.default_rng([number, round(10 * spread)]), effect, spread, looks, overtime)
        for number in range(contests)
    ]
    lost = [effect if contest.choice == "rnn" else 0.0 for contest in found]
    return Row(
        winner=_share(one.verdict in ("cnn", "rnn") for one in found),
        wrong=_share(one.verdict in (("cnn", "rnn") if effect == 0 else ("rnn",)) for one in found),
        decided=_share(one.decided for one in found),
        broken=_share(cost > (one.regret or 0.0) for one, cost in zip(found, lost, strict=True)),
        seeds=float(np.mean([one.seeds for one in found])),
    )


def _contest(
    generator: np.random.Generator, effect: float, spread: float, looks: tuple[int, ...], overtime: bool
) -> Contest:
    """The CNN is better by the effect: its errors are lower."""
    hard = 10 + SAMPLE_SPREAD * generator.normal(size=SAMPLES)
    easier = SAMPLE_SPREAD * generator.normal(size=SAMPLES)  # for one of the two, by sample

    def train(name: Family) -> np.ndarray:
        luck = spread / np.sqrt(2) * generator.normal(size=(looks[-1], 1))
        luck = luck + 0.2 * SAMPLE_SPREAD * generator.normal(size=(looks[-1], SAMPLES))
        return hard + (-1 if name == "cnn" else 1) * (effect + easier) / 2 + luck

    networks: tuple[Family, ...] = ("cnn", "rnn")
    trainings = {(name, times): train(name) for times in ((1, *IN_WORDS) if overtime else (1,)) for name in networks}

    def predictions(trial: TrialResult) -> Predictions:
        return Predictions(trainings[trial.family, trial.steps // STEPS][trial.seed], np.empty(0), np.empty(0))

    def trials(name: Family, times: int, look: int) -> list[TrialResult]:
        return [_trial(name, seed, trainings[name, times][seed], times, overtime) for seed in range(look)]

    def judged(look: int, later: Sequence[TrialResult] = ()) -> Contest:
        results = [trial for name in networks for trial in trials(name, 1, look)]
        several = looks if len(looks) > 1 else ()
        return judge(TASK, "default", results, predictions, SETTINGS, looks=several, overtime=later)

    look = looks[0]
    for look in looks:
        contest = judged(look)
        if not contest.seeds_help:
            break
    later: list[TrialResult] = []
    for times in IN_WORDS:
        if contest.late:
            later += [trial for name in networks if name in contest.late for trial in trials(name, times, look)]
            contest = judged(look, later)
    return contest


def _trial(family: Family, seed: int, scores: np.ndarray, times: int, unfinished: bool) -> TrialResult:
    return TrialResult(
        task=TASK.name,
        condition="default",
        model=family,
        family=family,
        seed=seed,
        fingerprint=f"{family}-{seed}",
        parameters=10_000,
        width=16.0,
        steps=times * STEPS,
        epochs=20.0,
        kept_round=9,
        train_seconds=1.0,
        valid_score=float(scores.mean()),
        test_score=float(scores.mean()),
        flags=("unfinished",) if unfinished and times == 1 else (),
        directory="",
        predictions="",
    )


def _share(happened: Iterable[bool]) -> float:
    return float(np.mean(list(happened)))


def table(contests: int) -> Table:
    """Every effect at every spread."""
    shown = Table("effect", "spread", "looks", "overtime", "winner", "wrong", "decided", "broken", "seeds")
    for effect, spread in itertools.product(EFFECTS, SPREADS):
        for looks, overtime in ((LOOKS, False), (LOOKS[-1:], False), (LOOKS, True)):
            row = rehearse(effect, spread, contests, looks, overtime)
            shares = [f"{100 * value:.1f}%" for value in (row.winner, row.wrong, row.decided, row.broken)]
            said = (f"{effect:g}", f"{spread:g}", ", ".join(map(str, looks)), "yes" if overtime else "")
            shown.add_row(*said, *shares, f"{row.seeds:.1f}")
    return shown


if __name__ == "__main__":
    Console(width=100).print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
