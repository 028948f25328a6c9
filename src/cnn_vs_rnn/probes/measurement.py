"""What a probe hands to the claims: one number, of one model with one seed, and what it is a number of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnn_vs_rnn.config import Family, Strict

Scale = Literal["difference", "ratio"]  # how two values are compared: a - b, or a / b


@dataclass(frozen=True)
class Quantity:
    """What a kind of number is called, its unit, and what `Measurement.at` counts (along), if anything."""

    words: str
    unit: str = ""
    along: str = ""
    scale: Scale = "difference"


_STATE = "gradient of the last state by an earlier one, against k = 0"
_INPUT = "gradient of the last output by an earlier input, against k = 0"
_FIELD = "width that holds 95% of the gradient"

QUANTITIES: dict[str, Quantity] = {
    "state_reach": Quantity(_STATE, "decades", "steps back"),
    "input_reach": Quantity(_INPUT, "decades", "steps back"),
    "state_reach_trained": Quantity(f"{_STATE}, after training", "decades", "steps back"),
    "input_reach_trained": Quantity(f"{_INPUT}, after training", "decades", "steps back"),
    "receptive_field": Quantity(_FIELD, "pixels or steps", "layer"),
    "receptive_field_trained": Quantity(f"{_FIELD}, after training", "pixels or steps", "layer"),
    "memory_horizon": Quantity("longest delay recalled above chance", "steps"),
    "saved_bytes": Quantity("kept for the backward pass, one sample", "bytes", "time steps", "ratio"),
    "peak_bytes": Quantity("resident memory that one training step adds", "bytes", "time steps", "ratio"),
    "state_bytes": Quantity("kept from step to step when streaming", "bytes", "", "ratio"),
    "step_seconds": Quantity("one training step", "s", "time steps", "ratio"),
    "step_seconds_minimum": Quantity("one training step, the fastest", "s", "time steps", "ratio"),
    "step_seconds_by_batch": Quantity("one training step", "s", "samples a batch", "ratio"),
    "step_seconds_by_batch_minimum": Quantity("one training step, the fastest", "s", "samples a batch", "ratio"),
    "step_seconds_by_threads": Quantity("one training step", "s", "threads", "ratio"),
    "step_seconds_by_threads_minimum": Quantity("one training step, the fastest", "s", "threads", "ratio"),
    "train_tokens": Quantity("training, tokens of answers", "tokens/s", "", "ratio"),
    "decode_tokens": Quantity("greedy decoding", "tokens/s", "sentences at once", "ratio"),
    "beam_tokens": Quantity("beam search", "tokens/s", "sentences at once", "ratio"),
    "train_flops": Quantity("forward pass, one sample", "FLOPs", "time steps", "ratio"),
    "gap": Quantity("loss on validation less loss on training, in the round that was kept", ""),
    "seconds_to_target": Quantity("training until the target score", "s", "", "ratio"),
    "samples_to_target": Quantity("samples seen until the target score", "", "", "ratio"),
    "lost_when_shuffled": Quantity("score lost when the time steps of the test are shuffled", ""),
}


class Measurement(Strict):
    """One number. Those of one quantity have one unit; a value may be infinite (a target that was never reached)."""

    task: str
    condition: str
    model: str
    family: Family
    seed: int
    quantity: str  # a key of QUANTITIES
    at: float | None = None  # where along its axis: steps back, time steps, threads, ...
    value: float
