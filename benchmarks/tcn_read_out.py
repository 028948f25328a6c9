"""What the TCN's pruned read-out saves: one training step against the usual full network with the same weights.

Three ways to the same last output, timed in turn, round after round, on one thread:
usual: as published (Bai et al. 2018): 1-D convolutions that pad both sides and drop the surplus ("chomp");
full: this library's TCN at every step, then the last one;
pruned: this library's TCN at the positions that the last output depends on.

Run on an idle machine: python -m benchmarks.tcn_read_out
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import torch
from rich.console import Console
from rich.table import Table
from torch import Tensor
from torch.nn import functional as F

from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.tcn import TCN
from cnn_vs_rnn.tasks.data import InputSpec

LENGTHS = (200, 400, 784)
CHANNELS, KERNEL_SIZE, BATCH = 25, 7, 32
WARM_UP, ROUNDS = 3, 15


def usual(tcn: TCN, inputs: Tensor) -> Tensor:
    """The last output, the way the authors' code computes it (github.com/locuslab/TCN, TCN/tcn.py)."""
    hidden = inputs.transpose(1, 2).contiguous()
    for block in tcn.blocks:
        outputs = hidden
        for conv in (block.first, block.second):
            outputs = F.conv1d(outputs, conv.weight, conv.bias, padding=block.reach, dilation=block.dilation)
            outputs = block.dropout(F.relu(outputs[:, :, : -block.reach].contiguous()))
        shortcut = block.shortcut
        residual = (
            F.conv1d(hidden, shortcut.weight.unsqueeze(2), shortcut.bias) if hasattr(shortcut, "weight") else hidden
        )
        hidden = F.relu(outputs + residual)
    return hidden[:, :, -1]


def measure(length: int) -> dict[str, list[float]]:
    """Milliseconds of each round's training step (forward and backward), by way."""
    torch.manual_seed(0)
    tcn = TCN(
        InputSpec(kind="sequence", channels=1, length=length), float(CHANNELS), dropout=0.0, kernel_size=KERNEL_SIZE
    )
    inputs = torch.randn(BATCH, length, 1)
    ways: dict[str, Callable[[], Tensor]] = {
        "usual": lambda: usual(tcn, inputs),
        "full": lambda: SequenceEncoder.forward(tcn, inputs),
        "pruned": lambda: tcn(inputs),
    }
    for name, way in ways.items():
        torch.testing.assert_close(way(), ways["pruned"](), rtol=0, atol=1e-5, msg=f"{name} differs from pruned")
    milliseconds: dict[str, list[float]] = {name: [] for name in ways}
    for round_ in range(WARM_UP + ROUNDS):
        for name, way in ways.items():
            tcn.zero_grad()
            start = time.perf_counter()
            way().square().mean().backward()
            if round_ >= WARM_UP:
                milliseconds[name].append(1000 * (time.perf_counter() - start))
    return milliseconds


def main() -> None:
    torch.set_num_threads(1)
    title = f"TCN training step: {CHANNELS} channels, k={KERNEL_SIZE}, batch {BATCH}, 1 thread; median (minimum)"
    table = Table(title=title)
    for header in ("T", "usual ms", "full ms", "pruned ms", "usual/pruned", "full/pruned"):
        table.add_column(header, justify="right", no_wrap=True)
    for length in LENGTHS:
        times = measure(length)
        middle = {name: statistics.median(values) for name, values in times.items()}
        least = {name: min(values) for name, values in times.items()}
        steps = [f"{middle[name]:.0f} ({least[name]:.0f})" for name in times]
        ratios = [
            f"{middle[name] / middle['pruned']:.1f}x ({least[name] / least['pruned']:.1f}x)"
            for name in ("usual", "full")
        ]
        table.add_row(str(length), *steps, *ratios)
    console = Console()
    console.print(table)
    console.print(f"torch {torch.__version__}, load average {os.getloadavg()[0]:.2f} at the end")


if __name__ == "__main__":
    main()
