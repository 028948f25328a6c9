"""Time one training step (forward and backward) of the minGRU recurrence: fused scan, step loop, nn.GRU.

    OMP_NUM_THREADS=1 python -m benchmarks.min_gru_scan

All of one row have the same hidden size, and run in turn on one thread, so that a busy machine slows them alike.
The scan and the loop include the linear layer that computes gate and candidate, as nn.GRU includes its own.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn

from cnn_vs_rnn.models.linear_scan import linear_scan, parallel_scan

BATCH, CHANNELS, HIDDEN = 32, 2, 64
LENGTHS, ROUNDS = (100, 200, 400, 784), 9


def step_loop(a: Tensor, b: Tensor, start: Tensor) -> Tensor:
    """The recurrence as written, with autograd's own backward."""
    state, states = start, []
    for a_t, b_t in zip(a, b, strict=True):
        state = a_t * state + b_t
        states.append(state)
    return torch.stack(states)


def min_gru(projection: nn.Linear, recurrence: Callable[[Tensor, Tensor, Tensor], Tensor], inputs: Tensor) -> None:
    """One training step of one minGRU layer, time first."""
    gate, candidate = projection(inputs).chunk(2, dim=2)
    update = torch.sigmoid(gate)
    recurrence(1 - update, update * candidate, inputs.new_zeros(BATCH, HIDDEN))[-1].sum().backward()


def milliseconds(step: Callable[[], None]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Print medians for several lengths."""
    torch.set_num_threads(1)
    projection, gru = nn.Linear(CHANNELS, 2 * HIDDEN), nn.GRU(CHANNELS, HIDDEN)
    print(f"ms a step (median of {ROUNDS}), batch {BATCH}, hidden {HIDDEN}, one thread")
    print(f"{'time':>6} {'scan':>8} {'doubling':>9} {'loop':>8} {'nn.GRU':>8} {'GRU/scan':>9}")
    for length in LENGTHS:
        inputs = torch.randn(length, BATCH, CHANNELS)
        candidates: dict[str, Callable[[], None]] = {
            "scan": lambda x=inputs: min_gru(projection, linear_scan, x),
            "doubling": lambda x=inputs: min_gru(projection, lambda a, b, h: linear_scan(a, b, h, parallel_scan), x),
            "loop": lambda x=inputs: min_gru(projection, step_loop, x),
            "gru": lambda x=inputs: gru(x)[0][-1].sum().backward(),
        }
        times: dict[str, list[float]] = {name: [] for name in candidates}
        for round_ in range(ROUNDS + 1):
            for name, step in candidates.items():
                taken = milliseconds(step)
                if round_:  # the first one warms up
                    times[name].append(taken)
        median = {name: statistics.median(values) for name, values in times.items()}
        print(
            f"{length:>6} {median['scan']:>8.1f} {median['doubling']:>9.1f} {median['loop']:>8.1f} "
            f"{median['gru']:>8.1f} {median['gru'] / median['scan']:>9.1f}"
        )


if __name__ == "__main__":
    main()
