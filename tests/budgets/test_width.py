"""The width that the budget allows."""

import warnings
from pathlib import Path

import pytest
import torch
import yaml

from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import BudgetConfig, ModelConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import build, count_parameters, parameters_at
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

CONF = Path(__file__).parents[2] / "conf" / "model"
IMAGES = [
    (InputSpec(kind="image", channels=1, height=8, width=8), 10),
    (InputSpec(kind="image", channels=1, height=28, width=28), 10),
]
SEQUENCES = [
    (InputSpec(kind="sequence", channels=12, length=29), 9),
    (InputSpec(kind="sequence", channels=1, length=427), 6),
    (InputSpec(kind="sequence", channels=2, length=100), 1),
]
MODELS = ["cnn2d", "resnet2d", "fcn", "resnet1d", "inception_time", "tcn", "crnn"]


def model(name):
    return ModelConfig.model_validate(yaml.safe_load((CONF / f"{name}.yaml").read_text()))


def budget(parameters, tolerance=0.05):
    return BudgetConfig(name="test", parameters=parameters, tolerance=tolerance)


def cases():
    for name in MODELS:
        config = model(name)
        specs = IMAGES if "image" in config.modalities else []
        specs = specs + (SEQUENCES if "series" in config.modalities else [])
        yield from (pytest.param(config, *spec, id=f"{name}-{spec[0].kind}-{spec[1]}") for spec in specs)


@pytest.mark.parametrize(("config", "input", "outputs"), list(cases()))
def test_every_budget_is_met(config, input, outputs):
    output = OutputSpec(size=outputs)
    for parameters in (5_000, 10_000, 20_000, 100_000):
        width, solved = solve_width(config, input, output, budget(parameters))
        assert abs(solved - parameters) <= 0.05 * parameters
        assert count_parameters(build(config, input, output, width=width, dropout=0.1)) == solved


def test_no_other_width_is_closer():
    config, (input, outputs) = model("fcn"), SEQUENCES[0]
    output = OutputSpec(size=outputs)
    _, solved = solve_width(config, input, output, budget(10_000))
    reachable = {parameters_at(config, input, output, step / 60) for step in range(60 * 20, 60 * 25)}
    assert min(abs(count - 10_000) for count in reachable) == abs(solved - 10_000)


def test_a_budget_out_of_reach_names_the_closest_count():
    config, (input, outputs) = model("fcn"), SEQUENCES[0]
    output = OutputSpec(size=outputs)
    smallest = parameters_at(config, input, output, 1.0)
    with pytest.raises(UserError, match=rf"model fcn .*100 parameters \(budget test.*closest .* is {smallest}"):
        solve_width(config, input, output, budget(100))


def test_a_tolerance_finer_than_the_steps_is_refused():
    config, (input, outputs) = model("crnn"), IMAGES[0]
    with pytest.raises(UserError, match="closest it reaches"):
        solve_width(config, input, OutputSpec(size=outputs), budget(5_003, tolerance=1e-4))


def test_solving_is_silent_and_leaves_the_random_state_alone():
    config, (input, outputs) = model("tcn"), SEQUENCES[2]
    short = config.model_copy(update={"options": {**config.options, "levels": 1}})
    before = torch.random.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        solve_width(short, input, OutputSpec(size=outputs), budget(3_000))
    assert torch.equal(torch.random.get_rng_state(), before)
