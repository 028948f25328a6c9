"""A validation error in one line a person can act on."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from cnn_vs_rnn.errors import nearest


def explain(error: ValidationError, root: type[BaseModel]) -> str:
    """One mistake of a ValidationError: the key, the value, what is wrong, the nearest valid key."""
    errors = error.errors()
    # An unknown key first: that another is missing mostly follows from its misspelling.
    first = next((mistake for mistake in errors if mistake["type"] == "extra_forbidden"), errors[0])
    location = tuple(first["loc"])
    _, way = _walk(root, location)
    key = ".".join(map(str, way))
    if first["type"] == "extra_forbidden":
        known = fields_at(root, location[:-1])
        return f"{key}: there is no such key; {nearest(str(location[-1]), known)}"
    if first["type"] == "missing":
        return f"{key} is missing: add it to the configuration"
    message = first["msg"].removeprefix("Value error, ")
    if not key or (first["type"] == "value_error" and isinstance(first["input"], dict)):  # of several keys together
        return message
    if first["type"] == "union_tag_invalid":
        return f"{key}.name: {message[0].lower()}{message[1:]}"
    return f"{key}={first['input']!r} is refused: {message[0].lower()}{message[1:]}"


def fields_at(model: Any, location: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at a place in nested models and dictionaries of models; of a union, those of all its members."""
    models, _ = _walk(model, location)
    return list(dict.fromkeys(key for one in models for key in one.model_fields))


def _walk(root: Any, location: tuple[int | str, ...]) -> tuple[list[type[BaseModel]], list[int | str]]:
    """The models at a place, and the way there without the tags by which pydantic tells the members of a union."""
    here, way = [root], []
    for part in location:
        tagged = [one for one in here if len(here) > 1 and str(part) in _tags(one)]
        if tagged:
            here = tagged
            continue
        way.append(part)
        found = [_members(one.model_fields[str(part)].annotation) for one in here if str(part) in _keys(one)]
        found += [_members(get_args(one)[-1]) for one in here if get_origin(one) is dict]  # the part is a free name
        here = [member for members in found for member in members]
    return [one for one in here if _keys(one)], way


def _members(annotation: Any) -> list[Any]:
    """The models among the members of a union; the annotation itself where it is none."""
    if get_origin(annotation) is dict:
        return [annotation]
    return [member for member in get_args(annotation) if _keys(member)] or [annotation]


def _keys(model: Any) -> list[str]:
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _tags(model: Any) -> list[str]:
    """The values of its `name` where these are fixed."""
    return list(map(str, get_args(model.model_fields["name"].annotation))) if "name" in _keys(model) else []
