"""How busy the node is on which a trial trains: `system.csv` in its folder, a line a value.

The file only grows. A process that is killed may leave half a line at its end: readers skip it, and whoever appends
next cuts it off.
"""

from __future__ import annotations

import contextlib
import csv
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback

EVERY_SECONDS = 10.0
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Reading:
    """One value of one sample. time: in milliseconds since 1970."""

    time: int
    node: str
    name: str
    value: float


def node_name() -> str:
    """SLURM's name of this node, where there is one, or the host's."""
    return os.environ.get("SLURMD_NODENAME") or platform.node()


class NodeMetrics(Callback):
    """Samples processor, memory and GPU of this node every 10 seconds, and once more as training ends.

    Of the processes of one trial, the first on each node samples. It touches nothing that a training computes with.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._node = node_name()
        self._sampled_at = 0.0

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        psutil.cpu_percent()  # counts from here to the first sample
        self._sampled_at = self._clock()

    def on_train_batch_end(self, trainer: pl.Trainer, *_: object) -> None:
        self._sample_if_due(trainer)

    def on_validation_batch_end(self, trainer: pl.Trainer, *_: object) -> None:
        self._sample_if_due(trainer)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        self._sample(trainer)

    def _sample_if_due(self, trainer: pl.Trainer) -> None:
        if self._clock() - self._sampled_at >= EVERY_SECONDS:
            self._sample(trainer)

    def _sample(self, trainer: pl.Trainer) -> None:
        self._sampled_at = self._clock()
        if trainer.local_rank:
            return
        name = "system.csv" if trainer.is_global_zero else f"system.{trainer.global_rank}.csv"
        with contextlib.suppress(OSError):  # a full disk ends the training where it writes its checkpoint, and says so
            _append(self._folder / name, self._node, {**_machine(), **_gpu(trainer.strategy.root_device)})


def _machine() -> dict[str, float]:
    memory = psutil.virtual_memory()
    return {
        "cpu_utilization_percentage": psutil.cpu_percent(),
        "system_memory_usage_megabytes": memory.used / MEGABYTE,
        "system_memory_usage_percentage": memory.percent,
        "process_memory_usage_megabytes": psutil.Process().memory_info().rss / MEGABYTE,
    }


def _gpu(device: torch.device) -> dict[str, float]:
    """Of the GPU in use, under its number on the node as CUDA shows it; its utilisation needs `nvidia-ml-py`."""
    if device.type != "cuda":
        return {}
    free, total = torch.cuda.mem_get_info(device)
    gpu = f"gpu_{device.index or 0}"
    values = {
        f"{gpu}_memory_usage_megabytes": (total - free) / MEGABYTE,
        f"{gpu}_memory_usage_percentage": 100 * (total - free) / total,
    }
    with contextlib.suppress(ModuleNotFoundError, RuntimeError):
        values[f"{gpu}_utilization_percentage"] = float(torch.cuda.utilization(device))
    return values


def _append(path: Path, node: str, values: dict[str, float]) -> None:
    now = int(time.time() * 1000)
    lines = "".join(f"{now},{node},{name},{value:.1f}\n" for name, value in values.items())
    with path.open("ab+") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - 4096))  # no line is as long
        file.truncate(start + _whole(file.read()))
        file.write(lines.encode())


def _whole(content: bytes) -> int:
    """How many bytes of a file make whole lines."""
    return content.rfind(b"\n") + 1


def readings(folder: Path) -> Iterator[Reading]:
    """All that was sampled while the trial of this folder trained, in time order on each node."""
    for path in sorted(folder.glob("system*.csv")):
        content = path.read_bytes()
        for moment, node, name, value in csv.reader(content[: _whole(content)].decode().splitlines()):
            yield Reading(int(moment), node, name, float(value))
