"""Scores by the length of the sequence, and by further scores than the one that decides."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.report.by_length import by_length_figure, length_bins, length_table, score_by_length
from cnn_vs_rnn.report.leaderboard import leaderboard, trials_table
from cnn_vs_rnn.report.page import write_report
from cnn_vs_rnn.report.values import values_figure
from cnn_vs_rnn.statistics.summary import read_predictions

LENGTHS = np.arange(360) % 90 + 1  # every length from 1 to 90 four times


def with_lengths(trial):
    """The trial's predictions, right up to 40 steps and wrong beyond."""
    answers = read_predictions(trial)
    right = LENGTHS <= 40
    return replace(
        answers,
        per_sample=right.astype(float),
        predicted=np.where(right, answers.target, (answers.target + 1) % 9),
        lengths=LENGTHS,
    )


@pytest.fixture
def vowels(made_up):
    return made_up(("japanese_vowels",), seeds=3)


@pytest.mark.parametrize(
    ("lengths", "sizes"),
    [
        (np.arange(100), [10] * 10),
        (np.repeat([72, 136], [250, 250]), [250, 250]),
        (np.array([3, 1, 2, 2]), [1, 2, 1]),
        (np.repeat([5, 6, 7], [980, 10, 10]), [980, 20]),
    ],
)
def test_bins_are_alike_in_size_and_tear_no_length_apart(lengths, sizes):
    bins = length_bins(lengths)
    assert [len(bin) for bin in bins] == sizes
    assert sorted(np.concatenate(bins)) == list(range(len(lengths)))
    ends = [(lengths[bin].min(), lengths[bin].max()) for bin in bins]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ends))


def test_the_score_falls_where_the_answers_do(vowels):
    report = vowels.report()
    bins = score_by_length(report.contests, report.experiment, report.standings, with_lengths)
    assert {bin.model for bin in bins} == {champion.model for champion in report.contests[0].champions}
    own = [bin for bin in bins if bin.family == "cnn"]
    assert sum(bin.samples for bin in own) == 360
    assert own[0].shortest == 1
    assert own[-1].longest == 90
    assert all(bin.mean == float(bin.longest <= 40) for bin in own if bin.longest <= 40 or bin.shortest > 40)
    assert list(length_table(bins).columns)[:5] == ["task", "condition", "family", "model", "metric"]


def test_equal_lengths_say_nothing(vowels):
    report = vowels.report()
    assert score_by_length(report.contests, report.experiment, report.standings, read_predictions) == []
    assert len(length_table([]).columns) == 11


def test_macro_f1_is_shown_as_accuracy(made_up):
    report = made_up(("japanese_vowels",), seeds=3).report()
    task = report.experiment.tasks["japanese_vowels"].model_copy(update={"score": "macro_f1"})
    experiment = report.experiment.model_copy(update={"tasks": {task.name: task}})
    bins = score_by_length(report.contests, experiment, report.standings, with_lengths)
    assert {bin.metric for bin in bins} == {"accuracy"}
    assert bins[0].mean == 1


def test_the_longest_training_sequence_is_marked_where_longer_ones_were_tested(vowels):
    report = vowels.report()
    bins = score_by_length(report.contests, report.experiment, report.standings, with_lengths)
    assert [note.text for note in by_length_figure(bins, 40).layout.annotations] == ["longest in training: 40"]
    assert not by_length_figure(bins, 90).layout.annotations
    assert not by_length_figure(bins, None).layout.annotations


def test_the_page_shows_it(vowels, tmp_path):
    for trial in vowels.results:
        with_lengths(trial).write(Path(trial.predictions))
    write_report(tmp_path / "report.html", vowels.report())
    assert "Score by length" in (tmp_path / "report.html").read_text("utf-8")


def test_further_scores_follow_the_one_that_decides(made_up, tmp_path):
    made = made_up(("adding",), seeds=3)
    task = made.experiment.tasks["adding"].model_copy(update={"also": ("mae",)})
    made.experiment = made.experiment.model_copy(update={"tasks": {"adding": task}})
    for at, trial in enumerate(made.results):
        answers = read_predictions(trial)
        errors = np.sqrt(answers.per_sample)
        Predictions(answers.per_sample, answers.predicted, answers.target, {"mae": errors}).write(
            Path(trial.predictions)
        )
        made.results[at] = trial.model_copy(update={"also": {"mae": float(errors.mean())}})
    board = leaderboard(made.experiment, made.report().standings, made.costs)
    deciding, further = (board[board["metric"] == metric] for metric in ("mse", "mae"))
    assert list(deciding["model"]) == list(further["model"])
    assert board.index[board["metric"] == "mae"].min() > board.index[board["metric"] == "mse"].max()
    expected = np.mean([trial.also["mae"] for trial in made.results if trial.model == "tcn"])
    row = further[further["model"] == "tcn"].iloc[0]
    assert row["mean"] == pytest.approx(expected)
    assert row["ci_low"] < row["mean"] < row["ci_high"]
    trials = trials_table(made.results, made.failed)
    assert trials["test_mae"].tolist() == [trial.also["mae"] for trial in made.results]
    write_report(tmp_path / "report.html", made.report())
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "mean absolute error; decides nothing" in page
    assert "Predicted and true values" in page


def test_a_wild_prediction_stays_in_the_picture():
    true = np.linspace(0, 1, 1000)
    predicted = true.copy()
    predicted[0], predicted[1] = 1e9, np.nan
    figure = values_figure(true, predicted, "cnn", "")
    low, high = figure.layout.xaxis.range
    assert -0.1 < low < high < 1.1
    assert max(figure.data[1].y) <= high
    assert figure.layout.yaxis.range == figure.layout.xaxis.range


def test_where_each_seed_has_its_own_test_part_lengths_go_with_their_samples(vowels):
    report = vowels.report()
    task = report.experiment.tasks["japanese_vowels"]
    task = task.model_copy(update={"repeated": True, "test_fraction": 0.2})
    experiment = report.experiment.model_copy(update={"tasks": {task.name: task}})

    def own_part(trial):
        answers = with_lengths(trial)
        order = np.random.default_rng(trial.seed).permutation(360)[: 300 + trial.seed]
        return replace(
            answers,
            per_sample=answers.per_sample[order],
            predicted=answers.predicted[order],
            target=answers.target[order],
            lengths=answers.lengths[order],
        )

    bins = score_by_length(report.contests, experiment, report.standings, own_part)
    own = [bin for bin in bins if bin.family == "rnn"]
    assert sum(bin.samples for bin in own) == 300 + 301 + 302
    for bin in own:
        if bin.longest <= 40 or bin.shortest > 40:
            assert bin.lowest_seed == bin.highest_seed == float(bin.longest <= 40)


def test_the_axis_says_what_lengths_are_counted_in(vowels):
    report = vowels.report()
    bins = score_by_length(report.contests, report.experiment, report.standings, with_lengths)
    for figure, wanted in (
        (by_length_figure(bins, None), "time steps"),
        (by_length_figure(bins, None, "tokens"), "tokens"),
    ):
        assert figure.layout.xaxis.title.text == wanted
        assert f" {wanted}: " in figure.data[-1].customdata[0]
