"""Looking at a contest several times, as seeds come in, without erring more often.

Each look is given a share of the error that may be made at all, and its interval is that much wider: by the union bound
no contest is judged wrongly at any of its looks more often than `1 - confidence`, whatever the correlation between
looks, whenever one stops and whatever one stops for. Such intervals are the repeated confidence intervals of Jennison
and Turnbull (1989, Journal of the Royal Statistical Society B 51(3)), with the spending of Lan and DeMets (1983,
Biometrika 70(3)) and Bonferroni's bound in the place of a normal approximation, which five seeds do not allow.
"""

from __future__ import annotations

from collections.abc import Sequence

FIRST = 0.5  # the share of the first look, at which most are decided; the others have the rest in equal parts


def share(looks: Sequence[int], seeds: int) -> float:
    """Of the error, what may be made at the look at so many seeds; all of it where there is a single look.

    >>> [share((5, 10, 20), seeds) for seeds in (4, 5, 10, 20)], share((), 5)
    ([0.5, 0.5, 0.25, 0.25], 1.0)
    """
    if len(looks) < 2:
        return 1.0
    return FIRST if seeds <= looks[0] else (1 - FIRST) / (len(looks) - 1)


def confidence_at(confidence: float, looks: Sequence[int], seeds: int) -> float:
    """Of the interval at that look by itself, so that all looks together have `confidence`."""
    return 1 - (1 - confidence) * share(looks, seeds)
