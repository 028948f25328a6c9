"""A picture of what training sees: some training samples, and beneath them their random augmentation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Int
from torch import nn

from cnn_vs_rnn.augment_config import AugmentConfig
from cnn_vs_rnn.augmentation.answers import answer_text
from cnn_vs_rnn.augmentation.draw_images import draw_images
from cnn_vs_rnn.augmentation.draw_sequences import draw_sequences
from cnn_vs_rnn.augmentation.draw_text import draw_pairs, draw_texts
from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.policy_words import policy_words
from cnn_vs_rnn.augmentation.scaling import PreparedTask, read_part, read_scaling
from cnn_vs_rnn.augmentation.sheet import AUGMENTED, ORIGINAL
from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.data import Samples


def render_preview(
    prepared: PreparedTask, config: TaskConfig, augment: AugmentConfig, seed: int = 0, samples: int = 8
) -> bytes:
    """PNG, 1600 pixels wide. The same seed gives the same picture.

    Each sample stands above its augmented version: images, sequences as lines or as a table of channel by time (both
    scaled), and texts with the tokens that were dropped; beneath a text that is to become another, that other.

    Raises UserError where the prepared files were changed.
    """
    task, scaling = prepared.task, read_scaling(prepared, seed, "train")
    train = read_part(prepared, seed, "train")
    chosen = train.take(_one_of_each(train, samples, seed))
    rows = {ORIGINAL: chosen}
    module = augmentation_for(config, augment)
    if module is not None:
        rows[AUGMENTED] = _augmented(module, chosen, seed)
    policy = policy_words(config, augment, task.input.channels)
    if task.output.sequence is not None:
        return draw_pairs(rows, config.name, policy, task.vocabulary).png()
    targets = chosen.targets if scaling.target_mean is None else scaling.undo_targets(chosen.targets)
    labels = [answer_text(np.asarray(target), task.output, task.classes) for target in targets]
    if task.input.kind == "image":
        rows = {name: scaling.undo(row) for name, row in rows.items()}
        return draw_images(rows, labels, config.name, policy).png()
    if task.input.kind == "tokens":
        return draw_texts(rows, labels, config.name, policy, task.vocabulary).png()
    channels = "bands" if config.modality == "audio" else "channels"
    return draw_sequences(rows, labels, config.name, policy, scaled=config.scale, channels=channels).png()


def _augmented(module: nn.Module, samples: Samples, seed: int) -> Samples:
    lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        inputs = module(torch.from_numpy(samples.inputs), lengths).numpy()
    return replace(samples, inputs=inputs)


def _one_of_each(train: Samples, count: int, seed: int) -> Int[np.ndarray, " chosen"]:
    """Positions of one sample of each class in turn, shuffled within the class; of any samples without classes."""
    order = np.random.default_rng(seed).permutation(len(train))
    if train.targets.ndim > 1:
        return order[:count]
    labels = train.targets[order]
    turn = np.zeros(len(order), np.int64)  # the how-manieth of its class
    for label in np.unique(labels):
        turn[labels == label] = np.arange((labels == label).sum())
    return order[np.lexsort((labels, turn))][:count]
