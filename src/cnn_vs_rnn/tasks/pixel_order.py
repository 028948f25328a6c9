"""One fixed random order of pixels: what is near in the image is no longer near in the input."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int


def pixel_order(pixels: int, permutation_seed: int | None) -> Int[np.ndarray, " pixel"]:
    """Positions in their new order, the same for every image; without a seed in reading order.

    Source: Le, Jaitly, Hinton 2015, arXiv 1504.00941, section 4.2.
    """
    order = np.arange(pixels)
    return order if permutation_seed is None else np.random.default_rng(permutation_seed).permutation(order)
