"""Tasks whose answers are sequences of their own: from lists of tokens, or pairs of texts, to a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from jaxtyping import Bool, Int, Shaped
from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import END, IGNORED, InputSpec, OutputSpec, RawTask, Samples
from cnn_vs_rnn.tasks.splits import split_pool
from cnn_vs_rnn.tasks.subwords import LEAST_VOCABULARY, Subwords


class PairOptions(Strict):
    """vocabulary: kinds of subwords of both sides together. longest: subwords of either side of a pair, beyond which it
    is left out. embedding: numbers that stand for a subword.
    """

    vocabulary: Annotated[int, Field(ge=LEAST_VOCABULARY)] = 4000
    longest: Annotated[int, Field(ge=2)] = 64
    embedding: Annotated[int, Field(ge=1)] = 64


@dataclass(frozen=True)
class TextPairs:
    """Texts, what each is to become, and where each pair stands ("train line 7"), for what is left out."""

    sources: Sequence[str]
    targets: Sequence[str]
    places: Sequence[str]

    def take(self, index: Int[np.ndarray, " chosen"]) -> TextPairs:
        """The pairs at these positions."""
        return TextPairs(**{name: [every[at] for at in index.tolist()] for name, every in vars(self).items()})

    def joined(self, other: TextPairs) -> TextPairs:
        """These pairs and then the others."""
        return TextPairs(**{name: [*every, *getattr(other, name)] for name, every in vars(self).items()})


def translation_task(
    config: TaskConfig,
    options: PairOptions,
    pool: TextPairs,
    test: TextPairs | None,
    *,
    valid: Bool[np.ndarray, " pair"] | None = None,
    groups: Shaped[np.ndarray, " pair"] | None = None,
    quarantined: tuple[tuple[str, str], ...] = (),
    notes: tuple[str, ...] = (),
) -> RawTask:
    """A task of translating texts.

    The vocabulary is learnt from the pairs that train or validate alone; of repeated splits from all. Pairs with an
    empty side, or one longer than `longest` subwords, are quarantined. groups: of the pool's pairs, never torn apart.
    """
    left_out = list(quarantined)
    kept = np.arange(len(pool.sources))
    while True:  # which pairs are kept decides which of them are tested, hence what is learnt from the others
        chosen = pool.take(kept)
        learnt = chosen.take(_not_tested(config, kept, test, valid, groups))
        subwords = Subwords([*learnt.sources, *learnt.targets], options.vocabulary)
        samples, usable = _cut(config, chosen, subwords, options, left_out)
        if len(usable) == len(kept):
            break
        kept = kept[usable]
    tested, tested_keys = None, []
    if test is not None:
        tested, usable = _cut(config, test, subwords, options, left_out)
        tested_keys = list(test.take(usable).sources)
    return RawTask(
        pool=samples,
        test=tested,
        input=InputSpec(
            kind="tokens",
            channels=options.embedding,
            length=options.longest,
            variable=True,
            vocabulary=len(subwords.vocabulary),
            words=subwords.words,
        ),
        output=OutputSpec(size=len(subwords.vocabulary), sequence=options.longest + 1),
        groups=None if groups is None else groups[kept],
        valid=None if valid is None else valid[kept],
        keys=(list(chosen.sources), tested_keys),
        vocabulary=subwords.vocabulary,
        merges=subwords.merges,
        quarantined=tuple(left_out),
        notes=(f"{len(subwords.vocabulary):,} subwords of both sides together, learnt from the training part", *notes),
    )


def _not_tested(
    config: TaskConfig,
    kept: Int[np.ndarray, " kept"],
    test: TextPairs | None,
    valid: Bool[np.ndarray, " pair"] | None,
    groups: Shaped[np.ndarray, " pair"] | None,
) -> Int[np.ndarray, " learnt"]:
    """Of the pairs that are kept, those that the vocabulary may be learnt from, drawn as `tasks.check` will draw."""
    if test is None and config.test_fraction is not None and not config.repeated:
        numbered = None if groups is None else np.unique(groups[kept], return_inverse=True)[1]
        return split_pool(np.zeros((len(kept), 1)), numbered, config.test_fraction, config.split_seed)[0]
    return np.arange(len(kept)) if valid is None else np.flatnonzero(~valid[kept])


def _cut(
    config: TaskConfig, pairs: TextPairs, subwords: Subwords, options: PairOptions, left_out: list[tuple[str, str]]
) -> tuple[Samples, Int[np.ndarray, " usable"]]:
    """The usable pairs of a part as samples, and which they are; the others are added to what is left out."""
    sources, targets = subwords(pairs.sources), subwords(pairs.targets)
    reasons = [_unusable(*both, options.longest) for both in zip(sources, targets, strict=True)]
    left_out += [(place, why) for place, why in zip(pairs.places, reasons, strict=True) if why]
    usable = np.flatnonzero([not why for why in reasons])
    if not len(usable):
        raise UserError(
            f"task {config.name}: no pair of a part has two sides of 1 to {options.longest} subwords: raise longest"
        )
    return pair_samples([sources[at] for at in usable], [targets[at] for at in usable], options.longest), usable


def _unusable(source: Sequence[int], target: Sequence[int], longest: int) -> str:
    for name, side in (("text", source), ("translation", target)):
        if not side:
            return f"its {name} is empty"
        if len(side) > longest:
            return f"its {name} has {len(side)} subwords, more than longest={longest}"
    return ""


def pair_samples(sources: Sequence[Sequence[int]], targets: Sequence[Sequence[int]], longest: int) -> Samples:
    """Lists of tokens as samples: sources padded to `longest`, answers ended by END and padded to one more."""
    inputs = np.zeros((len(sources), longest), np.int64)
    answers = np.full((len(targets), longest + 1), IGNORED)
    for row, tokens in zip(inputs, sources, strict=True):
        row[: len(tokens)] = tokens
    for row, tokens in zip(answers, targets, strict=True):
        row[: len(tokens) + 1] = [*tokens, END]
    lengths, target_lengths = (np.array([len(tokens) for tokens in side], np.int64) for side in (sources, targets))
    return Samples(inputs, answers, lengths, target_lengths + 1)
