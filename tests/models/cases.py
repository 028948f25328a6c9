"""The kinds of data every model is tried on, and the models found under conf/model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import BudgetConfig, ModelConfig, TaskConfig
from cnn_vs_rnn.learner.batches import given_before
from cnn_vs_rnn.models.build import build
from cnn_vs_rnn.tasks.data import END, IGNORED, Forecast, InputSpec, OutputSpec, Samples
from cnn_vs_rnn.tasks.sequence_pairs import pair_samples

BUDGET = BudgetConfig(name="test", parameters=10_000)
FOLDER = Path(__file__).parents[2] / "conf" / "model"


@cache
def models() -> dict[str, ModelConfig]:
    """Every model on disk, by the name of its file."""
    return {path.stem: ModelConfig(**yaml.safe_load(path.read_text())) for path in sorted(FOLDER.glob("*.yaml"))}


@dataclass(frozen=True)
class Case:
    """One kind of task. shortest: time steps of the shortest sequence; None where all lengths are equal."""

    name: str
    modality: str
    input: InputSpec
    output: OutputSpec
    values: bool = False  # regression
    shortest: int | None = None

    def served_by(self, model: ModelConfig) -> bool:
        return model.serves(
            TaskConfig(
                name=self.name,
                target="none",
                modality=self.modality,
                description="",
                source="",
                loss=self.loss,
                score="mse" if self.values else "accuracy",
                output=self.kind,
                scale_targets=self.kind == "forecast",
                equivalence=0.1,
            )
        )

    @property
    def loss(self) -> str:
        if self.output.labels:
            return "binary_cross_entropy"
        return "mse" if self.values else "cross_entropy"

    @property
    def kind(self) -> str:
        if self.output.forecast:
            return "forecast"
        if self.output.sequence:
            return "sequence"
        return "per_step" if self.output.per_step else "one"

    def network(self, model: ModelConfig, *, dropout: float = 0.0) -> nn.Module:
        """The model at the width that the budget gives it, always initialised alike."""
        width, _ = solve_width(model, self.input, self.output, BUDGET)
        torch.manual_seed(0)
        return build(model, self.input, self.output, width=width, dropout=dropout)

    def baseline(self, model: ModelConfig) -> nn.Module:
        return build(model, self.input, self.output, width=0.0, dropout=0.0)

    def samples(self, count: int, seed: int) -> Samples:
        """Samples that can be learnt from."""
        random = np.random.default_rng(seed)
        return self._pairs(count, random) if self.output.sequence else self._patterns(count, random)

    def _patterns(self, count: int, random: np.random.Generator) -> Samples:
        """Noise plus a pattern of the class or, for values, plus the value itself; a class a step follows the time."""
        spec = self.input
        shape = (spec.channels, spec.height, spec.width) if spec.kind == "image" else (spec.length, spec.channels)
        patterns = np.random.default_rng(0).normal(size=(self.output.size, *shape))
        inputs = random.normal(size=(count, *shape))
        if spec.kind == "tokens":
            inputs = random.integers(1, spec.vocabulary, (count, spec.length))
        if self.output.labels:
            inputs = (inputs > 0.5).astype(np.float32)
            targets = np.roll(inputs, -1, axis=1) if self.output.per_step else inputs.max(axis=1)
        elif spec.kind == "tokens" and not self.output.per_step:
            targets = np.arange(count) % self.output.size
            inputs[:, : spec.length // 2] = 2 + targets[:, None]  # half of the text tells
        elif spec.kind == "tokens":
            inputs = (inputs[:, :1] + np.arange(spec.length)) % (spec.vocabulary - 1) + 1
            targets = (inputs % (spec.vocabulary - 1)) + 1
        elif self.output.forecast:  # a level and a season, and how they go on
            (channel,), horizon = self.output.forecast.channels, self.output.forecast.horizon
            time = np.arange(spec.length + horizon)[:, None] + random.integers(0, 12, (count, 1, 1))
            series = random.normal(size=(count, 1, 1)) + 0.5 * np.sin(time * 2 * np.pi / 12) * np.ones(spec.channels)
            inputs = series[:, : spec.length] + 0.05 * inputs
            targets = series[:, spec.length :, channel].astype(np.float32)
        elif self.values:
            targets = random.normal(size=(count, self.output.size)).astype(np.float32)
            inputs += np.tensordot(targets, patterns, 1)
        elif self.output.per_step:
            wrong = random.random((count, spec.length)) < 0.2
            targets = (np.arange(spec.length) // 10 + wrong) % self.output.size
        else:
            targets = np.arange(count) % self.output.size
            inputs += patterns[targets]
        lengths = None
        if self.shortest is not None:
            lengths = random.integers(self.shortest, spec.length, endpoint=True, size=count)
            lengths[0] = spec.length
            padded = np.arange(spec.length) >= lengths[:, None]
            inputs[padded] = 0
            if self.output.per_step:
                targets[padded] = IGNORED
        return Samples(inputs if spec.kind == "tokens" else inputs.astype(np.float32), targets, lengths)

    def _pairs(self, count: int, random: np.random.Generator) -> Samples:
        """The answer is every other token of the source, each replaced by the next number."""
        first, size = END + 1, self.output.size
        lengths = random.integers(self.shortest, self.input.length, count, endpoint=True)
        lengths[0] = self.input.length
        sources = [random.integers(first, size, length).tolist() for length in lengths]
        answers = [[first + (token + 1 - first) % (size - first) for token in source[::2]] for source in sources]
        return pair_samples(sources, answers, self.input.length)


def sequence(length: int, channels: int) -> InputSpec:
    return InputSpec(kind="sequence", length=length, channels=channels)


def tokens(length: int, vocabulary: int) -> InputSpec:
    return InputSpec(kind="tokens", length=length, channels=8, vocabulary=vocabulary)


CASES = [
    Case("image", "image", InputSpec(kind="image", channels=1, height=8, width=8), OutputSpec(size=10)),
    Case("wide_image", "image", InputSpec(kind="image", channels=3, height=17, width=13), OutputSpec(size=5)),
    Case("series", "series", sequence(29, 12), OutputSpec(size=9), shortest=7),
    Case("long_series", "series", sequence(100, 1), OutputSpec(size=6)),
    Case("two_classes", "series", sequence(20, 3), OutputSpec(size=2)),
    Case("steps", "synthetic", sequence(40, 10), OutputSpec(size=10, per_step=True)),
    Case("some_steps", "synthetic", sequence(40, 10), OutputSpec(size=10, per_step=True), shortest=3),
    Case("values", "series", sequence(50, 2), OutputSpec(size=1), values=True),
    Case(
        "forecast",
        "series",
        sequence(48, 3),
        OutputSpec(size=12, forecast=Forecast(horizon=12, channels=(1,), period=12)),
        values=True,
    ),
    Case("words", "text", tokens(20, 30), OutputSpec(size=4), shortest=2),
    Case("characters", "text", tokens(40, 15), OutputSpec(size=15, per_step=True, causal=True)),
    Case(
        "translation",
        "text",
        tokens(14, 30).model_copy(update={"words": 20}),
        OutputSpec(size=30, sequence=15),
        shortest=3,
    ),
    Case("symbols", "synthetic", tokens(10, 12), OutputSpec(size=12, sequence=11), shortest=1),
    Case("labels", "series", sequence(30, 6), OutputSpec(size=6, labels=True)),
    Case("keys", "series", sequence(30, 6), OutputSpec(size=6, per_step=True, labels=True, causal=True), shortest=4),
]


def tensors(samples: Samples) -> tuple[Tensor, Tensor | None]:
    lengths = None if samples.lengths is None else torch.from_numpy(samples.lengths)
    return torch.from_numpy(samples.inputs), lengths


def shown(samples: Samples) -> tuple[Tensor | None, ...]:
    """What a model is called with to answer step by step."""
    if samples.target_lengths is None:
        return tensors(samples)
    return (*tensors(samples), given_before(torch.from_numpy(samples.targets)))
