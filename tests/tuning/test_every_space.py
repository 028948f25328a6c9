"""The search space of every network in conf/model."""

import pytest
from contest import CONF, compose

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.trials.conditions import setting_under
from cnn_vs_rnn.tuning.space import space_of, standing

MODELS = sorted(path.stem for path in (CONF / "model").glob("*.yaml"))


@pytest.mark.parametrize("name", MODELS)
def test_it_holds_the_recipe_and_what_is_common_to_all(name):
    experiment = compose({"tasks": "digits+trec+etth1+copy_symbols", "models": f"{name}+gru+linear+rnn_seq2seq"})
    model = experiment.models[name]
    if model.family == "baseline":
        assert not model.search
        return
    space = space_of(model, "default", experiment)
    task: TaskConfig = next(task for task in experiment.tasks.values() if model.serves(task))
    values = standing(setting_under(experiment, "default", task, model), space)
    common = ("recipe.learning_rate", "recipe.weight_decay", "recipe.dropout")
    gru = experiment.models["gru"].search
    assert {key: space[key] for key in common} == {key: gru[key] for key in common}  # the same chances
    assert any(key.startswith("model.options.") for key in values)
    clipped = model.family in ("rnn", "hybrid") or "sequence" in model.outputs  # of translators, both families
    assert ("recipe.gradient_clip" in values) == clipped
