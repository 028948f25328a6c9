"""How far an image is scaled down, whatever its size."""

from __future__ import annotations

from cnn_vs_rnn.tasks.data import InputSpec

SMALLEST = 4  # pixels that halving must leave


def halvings(input: InputSpec) -> list[tuple[int, int]]:
    """The factor of height and width at each reduction of an image: 2 while at least 4 pixels remain, else 1.

    >>> halvings(InputSpec(kind="image", channels=1, height=28, width=12))
    [(2, 2), (2, 1)]
    """
    assert input.height is not None
    assert input.width is not None
    height, width, factors = input.height, input.width, []
    while True:
        factor = (1 + (height // 2 >= SMALLEST), 1 + (width // 2 >= SMALLEST))
        if factor == (1, 1):
            return factors
        factors.append(factor)
        height, width = height // factor[0], width // factor[1]


def stage_scale(stage: int) -> float:
    """Channels of a stage, in widths.

    Doubling, the habit of large networks, would leave nine tenths of a small budget to the last two stages.
    """
    return 1 + stage / 2
