"""Tokens a second, in training and in decoding, of networks whose answers are sequences."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated

import torch
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt
from torch import Tensor

from cnn_vs_rnn.config import Option, Strict
from cnn_vs_rnn.costs.measure import training_step
from cnn_vs_rnn.costs.timing import interleaved_seconds
from cnn_vs_rnn.learner.batches import Batch
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.decoding import beam_search, greedy
from cnn_vs_rnn.models.encoder_decoder import State
from cnn_vs_rnn.models.translator import Translator
from cnn_vs_rnn.probes.isolated import isolated
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.quiet import QUIET_SHARE, quietly
from cnn_vs_rnn.probes.run import Entrant, RefusedError, probe_options
from cnn_vs_rnn.probes.watched import training_batch
from cnn_vs_rnn.tasks.data import BEGIN, END, IGNORED
from cnn_vs_rnn.trials.trial import Trial


class Options(Strict):
    """What is timed, and how often.

    batch_sizes: sources that are answered at once. tokens: of each answer, whatever the network would say; None: as
    many as the answers of training have on average. rounds: timed runs of each network. wait_seconds: for a quiet
    machine, at each group of timings, before they are refused. quiet_share: of a core, what others may use meanwhile.
    """

    batch_sizes: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (1, 32)
    tokens: PositiveInt | None = None
    rounds: PositiveInt = 9
    wait_seconds: NonNegativeFloat = 60.0
    quiet_share: PositiveFloat = QUIET_SHARE


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> Iterator[Measurement]:
    """train_tokens, decode_tokens and beam_tokens, the last two by batch size, all a second and of one thread.

    train_tokens: tokens of the answers (END included) in a training step on a batch of training pairs at the recipe's
    batch size, over the median seconds of the step. decode_tokens, beam_tokens: tokens given, over the seconds from
    source to answer, by the most likely token and by beam search with the task's beam; END is not allowed, so that
    every network gives as many. Networks are as they start, as weights change no time; each group
    of timings runs in a fresh process, on a quiet machine, warmed up and in turns.
    Raises LoadedError where the machine stays busy, RefusedError where answers are no sequences.
    """
    chosen = probe_options(options, Options)
    trials = [entrant.trial for entrant in entrants]
    if trials[0].data.task.output.sequence is None:
        raise RefusedError(f"task {trials[0].task.name} has no answers that are sequences, so nothing is decoded")
    batch = training_batch(trials[0], trials[0].batch_size)
    counted = int((batch.targets != IGNORED).sum())
    seconds = _timed(chosen, [("train", trial, batch, counted, 0) for trial in trials])
    yield from _rates(entrants, "train_tokens", counted, seconds)
    tokens = chosen.tokens or round(counted / len(batch.targets))
    for size in chosen.batch_sizes:
        sources = training_batch(trials[0], size)
        for quantity, beam in (("decode_tokens", 1), ("beam_tokens", trials[0].task.beam)):
            seconds = _timed(chosen, [("decode", trial, sources, tokens, beam) for trial in trials])
            yield from _rates(entrants, quantity, tokens * len(sources.inputs), seconds, float(size))


_Work = tuple[str, Trial, Batch, int, int]  # train or decode, of what, on what, how many tokens, by which beam


def _timed(chosen: Options, work: Sequence[_Work]) -> list[list[float]]:
    return isolated(1, timed_seconds, work, chosen.rounds, chosen.wait_seconds, chosen.quiet_share)


def timed_seconds(work: Sequence[_Work], rounds: int, wait_seconds: float, quiet_share: float) -> list[list[float]]:
    """Seconds of each piece of work, in each of `rounds` rounds. Raises LoadedError."""
    actions = []
    for kind, trial, batch, tokens, beam in work:
        model = initial_model(trial)
        assert isinstance(model, Translator)
        actions.append(training_step(model, trial, batch) if kind == "train" else decoding(model, batch, tokens, beam))
    return quietly(lambda: interleaved_seconds(actions, rounds), wait_seconds, quiet_share)


def decoding(model: Translator, batch: Batch, tokens: int, beam: int) -> Callable[[], Tensor]:
    """A function that answers a batch with exactly `tokens` tokens a source."""

    def endless(state: State, given: Tensor) -> tuple[Tensor, State]:
        scores, state = model.next_scores(state, given)
        return scores.index_fill(1, scores.new_tensor([END], dtype=torch.long), -torch.inf), state

    @torch.inference_mode()
    def decode() -> Tensor:
        with model.eval().remembering():
            state = model.encoded(batch.inputs, batch.lengths)
            begin = batch.inputs.new_full((len(batch.inputs),), BEGIN)
            if beam == 1:
                return greedy(endless, state, begin, tokens)
            return beam_search(endless, state, begin, tokens, beam)

    return decode


def _rates(
    entrants: Sequence[Entrant],
    quantity: str,
    tokens: int,
    seconds: Sequence[Sequence[float]],
    at: float | None = None,
) -> Iterator[Measurement]:
    for entrant, times in zip(entrants, seconds, strict=True):
        yield entrant.measurement(quantity, tokens / statistics.median(times), at)
