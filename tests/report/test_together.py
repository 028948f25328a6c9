"""What all data sets say together, of made-up results."""

import numpy as np
import pytest
from contest import compose

from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.report.together import comparison_matrix, left_out_text, together
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.summary import ModelSummary

EXPERIMENT = compose({"tasks": "digits", "models": "gru+cnn2d"})
FAMILIES = {"cnn2d": "cnn", "gru": "rnn", "linear": "baseline"}


def results(tasks, ahead=0.05):
    generator = np.random.default_rng(0)
    levels = {"cnn2d": ahead, "gru": 0.0, "linear": -0.2}
    return [
        TrialResult.model_construct(
            task=f"task {task}",
            condition="default",
            model=model,
            seed=seed,
            test_score=0.6 + 0.03 * (task % 5) + levels[model] + 0.01 * generator.normal(),
        )
        for task in range(tasks)
        for model in FAMILIES
        for seed in range(5)
    ]


def contests(tasks, score="accuracy"):
    champions = [ModelSummary.model_construct(model=model, family=family) for model, family in FAMILIES.items()]
    return [
        Contest.model_construct(task=f"task {task}", condition="default", score=score, champions=tuple(champions))
        for task in range(tasks)
    ]


def test_one_or_two_speak_for_themselves():
    assert together(contests(2), EXPERIMENT, results(2)) == []


def test_a_few_are_summarised_without_a_test():
    (one,) = together(contests(4), EXPERIMENT, results(4))
    assert one.cnn.value - one.rnn.value == pytest.approx(0.05, abs=0.02)
    assert one.improvement.low > 0.5
    assert "Over 4 data sets the CNN is ahead" in one.sentence
    assert (one.pairs, one.diagram, one.matrix) == ([], "", "")


def test_level_families_are_said_to_be_so():
    (one,) = together(contests(4), EXPERIMENT, results(4, ahead=0.0))
    assert "neither is surely ahead" in one.sentence


def test_many_are_tested_and_drawn():
    (one,) = together(contests(12), EXPERIMENT, results(12))
    assert [(pair.a, pair.b) for pair in one.pairs] == [("cnn2d", "gru"), ("cnn2d", "linear"), ("gru", "linear")]
    assert all(pair.p < 0.05 and pair.wins == 12 for pair in one.pairs)
    assert len(one.diagram) > 1000
    assert len(one.matrix) > 1000


def test_the_matrix_tests_both_sides():
    """aeon's own default asks only whether the first of a pair is better, and gives a p of 1 where it is worse."""
    level = 0.6 + 0.2 * np.random.default_rng(0).random(14)
    means = {"gru": level, "tcn": level + 0.05 + 0.01 * np.arange(14) / 14, "minirocket": level + 0.2}
    axes = comparison_matrix(means, [f"task {at}" for at in range(14)], 0.05).axes[0]
    cells = [lines for text in axes.texts if len(lines := text.get_text().split("\n")) == 3 and "/" in lines[1]]
    pairs = [(won, p) for _, won, p in cells if won in ("14 / 0 / 0", "0 / 0 / 14")]
    assert len(pairs) == 6  # both halves
    assert all("1e-03" in p or float(p) <= 0.001 for _, p in pairs)


def test_errors_are_not_averaged_with_percentages():
    held = contests(4) + [one.model_copy(update={"task": "etth1", "score": "mse"}) for one in contests(1)]
    (one,) = together(held, EXPERIMENT, results(4))
    assert one.tasks == [f"task {task}" for task in range(4)]
    assert left_out_text(one) == "Left out: etth1, whose scores are no percentages."
