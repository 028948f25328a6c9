"""Several looks at a contest, as seeds come in, err together as seldom as one."""

import numpy as np
import pytest

from benchmarks.judge import rehearse
from cnn_vs_rnn.statistics.looks import confidence_at, share

LOOKS = (5, 10, 20)


def test_the_looks_share_the_error():
    assert sum(share(LOOKS, look) for look in LOOKS) == pytest.approx(1)
    assert sum(1 - confidence_at(0.95, LOOKS, look) for look in LOOKS) == pytest.approx(0.05)
    assert confidence_at(0.95, (), 5) == 0.95


def test_an_interval_that_is_one_of_several_is_wider_and_has_the_same_name(arena, answers):
    arena.enter("cnn", "fcn", answers(0.9)).enter("rnn", "gru", answers(0.88, draw=1))
    once, first = arena.judge(), arena.judge(looks=LOOKS)
    assert first.low < once.low < once.high < first.high
    assert (first.confidence, first.confidence_alone, once.confidence_alone) == (0.95, pytest.approx(0.975), 0.95)
    assert "95% interval" in first.reason


def test_the_champion_stays_that_of_the_first_look(arena, answers):
    for model, valid in (("fcn", 0.9), ("tcn", 0.8)):
        arena.enter("cnn", model, answers(0.9), valid=valid)
    arena.enter("rnn", "gru", answers(0.9, seeds=10, draw=1))
    arena.enter("cnn", "fcn", answers(0.9, draw=2), valid=0.1, seeds=range(5, 10))  # unlucky later on
    contest = arena.judge(looks=LOOKS)
    assert contest.champion("cnn").model == "fcn"
    assert contest.seeds == 10


@pytest.mark.parametrize(
    ("difference", "luck", "helps"),
    [(0.0, 0.05, True), (0.0, 0.0, False), (0.2, 0.001, False)],
    ids=["seeds vary", "samples alone vary", "decided"],
)
def test_more_seeds_are_asked_for_where_they_can_help(arena, difference, luck, helps):
    generator = np.random.default_rng(0)
    hard = np.tile(generator.uniform(size=2000) < 0.5, (5, 1)).astype(float)
    shift = luck * generator.normal(size=(5, 1))
    other = hard if luck else hard[:, ::-1]
    arena.enter("cnn", "fcn", hard + shift + difference).enter("rnn", "gru", other)
    assert arena.judge(looks=LOOKS).seeds_help is helps


class TestManyContests:
    """The bars of the judge, on made-up contests of which the truth is known; `python -m benchmarks.judge` has more."""

    @pytest.mark.parametrize("overtime", [False, True])
    def test_of_equals_few_win_and_the_regret_holds(self, overtime):
        row = rehearse(effect=0.0, spread=1.0, contests=60, looks=LOOKS, overtime=overtime)
        assert row.wrong <= 0.05
        assert row.decided >= 0.8
        assert row.seeds < LOOKS[-1]

    @pytest.mark.parametrize(("effect", "decided"), [(1.5, 0.8), (3.0, 0.95)])
    def test_a_difference_that_matters_is_decided(self, effect, decided):
        row = rehearse(effect, spread=1.0, contests=60, looks=LOOKS)
        assert row.decided >= decided
        assert row.wrong == 0
        assert row.broken <= 0.03
        assert row.seeds < 10
