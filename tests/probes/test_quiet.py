"""Whether other processes keep the machine busy: shares known from a made-up table of processes."""

import subprocess
import sys
from types import SimpleNamespace

import psutil
import pytest

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.probes import quiet
from cnn_vs_rnn.probes.quiet import LoadedError, Watch, quietly, seconds_of_others, wait_until_quiet
from cnn_vs_rnn.probes.run import RefusedError


class Process(psutil.Process):
    """One whose times are made up."""

    def __init__(self, pid, user=0.0, system=0.0, of_children=0.0, error=None):
        self._pid, self.error = pid, error
        self.times = SimpleNamespace(user=user, system=system, children_user=of_children, children_system=of_children)

    def cpu_times(self):
        if self.error:
            raise self.error
        return self.times


@pytest.fixture
def clock(monkeypatch):
    """A clock that only sleep moves, and a processor that others use at the rates listed, sleep by sleep."""

    class Clock:
        now = 100.0
        used = 0.0
        rates = []

        @classmethod
        def pass_time(cls, seconds):
            cls.now += seconds
            cls.used += seconds * cls.rates.pop(0)

    monkeypatch.setattr(quiet, "time", SimpleNamespace(perf_counter=lambda: Clock.now, sleep=Clock.pass_time))
    return Clock


def test_all_time_of_others_is_added_up_and_none_of_our_own():
    this = psutil.Process().pid
    table = [
        Process(this, user=1000.0),
        Process(-1, user=1.0, system=2.0),
        Process(-2, system=4.0, of_children=8.0),
        Process(-3, error=psutil.NoSuchProcess(-3)),
        Process(-4, error=psutil.AccessDenied(-4)),
    ]
    assert seconds_of_others(table) == 1 + 2 + 4 + 2 * 8


def test_a_child_of_ours_that_spins_is_no_other_process():
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        child = psutil.Process(spinning.pid)
        before = sum(child.cpu_times()[:2])
        while sum(child.cpu_times()[:2]) < before + 0.1:
            assert child.is_running()
        assert seconds_of_others([child]) == 0
        assert seconds_of_others([child, psutil.Process(1)]) == seconds_of_others([psutil.Process(1)])
    finally:
        spinning.kill()
        spinning.wait()


def test_a_stranger_that_spins_counts(monkeypatch):
    spinning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        monkeypatch.setattr(psutil.Process, "children", lambda self, recursive: [])  # so it is none of ours
        child = psutil.Process(spinning.pid)
        before = seconds_of_others([child])
        while seconds_of_others([child]) < before + 0.1:
            assert child.is_running()
    finally:
        spinning.kill()
        spinning.wait()


def test_the_share_is_processor_time_by_time_passed(clock):
    clock.rates = [0.25, 1.75]
    watch = Watch(lambda: clock.used)
    clock.pass_time(2.0)
    assert watch.share() == 0.25
    clock.pass_time(2.0)
    assert watch.share() == 1.0
    clock.used = -5.0  # a process has ended, and its time is gone from the table
    assert watch.share() == 0


def test_waiting_ends_with_the_first_quiet_moment(clock):
    clock.rates = [1.0, 0.5, 0.0625, 1.0]
    assert wait_until_quiet(60.0, quiet_share=0.1, read=lambda: clock.used) == 0.0625
    assert clock.rates == [1.0]


def test_a_busy_machine_is_refused_in_one_sentence(clock):
    clock.rates = [1.5] * 100
    with pytest.raises(
        LoadedError, match=r"^other processes use 1.50 of a core, more than 0.1, so a timing is refused"
    ):
        wait_until_quiet(3.0, quiet_share=0.1, read=lambda: clock.used)
    assert clock.now == 100 + 3
    assert issubclass(LoadedError, UserError)
    assert issubclass(LoadedError, RefusedError)  # so a run goes on without the timing


def test_a_timing_is_taken_again_where_others_worked_meanwhile(clock):
    results = iter(["disturbed", "clean"])

    def timed():
        clock.pass_time(10.0)
        return next(results)

    clock.rates = [0.0, 0.5, 0.0, 0.0]  # quiet, disturbed, quiet, clean
    assert quietly(timed, 60.0, quiet_share=0.1, read=lambda: clock.used) == "clean"
    assert clock.rates == []


def test_a_timing_that_is_disturbed_until_the_limit_is_refused(clock):
    clock.rates = [0.0, 0.5] * 100
    with pytest.raises(LoadedError, match=r"used 0.50 of a core during a timing"):
        quietly(lambda: clock.pass_time(10.0), 15.0, quiet_share=0.1, read=lambda: clock.used)
    assert len(clock.rates) == 200 - 4
