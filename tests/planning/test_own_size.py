"""Sizes of a model's or a task's own come before the budget's."""

import pytest
from contest import compose, planned

from cnn_vs_rnn.budgets.own_size import allowed, sizes_text
from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

SMALL = {
    "tasks": "adding",
    "models": "lstm+tcn",
    "seeds": 1,
    "budget.parameters": 2000,
    "tasks.adding.options.samples": 60,
    "tasks.adding.options.test_samples": 20,
}
UCR = {
    "arrow_head": (251, 3),
    "beef": (470, 5),
    "coffee": (286, 2),
    "ecg200": (96, 2),
    "gun_point": (150, 2),
    "italy_power_demand": (24, 2),
    "osu_leaf": (427, 6),
}


def sizes(root, **params):
    return {trial.model.name: trial for trial in planned(compose(SMALL | params), root)}


def test_a_models_own_size_comes_before_the_tasks_and_that_before_the_budgets(tmp_path):
    trials = sizes(tmp_path, **{"models.lstm.parameters": 8000, "budget.by_task": "{adding: 4000}"})
    assert trials["lstm"].parameters == pytest.approx(8000, rel=0.05)
    assert trials["tcn"].parameters == pytest.approx(4000, rel=0.05)


def test_its_trials_are_others(tmp_path):
    before, after = sizes(tmp_path), sizes(tmp_path, **{"models.lstm.parameters": 2001})
    assert before["lstm"].fingerprint() != after["lstm"].fingerprint()
    assert before["tcn"].fingerprint() == after["tcn"].fingerprint()


@pytest.mark.parametrize("equal", ["flops", "latency"])
@pytest.mark.parametrize(
    ("key", "size"),
    [
        ("models.lstm.parameters", {"models.lstm.parameters": 4000}),
        ("budget.by_task.adding", {"budget.by_task": "{adding: 4000}"}),
    ],
)
def test_what_also_sets_the_width_is_refused(equal, key, size):
    experiment = compose(SMALL | {"budget": equal} | size)
    with pytest.raises(UserError, match=rf"^{key}=4000 sets the width, and so does budget={equal}: give one"):
        allowed(experiment.budget, experiment.tasks["adding"], experiment.models["lstm"])


def test_sizes_in_words():
    assert sizes_text(compose(SMALL)) == "2,000 parameters each"
    some = compose(SMALL | {"models.lstm.parameters": 8000, "budget.by_task": "{adding: 4000}"})
    assert sizes_text(some) == "2,000 parameters each (4,000 on adding, 8,000 of lstm)"
    every = compose(SMALL | {"models.lstm.parameters": 8000, "models.tcn.parameters": 9000})
    assert sizes_text(every) in ("parameters: 8,000 of lstm, 9,000 of tcn", "parameters: 9,000 of tcn, 8,000 of lstm")


@pytest.mark.parametrize("task", UCR)
@pytest.mark.parametrize(("model", "width", "off"), [("fcn", 128, 0), ("resnet1d", 64, 0), ("inception_time", 32, 0.2)])
def test_the_published_networks_have_their_published_widths(task, model, width, off):
    experiment = compose({"experiment": "published"})
    length, classes = UCR[task]
    budget = allowed(experiment.budget, experiment.tasks[task], experiment.models[model])
    data = InputSpec(kind="sequence", channels=1, length=length), OutputSpec(size=classes)
    assert solve_width(experiment.models[model], *data, budget)[0] == pytest.approx(width, abs=off)


@pytest.mark.parametrize(("task", "classes"), [("trec", 6), ("sst2", 2)])
def test_text_cnn_has_100_filters_of_each_width(task, classes):
    experiment = compose({"experiment": "published_text"})
    data = InputSpec(kind="tokens", channels=300, length=32, variable=True, vocabulary=8000), OutputSpec(size=classes)
    assert experiment.tasks[task].options["embedding"] == 300
    width, _ = solve_width(experiment.models["text_cnn"], *data, experiment.budget)
    assert width == pytest.approx(100, abs=0.5)
