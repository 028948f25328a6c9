"""In a real training the augmentation sees every training batch, and never a sample that validates it or is tested."""

from collections import Counter

import numpy as np
import pytest
import torch
from contest import compose, opened, planned

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.evaluation.evaluate import evaluate_trial, model_from
from cnn_vs_rnn.learner import fit as fitting
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.predict import predict

FEW = {"seeds": 1, "budget.parameters": 2000, "trainer.steps": 120, "trainer.rounds": 4, "augment": "all"}


class Spy(torch.nn.Module):
    """Runs an augmentation, and keeps what it was given and what came out."""

    def __init__(self, module):
        super().__init__()
        self.module, self.seen, self.changed, self.modes = module, [], [], []

    def forward(self, inputs, lengths):
        changed = self.module(inputs, lengths)
        self.modes.append(self.training and torch.is_grad_enabled())
        self.seen += [sample.numpy().tobytes().rstrip(b"\0") for sample in inputs]
        self.changed += [sample.numpy().tobytes().rstrip(b"\0") for sample in changed]
        return changed


@pytest.fixture(params=["digits-cnn2d", "japanese_vowels-gru"])
def trained(request, tmp_path, monkeypatch):
    """(trial, folder, spies) of a trial that trains once, on images, or twice."""
    task, model = request.param.split("-")
    (trial,) = planned(compose(FEW | {"tasks": task, "models": model}), tmp_path)
    spies = []

    def spying(*arguments):
        spies.append(Spy(real(*arguments)))
        return spies[-1]

    real = fitting.augmentation_for
    monkeypatch.setattr(fitting, "augmentation_for", spying)
    folder = opened(trial, tmp_path / "trial")
    fitting.fit(folder)
    assert trial.refits is (task == "japanese_vowels")
    return trial, folder, spies


def contents(samples):
    return [sample.tobytes().rstrip(b"\0") for sample in samples.inputs]


def test_every_sample_is_changed_anew_whenever_it_is_trained_on_and_no_other(trained, tmp_path):
    trial, folder, spies = trained
    valid, test = (contents(read_part(trial.data, 0, part)) for part in ("valid", "test"))
    for spy, part in zip(spies, ("train", "fit") if trial.refits else ("train",), strict=True):
        counts = Counter(spy.seen)
        assert sum(counts.values()) == trial.steps * trial.batch_size
        assert set(counts) == set(contents(read_part(trial.data, 0, part)))
        assert all(spy.modes)
        assert len(set(spy.changed)) > 0.95 * len(spy.changed)
    assert not set(spies[0].seen) & {*valid, *test}
    assert not set(spies[-1].seen) & set(test)
    calls = [len(spy.modes) for spy in spies]
    evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    assert [len(spy.modes) for spy in spies] == calls


def test_validation_scores_are_those_of_the_samples_as_they_are(trained):
    trial, folder, _ = trained
    valid = Batches(read_part(trial.data, 0, "valid"), 256)
    predictions, _ = predict(model_from(folder.validated_weights, trial), trial.task, valid)
    assert np.mean(predictions.per_sample) == pytest.approx(folder.record().valid_score, abs=1e-5)


def test_a_part_that_is_switched_on_alone_is_the_only_one():
    augment = compose({"augment": "none", "augment.audio.noise": 0.3}).augment
    assert augment.audio is not None
    assert (augment.audio.noise, augment.audio.shift, augment.image) == (0.3, 0, None)
