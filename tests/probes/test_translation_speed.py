"""Tokens a second, on a clock that each action moves; in real processes, only that there are some."""

import math
from types import SimpleNamespace

import pytest
import torch
from contest import compose, planned
from untrained import untrained

from cnn_vs_rnn.costs import timing
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.probes import translation_speed
from cnn_vs_rnn.probes.run import Entrant, RefusedError
from cnn_vs_rnn.probes.translation_speed import decoding, measure
from cnn_vs_rnn.probes.watched import training_batch
from cnn_vs_rnn.tasks.data import END, IGNORED

PARAMS = {
    "tasks": "copy_symbols",
    "models": "conv_seq2seq+rnn_seq2seq",
    "seeds": 1,
    "budget.parameters": 5000,
    "tasks.copy_symbols.options.samples": 200,
    "tasks.copy_symbols.options.test_samples": 10,
    "tasks.copy_symbols.options.longest": 6,
}


@pytest.fixture
def entrants(tmp_path):
    return [Entrant(trial, None) for trial in planned(compose(PARAMS), tmp_path)]


@pytest.fixture
def clock(monkeypatch):
    """Everything in this process; a training step of the n-th model takes n seconds, decoding 10 n."""
    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: now.seconds))

    def taking(seconds):
        def act():
            now.seconds += seconds

        return act

    def in_this_process(threads, function, work, *rest):
        assert threads == 1
        numbers = iter(range(1, len(work) + 1))
        monkeypatch.setattr(translation_speed, "training_step", lambda *_: taking(1.0 * next(numbers)))
        monkeypatch.setattr(translation_speed, "decoding", lambda *_: taking(10.0 * next(numbers)))
        return function(work, *rest)

    monkeypatch.setattr(translation_speed, "isolated", in_this_process)
    monkeypatch.setattr(translation_speed, "quietly", lambda action, limit, share: action())


def test_tokens_of_the_answers_over_the_seconds_of_each_model(entrants, clock):
    found = {(one.quantity, one.model, one.at): one.value for one in measure(entrants, {"tokens": 5, "rounds": 3})}
    batch = training_batch(entrants[0].trial, entrants[0].trial.batch_size)
    counted = int((batch.targets != IGNORED).sum())
    assert found == {
        ("train_tokens", "conv_seq2seq", None): counted,
        ("train_tokens", "rnn_seq2seq", None): counted / 2,
        **{
            (quantity, model, at): 5 * at / (10 * n)
            for quantity in ("decode_tokens", "beam_tokens")
            for n, model in ((1, "conv_seq2seq"), (2, "rnn_seq2seq"))
            for at in (1.0, 32.0)
        },
    }


@pytest.mark.parametrize("beam", [1, 5])
def test_every_network_says_as_many_tokens_and_does_not_end_before(entrants, beam):
    for entrant in entrants:
        model = initial_model(entrant.trial)
        torch.nn.init.zeros_(model.embedding.weight)  # all tokens alike: END would come first
        answers = decoding(model, training_batch(entrant.trial, 3), 7, beam)()
        assert answers.shape == (3, 7)
        assert (answers > END).all()


def test_real_processes_time_every_model(entrants):
    options = {"batch_sizes": [2], "tokens": 3, "rounds": 1, "quiet_share": 1000.0}
    found = list(measure(entrants, options))
    assert len(found) == 2 * 3
    assert all(0 < one.value < math.inf for one in found)


def test_other_tasks_and_options_are_refused(tmp_path, entrants):
    with pytest.raises(RefusedError, match="japanese_vowels has no answers that are sequences"):
        list(measure(untrained(tmp_path, "gru"), {}))
    with pytest.raises(UserError, match="no option 'token': did you mean tokens"):
        list(measure(entrants, {"token": 3}))
