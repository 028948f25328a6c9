"""The width that a budget of floating-point operations allows."""

import pytest
import yaml
from contest import CONF

from cnn_vs_rnn.budgets.operations import blank_sample, flops_at
from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import BudgetConfig, ModelConfig
from cnn_vs_rnn.costs.flops import forward_flops
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import build, parameters_at
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

IMAGE = InputSpec(kind="image", channels=1, height=8, width=8)
SERIES = InputSpec(kind="sequence", channels=12, length=29)
TOKENS = InputSpec(kind="tokens", channels=16, length=24, vocabulary=100)
OUTPUT = OutputSpec(size=9)
CASES = [
    *((name, IMAGE) for name in ("cnn2d", "resnet2d", "gru", "crnn")),
    *((name, SERIES) for name in ("tcn", "fcn", "lstm", "min_gru", "rnn")),
    *((name, TOKENS) for name in ("text_cnn", "gru", "tcn")),
]


def model(name):
    return ModelConfig.model_validate(yaml.safe_load((CONF / f"model/{name}.yaml").read_text()))


@pytest.mark.parametrize(("name", "input"), CASES, ids=[f"{name}-{input.kind}" for name, input in CASES])
@pytest.mark.parametrize("flops", [200_000, 1_000_000])
def test_operations_are_met_and_the_parameters_told(name, input, flops):
    budget = BudgetConfig(name="flops", equal=("flops",), parameters=10_000, flops=flops)
    width, parameters = solve_width(model(name), input, OUTPUT, budget)
    assert abs(flops_at(model(name), input, OUTPUT, width) - flops) <= 0.05 * flops
    assert parameters == parameters_at(model(name), input, OUTPUT, width)


def test_they_are_those_of_a_forward_pass():
    network = build(model("gru"), SERIES, OUTPUT, width=10.0, dropout=0.0)
    by_hand = 29 * 2 * 3 * 10 * (12 + 10) + 2 * 10 * 9
    assert forward_flops(network, blank_sample(SERIES)) == flops_at(model("gru"), SERIES, OUTPUT, 10.0) == by_hand


def test_what_cannot_be_met_is_said():
    budget = BudgetConfig(name="tiny", equal=("flops",), parameters=10_000, flops=1000)
    with pytest.raises(UserError, match=r"1000 floating-point operations a sample \(budget tiny, .* closest"):
        solve_width(model("tcn"), SERIES, OUTPUT, budget)
