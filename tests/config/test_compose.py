"""What a user can ask for."""

import pytest
from contest import CONF

from cnn_vs_rnn.errors import UserError
from pipelines.config_loader import compose_experiment
from pipelines.own_data import command_of


def compose(params=None, conf=CONF):
    return compose_experiment(conf, params or {})


def test_what_is_composed_when_nothing_is_asked_for():
    experiment = compose()
    assert experiment.experiment == "quickstart"
    assert experiment.seeds == "auto"
    assert set(experiment.tasks) == {"digits", "japanese_vowels"}
    assert {model.family for model in experiment.models.values()} == {"cnn", "rnn", "hybrid", "baseline"}
    assert experiment.conditions == {"default": {}}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"seeds": 2}, 2),
        ({"seeds": "2"}, 2),
    ],
)
def test_values_as_numbers_or_text(params, expected):
    assert compose(params).seeds == expected


@pytest.mark.parametrize(
    "params",
    [
        {"trainer.steps": 3, "models.gru.options.layers": 2},
        {"trainer": {"steps": 3}, "models": {"gru": {"options": {"layers": 2}}}},
        {"trainer": {"steps": 3}, "models.gru": {"options.layers": 2}},
    ],
    ids=["dotted", "nested", "both"],
)
def test_keys_dotted_or_nested(params):
    experiment = compose(params)
    assert experiment.trainer.steps == 3
    assert experiment.trainer.patience == compose().trainer.patience
    assert experiment.models["gru"].options["layers"] == 2
    assert experiment.models["gru"].options["read_out"] == "last"


def test_what_was_asked_for_is_kept_as_it_was_typed():
    asked = {"experiment": "memory", "models": "gru+tcn", "trainer.steps": "3", "question": "which one?"}
    experiment = compose(asked)
    assert experiment.requested == asked
    assert command_of(experiment, "export") == (
        "kedro run --pipelines export --params 'experiment=memory,models=gru+tcn,trainer.steps=3,question=which one?'"
    )
    switched = compose({"trainer.compile": True, "seeds": 2, "trainer.patience": 4})
    assert command_of(switched).endswith(",trainer.compile=true,seeds=2,trainer.patience=4")
    assert command_of(compose()) == "kedro run --params experiment=quickstart"


def test_several_files_of_a_group():
    experiment = compose({"tasks": "adding + osu_leaf", "models": "gru+fcn", "tasks.adding.options.length": 9})
    assert list(experiment.tasks) == ["adding", "osu_leaf"]
    assert list(experiment.models) == ["gru", "fcn"]
    assert experiment.tasks["adding"].options["length"] == 9


def test_another_experiment_keeps_what_is_asked_of_it():
    experiment = compose({"experiment": "memory", "seeds": 3, "augment": "none"})
    assert experiment.experiment == "memory"
    assert "copy_memory" in experiment.tasks
    assert experiment.seeds == 3
    assert experiment.augment.name == "none"


def test_a_choice_overrides_that_of_the_experiment():
    assert compose().augment.name == "default"
    assert compose({"augment": "none"}).augment.image is None


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("statistics.confidence", 0.9, lambda e: e.statistics.confidence),
        ("statistics", {"resamples": 500}, lambda e: {"resamples": e.statistics.resamples}),
        ("tasks.digits.valid_fraction", 0.3, lambda e: e.tasks["digits"].valid_fraction),
        ("tasks.japanese_vowels.split_seed", 7, lambda e: e.tasks["japanese_vowels"].split_seed),
        ("conditions", "{long: {recipe.dropout: 0.5}, usual: {}}", lambda e: str(e.conditions).replace("'", "")),
        ("augment.image.erase_probability", 0.5, lambda e: e.augment.image.erase_probability),
        ("executor.workers", 3, lambda e: e.executor.workers),
    ],
)
def test_every_key_can_be_set_also_one_that_no_file_writes(key, value, read):
    assert read(compose({key: value})) == value


def test_a_part_that_is_off_can_be_switched_on():
    image = compose({"augment": "none", "augment.image.rotate_degrees": 5}).augment.image
    assert image.rotate_degrees == 5
    assert image.translate == 0


@pytest.mark.parametrize(
    "question",
    [
        "Wird es länger? Größe 5 µm",
        "a, b; c = d",
        "who's first",
        '"quoted"',
        'half "quoted',
        "'",
        "is it so: yes or no?",
        "[1, 2",
        "- a\n- b: c: d",
        "$HOME and %s and {x}",
        "#5",
        "C:\\data\\new",
    ],
)
def test_text_arrives_as_it_was_typed(question):
    assert compose({"question": question}).question == question


def test_the_folder_may_have_any_name(conf):
    assert compose({"seeds": 2}, conf).seeds == 2


@pytest.mark.parametrize("key", ["tasks", "models"])
def test_what_an_experiment_sets_of_a_task_or_model_goes_with_it(conf, key):
    path = conf / "experiment/quickstart.yaml"
    path.write_text(path.read_text() + "tasks: {digits: {limit: 500}}\nmodels: {gru: {options: {layers: 2}}}\n")
    assert compose_experiment(conf, {}).tasks["digits"].limit == 500
    chosen = {"tasks": "japanese_vowels", "models": "lstm"}[key]
    composed = compose_experiment(conf, {key: chosen})
    assert list(getattr(composed, key)) == [chosen]


def test_an_experiment_may_name_tasks_itself_and_be_held_on_some_of_them():
    contest = compose({"experiment": "ucr", "tasks": "coffee+trace"})
    assert {name: task.options["name"] for name, task in contest.tasks.items()} == {
        "coffee": "Coffee",
        "trace": "Trace",
    }
    with pytest.raises(UserError, match="tasks=cofee: the experiment has no such task; did you mean coffee"):
        compose({"experiment": "ucr", "tasks": "cofee"})


def test_a_cluster_may_want_any_option_of_sbatch():
    executor = compose({"executor": "slurm", "executor.options.qos": "high"}).executor
    assert executor.options == {"qos": "high"}


def test_claims_about_tasks_that_were_not_chosen_are_not_decided_and_that_is_said():
    chosen = compose({"experiment": "tour", "tasks": "mnist"})
    assert list(chosen.tasks) == ["mnist"]
    assert not chosen.claims
    [said] = chosen.not_decided
    assert said.startswith("use-cases is not decided: it is about etth1, fashion_mnist, ")


def test_claims_about_what_was_chosen_are_decided():
    whole = compose({"experiment": "full_sequences"})
    claims = {
        name: {side.task for test in claim.tests.values() for side in (test.of, test.less)}
        for name, claim in whole.claims.items()
    }
    chosen = compose({"experiment": "full_sequences", "tasks": "sequential_mnist"})
    assert list(chosen.claims) == [name for name, tasks in claims.items() if tasks == {"sequential_mnist"}]
    assert len(chosen.claims) + len(chosen.not_decided) == len(claims)
    assert not whole.not_decided


def test_claims_about_models_that_were_not_chosen_are_not_decided():
    chosen = compose({"experiment": "gates", "models": "lstm"})
    assert chosen.not_decided == (
        "gates-fix-long-term is not decided: it is about gru, gru_default, lstm_chrono, lstm_default, rnn and "
        "rnn_default too",
    )
    assert not chosen.claims
