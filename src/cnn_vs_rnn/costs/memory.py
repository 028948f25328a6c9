"""What training keeps in memory."""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import torch
from torch import Tensor, nn


def saved_bytes(model: nn.Module, loss: Callable[[], Tensor]) -> int:
    """Bytes that autograd keeps for the backward pass of `loss()`: unique storages, parameters and buffers left out."""
    own = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    saved: dict[int, torch.UntypedStorage] = {}

    def pack(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage  # kept alive, so that no address is used twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = loss()
    del result
    return sum(storage.nbytes() for storage in saved.values())


def peak_bytes_of(action: Callable[[], object]) -> int:
    """Bytes by which the resident memory of this process rises above where it stands, at most, during `action()`.

    Of a fresh process whose libraries are warm: memory that was freed before, but kept, is used again unseen.
    """
    if sys.platform == "linux":  # else the peak includes what came before, such as imports
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = psutil.Process().memory_info().rss
    action()
    return max(0, peak_resident_bytes() - before)


def peak_resident_bytes() -> int:
    """The most memory that this process has held at once since it began, or since `peak_bytes_of` looked."""
    if sys.platform == "linux":  # ru_maxrss there includes the process that started this one (getrusage(2))
        status = Path("/proc/self/status").read_text(encoding="ascii")
        peak = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
        assert peak is not None
        return 1024 * int(peak[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
