"""What is left of a gradient, against cases in which it follows from the weights."""

import math

import pytest
import torch
from contest import ADDING, compose, opened, planned
from torch import nn
from untrained import untrained

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.batches import Batch
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.models.encoder import SequenceEncoder
from cnn_vs_rnn.models.lstm import LSTM
from cnn_vs_rnn.models.network import Network
from cnn_vs_rnn.models.tcn import TCN
from cnn_vs_rnn.probes.gradient_reach import input_reach, measure, state_reach
from cnn_vs_rnn.probes.run import Entrant
from cnn_vs_rnn.probes.watched import training_batch
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec

LENGTH = 40
INPUT = InputSpec(kind="sequence", channels=3, length=LENGTH)
VALUE = OutputSpec(size=1)


class LinearRecurrence(SequenceEncoder):
    """h_t = x_t W + rho h_{t-1} Q, Q orthogonal in single precision (to 1e-8 decades a step)."""

    causal = True

    def __init__(self, rho, features=6):
        super().__init__("last")
        self.features = features
        self.rho = rho
        self.read = nn.Linear(3, features)
        self.turn = nn.Parameter(nn.init.orthogonal_(torch.empty(features, features)))

    def initial_state(self, batch):
        return [(self.turn.new_zeros(batch, self.features),)]

    def step(self, inputs, state):
        hidden = self.read(inputs) + self.rho * state[0][0] @ self.turn
        return hidden, [(hidden,)]

    def sequence(self, inputs, lengths=None):
        state, outputs = self.initial_state(len(inputs)), []
        for now in inputs.unbind(1):
            output, state = self.step(now, state)
            outputs.append(output)
        return torch.stack(outputs, 1)


def batch_of(samples=8, lengths=None):
    torch.manual_seed(1)
    return Batch(torch.randn(samples, LENGTH, 3), torch.randn(samples, 1), lengths)


@pytest.mark.parametrize("rho", [1e-8, 0.5, 1.0, 1.3])
def test_a_linear_recurrence_keeps_rho_a_step(rho):
    torch.manual_seed(0)
    network = Network(LinearRecurrence(rho), INPUT, VALUE)
    found = state_reach(network, "mse", batch_of(), [0, 1, 7, 35, 40])
    assert found == {k: pytest.approx(k * math.log10(rho), abs=1e-6) for k in (0, 1, 7, 35)}  # 1e-280: no underflow
    assert next(network.parameters()).dtype == torch.float32  # it is left as it was


def test_of_one_channel_the_input_fades_as_the_state():
    torch.manual_seed(0)
    encoder = LinearRecurrence(0.7, features=1)
    encoder.turn.data.fill_(1.0)
    found = input_reach(Network(encoder, INPUT, VALUE), "mse", batch_of(), [0, 3, 39])
    assert found == {k: pytest.approx(k * math.log10(0.7), abs=1e-6) for k in (0, 3, 39)}


def test_steps_are_counted_from_the_end_of_each_sequence():
    torch.manual_seed(0)
    network = Network(LinearRecurrence(0.5), INPUT, VALUE)
    lengths = torch.tensor([40, 5, 21, 9, 30, 1, 2, 3])
    padded = batch_of(lengths=lengths)
    padded.inputs[2, 21:] = math.nan  # padding is not looked at
    found = state_reach(network, "mse", padded, [0, 4, 20, 39])
    assert found == {k: pytest.approx(k * math.log10(0.5), abs=1e-6) for k in (0, 4, 20, 39)}
    short = Batch(padded.inputs[5:], padded.targets[5:], lengths[5:])
    assert list(state_reach(network, "mse", short, [0, 1, 2, 3])) == [0, 1, 2]
    by_input = input_reach(network, "mse", short, [0, 2, 3])
    assert list(by_input) == [0, 2]
    assert by_input[2] == pytest.approx(2 * math.log10(0.5), abs=0.5)


def test_the_answer_of_the_last_step_alone_counts():
    torch.manual_seed(0)
    network = Network(LinearRecurrence(0.5), INPUT, OutputSpec(size=4, per_step=True))
    batch = Batch(batch_of().inputs, torch.randint(4, (8, LENGTH)), None)
    found = state_reach(network, "cross_entropy", batch, [10])
    assert found == {10: pytest.approx(10 * math.log10(0.5), abs=1e-6)}


def test_the_gradient_of_an_lstm_goes_through_its_cell():
    torch.manual_seed(0)
    encoder = LSTM(INPUT, 5.0, 0.0)
    [cell] = encoder.cells
    with torch.no_grad():
        cell.weight_hh_l0.zero_()  # no way from hidden vector to hidden vector
        cell.weight_ih_l0[5:10] = 0
        cell.bias_ih_l0[5:10] = 1e3  # nothing is forgotten
    found = state_reach(Network(encoder, INPUT, VALUE), "mse", batch_of(), [1, 2, 30])
    assert found[1] > -2
    assert found[2] == pytest.approx(found[1])
    assert found[30] == pytest.approx(found[1])


def test_a_convolution_has_no_gradient_beyond_its_receptive_field():
    torch.manual_seed(0)
    with pytest.warns(UserWarning, match="falls short"):
        encoder = TCN(INPUT, 8.0, 0.0, kernel_size=3, levels=3)
    assert encoder.receptive_field == 29
    found = input_reach(Network(encoder, INPUT, VALUE), "mse", batch_of(), range(LENGTH))
    assert [k for k, decades in found.items() if decades > -math.inf] == list(range(29))


def test_every_k_is_left_out_where_nothing_arrives_at_the_last_step():
    torch.manual_seed(0)
    network = Network(LinearRecurrence(0.5), INPUT, VALUE)
    nn.init.zeros_(network.head.weight)
    assert state_reach(network, "mse", batch_of(), [0, 1]) == {}


def test_each_network_has_the_reaches_that_it_can_have(tmp_path):
    models = "lstm+gru+rnn+min_gru+tcn+fcn+crnn"
    entrants = untrained(tmp_path, models, **{"models.gru.options.bidirectional": True, "budget.parameters": 5000})
    found = measure(entrants, {"steps": [0, 3, 29], "samples": 5})
    by_model = {(one.model, one.quantity) for one in found}
    assert {model for model, quantity in by_model if quantity == "state_reach"} == {"lstm", "rnn", "min_gru"}
    assert {model for model, quantity in by_model if quantity == "input_reach"} == {*models.split("+")} - {"crnn"}
    assert {one.at for one in found} == {0, 3}  # no series of 29 steps has one 29 steps back
    assert all(one.value == 0 for one in found if one.at == 0)


@pytest.mark.parametrize(("task", "known"), [("digits", {0, 7}), ("copy_memory", {0, 7, 8, 49})])
def test_rows_of_images_and_answers_a_step_are_measured_too(tmp_path, task, known):
    params = {"tasks": task, "models": "gru", "seeds": 1, "budget.parameters": 1000}
    entrants = [Entrant(trial, None) for trial in planned(compose(params), tmp_path)]
    found = measure(entrants, {"steps": [0, 7, 8, 49, 50], "samples": 4})
    assert {(one.quantity, one.at) for one in found} == {
        (quantity, at) for quantity in ("state_reach", "input_reach") for at in known
    }


def test_trained_networks_are_measured_as_they_start_and_as_they_end(tmp_path):
    [trial] = planned(compose(ADDING | {"seeds": 1, "trainer.steps": 6}), tmp_path)
    folder = opened(trial, tmp_path / "trial")
    assert {one.quantity for one in measure([Entrant(trial, folder)], {})} == {"state_reach", "input_reach"}
    fit(folder)
    values = {one.quantity: one.value for one in measure([Entrant(trial, folder)], {"steps": [4]})}
    untouched = {one.quantity: one.value for one in measure([Entrant(trial, None)], {"steps": [4]})}
    for quantity, value in untouched.items():
        assert values.pop(quantity) == value
        assert values.pop(f"{quantity}_trained") != value
    assert not values


def test_a_batch_is_the_same_every_time_and_no_larger_than_the_data(tmp_path):
    [trial] = planned(compose(ADDING | {"seeds": 1}), tmp_path)
    one, other = training_batch(trial, 6), training_batch(trial, 6)
    assert torch.equal(one.inputs, other.inputs)
    assert len(one.inputs) == len(one.targets) == 6
    assert len(training_batch(trial, 10_000).inputs) == 48  # of 60, a fifth validates


def test_options_are_checked(tmp_path):
    entrants = untrained(tmp_path, "gru")
    with pytest.raises(UserError, match="no option 'step': did you mean steps"):
        measure(entrants, {"step": [16]})
    with pytest.raises(UserError, match="option samples=0 is refused"):
        measure(entrants, {"samples": 0})
