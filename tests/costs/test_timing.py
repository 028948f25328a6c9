"""Turns and medians, on a clock that the actions move."""

import pytest

from cnn_vs_rnn.costs import timing
from cnn_vs_rnn.costs.timing import interleaved_medians


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 50.0

    monkeypatch.setattr(timing.time, "perf_counter", lambda: Clock.now)
    return Clock


def test_actions_take_turns_and_warming_up_is_not_timed(clock):
    calls = []
    seconds = {"a": iter([900.0, 900.0, 1.0, 5.0, 2.0]), "b": iter([800.0, 800.0, 10.0, 30.0, 70.0])}

    def action(name):
        def act():
            calls.append(name)
            clock.now += next(seconds[name])

        return act

    assert interleaved_medians([action("a"), action("b")], rounds=3, warm_up=2) == [2.0, 30.0]
    assert "".join(calls) == "aabb" + "ababab"


def test_nothing_to_time_takes_no_time():
    assert interleaved_medians([], rounds=3) == []
