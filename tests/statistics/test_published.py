"""Our figures beside published ones, on made-up results."""

import math

import numpy as np
import pytest
from scipy.stats import ttest_ind_from_stats

from cnn_vs_rnn.config import ExperimentConfig, PublishedConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.published import against_published, by_group


def experiment(published: dict[str, PublishedConfig], confidence: float = 0.95) -> ExperimentConfig:
    # Not validated: of an experiment only its tasks, confidence and published figures are read.
    task = {"accuracy": "coffee", "mse": "adding"}
    tasks = {name: _Named(name=name, score=score) for score, name in task.items()}
    return ExperimentConfig.model_construct(tasks=tasks, published=published, statistics=_Named(confidence=confidence))


class _Named:
    def __init__(self, **values):
        self.__dict__.update(values)


def figure(task="coffee", model="fcn", **values) -> PublishedConfig:
    return PublishedConfig(**({"task": task, "model": model, "score": 97.0, "source": "a paper"} | values))


def results(scores, task="coffee", model="fcn", condition="default", parameters=264_450):
    return [
        TrialResult.model_construct(
            task=task, model=model, condition=condition, seed=seed, parameters=parameters, test_score=score
        )
        for seed, score in enumerate(scores)
    ]


def against(one, scores, **more):
    [found] = against_published(experiment({"it": one}), results(scores, task=one.task, model=one.model, **more))
    return found


def test_scores_are_compared_as_they_are_shown():
    found = against(figure(score=97.0), [0.95, 0.96, 0.97])
    assert (found.mean, found.seeds, found.parameters) == (pytest.approx(96.0), 3, 264_450)
    assert found.deviation == pytest.approx(1.0)
    assert found.difference == pytest.approx(-1.0)
    assert found.side == "worse"


def test_of_an_error_less_is_better():
    found = against(figure(task="adding", score=0.164), [0.01, 0.02])
    assert found.difference == pytest.approx(-0.149)
    assert found.side == "better"


def test_equal_figures_are_level():
    found = against(figure(score=100.0, spread=0.0, runs=10), [1.0, 1.0, 1.0])
    assert (found.side, found.within, found.allowance) == ("level", True, 0.0)


@pytest.mark.parametrize("ours", [[0.94, 0.95, 0.97], [0.93, 0.96, 0.965], [0.9, 0.91, 0.92]])
def test_within_the_spread_is_what_students_test_does_not_reject(ours):
    found = against(figure(score=97.0, spread=1.5, runs=10), ours)
    scores = 100 * np.array(ours)
    p = ttest_ind_from_stats(scores.mean(), scores.std(ddof=1), len(scores), 97.0, 1.5, 10).pvalue
    assert found.within == (p >= 0.05)


def test_more_confidence_allows_more():
    one, own = figure(score=97.0, spread=1.0, runs=10), results([0.95, 0.952, 0.954])
    allowed = [against_published(experiment({"it": one}, level), own)[0].allowance for level in (0.9, 0.99)]
    assert allowed[0] < allowed[1]


def test_a_single_seed_is_taken_to_vary_as_theirs():
    found = against(figure(score=97.0, spread=1.0, runs=10), [0.98])
    assert found.deviation is None
    assert found.allowance == pytest.approx(2.262 * math.sqrt(1.1), rel=1e-3)  # t of 9 degrees of freedom
    assert found.within


@pytest.mark.parametrize("known", [{}, {"spread": 1.0}, {"runs": 10}, {"spread": 0.0, "runs": 1}])
def test_without_spread_or_runs_it_is_not_known(known):
    found = against(figure(**known), [0.97])
    assert (found.allowance, found.within) == (None, None)
    assert found.side == "level"


def test_other_models_tasks_and_conditions_do_not_count():
    others = [{"model": "tcn"}, {"task": "adding"}, {"condition": "wide"}]
    own = [*results([0.97]), *(trial for other in others for trial in results([0.1], **other))]
    found = against_published(experiment({"it": figure()}), own)
    assert [(own.seeds, own.mean) for own in found] == [(1, pytest.approx(97.0))]


def test_what_did_not_finish_has_no_difference():
    for scores in ([], [math.nan, math.inf]):
        found = against(figure(spread=1.0, runs=10), scores)
        assert (found.mean, found.difference, found.side, found.within, found.parameters) == (None,) * 5
        assert by_group([found.model_copy(update={"published": figure(group="UCR")})]) == []


def test_a_baseline_has_no_parameters():
    assert against(figure(), [0.9], parameters=0).parameters is None


def test_groups_average_differences_of_one_kind():
    published = {
        "a": figure(score=97.0, spread=1.0, runs=10, group="UCR"),
        "b": figure(score=90.0, group="UCR", model="resnet1d"),
        "c": figure(task="adding", score=0.1, group="UCR"),
        "d": figure(score=1.0),
    }
    own = [*results([0.96, 0.96]), *results([0.93], model="resnet1d"), *results([0.2], task="adding")]
    accuracy, error = by_group(against_published(experiment(published), own))
    assert (accuracy.group, accuracy.kind, accuracy.figures) == ("UCR", "accuracy", 2)
    assert accuracy.mean == pytest.approx(1.0)
    assert (accuracy.better, accuracy.worse, accuracy.judged, accuracy.within) == (1, 1, 1, 1)
    assert (error.kind, error.mean, error.worse, error.judged) == ("mse", pytest.approx(0.1), 1, 0)
