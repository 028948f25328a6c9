"""Bytes kept, against counts by hand."""

import pytest
import torch
from untrained import untrained

from cnn_vs_rnn.costs.memory import peak_bytes_of
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.probes.isolated import isolated
from cnn_vs_rnn.probes.lengths import at_length
from cnn_vs_rnn.probes.saved_memory import measure, sample_bytes, state_bytes

FLOAT = 4
MIB = 2**20


def test_states_counted_by_hand(tmp_path):
    entrants = untrained(tmp_path, "lstm+tcn+gru", **{"models.gru.options.bidirectional": True})
    found = {one.model: one.value for one in measure(entrants, {"lengths": [4], "batch": 1}) if one.at is None}
    lstm, tcn, _ = (initial_model(entrant.trial) for entrant in entrants)
    assert found["lstm"] == FLOAT * 2 * sum(cell.hidden_size for cell in lstm.encoder.cells)  # hidden and cell
    assert "gru" not in found  # it reads backwards, too, and cannot stream
    reach = [(tcn.encoder.kernel_size - 1) * 2**level for level in range(len(tcn.encoder.blocks))]
    inside = [block.first.out_channels for block in tcn.encoder.blocks]
    read = [12, *[tcn.encoder.features] * (len(reach) - 1)]  # the first block reads the 12 channels of the input
    assert len(reach) > 1
    by_hand = sum(past * (one + other) for past, one, other in zip(reach, read, inside, strict=True))
    assert found["tcn"] == FLOAT * by_hand


def test_a_tcn_of_equal_channels_keeps_what_the_formula_says(tmp_path):
    [entrant] = untrained(tmp_path, "tcn")
    encoder = initial_model(entrant.trial.model_copy(update={"width": 12.0})).encoder  # as wide as the input
    taps, levels = encoder.kernel_size, len(encoder.blocks)
    assert state_bytes(encoder.initial_state(1)) == FLOAT * 2 * (taps - 1) * 12 * (2**levels - 1)


def test_tensors_are_found_however_deep_and_by_their_type():
    nested = [(torch.zeros(3), [torch.zeros(2, 5, dtype=torch.float64)]), torch.zeros(1)]
    assert state_bytes(nested) == 3 * 4 + 10 * 8 + 4
    assert state_bytes([]) == 0


@pytest.mark.parametrize(("dropout", "numbers"), [(0.0, 1), (0.1, 2)])
def test_an_elman_network_keeps_its_inputs_states_and_dropout_masks(tmp_path, dropout, numbers):
    [entrant] = untrained(tmp_path, "rnn", **{"recipe.dropout": dropout})
    [cell] = initial_model(entrant.trial).encoder.cells
    kept = [sample_bytes(at_length(entrant.trial, length)) for length in (16, 32, 1056)]
    a_step = FLOAT * (12 + numbers * cell.hidden_size)
    assert kept[1] - kept[0] == 16 * a_step
    assert kept[2] - kept[1] == 1024 * a_step
    assert 0 < kept[0] - 16 * a_step < FLOAT * (4 * cell.hidden_size + 4 * 9)  # read-out, head and loss


def a_large_and_a_small_tensor():
    torch.ones(32 * MIB)  # 128 MiB, given back at once
    torch.ones(8 * MIB)


def nothing():
    pass


def added_to_what_is_there(action):
    there = torch.ones(16 * MIB)  # 64 MiB of floats, before
    added = peak_bytes_of(action)
    assert there.sum() == 16 * MIB
    return added


def test_the_peak_is_what_an_action_adds_to_what_is_there():
    # In a fresh process, as peak_bytes_of asks: the one of the tests keeps hundreds of freed MiB to use again.
    added = isolated(1, added_to_what_is_there, a_large_and_a_small_tensor)
    assert added == pytest.approx(128 * MIB, abs=16 * MIB)  # Linux counts pages in bundles
    assert isolated(1, added_to_what_is_there, nothing) < 16 * MIB


def test_the_peak_of_a_step_holds_what_the_batch_saves(tmp_path):
    [entrant] = untrained(tmp_path, "gru")
    trial = at_length(entrant.trial, 500)
    found = measure([entrant], {"lengths": [500], "batch": 64})
    saved, peak = (next(one for one in found if one.quantity == name) for name in ("saved_bytes", "peak_bytes"))
    assert (saved.at, peak.at, saved.value) == (500, 500, sample_bytes(trial))
    assert 0.5 * 64 * saved.value < peak.value < 5 * 64 * saved.value


def test_options_are_checked(tmp_path):
    entrants = untrained(tmp_path, "gru")
    with pytest.raises(UserError, match="no option 'length': did you mean lengths"):
        measure(entrants, {"length": [16]})
    with pytest.raises(UserError, match=r"option lengths=0 is refused"):
        measure(entrants, {"lengths": [0]})
