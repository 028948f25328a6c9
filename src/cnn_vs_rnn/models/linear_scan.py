"""The linear recurrence h_t = a_t * h_{t-1} + b_t, elementwise, with a backward pass of its own.

Autograd on the step loop would keep a node and a tensor for every step; here forward and backward are one
node each. The gradient is the same recurrence run backwards: with g_t = dL/dh_t in full,
g_t = grad_t + a_{t+1} * g_{t+1}, dL/db_t = g_t, dL/da_t = g_t * h_{t-1} and dL/dh_0 = a_1 * g_1.

Two kernels compute it. `sequential_scan` takes one fused multiply-add a step on contiguous memory, which is
all the work there is and the fastest on a CPU. `parallel_scan` doubles the span that each position has
gathered, in log2(time) rounds (Hillis & Steele 1986; Blelloch 1990, "Prefix Sums and Their Applications",
section 1.4): more work, but of few large kernels, for a GPU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

# (a, b, h_0, where the states go, whether time runs backwards)
Kernel = Callable[[Tensor, Tensor, Tensor, Tensor, bool], None]


def linear_scan(
    a: Float[Tensor, "time batch channel"],
    b: Float[Tensor, "time batch channel"],
    start: Float[Tensor, "batch channel"],
    kernel: Kernel | None = None,
) -> Float[Tensor, "time batch channel"]:
    """All states h_1 .. h_T of h_t = a_t * h_{t-1} + b_t from h_0 = start. Differentiable once.

    Time comes first, so that one step is one block of memory. kernel: by default the sequential one on a CPU, the
    parallel one elsewhere.
    """
    return _LinearScan.apply(a, b, start, kernel or (sequential_scan if a.device.type == "cpu" else parallel_scan))


def sequential_scan(a: Tensor, b: Tensor, start: Tensor, out: Tensor, backwards: bool) -> None:
    """Fill `out` step by step."""
    steps = list(zip(a.unbind(), b.unbind(), out.unbind(), strict=True))
    state = start
    for a_t, b_t, h_t in reversed(steps) if backwards else steps:
        torch.addcmul(b_t, a_t, state, out=h_t)
        state = h_t


def parallel_scan(a: Tensor, b: Tensor, start: Tensor, out: Tensor, backwards: bool) -> None:
    """Fill `out` in log2(time) rounds over all steps at once."""
    if not len(a):
        return
    decay, state = (a.flip(0), b.flip(0)) if backwards else (a.clone(), b.clone())
    state[0] += decay[0] * start
    span = 1
    while span < len(a):
        # the right-hand sides are complete before anything is overwritten
        state[span:] = torch.addcmul(state[span:], decay[span:], state[:-span])
        decay[span:] = decay[span:] * decay[:-span]
        span *= 2
    out.copy_(state.flip(0) if backwards else state)


class _LinearScan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, start: Tensor, kernel: Kernel) -> Tensor:
        states = torch.empty(b.shape, dtype=b.dtype, device=b.device)
        kernel(a, b, start, states, False)
        ctx.save_for_backward(a, start, states)
        ctx.kernel = kernel
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        a, start, states = ctx.saved_tensors
        grad_b = torch.empty_like(states)
        grad_b[-1] = gradient[-1]
        ctx.kernel(a[1:], gradient[:-1], gradient[-1], grad_b[:-1], True)
        grad_a = torch.empty_like(states)
        torch.mul(grad_b[0], start, out=grad_a[0])
        torch.mul(grad_b[1:], states[:-1], out=grad_a[1:])
        return grad_a, grad_b, a[0] * grad_b[0], None
