"""The task of own data with a label a sample, whatever its files are."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_vs_rnn.config import Modality, TaskConfig
from cnn_vs_rnn.own_data.labels import TEST_SHARE, Answers
from cnn_vs_rnn.own_data.parts import Part, task_name
from cnn_vs_rnn.own_data.request import OwnData


def own_task(
    decided: OwnData,
    answers: Answers,
    parts: Sequence[Part | None],
    *,
    name: str,
    target: str,
    modality: Modality,
    description: str,
) -> TaskConfig:
    """The task as it is ingested; a fifth is drawn as its test part where the data brings none.

    decided: the request with all that the inspection decided, and the digest of the files. parts: of every sample.
    """
    test = parts.count("test")
    return TaskConfig(
        name=task_name(name),
        target=target,
        modality=modality,
        description=description,
        source=decided.path,
        test_fraction=None if test else TEST_SHARE,
        options=decided.model_dump(),
        **answers.scoring(test or round(TEST_SHARE * len(parts))),
    )
