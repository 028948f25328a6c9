"""Gap and time to a target, on histories written by hand."""

import math

import pytest
from contest import ADDING, compose, opened, planned

from cnn_vs_rnn.learner.checkpoints import COLUMNS
from cnn_vs_rnn.probes.learning import measure
from cnn_vs_rnn.probes.run import Entrant
from cnn_vs_rnn.trials.folder import FitRecord

# round, step, train_loss, valid_loss, valid_score, learning_rate, seconds
ROWS = [
    (0, 3, 1.00, 1.10, 0.50, 0.1, 2.0),
    (1, 6, 0.50, 0.75, 0.20, 0.1, 3.0),
    (2, 9, 0.25, 0.90, 0.10, 0.1, 5.0),
    (3, 12, 0.20, 0.95, 0.30, 0.1, 7.0),
]


def trained(trial, path, rows=ROWS, kept_round=1):
    """An entrant whose training left these rows, and kept the weights of that round."""
    folder = opened(trial, path)
    folder.weights.write_bytes(b"weights")
    folder.history.write_text("\n".join(",".join(map(str, row)) for row in (COLUMNS, *rows)) + "\n")
    folder.finish(
        FitRecord(
            steps=3 * len(rows),
            rounds=len(rows),
            kept_round=kept_round,
            valid_score=0.0,
            train_seconds=0.0,
            diverged=False,
        )
    )
    return Entrant(trial, folder)


@pytest.fixture
def trial(tmp_path):
    """Of a task whose score is a squared error, in rounds of 3 steps of 16 samples."""
    return planned(compose(ADDING | {"seeds": 1}), tmp_path)[0]


def found(entrant, **options):
    return {one.quantity: one.value for one in measure([entrant], options)}


@pytest.mark.parametrize(("kept_round", "gap"), [(1, 0.25), (3, 0.75)])
def test_the_gap_is_that_of_the_round_whose_weights_were_kept(trial, tmp_path, kept_round, gap):
    assert found(trained(trial, tmp_path / "trial", kept_round=kept_round)) == {"gap": pytest.approx(gap)}


@pytest.mark.parametrize(
    ("target", "rounds", "seconds"), [(0.6, 1, 2.0), (0.2, 2, 5.0), (0.15, 3, 10.0), (0.05, math.inf, math.inf)]
)
def test_a_target_is_counted_to_the_end_of_the_round_that_first_reaches_it(trial, tmp_path, target, rounds, seconds):
    values = found(trained(trial, tmp_path / "trial"), target=target)
    assert values == {
        "gap": pytest.approx(0.25),
        "seconds_to_target": pytest.approx(seconds),
        "samples_to_target": 3 * 16 * rounds,
    }


def test_of_an_accuracy_more_is_better(tmp_path):
    params = {"tasks": "japanese_vowels", "models": "gru", "seeds": 1, "budget.parameters": 2000}
    [trial] = planned(compose(params), tmp_path)
    rows = [(0, 3, 1.0, 1.0, 0.4, 0.1, 1.0), (1, 6, 1.0, 1.0, 0.9, 0.1, 2.0), (2, 9, 1.0, 1.0, 0.95, 0.1, 4.0)]
    assert found(trained(trial, tmp_path / "trial", rows), target=0.9)["seconds_to_target"] == 3.0


def test_nothing_of_what_was_not_trained(trial, tmp_path):
    assert measure([Entrant(trial, None)], {"target": 0.1}) == []
    assert measure([Entrant(trial, opened(trial, tmp_path / "begun"))], {}) == []
    assert measure([trained(trial, tmp_path / "baseline", rows=(), kept_round=0)], {}) == []
