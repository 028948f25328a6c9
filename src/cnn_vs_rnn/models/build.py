"""From a model's configuration to a module."""

from __future__ import annotations

import pkgutil
from typing import TypeVar, get_type_hints

import torch
from pydantic import TypeAdapter, ValidationError
from torch import nn

from cnn_vs_rnn.config import ModelConfig
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.models.encoder import Encoder, input_as_rows
from cnn_vs_rnn.models.encoder_decoder import EncoderDecoder
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.models.translator import Translator
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

_Module = TypeVar("_Module", bound=nn.Module)


def model_class(model: ModelConfig) -> type[nn.Module]:
    """The class that a configuration names; UserError where it cannot be imported."""
    try:
        return pkgutil.resolve_name(model.target)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"model {model.name}: target {model.target!r} cannot be imported ({error})") from error


def build(model: ModelConfig, input: InputSpec, output: OutputSpec, *, width: float, dropout: float) -> nn.Module:
    """A freshly initialised model: a Network or a Translator, or a ClosedForm baseline (without width and dropout)."""
    cls = model_class(model)
    if issubclass(cls, ClosedForm):
        return _call(model, cls, input=input, output=output)
    if issubclass(cls, EncoderDecoder):
        arguments = {"input": input.embedded(), "output": output, "width": width, "dropout": dropout}
        return Translator(_call(model, cls, **arguments), input, output)
    if not issubclass(cls, Encoder):
        raise UserError(f"model {model.name}: {model.target} is no Encoder, EncoderDecoder or ClosedForm")
    encoder = _call(model, cls, input=input_as_rows(input, cls.reads), width=width, dropout=dropout)
    if output.causal and not getattr(encoder, "causal", False):
        raise UserError(
            f"model {model.name} reads later steps, which are the answer here: make it causal (its options are "
            f"{', '.join(f'{name}={value}' for name, value in model.options.items())}) or leave it out"
        )
    return Network(encoder, input, output)


def count_parameters(module: nn.Module) -> int:
    """Trainable numbers; an embedding of tokens, the same for every network, is not counted."""
    total = sum(parameter.numel() for parameter in module.parameters() if parameter.requires_grad)
    embedding = getattr(module, "embedding", None)
    return total if embedding is None else total - embedding.weight.numel()


def parameters_at(model: ModelConfig, input: InputSpec, output: OutputSpec, width: float) -> int:
    """Trainable numbers of a model of this width, without allocating it."""
    with torch.device("meta"):
        return count_parameters(build(model, input, output, width=width, dropout=0.0))


def _call(model: ModelConfig, cls: type[_Module], **arguments: object) -> _Module:
    every_hint = get_type_hints(cls.__init__, include_extras=True)  # extras: bounds such as PositiveInt
    hints = {name: hint for name, hint in every_hint.items() if name not in {*arguments, "return"}}
    options = {}
    for option, value in model.options.items():
        if option not in hints:
            raise UserError(f"model {model.name} has no option {option!r}: {nearest(option, hints)}")
        try:
            options[option] = TypeAdapter(hints[option]).validate_python(value)
        except ValidationError as error:
            message = error.errors()[0]["msg"]
            raise UserError(f"model {model.name}: option {option}={value!r} is refused: {message}") from error
    return cls(**arguments, **options)
