"""The options of a task, checked before anything is loaded."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError, nearest

Options = TypeVar("Options", bound=Strict)


def read_options(config: TaskConfig, schema: type[Options]) -> Options:
    """`config.options` as the loader's own record; `Strict` itself is the record of a loader without options.

    Raises UserError naming task, option, value and what is allowed.
    """
    try:
        return schema.model_validate(config.options)
    except ValidationError as error:
        first = error.errors()[0]
    option = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        raise UserError(f"task {config.name} has no option {option!r}: {nearest(option, schema.model_fields)}")
    raise UserError(f"task {config.name}: option {option}={first['input']!r} is refused: {first['msg']}")
