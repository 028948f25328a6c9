"""The answer of a sample, in few words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Shaped

from cnn_vs_rnn.tasks.data import IGNORED, OutputSpec

MOST = 10  # answers of a sample with one a step: the last


def answer_text(target: Shaped[np.ndarray, "..."], output: OutputSpec, classes: Sequence[str]) -> str:
    """target: of one sample, in the unit of the data."""
    if output.forecast is not None:
        return f"then {_few(target)}"
    if output.labels:
        if not output.per_step:
            return _names(target, classes) or "no label"
        steps = target[target[:, 0] != IGNORED]
        return f"in the end: {_names(steps[-1], classes) or 'none'}"
    if output.per_step:
        answers = [classes[int(index)] for index in target[target != IGNORED][-MOST:]]
        single = all(len(name) == 1 for name in answers) and not all(name.isalnum() for name in classes)
        return f"answer … {('' if single else ' ').join(answers)}"
    return f"target {_few(target)}" if target.ndim else classes[int(target)]


def _names(target: Shaped[np.ndarray, " label"], classes: Sequence[str]) -> str:
    return " ".join(classes[int(index)] for index in np.flatnonzero(target == 1))


def _few(values: Shaped[np.ndarray, " value"]) -> str:
    texts = [f"{value:.3g}" for value in values.tolist()]
    return " ".join(texts if len(texts) <= 4 else [*texts[:3], "…", texts[-1]])
