"""From a model's configuration to a module."""

from __future__ import annotations

import inspect
import pkgutil

import torch
from pydantic import ConfigDict, ValidationError, validate_call
from torch import nn

from cnn_vs_rnn.config import ModelConfig
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.models.encoder import input_as_rows
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec


def model_class(model: ModelConfig) -> type[nn.Module]:
    """The class that a configuration names; UserError where it cannot be imported."""
    try:
        return pkgutil.resolve_name(model.target)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"model {model.name}: target {model.target!r} cannot be imported ({error})") from error


def build(model: ModelConfig, input: InputSpec, output: OutputSpec, *, width: float, dropout: float) -> nn.Module:
    """A freshly initialised model: a Network, or a ClosedForm baseline (for which width and dropout mean nothing)."""
    cls = model_class(model)
    if issubclass(cls, ClosedForm):
        return _call(model, cls, input=input, output=output)
    encoder = _call(model, cls, input=input_as_rows(input, cls.reads), width=width, dropout=dropout)
    return Network(encoder, output)


def count_parameters(module: nn.Module) -> int:
    """Trainable numbers."""
    return sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)


def parameters_at(model: ModelConfig, input: InputSpec, output: OutputSpec, width: float) -> int:
    """Trainable numbers of a model of this width, without allocating it."""
    with torch.device("meta"):
        return count_parameters(build(model, input, output, width=width, dropout=0.0))


def _call(model: ModelConfig, cls: type[nn.Module], **arguments: object) -> nn.Module:
    known = set(inspect.signature(cls).parameters) - arguments.keys()
    for option in model.options:
        if option not in known:
            raise UserError(f"model {model.name} has no option {option!r}: {nearest(option, known)}")
    checked = validate_call(config=ConfigDict(arbitrary_types_allowed=True))(cls)
    try:
        return checked(**arguments, **model.options)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"model {model.name}: option {'.'.join(map(str, first['loc']))}={first['input']!r}: {first['msg']}"
        ) from error
