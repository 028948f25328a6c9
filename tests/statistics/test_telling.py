"""Which errors tell two models apart, on answers that are known."""

import numpy as np
import pytest

from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.statistics.telling import Answered, TellingError, telling_errors

TARGET = np.array([0, 1, 2, 0, 1, 2])


def seed(wrong):
    """The answers of one seed: wrong on these samples, right on the others."""
    predicted = TARGET.copy()
    predicted[list(wrong)] = (TARGET[list(wrong)] + 1) % 3
    return answered(Predictions((predicted == TARGET).astype(float), predicted, TARGET))


def answered(predictions, numbers=None):
    return Answered(np.arange(len(predictions.per_sample)) if numbers is None else np.array(numbers), predictions)


def samples(telling):
    return [one.sample for one in telling.errors]


def test_what_one_gets_wrong_in_most_seeds_and_the_other_right_in_most(task):
    own = [seed([0, 1, 2, 3]), seed([0, 2, 3]), seed([2, 3])]
    other = [seed([2, 4]), seed([2, 3, 4]), seed([2])]
    telling = telling_errors(task, own, other)
    # 0: 2 wrong against 3 right; 1: wrong once; 2: the other errs, too; 3: 3 wrong against 2 right; 4: the other's own
    assert samples(telling) == [0, 3]  # both lead by 2 of 3 seeds: the first sample first
    assert telling.errors[1] == TellingError(sample=3, wrong=3, right=2, own=0.0, others=2 / 3)
    assert telling.count == 2
    assert samples(telling_errors(task, other, own)) == [4]


def test_the_clearest_come_first_and_only_so_many(task):
    own = [seed([0, 1, 2, 3, 4, 5]), seed([0, 1, 2, 3, 5]), seed([5])]
    telling = telling_errors(task, own, [seed([])] * 3, most=2)
    assert samples(telling) == [5, 0]
    assert telling.count == 5


def test_half_of_the_seeds_are_not_most(task):
    assert samples(telling_errors(task, [seed([0]), seed([])], [seed([])] * 2)) == []


def test_macro_f1_counts_right_and_wrong_as_well(task):
    wrong = seed([1]).predictions.predicted
    contributions = [answered(Predictions(np.full(6, 0.3), wrong, TARGET))] * 2
    telling = telling_errors(task.model_copy(update={"score": "macro_f1"}), contributions, [seed([])] * 2)
    assert samples(telling) == [1]


def values(*rows):
    return [answered(Predictions(np.array(row, dtype=float), np.empty(0), np.empty(0))) for row in rows]


def test_neighbours_are_not_named_beside_the_worst(task):
    own = [seed([0, 1, 3, 4])] * 2
    telling = telling_errors(task, own, [seed([])] * 2, apart=3)
    assert (samples(telling), telling.count) == ([0, 3], 4)


def test_each_seed_may_be_tested_on_samples_of_its_own(task):
    of_three = Predictions(np.zeros(3), TARGET[:3] + 1, TARGET[:3])  # wrong on all
    right = Predictions(np.ones(3), TARGET[:3], TARGET[:3])
    own = [answered(of_three, [7, 2, 9]), answered(right, [2, 4, 5])]
    other = [answered(right, [7, 2, 3])]
    telling = telling_errors(task, own, other)
    # 2: wrong in one of two seeds; 9: the other was not tested on it; 3: the model was not
    assert telling.errors == (TellingError(sample=7, wrong=1, right=1, own=0.0, others=1.0),)


class TestValues:
    @pytest.fixture
    def regression(self, task):
        return task.model_copy(update={"loss": "mse", "score": "mse"})

    def test_the_largest_excess_comes_first(self, regression):
        own, other = values([4, 1, 3, 0], [6, 1, 1, 0]), values([1, 1, 0, 9], [1, 2, 0, 9])
        telling = telling_errors(regression, own, other)
        assert samples(telling) == [0, 2]
        assert telling.errors[0] == TellingError(sample=0, wrong=2, right=2, own=5.0, others=1.0)

    def test_of_a_score_that_is_better_when_higher_the_lowest(self, task):
        steps = task.model_copy(update={"output": "per_step"})
        telling = telling_errors(steps, values([0.2, 0.9]), values([0.8, 0.8]))
        assert samples(telling) == [0]

    def test_a_seed_that_diverged_says_nothing(self, regression):
        own, other = values([5, 1], [np.inf, 0]), values([1, 1])
        telling = telling_errors(regression, own, other)
        assert samples(telling) == [0]
        assert telling_errors(regression, values([np.nan, 1]), other).errors == ()
