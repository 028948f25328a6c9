"""Seconds of a training step: by length, by batch size, by threads, and of a scan against a loop."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from cnn_vs_rnn.config import Option, Strict
from cnn_vs_rnn.costs.flops import forward_flops
from cnn_vs_rnn.costs.measure import training_step
from cnn_vs_rnn.costs.timing import interleaved_seconds
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.build import model_class
from cnn_vs_rnn.models.min_gru import MinGRU
from cnn_vs_rnn.probes.isolated import isolated
from cnn_vs_rnn.probes.lengths import at_length, random_batch
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.quiet import QUIET_SHARE, quietly
from cnn_vs_rnn.probes.run import Entrant, RefusedError, probe_options
from cnn_vs_rnn.trials.trial import Trial

_Some = Annotated[tuple[PositiveInt, ...], Field(min_length=1)]


class Options(Strict):
    """What is timed, and how often.

    tokens: time steps of a batch, all its samples together. lengths: time steps of a sample; they divide `tokens`, as
    does `threads_length`. batch_sizes: at the task's own length, with one thread. threads: numbers of them, at
    `threads_length` time steps. rounds: timed steps of each network. wait_seconds: for a quiet machine, at each group
    of timings, before they are refused. quiet_share: of a core, what others may use meanwhile.
    """

    tokens: PositiveInt = 8192
    lengths: _Some = (16, 64, 256, 1024)
    batch_sizes: _Some = (1, 8, 32, 128)
    threads: _Some = (1, 2)
    threads_length: PositiveInt = 256
    rounds: PositiveInt = 9
    wait_seconds: NonNegativeFloat = 60.0
    quiet_share: PositiveFloat = QUIET_SHARE

    @model_validator(mode="after")
    def _lengths_divide_tokens(self) -> Options:
        for length in (*self.lengths, self.threads_length):
            if self.tokens % length:
                raise UserError(f"the probe's option tokens={self.tokens} is no multiple of {length} time steps")
        return self


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> Iterator[Measurement]:
    """step_seconds, _by_batch and _by_threads, each with its _minimum over the rounds, and train_flops by length.

    A step is forward, loss, backward and optimiser on random samples, of an untrained network that has the trial's
    parameters at that length (`at_length`). Each group of timings (a length, a batch size, a number of threads) runs in
    a fresh process, on a quiet machine, its models warmed up and in turns. A minGRU is timed twice: as it is, and as
    "<name> (parallel scan)"; on a CPU it is else a loop over the time steps.
    Raises LoadedError where the machine stays busy, RefusedError for images and for more threads than cores.
    """
    chosen = probe_options(options, Options)
    cores = len(os.sched_getaffinity(0))
    if max(chosen.threads) > cores:
        raise RefusedError(f"{max(chosen.threads)} threads cannot be timed on {cores} cores: lower the probe's threads")
    runners = with_parallel_scans(entrants)
    for length in chosen.lengths:
        for entrant in entrants:  # before the timings, which may be refused
            flops = float(sample_flops(at_length(entrant.trial, length)))
            yield entrant.measurement("train_flops", flops, at=float(length))
    for length in chosen.lengths:
        timed = _group(runners, chosen, length, chosen.tokens // length, threads=1)
        yield from _measurements(runners, "step_seconds", timed, at=length)
    for batch in chosen.batch_sizes:
        yield from _measurements(runners, "step_seconds_by_batch", _group(runners, chosen, None, batch, 1), at=batch)
    for threads in chosen.threads:
        batch = chosen.tokens // chosen.threads_length
        timed = _group(runners, chosen, chosen.threads_length, batch, threads)
        yield from _measurements(runners, "step_seconds_by_threads", timed, at=threads)


def with_parallel_scans(entrants: Sequence[Entrant]) -> list[Entrant]:
    """The entrants, and each minGRU a second time, with its recurrence computed by a parallel scan."""
    runners = []
    for entrant in entrants:
        runners.append(entrant)
        model = entrant.trial.model
        if issubclass(model_class(model), MinGRU):
            options = {**model.options, "scan": "parallel"}
            other = model.model_copy(update={"name": f"{model.name} (parallel scan)", "options": options})
            runners.append(Entrant(entrant.trial.model_copy(update={"model": other}), folder=None))
    return runners


def sample_flops(trial: Trial) -> int:
    """FLOPs of the forward pass of one sample."""
    sample = random_batch(trial, 1)
    return forward_flops(initial_model(trial), *sample.shown)


def step_seconds(
    trials: Sequence[Trial], batch: int, rounds: int, wait_seconds: float, quiet_share: float
) -> list[list[float]]:
    """Seconds of a training step of each trial on `batch` random samples, in each of `rounds` rounds.

    Raises LoadedError.
    """
    steps = [training_step(initial_model(trial), trial, random_batch(trial, batch)) for trial in trials]
    return quietly(lambda: interleaved_seconds(steps, rounds), wait_seconds, quiet_share)


def _group(
    runners: Sequence[Entrant], chosen: Options, length: int | None, batch: int, threads: int
) -> list[list[float]]:
    trials = [runner.trial if length is None else at_length(runner.trial, length) for runner in runners]
    return isolated(threads, step_seconds, trials, batch, chosen.rounds, chosen.wait_seconds, chosen.quiet_share)


def _measurements(
    runners: Sequence[Entrant], quantity: str, seconds: Sequence[Sequence[float]], at: int
) -> list[Measurement]:
    found = []
    for runner, times in zip(runners, seconds, strict=True):
        found.append(runner.measurement(quantity, statistics.median(times), float(at)))
        found.append(runner.measurement(f"{quantity}_minimum", min(times), float(at)))
    return found
