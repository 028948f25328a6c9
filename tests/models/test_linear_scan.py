"""The scan is the step loop: same states, same gradients, whichever kernel computes it."""

import pytest
import torch

from cnn_vs_rnn.models.linear_scan import linear_scan, parallel_scan, sequential_scan

KERNELS = pytest.mark.parametrize("kernel", [sequential_scan, parallel_scan])


def arguments(time, dtype=torch.float32, batch=3, channels=5):
    generator = torch.Generator().manual_seed(time)
    a = torch.rand(time, batch, channels, generator=generator, dtype=dtype)
    b = torch.randn(time, batch, channels, generator=generator, dtype=dtype)
    start = torch.randn(batch, channels, generator=generator, dtype=dtype)
    return [tensor.requires_grad_() for tensor in (a, b, start)]


def step_loop(a, b, start):
    states = []
    for a_t, b_t in zip(a, b, strict=True):
        start = a_t * start + b_t
        states.append(start)
    return torch.stack(states)


@KERNELS
@pytest.mark.parametrize("time", [1, 2, 3, 17, 64, 785])
@pytest.mark.parametrize("from_zero", [True, False], ids=["zero start", "nonzero start"])
def test_states_and_gradients_are_those_of_the_step_loop(kernel, time, from_zero):
    a, b, start = arguments(time)
    if from_zero:
        start = torch.zeros_like(start).requires_grad_()
    weight = torch.randn(a.shape, generator=torch.Generator().manual_seed(0))
    expected = step_loop(a, b, start)
    expected_gradients = torch.autograd.grad((expected * weight).sum(), (a, b, start))
    states = linear_scan(a, b, start, kernel)
    torch.testing.assert_close(states, expected, rtol=1e-5, atol=1e-5)
    gradients = torch.autograd.grad((states * weight).sum(), (a, b, start))
    torch.testing.assert_close(gradients, expected_gradients, rtol=1e-5, atol=1e-5)


@KERNELS
@pytest.mark.parametrize("time", [1, 2, 7])
def test_gradients_are_exact(kernel, time):
    arguments_ = arguments(time, torch.float64, batch=2, channels=2)
    torch.autograd.gradcheck(lambda a, b, start: linear_scan(a, b, start, kernel), arguments_)


@KERNELS
def test_a_keep_gate_at_its_ends_is_exact(kernel):
    _, b, start = arguments(9)
    kept = linear_scan(torch.ones_like(b), torch.zeros_like(b), start, kernel)
    assert torch.equal(kept, start.expand_as(kept))
    assert torch.equal(linear_scan(torch.zeros_like(b), b, start, kernel), b)


@KERNELS
def test_strided_arguments_and_gradients_are_taken_as_they_are(kernel):
    both = torch.rand(6, 3, 10)
    a, b = both.chunk(2, dim=2)
    a, b, start = a.requires_grad_(), b.requires_grad_(), torch.rand(3, 5)
    gradient = torch.rand(3, 6, 5).transpose(0, 1)
    expected = torch.autograd.grad(step_loop(a, b, start), (a, b), gradient)
    torch.testing.assert_close(torch.autograd.grad(linear_scan(a, b, start, kernel), (a, b), gradient), expected)


def test_parts_of_a_sequence_continue_where_the_last_one_ended():
    a, b, start = arguments(20)
    first = linear_scan(a[:8], b[:8], start)
    second = linear_scan(a[8:], b[8:], first[-1])
    torch.testing.assert_close(torch.cat([first, second]), linear_scan(a, b, start))
