"""How wide a model must be to have the parameters that the budget allows."""

from __future__ import annotations

import math
import warnings
from functools import lru_cache

from cnn_vs_rnn.config import BudgetConfig, ModelConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.models.build import parameters_at
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

START = 12.0  # channels, where the search begins
FINEST = 2**-6  # of a channel
WIDEST = 2**14  # where it gives up


def solve_width(model: ModelConfig, input: InputSpec, output: OutputSpec, budget: BudgetConfig) -> tuple[float, int]:
    """The width at which a network comes closest to the budget, and the parameters it then has, head included.

    Raises UserError where no width comes within the budget's tolerance.
    """
    width, parameters = _closest(
        model.model_dump_json(), input.model_dump_json(), output.model_dump_json(), budget.parameters
    )
    if abs(parameters - budget.parameters) > budget.tolerance * budget.parameters:
        raise UserError(
            f"model {model.name} cannot be given {budget.parameters} parameters (budget {budget.name}, "
            f"±{budget.tolerance:.0%}): the closest it reaches on this input is {parameters}; "
            f"change the budget to that, or leave {model.name} out"
        )
    return width, parameters


@lru_cache(maxsize=4096)
def _closest(model_json: str, input_json: str, output_json: str, parameters: int) -> tuple[float, int]:
    # JSON, because a configuration holds dictionaries and so cannot be a cache's key.
    model = ModelConfig.model_validate_json(model_json)
    input = InputSpec.model_validate_json(input_json)
    output = OutputSpec.model_validate_json(output_json)

    def count(width: float) -> int:
        return parameters_at(model, input, output, width)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a model may warn when it is built to be trained, not when it is measured
        # Parameters grow about as width squared: a first guess, then a bracket around it, then bisection.
        guess = START * math.sqrt(parameters / count(START))
        narrow, wide = max(1.0, 0.9 * guess // 1), max(2.0, 1.1 * guess // 1 + 1)
        fewer, more = count(narrow), count(wide)
        while fewer > parameters and narrow > 1:
            narrow, wide, more = max(1.0, narrow // 2), narrow, fewer
            fewer = count(narrow)
        while more < parameters and wide < WIDEST:
            narrow, fewer, wide = wide, more, 2 * wide
            more = count(wide)
        while fewer < parameters < more and wide - narrow > FINEST:
            middle = (narrow + wide) / 2
            between = count(middle)
            if between <= parameters:
                narrow, fewer = middle, between
            else:
                wide, more = middle, between
        width, reached = (narrow, fewer) if abs(parameters - fewer) <= abs(more - parameters) else (wide, more)
        whole = float(math.floor(width))
        # Layers that are not staggered: 51 channels are shown as 51, not as 51.98.
        return (whole, reached) if whole and count(whole) == reached else (width, reached)
