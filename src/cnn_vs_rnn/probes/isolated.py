"""A measurement in a process of its own, so that nothing measured before lies in its memory or runs beside it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

import torch

from cnn_vs_rnn.probes.run import RefusedError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# A clean process that has imported what a training step needs, and computed nothing: children forked from it start in
# milliseconds, and with no pool of threads yet.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["cnn_vs_rnn.costs.measure"])


def isolated(
    threads: int,
    function: Callable[_Arguments, _Result],
    *arguments: _Arguments.args,
    **named: _Arguments.kwargs,
) -> _Result:
    """`function(*arguments, **named)` in a fresh process with that many torch (OpenMP and MKL) threads.

    Function, arguments and result must be picklable. What the function raises is raised here. Raises RefusedError
    where the process died.
    """
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_answer, args=(sender, threads, function, arguments, named), daemon=True)
    process.start()
    sender.close()  # the child's alone, so that its death ends the wait
    with receiver:
        try:
            result, error = receiver.recv()
        except EOFError:
            process.join()
            raise RefusedError(
                f"the process that measures died (exit status {process.exitcode}), perhaps for want of memory"
            ) from None
    process.join()
    if error is not None:
        raise error
    return result


def _answer(
    sender: Connection, threads: int, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> None:
    torch.set_num_threads(threads)
    with sender:
        try:
            answer = function(*arguments, **named), None
        except Exception as error:
            answer = None, error
        sender.send(answer)
