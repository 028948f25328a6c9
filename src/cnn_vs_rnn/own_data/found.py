"""What an inspection finds out, before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from cnn_vs_rnn.config import TaskConfig


@dataclass(frozen=True)
class Found:
    """A task made of own data, and its rough size, from which settings and an estimate follow.

    said: what was found out, a sentence each, with what was guessed and how to say otherwise.
    steps: time steps of a typical sample, or rows of an image; channels: numbers a step, or a row.
    """

    task: TaskConfig
    said: tuple[str, ...]
    samples: int
    steps: int
    channels: int
    outputs: int  # classes, or values to predict
    named_test: int = 0  # samples that the data itself sets aside for the test

    @property
    def untested(self) -> int:
        """Samples to train and validate on."""
        return self.samples - (self.named_test or round((self.task.test_fraction or 0.0) * self.samples))
