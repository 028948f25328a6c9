"""The one checkpoint to take along is chosen on validation, never on the test part."""

import numpy as np

from cnn_vs_rnn.statistics.best import best_trial


def scores(level, seeds=3):
    return np.full((seeds, 200), level)


def test_the_best_seed_of_the_best_champion_by_validation(new_arena):
    arena = new_arena()
    for model, family, test, valid in (
        ("fcn", "cnn", 0.99, 0.80),  # best on the test part: of no account
        ("gru", "rnn", 0.90, 0.95),
        ("majority", "baseline", 0.10, 0.10),
    ):
        arena.enter(family, model, scores(test), valid=valid)
    chosen = arena.results[4]
    arena.results[4] = chosen.model_copy(update={"valid_score": 0.97})
    contest = arena.judge()
    assert best_trial(contest, arena.results) == arena.results[4]
    assert (arena.results[4].model, arena.results[4].seed) == ("gru", 1)


def test_a_baseline_that_nothing_beats_is_taken(new_arena):
    arena = new_arena().enter("cnn", "fcn", scores(0.5)).enter("baseline", "linear", scores(0.8))
    assert best_trial(arena.judge(), arena.results).model == "linear"


def test_where_nothing_finished_there_is_none(new_arena):
    arena = new_arena()
    assert best_trial(arena.judge(), arena.results) is None
