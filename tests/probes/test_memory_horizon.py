"""The longest delay recalled, of answers of which it is known."""

import numpy as np
import pytest
from contest import compose, opened, planned
from torch import nn

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.probes import memory_horizon as probe
from cnn_vs_rnn.probes.memory_horizon import answers_of, measure, memory_horizon, recall
from cnn_vs_rnn.probes.run import Entrant, RefusedError

COPY = {"tasks": "copy_memory", "models": "gru", "seeds": 1, "budget.parameters": 1000, "trainer.steps": 3}
COPY |= {f"tasks.copy_memory.options.{name}": value for name, value in {"delay": 5, "samples": 50}.items()}
SELECTIVE = {"tasks": "selective_copy", "models": "gru", "seeds": 1, "budget.parameters": 1000}


class Repeats(nn.Module):
    """Answers with the input so many steps ago; 10 channels."""

    def __init__(self, ago):
        super().__init__()
        self.ago = ago

    def forward(self, inputs, lengths=None):
        return inputs.roll(self.ago, dims=1)


def part(params, tmp_path):
    [trial] = planned(compose(params), tmp_path)
    return trial, read_part(trial.data, trial.seed, "test")


def planted(samples, symbols, longest):
    """Answers right up to this delay and guessed beyond, in the order of the symbols."""
    answers = np.random.default_rng(7).integers(symbols.start, symbols.stop, samples.targets.shape)
    for row, target in enumerate(samples.targets):
        shown = samples.inputs[row, :, symbols.start : symbols.stop].any(1).nonzero()[0]
        asked = np.isin(target, symbols).nonzero()[0]
        known = asked[asked - shown <= longest]
        answers[row, known] = target[known]
    return answers


@pytest.mark.parametrize("longest", [0, 20, 61, 100])
def test_what_is_right_up_to_a_delay_has_that_horizon(tmp_path, longest):
    _, samples = part(SELECTIVE, tmp_path)
    symbols = range(8)
    recalled = recall(planted(samples, symbols, longest), samples, symbols)
    assert sum(len(right) for right in recalled.values()) == 8 * len(samples)
    assert all(right.all() for delay, right in recalled.items() if delay <= longest)
    beyond = np.concatenate([right for delay, right in recalled.items() if delay > longest])
    assert beyond.mean() == pytest.approx(1 / 8, abs=0.02)
    assert memory_horizon(recalled, 1 / 8) == longest


def test_the_delays_of_selective_copy_run_from_its_symbols_to_its_longest(tmp_path):
    _, samples = part(SELECTIVE, tmp_path)
    delays = list(recall(samples.targets, samples, range(8)))
    assert delays == sorted(delays)
    assert delays[0] == 8  # a symbol is asked for after all that follow it, and as many as precede it
    assert 120 < delays[-1] <= 128 + 7


def test_copy_memory_has_one_delay(tmp_path):
    _, samples = part(COPY, tmp_path)
    [(delay, right)] = recall(samples.targets, samples, range(1, 9)).items()
    assert (delay, right.size, right.all()) == (15, 10 * len(samples), True)
    again = recall(answers_of(Repeats(15), samples), samples, range(1, 9))
    assert again[15].all()
    too_early = recall(answers_of(Repeats(14), samples), samples, range(1, 9))
    assert memory_horizon(again, 1 / 8) == 15
    assert memory_horizon(too_early, 1 / 8) == 0


def test_guessing_rarely_has_a_horizon():
    generator = np.random.default_rng(0)
    horizons = [
        memory_horizon({delay: generator.random(40) < 1 / 8 for delay in range(1, 61)}, 1 / 8, alpha=0.05)
        for _ in range(200)
    ]
    assert np.count_nonzero(horizons) <= 20  # 10 expected at most; without a correction, nearly all


def test_worse_than_chance_is_no_memory():
    assert memory_horizon({5: np.zeros(1000, bool)}, 1 / 8) == 0
    assert memory_horizon({}, 1 / 8) == 0


def test_answers_are_those_of_the_model_batch_by_batch(tmp_path, monkeypatch):
    _, samples = part(SELECTIVE, tmp_path)  # 72 steps, then 136
    monkeypatch.setattr(probe, "EVALUATION_BATCH", 300)
    answers = answers_of(Repeats(0), samples)
    assert answers.shape == samples.targets.shape == (1000, 136)
    assert (answers == samples.inputs.argmax(2)).all()


def test_trained_networks_alone_are_measured(tmp_path):
    trial, _ = part(COPY, tmp_path)
    folder = opened(trial, tmp_path / "trial")
    entrants = [Entrant(trial, None), Entrant(trial, folder)]
    assert measure(entrants, {}) == []
    fit(folder)
    [one] = measure(entrants, {"alpha": 0.001})
    assert (one.quantity, one.at) == ("memory_horizon", None)
    assert one.value in (0, 15)  # all symbols are asked for after one delay


def test_what_cannot_be_measured_is_refused(tmp_path):
    [trial] = planned(compose({"tasks": "digits", "models": "gru", "seeds": 1, "budget.parameters": 1000}), tmp_path)
    with pytest.raises(RefusedError, match="task digits recalls no symbols"):
        measure([Entrant(trial, None)], {})
    with pytest.raises(UserError, match="option alpha=1 is refused"):
        measure([], {"alpha": 1})
