"""Tests that an unfinished network fails: what longer trainings make of its defeat."""

import pytest
from court import answers

LATE = ("unfinished",)
GRU_AHEAD = {"of": {"model": "gru"}, "less": {"model": "tcn"}}
TCN_AHEAD = {"of": {"model": "tcn"}, "less": {"model": "gru"}}


@pytest.fixture
def behind(court):
    """A GRU that is far behind, and unfinished."""
    return court.enter("tcn", answers(0.95)).enter("gru", answers(0.6, 1), flags=LATE)


@pytest.mark.parametrize("claim", [GRU_AHEAD, TCN_AHEAD])
def test_a_test_waits_for_the_longer_trainings(behind, claim):
    [outcome] = behind.decide(**claim).outcomes
    assert (outcome.outcome, outcome.late) == ("open", (("default", "digits", "gru"),))
    assert "But gru was not fully trained" in outcome.note
    [outcome] = behind.later("gru", answers(0.65, 2)).decide(**claim).outcomes
    assert (outcome.outcome, outcome.late) == ("open", (("default", "digits", "gru"),))


@pytest.mark.parametrize(("claim", "verdict"), [(GRU_AHEAD, "refuted"), (TCN_AHEAD, "supported")])
def test_a_defeat_that_stands_over_four_times_the_steps_counts(behind, claim, verdict):
    behind.later("gru", answers(0.65, 2)).later("gru", answers(0.7, 3), steps=2400)
    decided = behind.decide(**claim)
    assert decided.verdict == verdict
    assert decided.outcomes[0].late == ()
    assert decided.outcomes[0].note == "So it does with gru over four times the steps."


def test_a_test_that_turns_depends_on_the_length_of_training(behind):
    behind.later("gru", answers(0.65, 2)).later("gru", answers(1.0, 3), steps=2400)
    decided = behind.decide({"first": GRU_AHEAD, "second": TCN_AHEAD})
    assert decided.verdict == "depends"
    assert decided.reason.startswith('Depends on the length of training for "first" and "second".')
    assert decided.outcomes[0].note == "With gru over 2,400 steps it holds."
    assert decided.outcomes[1].note == "With gru over 2,400 steps it fails."


def test_a_test_that_is_no_longer_sure_is_open_and_nothing_is_waited_for(behind):
    [outcome] = behind.later("gru", answers(0.965, 2)).decide(**GRU_AHEAD).outcomes
    assert (outcome.outcome, outcome.late) == ("open", ())
    assert "With gru over 1,200 steps it is open." in outcome.note


def test_more_steps_excuse_no_divergence(court):
    court.enter("tcn", answers(0.95)).enter("gru", answers(0.6, 1), flags=("diverged", "unfinished"))
    court.later("gru", answers(0.65, 2)).later("gru", answers(0.7, 3), steps=2400)
    [outcome] = court.decide(**GRU_AHEAD).outcomes
    assert (outcome.outcome, outcome.late) == ("open", ())
    assert "gru diverged" in outcome.note
