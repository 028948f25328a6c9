"""From a contest to advice, on made-up scores."""

import numpy as np
import pytest

from cnn_vs_rnn.evaluation.results import Cost


def constant(score, samples=400):
    return np.tile((np.arange(samples) < round(score * samples)).astype(float), (5, 1))


def cost(model, latency):
    return Cost(
        task="digits",
        condition="default",
        model=model,
        step_ms=None,
        latency_ms=latency,
        flops_per_sample=None,
        train_memory_mb=None,
    )


@pytest.mark.parametrize(("family", "other"), [("cnn", "rnn"), ("rnn", "cnn")])
def test_a_clear_winner_is_taken(arena, answers, family, other):
    arena.enter(family, "good", answers(0.95)).enter(other, "bad", answers(0.8, draw=1))
    advice = arena.recommend()
    assert (advice.decision, advice.model, advice.family, advice.against) == (family, "good", family, "bad")
    assert advice.confidence > 0.97
    assert 0 < advice.gain_low < advice.gain < advice.gain_high
    assert "makes up" in advice.would_change_it


def test_a_hybrid_that_is_surely_ahead_is_taken(arena, answers):
    arena.enter("cnn", "fcn", answers(0.85)).enter("rnn", "gru", answers(0.7, draw=1))
    assert arena.recommend().decision == "cnn"
    arena.enter("hybrid", "crnn", answers(0.99, draw=2))
    advice = arena.recommend()
    assert (advice.decision, advice.model) == ("hybrid", "crnn")


def test_of_equals_the_cheaper(arena):
    arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.9))
    slow_cnn = {"fcn": cost("fcn", 3.0), "gru": cost("gru", 1.0)}
    advice = arena.recommend(slow_cnn)
    assert (advice.decision, advice.model) == ("tie", "gru")
    assert "gru answers 3.0 times as fast" in advice.reason
    slow_rnn = {"fcn": cost("fcn", 1.0), "gru": cost("gru", 2.0)}
    assert arena.recommend(slow_rnn).model == "fcn"
    assert "least time to train" in arena.recommend().reason


def test_a_baseline_that_does_as_well_is_taken(arena):
    arena.enter("cnn", "fcn", constant(0.8)).enter("rnn", "gru", constant(0.8)).enter(
        "baseline", "linear", constant(0.9)
    )
    advice = arena.recommend()
    assert (advice.decision, advice.model, advice.family) == ("neither", "linear", "baseline")


def test_undecided_names_the_better_on_validation_for_the_time_being(arena, answers):
    arena.enter("cnn", "fcn", answers(0.93, luck=0.4), valid=0.8)
    arena.enter("rnn", "gru", answers(0.86, luck=0.4, draw=1), valid=0.9)
    advice = arena.recommend()
    assert (advice.decision, advice.model) == ("undecided", "gru")
    assert "would decide it" in advice.reason
    assert 0.0 < advice.confidence < 0.975


def test_nothing_finished(arena, answers):
    advice = arena.enter("baseline", "linear", answers(0.5)).recommend()
    assert (advice.decision, advice.model, advice.confidence) == ("undecided", "", 0.0)
