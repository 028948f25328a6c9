"""Functions in fresh processes."""

import os

import pytest
import torch

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.probes.isolated import isolated
from cnn_vs_rnn.probes.run import RefusedError


def _refuse(text):
    raise UserError(text)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_process_has_the_threads_asked_for(threads):
    assert isolated(threads, torch.get_num_threads) == threads
    assert f"omp_get_max_threads() : {threads}\n" in isolated(threads, torch.__config__.parallel_info)


def test_each_call_has_a_process_of_its_own():
    processes = {os.getpid(), isolated(1, os.getpid), isolated(1, os.getpid)}
    assert len(processes) == 3


def test_what_the_function_raises_is_raised_here():
    with pytest.raises(UserError, match="too long"):
        isolated(1, _refuse, text="too long")


def test_a_process_that_dies_is_a_refusal():
    with pytest.raises(RefusedError, match="exit status 9"):
        isolated(1, os._exit, 9)
