"""`kedro run`, with two differences from Kedro's own.

``--params a=b,a.c=d`` keeps both entries (Kedro lets the second silently replace the first), and a mistake that the
user can mend ends in one line instead of a traceback.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.io import DatasetError

from cnn_vs_rnn.errors import UserError


@click.group(name="cnn-vs-rnn")
def cli() -> None:
    """Commands of this project; they replace Kedro's of the same name."""


def _flat_params(context: click.Context, option: click.Parameter, value: str) -> dict[str, str]:
    params: dict[str, str] = {}
    for item in filter(None, (item.strip() for item in value.split(","))):
        key, equals, text = item.partition("=")
        if not equals or not key.strip():
            raise click.BadParameter(
                f"{item!r} is not of the form key=value (commas separate: a path with one needs another name)",
                context,
                option,
            )
        if key.strip() in params:
            raise click.BadParameter(f"{key.strip()!r} is given twice: keep one", context, option)
        params[key.strip()] = text.strip()
    return params


def _one_line_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except UserError as error:
            raise click.ClickException(str(error)) from error
        except DatasetError as error:
            if not isinstance(error.__cause__, UserError):  # which Kedro wraps on loading
                raise
            raise click.ClickException(str(error.__cause__)) from error
        except ValueError as error:
            if not str(error).startswith("Failed to find the pipeline"):
                raise
            raise click.ClickException(" ".join(str(error).split())) from error

    return wrapped


def _project_run() -> click.Command:
    command = copy.copy(kedro_run)
    command.params = [copy.copy(param) for param in kedro_run.params]
    next(param for param in command.params if param.name == "params").callback = _flat_params
    assert command.callback is not None
    command.callback = _one_line_errors(command.callback)
    return command


cli.add_command(_project_run())
