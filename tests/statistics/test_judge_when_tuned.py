"""How often the judge errs where the settings of both sides were searched: made-up scores, the real search and judge.

Both families have a best learning rate and lose accuracy away from it; the search sees one noisy validation score a
trial, and the contest is then held at what it chose.
"""

import math

import numpy as np
import pytest
from contest import compose

from cnn_vs_rnn.config import TuningConfig
from cnn_vs_rnn.trials.conditions import setting_under
from cnn_vs_rnn.tuning.search import Search, TuningTrial, chosen
from cnn_vs_rnn.tuning.space import space_of

EXPERIMENT = compose({"tasks": "digits", "models": "gru+cnn2d", "seeds": 5, "recipe.learning_rate": 0.003})
TUNING = TuningConfig(trials=10)
LOST_A_DECADE = 0.04  # accuracy, a factor of ten away from the best learning rate
NOISE = 0.01  # of a validation score
BEST_RATE = 0.01  # of both networks; the recipe has another


def chosen_rate(model, best, generator) -> float:
    """The learning rate that the search of one model ends with."""
    setting = setting_under(EXPERIMENT, "default", EXPERIMENT.tasks["digits"], EXPERIMENT.models[model])
    search = Search(setting, space_of(setting.model, "default", EXPERIMENT), TUNING)
    told = []
    while not search.done:
        values, tried = search.ask()
        score = accuracy(tried.recipe.learning_rate, best, 0.9) + NOISE * generator.normal()
        search.tell("finished", score)
        told.append(
            TuningTrial(
                task="digits",
                condition="default",
                model=model,
                family=setting.model.family,
                number=len(told),
                values=values,
                state="finished",
                score=score,
                steps=600,
                fingerprints=(str(len(told)),),
            )
        )
    winner = chosen(told, 1)
    assert winner is not None
    return winner.values["recipe.learning_rate"]


def accuracy(rate, best, top) -> float:
    return top - LOST_A_DECADE * math.log10(rate / best) ** 2


@pytest.fixture(scope="module")
def rates() -> list[tuple[float, float]]:
    """What 100 pairs of searches chose, each side with its own luck; the best rate is the same for both."""
    generator = np.random.default_rng(0)
    return [tuple(chosen_rate(model, BEST_RATE, generator) for model in ("cnn2d", "gru")) for _ in range(100)]


def verdicts(rates, new_arena, answers, cnn: float, rnn: float) -> list[str]:
    """cnn and rnn: the accuracy of either at its best."""
    return [
        new_arena()
        .enter("cnn", "cnn2d", answers(accuracy(of_cnn, BEST_RATE, cnn), draw=2 * turn))
        .enter("rnn", "gru", answers(accuracy(of_rnn, BEST_RATE, rnn), draw=2 * turn + 1))
        .judge(resamples=400)
        .verdict
        for turn, (of_cnn, of_rnn) in enumerate(rates)
    ]


def test_searches_differ_by_luck_alone(rates):
    of_cnn, of_rnn = (np.log10([pair[side] for pair in rates]) for side in (0, 1))
    assert len(set(of_cnn)) > 20
    assert abs(of_cnn.mean() - of_rnn.mean()) < 0.1


def test_equals_do_not_win(rates, new_arena, answers):
    found = verdicts(rates, new_arena, answers, 0.9, 0.9)
    assert sum(verdict in ("cnn", "rnn") for verdict in found) <= 5


def test_a_planted_difference_is_found(rates, new_arena, answers):
    found = verdicts(rates, new_arena, answers, 0.95, 0.85)
    assert found.count("cnn") >= 80
    assert "rnn" not in found
