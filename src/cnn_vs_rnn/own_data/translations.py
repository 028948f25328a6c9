"""Own translations: pairs of texts, from a table or from two files of lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.folders import files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.labels import TEST_SHARE
from cnn_vs_rnn.own_data.pair_files import read_pair_files
from cnn_vs_rnn.own_data.pair_set import PairSet
from cnn_vs_rnn.own_data.pair_table import read_pair_table
from cnn_vs_rnn.own_data.parts import said_of, task_name
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import ENDINGS
from cnn_vs_rnn.tasks.data import RawTask
from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, translation_task

EMBEDDING = 64
FEWEST_PAIRS = 10
MOST_TESTED = 1000  # pairs: each is translated by every trial, by beam search too
# Few data want few subwords: below 5,000 pairs of sentences, joint vocabularies of 0 to 4,000 merges did best (Ding,
# Renduchintala, Duh 2019, arXiv 1905.10453). Here one for every 150 characters of both sides, within these bounds.
CHARACTERS_A_SUBWORD, LEAST_SUBWORDS, MOST_SUBWORDS = 150, 500, 4000
_LONGEST, _SHORTEST = 128, 8  # bounds of what is chosen unasked
_SPARE = 1.2  # times as long as 99% of all: what was not learnt from is cut finer
_LOOKED_AT = 5000  # pairs whose lengths are measured in an inspection


def inspect_translation(request: OwnData) -> Found:
    """Reads the texts, and cuts some of them into subwords to know how long they are."""
    read = _read(request)
    count = len(read.sources)
    if "train" not in read.parts and None not in read.parts:
        raise UserError(f"{request.path}: every pair is meant to validate or to test: leave some to train on")
    if count < FEWEST_PAIRS:
        raise UserError(f"{request.path}: {count} usable pairs are too few to learn from: bring more than a thousand")
    characters = sum(map(len, read.sources)) + sum(map(len, read.targets))
    vocabulary = request.vocabulary or _rounded(characters / CHARACTERS_A_SUBWORD)
    lengths = _lengths(read, vocabulary)
    longer_sides = lengths.max(axis=1)
    usual = _SPARE * float(np.quantile(longer_sides, 0.99, method="higher"))
    longest = request.longest or int(np.clip(usual, _SHORTEST, _LONGEST))
    longer = float((longer_sides > longest).mean())
    test = read.parts.count("test")
    tested = test or round(TEST_SHARE * count)
    decided = request.model_copy(
        update={"longest": longest, "vocabulary": vocabulary, "digest": files_digest(read.files)}
    )
    parts = "the files" if _is_files(request) else "the rows"
    return Found(
        task=TaskConfig(
            name=task_name(_name(request)),
            target=f"{__name__}:load",
            modality="text",
            description=f"Translate {read.source} into {read.target}.",
            source=request.path,
            loss="cross_entropy",
            score="chrf",
            also=("bleu", "chrf_beam", "bleu_beam", "accuracy", "perplexity"),
            output="sequence",
            beam=5,
            equivalence=1.0,  # of 100, as in conf/task/multi30k.yaml
            test_fraction=None if test else TEST_SHARE,
            test_limit=MOST_TESTED if tested > MOST_TESTED else None,
            options=decided.model_dump(),
        ),
        said=(
            f"a translation: {count:,} pairs of texts, {read.source} to become {read.target} (source_column= and "
            "target_column= change that, kind= what it is taken for)",
            *(f"honoured: {' and '.join(read.said)}" for _ in read.said[:1]),
            *(said for said in (said_of(read.parts, parts),) if said),
            *((f"tested on {MOST_TESTED:,} of {tested:,} pairs",) if tested > MOST_TESTED else ()),
            f"read by up to {vocabulary:,} subwords, and left out where a side has more than {longest}: about "
            f"{longer:.1%} of the pairs (vocabulary= and longest= change that)",
        ),
        samples=count,
        named_test=sum(part == "test" for part in read.parts or ()),
        steps=round(float(lengths.sum(axis=1).clip(max=2 * longest).mean())),
        channels=EMBEDDING,
        outputs=vocabulary,
    )


def load(config: TaskConfig) -> RawTask:
    """Pairs of subwords. Lines that cannot be read, empty sides and sides that are too long are quarantined."""
    request = OwnData.of(config)
    read = _read(request)
    assert request.longest is not None
    assert request.vocabulary is not None
    options = PairOptions(vocabulary=request.vocabulary, longest=request.longest, embedding=EMBEDDING)
    parts = np.array([part or "train" for part in read.parts])
    pairs = TextPairs(read.sources, read.targets, read.places)
    pool, test = np.flatnonzero(parts != "test"), np.flatnonzero(parts == "test")
    valid = parts[pool] == "valid"
    return translation_task(
        config,
        options,
        pairs.take(pool),
        pairs.take(test) if len(test) else None,
        valid=valid if valid.any() else None,
        groups=np.array(read.groups)[pool] if read.groups else None,
        quarantined=tuple(read.quarantined),
        notes=(f"{read.source} is the text, {read.target} its translation",),
    )


def _read(request: OwnData) -> PairSet:
    return read_pair_files(request) if _is_files(request) else read_pair_table(request)


def _is_files(request: OwnData) -> bool:
    """Files of lines, and no table."""
    path = Path(request.path)
    return path.is_dir() or path.suffix.lower() not in ENDINGS


def _name(request: OwnData) -> str:
    """Of the task: the folder's, or the table's."""
    path = Path(request.path)
    if not _is_files(request):
        return path.stem
    return (path if path.is_dir() else path.parent).name


def _rounded(kinds: float) -> int:
    """Within the bounds, to whole hundreds."""
    return int(np.clip(100 * round(kinds / 100), LEAST_SUBWORDS, MOST_SUBWORDS))


def _lengths(read: PairSet, vocabulary: int) -> np.ndarray:
    """Subwords of both sides of some pairs (pair, side), by a vocabulary learnt from them."""
    from cnn_vs_rnn.tasks.subwords import Subwords

    chosen = np.linspace(0, len(read.sources) - 1, min(_LOOKED_AT, len(read.sources))).astype(int).tolist()
    sides = [[texts[at] for at in chosen] for texts in (read.sources, read.targets)]
    subwords = Subwords([*sides[0], *sides[1]], vocabulary)
    return np.array([[len(tokens) for tokens in subwords(side)] for side in sides]).T
