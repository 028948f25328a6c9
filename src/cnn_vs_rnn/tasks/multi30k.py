"""What an image shows, said in English, to be said in German."""

from __future__ import annotations

import numpy as np

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.data import RawTask
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.sequence_pairs import PairOptions, TextPairs, translation_task

PARTS = ("train", "val", "test_2016_flickr")


def load(config: TaskConfig) -> RawTask:
    """29,000 + 1,014 + 1,000 descriptions of photographs and their translations by people, official parts.

    Source: Elliott, Frank, Sima'an, Specia 2016, Multi30K, arXiv 1605.00459 (task 1; the test part Flickr 2016).
    """
    options = read_options(config, PairOptions)
    train, valid, test = (_pairs(config, part) for part in PARTS)
    pool = train.joined(valid)
    validates = np.arange(len(pool.sources)) >= len(train.sources)
    return translation_task(config, options, pool, test, valid=validates)


def _pairs(config: TaskConfig, part: str) -> TextPairs:
    english, german = (_lines(config, f"{part}.{language}.gz") for language in ("en", "de"))
    if len(english) != len(german):
        raise UserError(
            f"task {config.name}: part {part} has {len(english):,} English and {len(german):,} German lines: "
            "fetch both files again"
        )
    return TextPairs(english, german, [f"{part} line {number}" for number in range(1, len(english) + 1)])


def _lines(config: TaskConfig, ending: str) -> list[str]:
    path = next(file.path for file in config.files if file.path.endswith(ending))
    (content,) = members(fetched(config, path)).values()
    return content.decode("utf-8").strip("\n").split("\n")  # U+2028 may stand within a text
