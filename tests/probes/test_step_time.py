"""Seconds of a training step, on a clock that each step moves; in real processes, only that there are some."""

import math
import threading
from types import SimpleNamespace

import pytest
import torch
from untrained import untrained

from cnn_vs_rnn.costs import timing
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models import min_gru
from cnn_vs_rnn.probes import step_time
from cnn_vs_rnn.probes.lengths import random_batch
from cnn_vs_rnn.probes.quiet import LoadedError
from cnn_vs_rnn.probes.run import RefusedError
from cnn_vs_rnn.probes.step_time import measure, with_parallel_scans

SMALL = {"tokens": 64, "lengths": [8, 16, 32], "batch_sizes": [2, 3], "threads_length": 32, "rounds": 3}


@pytest.fixture
def groups(monkeypatch):
    """The groups that are timed, as (threads, lengths of the trials, batch, rounds); all in this process.

    A step of the n-th model takes n, 5n and 2n seconds; warming up takes a thousand.
    """
    seen = []
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: clock.now))

    def steps_of(n):
        seconds = iter([1000.0, 1000.0, 1000.0, n, 5.0 * n, 2.0 * n])

        def step():
            clock.now += next(seconds)

        return step

    def in_this_process(threads, function, trials, batch, rounds, *quiet):
        seen.append((threads, [trial.data.task.input.length for trial in trials], batch, rounds))
        numbers = iter(range(1, len(trials) + 1))
        monkeypatch.setattr(step_time, "training_step", lambda model, trial, batch: steps_of(next(numbers)))
        return function(trials, batch, rounds, *quiet)

    monkeypatch.setattr(step_time, "isolated", in_this_process)
    monkeypatch.setattr(step_time, "quietly", lambda action, limit, share: action())
    return seen


def test_median_and_minimum_of_each_model_in_every_group(tmp_path, groups):
    found = list(measure(untrained(tmp_path, "lstm+gru"), SMALL))
    for quantity, places in (
        ("step_seconds", (8, 16, 32)),
        ("step_seconds_by_batch", (2, 3)),
        ("step_seconds_by_threads", (1, 2)),
    ):
        values = [(one.model, one.at, one.value) for one in found if one.quantity == quantity]
        fastest = [(one.model, one.at, one.value) for one in found if one.quantity == f"{quantity}_minimum"]
        assert values == [(model, at, 2 * n) for at in places for n, model in ((1, "lstm"), (2, "gru"))]
        assert fastest == [(model, at, n) for at in places for n, model in ((1, "lstm"), (2, "gru"))]


def test_what_is_held_fixed_in_each_group(tmp_path, groups):
    list(measure(untrained(tmp_path, "lstm+gru"), SMALL))
    by_length, by_batch, by_threads = groups[:3], groups[3:5], groups[5:]
    assert [(threads, lengths) for threads, lengths, _, _ in by_length] == [(1, [n, n]) for n in (8, 16, 32)]
    assert all(lengths[0] * batch == 64 for _, lengths, batch, _ in by_length)
    assert by_batch == [(1, [29, 29], batch, 3) for batch in (2, 3)]
    assert by_threads == [(threads, [32, 32], 2, 3) for threads in (1, 2)]


def test_flops_grow_by_the_same_each_step_and_without_time_there_are_none(tmp_path, groups):
    [entrant] = untrained(tmp_path, "lstm")
    flops = {one.at: one.value for one in measure([entrant], SMALL) if one.quantity == "train_flops"}
    [cell] = initial_model(entrant.trial).encoder.cells
    a_step = 2 * 4 * cell.hidden_size * (12 + cell.hidden_size)
    head = 2 * cell.hidden_size * 9
    assert flops == {length: length * a_step + head for length in (8, 16, 32)}


def test_a_min_gru_runs_a_second_time_by_parallel_scan_with_the_same_result(tmp_path, groups, monkeypatch):
    entrants = untrained(tmp_path, "gru+min_gru", **{"budget.parameters": 3000})
    found = list(measure(entrants, SMALL))
    timed = {one.model for one in found if one.quantity == "step_seconds_by_threads"}
    assert timed == {"gru", "min_gru", "min_gru (parallel scan)"}
    assert {one.model for one in found if one.quantity == "train_flops"} == {"gru", "min_gru"}

    called = []
    for name, kernel in (("sequential", min_gru.sequential_scan), ("parallel", min_gru.parallel_scan)):
        spy = lambda *a, name=name, kernel=kernel: called.append(name) or kernel(*a)  # noqa: E731
        monkeypatch.setitem(min_gru._KERNELS, name, spy)
    _, loop, scan = (runner.trial for runner in with_parallel_scans(entrants))
    batch = random_batch(loop, 4)
    answers = [initial_model(trial)(batch.inputs, batch.lengths) for trial in (loop, scan)]
    assert called == ["parallel"] * 3  # a layer each; the other takes the device's way
    torch.testing.assert_close(*answers)


def test_real_processes_time_every_model(tmp_path):
    options = {**SMALL, "lengths": [8], "batch_sizes": [2], "threads": [1], "rounds": 1, "quiet_share": 1000.0}
    found = list(measure(untrained(tmp_path, "tcn+min_gru", **{"budget.parameters": 3000}), options))
    assert len(found) == 3 * 2 * 3 + 2
    assert all(0 < one.value < math.inf for one in found)


def test_a_loaded_machine_is_refused_by_the_process_that_would_measure(tmp_path):
    options = {**SMALL, "quiet_share": 1e-12, "wait_seconds": 0.0}
    entrants = untrained(tmp_path, "gru")
    busy = torch.randn(600, 600)
    done = threading.Event()

    def work():
        while not done.is_set():
            torch.mm(busy, busy)

    worker = threading.Thread(target=work)
    worker.start()  # seen from a process that measures, this one is another
    try:
        with pytest.raises(LoadedError, match="a timing is refused"):
            list(measure(entrants, options))
    finally:
        done.set()
        worker.join()


def test_options_are_checked(tmp_path, monkeypatch):
    entrants = untrained(tmp_path, "gru")
    with pytest.raises(UserError, match="option tokens=64 is no multiple of 24 time steps"):
        list(measure(entrants, {**SMALL, "lengths": [16, 24]}))
    with pytest.raises(UserError, match="option tokens=64 is no multiple of 3 time steps"):
        list(measure(entrants, {**SMALL, "threads_length": 3}))
    with pytest.raises(UserError, match="no option 'round': did you mean rounds"):
        list(measure(entrants, {"round": 3}))
    monkeypatch.setattr(step_time.os, "sched_getaffinity", lambda _: {0})
    with pytest.raises(RefusedError, match="2 threads cannot be timed on 1 core"):
        list(measure(entrants, SMALL))
