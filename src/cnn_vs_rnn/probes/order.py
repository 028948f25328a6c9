"""What a network makes of order: the test score that is lost when every sequence's steps are shuffled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int, Shaped
from torch import nn

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.config import Option, Strict, TaskConfig
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.fit import EVALUATION_BATCH
from cnn_vs_rnn.learner.predict import predict
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.probes.run import Entrant, probe_options
from cnn_vs_rnn.tasks.data import Samples


def measure(entrants: Sequence[Entrant], options: Mapping[str, Option]) -> list[Measurement]:
    """lost_when_shuffled of each trained network, on the test part; nothing of one that was not trained. No options.

    The order is that of the seed, the same for every model.
    """
    probe_options(options, Strict)
    found = []
    for entrant in entrants:
        if entrant.folder is not None and entrant.folder.record() is not None:
            trial = entrant.trial
            test = read_part(trial.data, trial.seed, "test")
            model = model_from(entrant.folder.weights, trial)
            lost = lost_when_shuffled(model, trial.task, test, trial.seed, trial.data.task.vocabulary)
            found.append(entrant.measurement("lost_when_shuffled", lost))
    return found


def lost_when_shuffled(
    model: nn.Module, task: TaskConfig, samples: Samples, seed: int, vocabulary: Sequence[str] = ()
) -> float:
    """The model's score on the samples less that on the shuffled samples, in the score's unit; positive: it lost.

    Of a score of which less is better, the other way round. vocabulary: the text of each token, if answers are texts.
    """
    before, after = (
        float(predict(model, task, Batches(part, EVALUATION_BATCH), vocabulary)[0].per_sample.mean(dtype=np.float64))
        for part in (samples, shuffled(samples, seed, per_step=task.output == "per_step"))
    )
    return before - after if HIGHER_IS_BETTER[task.score] else after - before


def shuffled(samples: Samples, seed: int, *, per_step: bool = False) -> Samples:
    """Each sample's time steps, or pixels, in a random order of its own; padding stays where it is, at the end.

    per_step: there is an answer a step. It goes with its step, so that a network that looks at single steps answers as
    before.
    """
    inputs = samples.inputs
    if inputs.ndim == 4:  # pixels, with all channels of one together
        pixels = inputs.reshape(*inputs.shape[:2], -1).swapaxes(1, 2)
        mixed = _reordered(pixels, _orders(len(inputs), pixels.shape[1], None, seed))
        return replace(samples, inputs=np.ascontiguousarray(mixed.swapaxes(1, 2)).reshape(inputs.shape))
    order = _orders(len(inputs), inputs.shape[1], samples.lengths, seed)
    targets = _reordered(samples.targets, order) if per_step else samples.targets
    return replace(samples, inputs=_reordered(inputs, order), targets=targets)


def _orders(
    samples: int, time: int, lengths: Int[np.ndarray, " sample"] | None, seed: int
) -> Int[np.ndarray, "sample time"]:
    """A random order of the steps of each sample, those of the padding last and as they were."""
    keys = np.random.default_rng(seed).random((samples, time))
    step = np.arange(time)
    if lengths is not None:
        keys = np.where(step < lengths[:, None], keys, 1 + step)
    return keys.argsort(axis=1)


def _reordered(
    values: Shaped[np.ndarray, "sample time ..."], order: Int[np.ndarray, "sample time"]
) -> Shaped[np.ndarray, "sample time ..."]:
    return values[np.arange(len(values))[:, None], order]
