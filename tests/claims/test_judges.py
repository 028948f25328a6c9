"""How often the two judges, of contests and of claims, err: a hundred made-up contests of five seeds each."""

from collections.abc import Callable

import numpy as np
import pytest
from court import Court, task_named

from cnn_vs_rnn.statistics.judge import judge

CONTESTS = 100
SEEDS, SAMPLES = 5, 300
CNN_AHEAD = {"of": {"model": "tcn"}, "less": {"model": "gru"}}
ACCURACY = task_named(equivalence=0.03)
ERROR = task_named(score="mse", equivalence=0.03)


def accuracies(generator: np.random.Generator, score: float) -> np.ndarray:
    """Right and wrong answers: samples differ in what all models make of them, seeds in their luck (1 point)."""
    hard = np.random.default_rng(99).uniform(size=SAMPLES)
    own = generator.uniform(size=(SEEDS, SAMPLES))
    luck = 0.01 * generator.normal(size=(SEEDS, 1))
    return (np.where(generator.uniform(size=own.shape) < 0.5, hard, own) < score + luck).astype(float)


def errors(generator: np.random.Generator, score: float) -> np.ndarray:
    """Squared errors around a mean, skewed, in part those of the sample; seeds differ by 5%."""
    hard = np.random.default_rng(99).exponential(size=SAMPLES)
    own = generator.exponential(size=(SEEDS, SAMPLES))
    luck = 1 + 0.05 * generator.normal(size=(SEEDS, 1))
    return score * luck * (0.5 * hard + 0.5 * own)


def contests(new_court: Callable[[], Court], kind: str, cnn: float, rnn: float) -> list[Court]:
    draw, task = {"accuracy": (accuracies, ACCURACY), "error": (errors, ERROR)}[kind]
    courts = []
    for contest in range(CONTESTS):
        court, generator = new_court(), np.random.default_rng(contest)
        court.tasks = [task]
        courts.append(court.enter("tcn", draw(generator, cnn)).enter("gru", draw(generator, rnn)))
    return courts


def contest_verdicts(courts: list[Court]) -> list[str]:
    return [
        judge(court.tasks[0], "default", court.results, court.predictions, court.experiment.statistics).verdict
        for court in courts
    ]


def claim_verdicts(courts: list[Court], **test) -> list[str]:
    return [court.decide(**CNN_AHEAD, **test).verdict for court in courts]


EQUALS = [("accuracy", 0.85), ("accuracy", 0.97), ("error", 0.2)]


@pytest.mark.parametrize(("kind", "score"), EQUALS)
def test_equals(new_court, kind, score):
    courts = contests(new_court, kind, score, score)
    verdicts = contest_verdicts(courts)
    assert verdicts.count("cnn") + verdicts.count("rnn") <= 5
    assert claim_verdicts(courts).count("supported") <= 5


@pytest.mark.parametrize(("kind", "score"), EQUALS)
def test_equals_against_a_margin_of_nothing(new_court, kind, score):
    # the hardest case: either answer is wrong, and the margin forgives nothing
    verdicts = claim_verdicts(contests(new_court, kind, score, score), margin=0.0)
    assert verdicts.count("undecided") >= 90  # 95 expected


@pytest.mark.parametrize(("kind", "cnn", "rnn"), [("accuracy", 0.89, 0.80), ("error", 0.11, 0.20)])
def test_a_difference_of_three_margins_is_found(new_court, kind, cnn, rnn):
    courts = contests(new_court, kind, cnn, rnn)
    verdicts = contest_verdicts(courts)
    assert verdicts.count("cnn") >= 80
    assert "rnn" not in verdicts
    verdicts = claim_verdicts(courts)
    assert verdicts.count("supported") >= 80
    assert "refuted" not in verdicts


def test_a_difference_of_the_margin_itself_is_not_refuted(new_court):
    verdicts = claim_verdicts(contests(new_court, "accuracy", 0.88, 0.85))
    assert verdicts.count("refuted") <= 5  # 2.5 expected


def test_a_contest_of_several_tests_is_as_careful_as_of_one(new_court):
    wrong = 0
    for contest in range(CONTESTS):
        court, generator = new_court(), np.random.default_rng(contest)
        court.conditions = ["one", "two", "three"]
        for condition in court.conditions:
            court.measure("gru", generator.normal(size=SEEDS).tolist(), condition=condition)
        tests = {
            condition: {"quantity": "gap", "margin": 0, "of": {"model": "gru", "condition": condition}}
            for condition in court.conditions
        }
        wrong += any(outcome.outcome != "open" for outcome in court.decide(tests).outcomes)
    assert wrong <= 10  # 5 expected; without Holm, 14
