"""A validation error in one line a person can act on."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from cnn_vs_rnn.errors import nearest


def explain(error: ValidationError, root: type[BaseModel]) -> str:
    """One mistake of a ValidationError: the key, the value, what is wrong, the nearest valid key."""
    errors = error.errors()
    # An unknown key first: that another is missing mostly follows from its misspelling.
    first = next((mistake for mistake in errors if mistake["type"] == "extra_forbidden"), errors[0])
    location = tuple(first["loc"])
    key = ".".join(map(str, location))
    if first["type"] == "extra_forbidden":
        known = fields_at(root, location[:-1])
        return f"{key}: there is no such key; {nearest(str(location[-1]), known)}"
    if first["type"] == "missing":
        return f"{key} is missing: add it to the configuration"
    message = first["msg"].removeprefix("Value error, ")
    if not key:
        return message
    return f"{key}={first['input']!r} is refused: {message[0].lower()}{message[1:]}"


def fields_at(model: Any, location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at a place in nested models and dictionaries of models."""
    for part in location:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(part)].annotation
        else:
            model = get_args(model)[-1]  # dict[str, Model]: the part is a free name
        candidates = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
        if candidates and getattr(model, "__origin__", None) is not dict:
            model = candidates[0]  # Model | None
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
