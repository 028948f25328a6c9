"""How wide a model must be to take the time for an answer that the budget allows: measured, and kept.

A measured width differs a little each time, and a trial of another width is another trial: so the first answer is
written down, and a run that goes on, or goes on elsewhere, trains the networks it began with.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path

import torch

from cnn_vs_rnn.budgets.operations import blank_sample
from cnn_vs_rnn.config import ModelConfig
from cnn_vs_rnn.costs.timing import interleaved_seconds, single_thread
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.models.build import build
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

ROUNDS = 25
NEAR = 0.01  # of the time asked for: as near as noise lets a search come
WIDEST = 2**12  # where it gives up
_Measure = Callable[[float], float]


class MeasuredWidths:
    """The widths that met a latency, below one folder. Raises UserError where their file is damaged."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "latency_widths.json"

    def width(self, model: ModelConfig, input: InputSpec, output: OutputSpec, asked: float) -> tuple[float, float]:
        """The width whose answer to one sample comes closest to `asked` milliseconds, and its milliseconds."""
        known = self._read()
        parts = [part.model_dump(mode="json") for part in (model, input, output)]
        key = hashlib.sha256(json.dumps([*parts, asked], sort_keys=True).encode()).hexdigest()[:16]
        if key not in known:
            known[key] = closest_width(lambda width: latency_ms(model, input, output, width), asked)
            write_text(self.path, json.dumps(known, indent=2))
        return known[key]

    def _read(self) -> dict[str, tuple[float, float]]:
        if not self.path.exists():
            return {}
        try:
            return {key: (float(width), float(reached)) for key, (width, reached) in self._stored().items()}
        except (ValueError, TypeError, AttributeError) as error:
            raise UserError(f"{self.path} is damaged: delete it, and the widths are measured anew") from error

    def _stored(self) -> dict[str, list[float]]:
        return json.loads(self.path.read_text(encoding="utf-8"))


def latency_ms(model: ModelConfig, input: InputSpec, output: OutputSpec, width: float) -> float:
    """Milliseconds of one core for the answer to one sample of full length: the least of many rounds.

    Other work on the machine can only add to the time, so that the least is what repeats.
    """
    network = build(model, input, output, width=width, dropout=0.0).eval()
    sample = blank_sample(input)
    with single_thread(), torch.inference_mode():
        [seconds] = interleaved_seconds([lambda: network(sample, None)], ROUNDS)
    return 1e3 * min(seconds)


def closest_width(measure: _Measure, asked: float) -> tuple[float, float]:
    """The whole width whose measure comes closest to what is asked for, and that measure.

    measure: of a width; it grows with it, but for noise.
    """
    found: dict[float, float] = {}

    def at(width: float) -> float:
        if width not in found:
            found[width] = measure(width)
        return found[width]

    narrow = wide = 1.0
    while at(wide) < asked and wide < WIDEST:
        narrow, wide = wide, 2 * wide
    while wide - narrow > 1:
        middle = float(math.floor((narrow + wide) / 2))
        if abs(at(middle) - asked) <= NEAR * asked:
            return middle, found[middle]
        narrow, wide = (middle, wide) if found[middle] < asked else (narrow, middle)
    best = min(found, key=lambda width: abs(found[width] - asked))
    return best, found[best]
