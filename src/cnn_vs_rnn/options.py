"""Options of a task or a probe, checked before anything is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from cnn_vs_rnn.config import Option, Strict
from cnn_vs_rnn.errors import UserError, nearest

Options = TypeVar("Options", bound=Strict)


def read_options(whose: str, options: Mapping[str, Option], schema: type[Options]) -> Options:
    """The options as the record of who takes them; `Strict` itself is the record of one that takes none.

    Raises UserError naming whose they are ("task digits"), option, value and what is allowed.
    """
    try:
        return schema.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
    option = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        raise UserError(f"{whose} has no option {option!r}: {nearest(option, schema.model_fields)}")
    raise UserError(f"{whose}: option {option}={first['input']!r} is refused: {first['msg']}")
