"""From an experiment to its trials: how many, how wide, under which conditions."""

import pytest
from contest import ADDING, compose, planned, prepared

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.build import count_parameters
from cnn_vs_rnn.planning.plan import check_plan, plan_trials
from cnn_vs_rnn.trials.conditions import setting_under, task_variants

TINY_ADDING = {key: value for key, value in ADDING.items() if key not in {"models", "budget.parameters"}}
WITHOUT_LIMITS = {"budget.parameters": 2000, "seeds": 3}


def test_every_model_that_serves_a_task_is_entered_once_a_seed(tmp_path):
    params = TINY_ADDING | WITHOUT_LIMITS | {"tasks": "adding+digits", "models": "cnn2d+tcn+gru+crnn+majority+one_nn"}
    trials = planned(compose(params), tmp_path)
    entered = {task: {t.model.name for t in trials if t.task.name == task} for task in ("adding", "digits")}
    assert entered == {
        "adding": {"tcn", "gru", "crnn", "majority"},
        "digits": {"cnn2d", "gru", "crnn", "majority", "one_nn"},
    }
    assert len(trials) == 3 * (4 + 5)
    assert all({t.seed for t in trials if t.model.name == name} == {0, 1, 2} for name in ("gru", "tcn", "one_nn"))
    for trial in trials:
        assert [split.seed for split in trial.data.splits] == [trial.seed]
        if trial.model.family == "baseline":
            assert (trial.width, trial.parameters) == (0, 0)
        else:
            assert abs(trial.parameters - 2000) <= 0.05 * 2000
            assert count_parameters(initial_model(trial)) == trial.parameters


def test_a_budget_out_of_reach_is_refused(tmp_path):
    with pytest.raises(UserError, match="model cnn2d cannot be given 100 parameters"):
        planned(compose({"tasks": "digits", "models": "cnn2d+gru", "budget.parameters": 100}), tmp_path)


CONDITIONS = """
usual: {}
long: {task.options.length: 9}
dropped: {recipe.dropout: 0.4, recipe.weight_decay: 0}
deep: {model.options.layers: 2}
longer: {trainer.steps: 90}
augmented: {augment.image.rotate_degrees: 30}
plain: {augment.image: null}
"""


@pytest.fixture(scope="module")
def conditions(tmp_path_factory):
    experiment = compose(TINY_ADDING | WITHOUT_LIMITS | {"models": "lstm", "conditions": CONDITIONS})
    return experiment, planned(experiment, tmp_path_factory.mktemp("conditions"))


def test_a_condition_changes_what_it_names_and_nothing_else(conditions):
    experiment, trials = conditions
    by_condition = {condition: [t for t in trials if t.condition == condition] for condition in experiment.conditions}
    assert all(len(of_one) == 3 for of_one in by_condition.values())
    usual = by_condition["usual"][0]

    def difference(condition):
        trial = by_condition[condition][0]
        parts = {name: (getattr(usual, name), getattr(trial, name)) for name in ("task", "model", "recipe", "augment")}
        return {
            f"{part}.{key}": value
            for part, (before, after) in [*parts.items(), ("trainer", (usual.trainer, trial.trainer))]
            for key, value in after.model_dump().items()
            if value != before.model_dump()[key]
        }

    assert difference("usual") == {}
    assert difference("long") == {"task.options": {"length": 9, "samples": 60, "test_samples": 20}}
    assert difference("dropped") == {"recipe.dropout": 0.4, "recipe.weight_decay": 0}
    assert difference("deep") == {"model.options": {**usual.model.options, "layers": 2}}
    assert difference("longer") == {"trainer.steps": 90}
    assert difference("augmented")["augment.image"]["rotate_degrees"] == 30
    assert difference("plain") == {"augment.image": None}


def test_a_condition_changes_data_and_width_where_it_must(conditions):
    _, trials = conditions
    first = {trial.condition: trial for trial in reversed(trials)}
    assert first["long"].data.task.input.length == 9
    assert first["usual"].data.task.input.length == 5
    assert first["deep"].width < first["usual"].width
    assert abs(first["deep"].parameters - 2000) <= 100
    assert len({trial.fingerprint() for trial in trials}) == len(trials)


def test_more_steps_are_for_all_networks_of_a_task_but_where_something_else_ends_them(tmp_path):
    params = {"tasks": "adding+digits", "models": "gru+cnn2d+lstm", "seeds": 2, "budget.parameters": 2000}
    experiment = compose(
        params | {"conditions": "{usual: {}, named: {trainer.steps: 90}, timed: {trainer.max_seconds: 2}}"}
    )
    data = prepared(experiment, tmp_path)
    usual, more = plan_trials(experiment, data), plan_trials(experiment, data, times={"adding": 4})
    for before, after in zip(usual, more, strict=True):
        times = 4 if (before.task.name, before.condition) == ("adding", "usual") else 1
        assert after.steps == times * before.steps
        assert (after.fingerprint() == before.fingerprint()) == (times == 1)


def test_only_the_variants_of_tasks_that_a_condition_makes_are_ingested():
    experiment = compose(TINY_ADDING | {"models": "lstm", "conditions": CONDITIONS})
    variants = task_variants(experiment)
    lengths = {condition: tasks["adding"].options["length"] for condition, tasks in variants.items()}
    assert lengths == {**dict.fromkeys(experiment.conditions, 5), "long": 9}


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("recipe.drop_out", 0.1, "did you mean recipe.dropout"),
        ("recipe.dropout.rate", 0.1, "did you mean recipe.dropout"),
        ("task.option.length", 5, "did you mean task.options.length"),
        ("task.options.lenght", 5, "did you mean task.options.length"),
        ("model.options.layer", 2, "did you mean model.options.layers"),
        ("length", 2, "trial has no key 'length'"),
        ("seeds", 2, "trial has no key 'seeds'"),
        ("", 2, "trial has no key ''"),
        ("recipe.dropout", 1.5, "recipe.dropout=1.5 is refused: input should be less than 1"),
        ("recipe.optimizer", "adamm", "recipe.optimizer='adamm' is refused: input should be 'adamw'"),
        ("trainer.rounds", None, "trainer.rounds=None is refused"),
    ],
)
def test_a_condition_that_names_nothing_is_refused_with_the_nearest_key(key, value, expected):
    experiment = compose(TINY_ADDING | {"models": "lstm"})
    experiment = experiment.model_copy(update={"conditions": {"odd": {key: value}}})
    with pytest.raises(UserError, match=r"^conditions\.odd: ") as refusal:
        task_variants(experiment)
    assert expected in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_condition_below_a_part_that_is_off_is_refused():
    experiment = compose(TINY_ADDING | {"models": "lstm", "augment": "none"})
    experiment = experiment.model_copy(update={"conditions": {"odd": {"augment.image.rotate_degrees": 5}}})
    with pytest.raises(UserError, match=r"no key 'augment\.image\.rotate_degrees'; did you mean augment\.image or"):
        setting_under(experiment, "odd", experiment.tasks["adding"], experiment.models["lstm"])


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    experiment = compose(ADDING | {"models": "lstm+majority"})
    return experiment, planned(experiment, tmp_path_factory.mktemp("adding"))


def of_family(trials, family):
    return [trial for trial in trials if trial.model.family == family]


def test_a_plan_of_this_configuration_is_accepted(plan):
    experiment, trials = plan
    for family in ("cnn", "rnn", "hybrid", "baseline"):
        check_plan(experiment, family, of_family(trials, family))


@pytest.mark.parametrize(
    "other",
    [
        {"seeds": 3},
        {"seeds": 1},
        {"recipe.dropout": 0.2},
        {"models.lstm.options.layers": 2},
        {"models": "lstm+gru+majority"},
        {"models": "majority"},
        {"tasks.adding.options.length": 6},
        {"trainer.patience": 9},
        {"conditions": "{default: {}, more: {recipe.dropout: 0.3}}"},
        {"augment": "none"},
    ],
    ids=str,
)
def test_a_plan_of_another_configuration_is_refused(plan, other):
    _, trials = plan
    experiment = compose(ADDING | {"models": "lstm+majority"} | other)
    with pytest.raises(
        UserError, match=r"the rnn trials of quickstart .* another configuration: run the pipeline train"
    ):
        check_plan(experiment, "rnn", of_family(trials, "rnn"))


def test_data_of_another_configuration_is_refused(plan, tmp_path):
    experiment, _ = plan
    data = prepared(compose(ADDING | {"tasks.adding.options.length": 6}), tmp_path)
    with pytest.raises(UserError, match="task adding is not prepared as configured: run the pipelines ingestion,aug"):
        plan_trials(experiment, data)
    with pytest.raises(UserError, match="task adding is not prepared as configured"):
        plan_trials(experiment, {})


def test_data_of_fewer_seeds_is_refused(plan, tmp_path):
    experiment, _ = plan
    with pytest.raises(UserError, match="task adding is not prepared for seed 1"):
        plan_trials(experiment, prepared(compose(ADDING | {"seeds": 1}), tmp_path))
