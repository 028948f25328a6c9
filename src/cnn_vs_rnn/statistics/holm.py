"""Several tests of one claim: p-values adjusted so that all of them together err no more often than one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted by the step-down procedure of Holm 1979 (Scandinavian Journal of Statistics 6(2)), in order.

    The chance of a single false one among them is held, whatever their dependence. A test that could not be carried out
    belongs to the family as well: give it a p of 1.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values, dtype=float)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted.tolist()
