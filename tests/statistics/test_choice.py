"""What is taken along: the model that is recommended, or that the verdict names; its seed by validation alone."""

import json

import numpy as np
import pytest

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.statistics.choice import Recommended, named_by_verdict, recommended

ADVICE = {
    "task": "",
    "condition": "default",
    "decision": "tie",
    "choice": "gru",
    "family": "rnn",
    "advice": "Take gru.",
    "reason": "Cheaper.",
    "would_change_it": "Other costs.",
}


def scores(level, seeds=3):
    """Nearly the same for every seed, so that the interval is narrow."""
    return np.full((seeds, 200), level) + 0.01 * np.random.default_rng(0).normal(size=(seeds, 200))


def with_best_seed(arena, model, seed):
    """The seed is better on validation and worse on the test part than the others of its model."""
    for at, one in enumerate(arena.results):
        if (one.model, one.seed) == (model, seed):
            update = {"valid_score": one.valid_score + 0.01, "test_score": one.test_score - 0.3}
            arena.results[at] = one.model_copy(update=update)
    return arena


@pytest.mark.parametrize(
    ("levels", "verdict", "model"),
    [
        ({"fcn": 0.9, "gru": 0.6, "linear": 0.2}, "cnn", "fcn"),
        ({"fcn": 0.6, "gru": 0.9, "linear": 0.2}, "rnn", "gru"),
        ({"fcn": 0.6, "gru": 0.6, "linear": 0.9}, "neither", "linear"),
    ],
)
def test_the_verdict_names_it(new_arena, levels, verdict, model):
    arena = new_arena()
    for (name, level), family in zip(levels.items(), ("cnn", "rnn", "baseline"), strict=True):
        arena.enter(family, name, scores(level), valid=level)
    choice = named_by_verdict(arena.judge(), with_best_seed(arena, model, 2).results)
    assert (choice.decision, choice.result.model, choice.result.seed, choice.trained) == (verdict, model, 2, 3)


def test_where_nothing_can_be_compared_the_best_on_validation(new_arena):
    arena = new_arena()
    arena.enter("cnn", "fcn", scores(0.9, seeds=2), valid=0.7).enter("rnn", "gru", scores(0.8, seeds=2), valid=0.8)
    arena.enter("baseline", "linear", scores(0.7, seeds=2), valid=0.9)
    choice = named_by_verdict(arena.judge(), arena.results)
    assert (choice.decision, choice.result.model, choice.result.seed) == ("undecided", "linear", 0)
    assert choice.advice == "Take linear for the time being: it could not be compared with any other."


def test_where_nothing_finished_nothing_is_named(new_arena):
    assert named_by_verdict(new_arena().judge(), []) is None


def test_an_advice_is_followed(new_arena, tmp_path):
    arena = new_arena().enter("cnn", "fcn", scores(0.9), valid=0.9).enter("rnn", "gru", scores(0.5), valid=0.5)
    contest = arena.judge()
    path = tmp_path / "recommendation.json"
    path.write_text(json.dumps({**ADVICE, "task": contest.task}))
    choice = recommended(Recommended.read(path), contest, with_best_seed(arena, "gru", 1).results)
    assert (choice.result.model, choice.result.seed, choice.decision) == ("gru", 1, "tie")
    assert (choice.advice, choice.reason) == ("Take gru.", "Cheaper.")


def test_an_advice_without_a_model_says_why_there_is_none(new_arena):
    contest = new_arena().judge()
    advice = Recommended.model_validate({**ADVICE, "task": contest.task, "choice": "", "reason": "Nothing finished."})
    with pytest.raises(UserError, match=r"no model is recommended that has finished a trial \(Nothing finished.\)"):
        recommended(advice, contest, [])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"task": 5}'])
def test_a_damaged_advice_names_the_pipeline_to_run(content, tmp_path):
    path = tmp_path / "recommendation.json"
    with pytest.raises(UserError, match="is missing: run the pipeline reporting first"):
        Recommended.read(path)
    path.write_text(content)
    with pytest.raises(UserError, match="is damaged: run the pipeline reporting again"):
        Recommended.read(path)
