"""How wide a model must be to have the parameters, or take the operations or the time, that the budget allows."""

from __future__ import annotations

import math
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Literal

from cnn_vs_rnn.budgets.latency import MeasuredWidths
from cnn_vs_rnn.budgets.operations import flops_at
from cnn_vs_rnn.config import BudgetConfig, ModelConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import parameters_at
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

START = 12.0  # channels, where the search begins
FINEST = 2**-6  # of a channel
WIDEST = 2**14  # where it gives up


def solve_width(
    model: ModelConfig, input: InputSpec, output: OutputSpec, budget: BudgetConfig, measured: Path | None = None
) -> tuple[float, int]:
    """The width at which a network comes closest to the budget, and the parameters it then has, head included.

    measured: the folder that keeps the widths which met a latency; a budget of latency needs one.

    Raises UserError where no width comes within the budget's tolerance.
    """
    if "latency" in budget.equal:
        assert measured is not None, "a budget of latency needs a folder"
        width, reached = MeasuredWidths(measured).width(model, input, output, budget.latency_ms)
        _refuse_far(model, budget, budget.latency_ms, round(reached, 3), "ms a sample")
        return width, parameters_at(model, input, output, width)
    described = model.model_dump_json(), input.model_dump_json(), output.model_dump_json()
    if "flops" in budget.equal:
        width, reached = _closest(*described, "flops", budget.flops)
        _refuse_far(model, budget, budget.flops, reached, "floating-point operations a sample")
        return width, parameters_at(model, input, output, width)
    width, reached = _closest(*described, "parameters", budget.parameters)
    _refuse_far(model, budget, budget.parameters, reached, "parameters")
    return width, reached


def _refuse_far(model: ModelConfig, budget: BudgetConfig, asked: int | float, reached: int | float, unit: str) -> None:
    if abs(reached - asked) > budget.tolerance * asked:
        raise UserError(
            f"model {model.name} cannot be given {asked} {unit} (budget {budget.name}, "
            f"±{budget.tolerance:.0%}): the closest it reaches on this input is {reached}; "
            f"change the budget to that, or leave {model.name} out"
        )


@lru_cache(maxsize=4096)
def _closest(
    model_json: str, input_json: str, output_json: str, kind: Literal["parameters", "flops"], asked: int
) -> tuple[float, int]:
    # JSON, because a configuration holds dictionaries and so cannot be a cache's key.
    model = ModelConfig.model_validate_json(model_json)
    input = InputSpec.model_validate_json(input_json)
    output = OutputSpec.model_validate_json(output_json)

    @lru_cache
    def count(width: float) -> int:
        of = parameters_at if kind == "parameters" else flops_at
        return of(model, input, output, width)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model may warn when it is built to be trained, not when it is measured
        # Both grow about as width squared: a first guess, then a bracket around it, then bisection.
        guess = START * math.sqrt(asked / count(START))
        narrow, wide = max(1.0, 0.9 * guess // 1), max(2.0, 1.1 * guess // 1 + 1)
        fewer, more = count(narrow), count(wide)
        while fewer > asked and narrow > 1:
            narrow, wide, more = max(1.0, narrow // 2), narrow, fewer
            fewer = count(narrow)
        while more < asked and wide < WIDEST:
            narrow, fewer, wide = wide, more, 2 * wide
            more = count(wide)
        while fewer < asked < more and wide - narrow > FINEST:
            middle = (narrow + wide) / 2
            between = count(middle)
            if between <= asked:
                narrow, fewer = middle, between
            else:
                wide, more = middle, between
        width, reached = (narrow, fewer) if abs(asked - fewer) <= abs(more - asked) else (wide, more)
        whole = float(math.floor(width))
        # Layers that are not staggered: 51 channels are shown as 51, not as 51.98.
        return (whole, reached) if whole and count(whole) == reached else (width, reached)
