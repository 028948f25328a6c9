"""Labels beside points, none on top of another."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

_LETTER, _HEIGHT, _POINT, _LINE = 6.3, 13.0, 6.0, 1.5  # pixels, at a font of 11
_DISTANCES = (11.0, 20.0, 32.0, 46.0, 62.0, 80.0)
_ANGLES = [math.radians(degrees) for degrees in (0, 180, 90, 270, 45, 315, 135, 225, 20, 340, 160, 200)]


@dataclass(frozen=True)
class Label:
    """Where a label's middle is, in pixels right of and below its point."""

    right: float
    below: float
    leader: bool  # far enough from its point to need a line to it


@dataclass(frozen=True)
class _Box:
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: _Box) -> float:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, across) * max(0.0, down)


def place_labels(
    points: list[tuple[float, float]],
    texts: list[str],
    width: float,
    height: float,
    corners: list[tuple[float, float]] | None = None,
) -> list[Label]:
    """A label for each point (pixels from the top left of a plot area): the nearest free place, else the least bad.

    corners: of a line of upright and level pieces that no label should lie on.
    """
    taken = [_Box(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in points]
    for (x, y), (to_x, to_y) in itertools.pairwise(corners or []):
        taken.append(_Box(min(x, to_x) - _LINE, min(y, to_y) - _LINE, max(x, to_x) + _LINE, max(y, to_y) + _LINE))
    area = _Box(0.0, 0.0, width, height)
    labels = []
    for (x, y), text in zip(points, texts, strict=True):
        across = _LETTER * len(text)
        choices = []
        for distance in _DISTANCES:
            for angle in _ANGLES:
                right = math.cos(angle) * (distance + across / 2 if abs(math.cos(angle)) > 0.5 else distance)
                below = -math.sin(angle) * distance
                box = _Box(
                    x + right - across / 2, y + below - _HEIGHT / 2, x + right + across / 2, y + below + _HEIGHT / 2
                )
                outside = across * _HEIGHT - box.overlap(area)
                cost = sum(box.overlap(other) for other in taken) + 4 * outside + 0.02 * distance
                choices.append((cost, right, below, distance, box))
        _, right, below, distance, box = min(choices, key=lambda choice: choice[0])
        taken.append(box)
        labels.append(Label(right, below, leader=distance > _DISTANCES[0]))
    return labels
