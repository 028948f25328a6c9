"""How long a network is trained, in which batches, and at which learning rate: the same for every network of a task."""

from __future__ import annotations

import math

from cnn_vs_rnn.training_config import RecipeConfig

LEAST_STEPS = 600  # on few samples as well: what an RNN needs to learn anything (docs/results/recipe.md)
STEPS_AT = 300  # samples, from which on the steps grow with the square root of their number
# Samples below which a batch has this size: small data needs many steps, large data many samples in each of them.
_BATCH_SIZES = ((1_000, 16), (10_000, 32))
_LARGEST_BATCH = 64


def steps_for(samples: int) -> int:
    """Gradient steps of a training on so many samples, where the trainer does not say.

    >>> [steps_for(samples) for samples in (30, 300, 1_200, 60_000)]
    [600, 600, 1200, 8485]
    """
    return round(LEAST_STEPS * math.sqrt(max(1.0, samples / STEPS_AT)))


def batch_size_for(samples: int) -> int:
    """Samples in a batch, where the recipe does not say; never more than there are.

    >>> [batch_size_for(samples) for samples in (10, 999, 1_000, 10_000)]
    [10, 16, 32, 64]
    """
    size = next((size for below, size in _BATCH_SIZES if samples < below), _LARGEST_BATCH)
    return max(1, min(size, samples))


def rate_at(recipe: RecipeConfig, progress: float) -> float:
    """The learning rate once a share `progress` of the training is over, between 0 and 1.

    It rises in proportion during the warm-up, and then falls along half a cosine or stays (Loshchilov & Hutter 2017,
    arXiv 1608.03983, without restarts; the warm-up: Goyal et al. 2017, arXiv 1706.02677, section 2.2).

    >>> recipe = RecipeConfig(name="", learning_rate=0.1, warmup=0.5)
    >>> [round(rate_at(recipe, share), 3) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """
    if progress < recipe.warmup:
        return recipe.learning_rate * progress / recipe.warmup
    if recipe.schedule == "constant":
        return recipe.learning_rate
    annealed = min(1.0, (progress - recipe.warmup) / (1 - recipe.warmup))
    return recipe.learning_rate * (1 + math.cos(math.pi * annealed)) / 2
