"""Networks for other lengths, and random samples for any task."""

import pytest
import torch
from contest import compose, planned
from mirror import needs_mirror
from untrained import untrained

from cnn_vs_rnn.costs.measure import loss_on
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.build import count_parameters
from cnn_vs_rnn.probes.lengths import at_length, random_batch
from cnn_vs_rnn.probes.run import RefusedError


def test_a_tcn_covers_every_length_with_the_same_parameters(tmp_path):
    [entrant] = untrained(tmp_path, "tcn")
    for length in (16, 64, 256, 1024):
        trial = at_length(entrant.trial, length)
        network = initial_model(trial)
        assert network.encoder.receptive_field >= length
        assert count_parameters(network) == trial.parameters == pytest.approx(entrant.trial.parameters, rel=0.05)
        assert random_batch(trial, 3).inputs.shape == (3, length, 12)


def test_a_recurrent_network_is_the_same_at_every_length(tmp_path):
    [entrant] = untrained(tmp_path, "gru")
    assert at_length(entrant.trial, 29) is entrant.trial
    other = at_length(entrant.trial, 500)
    assert (other.width, other.parameters) == (entrant.trial.width, entrant.trial.parameters)


def test_what_has_no_length_or_no_room_is_refused(tmp_path):
    [image] = planned(compose({"tasks": "digits", "models": "gru", "seeds": 1}), tmp_path)
    with pytest.raises(RefusedError, match="digits has images"):
        at_length(image, 16)
    [network] = untrained(tmp_path, "tcn")
    with pytest.raises(RefusedError, match="time steps: model tcn cannot be given"):
        at_length(network.trial, 10**60)


@pytest.mark.parametrize(
    ("task", "changes"),
    [
        ("digits", {}),
        ("adding", {}),
        ("copy_memory", {"tasks.copy_memory.options.delay": 3}),
        pytest.param("trec", {}, marks=needs_mirror),
        pytest.param("nottingham", {}, marks=needs_mirror),
        ("japanese_vowels", {}),
    ],
)
def test_random_samples_can_be_trained_on_and_are_always_the_same(tmp_path, task, changes):
    params = {"tasks": task, "models": "gru", "seeds": 1, "budget.parameters": 5000, **changes}
    [trial] = planned(compose(params), tmp_path)
    batch, again = random_batch(trial, 4), random_batch(trial, 4)
    assert torch.equal(batch.inputs, again.inputs)
    assert torch.equal(batch.targets, again.targets)
    assert len(batch.inputs) == len(batch.targets) == 4
    spec = trial.data.task.input
    assert (batch.lengths is None) == (not spec.variable)
    if spec.variable:
        assert batch.lengths.tolist() == [spec.length] * 4
    loss = loss_on(initial_model(trial), trial, batch)
    loss.backward()
    assert loss.isfinite()
