"""The errors on the page: small trained trials of every kind of data, with predictions that are made up."""

import base64
import io

import numpy as np
import pytest
from contest import compose, opened, planned
from PIL import Image

from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.report.error_pictures import ForecastLines, forecast_view, sample_views
from cnn_vs_rnn.report.errors import error_blocks
from cnn_vs_rnn.report.palette import FAMILY_COLOURS
from cnn_vs_rnn.statistics.judge import judge
from cnn_vs_rnn.statistics.summary import read_predictions
from cnn_vs_rnn.tasks.data import InputSpec, Samples

SMALL = {"seeds": 2, "budget.parameters": 2000, "trainer.steps": 4}
EVERY = {
    "image": {"tasks": "digits", "models": "cnn2d+gru"},
    "another test part a seed": {"tasks": "digits", "models": "cnn2d+gru", "tasks.digits.repeated": True},
    "table": {"tasks": "japanese_vowels", "models": "tcn+gru"},
    "value": {
        "tasks": "adding",
        "models": "tcn+gru",
        "tasks.adding.options.length": 8,
        "tasks.adding.options.samples": 60,
        "tasks.adding.options.test_samples": 20,
    },
    "per_step": {"tasks": "copy_memory", "models": "tcn+gru", "tasks.copy_memory.options.delay": 3},
}


@pytest.fixture(scope="module", params=EVERY)
def trained(request, tmp_path_factory):
    """The kind of data, its experiment, and the results of trained trials."""
    root = tmp_path_factory.mktemp(request.param)
    experiment = compose(SMALL | EVERY[request.param])
    results = []
    for trial in planned(experiment, root):
        folder = opened(trial, trial.folder(root))
        fit(folder)
        results.append(evaluate_trial(folder, trial, folder.record(), root / "kept"))
    return request.param, experiment, results


def contests_of(experiment, results):
    (task,) = experiment.tasks.values()
    return [judge(task, "default", results, read_predictions, experiment.statistics)]


def blocks_of(experiment, results):
    return error_blocks(contests_of(experiment, results), experiment, results, read_predictions)


def test_every_kind_of_sample_is_shown_with_truth_and_answers(trained):
    _, experiment, results = trained
    (block,) = blocks_of(experiment, results)
    assert [one.family for one in block.families] == ["cnn", "rnn"]
    assert block.right_or_wrong == (experiment.tasks.keys() & {"digits", "japanese_vowels"} != set())
    shown = [error for family in block.families for error in family.errors]
    assert shown
    for family in block.families:
        assert len(family.errors) == min(5, family.count)
        for error in family.errors:
            assert [who for who, _ in error.facts] == ["truth", family.model, family.other]
            assert all(what for _, what in error.facts)
            picture = Image.open(io.BytesIO(base64.b64decode(error.view.png)))
            assert picture.size == ((8, 8) if "digits" in experiment.tasks else (480, 180))


@pytest.mark.parametrize("trained", ["image"], indirect=True)
def test_what_is_said_is_what_was_predicted(trained):
    _, experiment, results = trained
    (block,) = blocks_of(experiment, results)
    for family in block.families:
        for error in family.errors:
            truth, own, other = (what for _, what in error.facts)
            assert other == f"{truth} in all 2 seeds"  # of two, most are both
            assert truth not in (own.split()[0], own.rpartition(" else ")[2])


def test_many_contests_are_not_shown_so_closely(trained):
    _, experiment, results = trained
    many = contests_of(experiment, results) * 4
    assert error_blocks(many, experiment, results, read_predictions) == []


def test_a_family_that_did_not_finish_leaves_nothing_to_compare(trained):
    _, experiment, results = trained
    assert blocks_of(experiment, [one for one in results if one.family == "cnn"]) == []


def pixels(view):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(view.png))).convert("RGB")).reshape(-1, 3)


def test_a_forecast_shows_each_answer_in_the_colour_of_its_family():
    lines = ForecastLines(
        before=np.sin(np.arange(40) / 3),
        truth=np.zeros(10),
        answers=[(np.ones(10), FAMILY_COLOURS["cnn"]), (-np.ones(10), FAMILY_COLOURS["rnn"])],
    )
    seen = {tuple(pixel) for pixel in pixels(forecast_view(lines)).tolist()}
    assert {(0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x6B, 0x77, 0x85)} <= seen


def test_a_text_is_shown_as_it_was_read():
    tokens = Samples(np.array([[2, 1, 3, 0]]), np.zeros(1, np.int64), np.array([3]))
    spec = InputSpec(kind="tokens", channels=4, length=4, vocabulary=4, variable=True)
    (view,) = sample_views(tokens, spec, ("[PAD]", "[UNK]", "to", "be"), scaled=False)
    assert (view.text, view.png) == ("to □ be", "")


def test_large_pictures_are_made_smaller():
    images = Samples(np.zeros((1, 3, 64, 400), np.uint8), np.zeros(1, np.int64))
    (view,) = sample_views(images, InputSpec(kind="image", channels=3, height=64, width=400), (), scaled=True)
    assert Image.open(io.BytesIO(base64.b64decode(view.png))).width == 160


@pytest.mark.parametrize("trained", ["image"], indirect=True)
def test_predictions_that_are_all_right_have_no_errors(trained, tmp_path):
    _, experiment, results = trained
    right = []
    for result in results:
        answers = read_predictions(result)
        path = tmp_path / f"{result.model}-{result.seed}.npz"
        Predictions(np.ones_like(answers.per_sample), answers.target, answers.target).write(path)
        right.append(result.model_copy(update={"predictions": str(path)}))
    (block,) = blocks_of(experiment, right)
    assert [(one.count, one.errors) for one in block.families] == [(0, []), (0, [])]
