"""In a real training the augmentation sees every training batch, and never a validation or test sample."""

import numpy as np
import pytest
import torch
from contest import compose, opened, planned

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.evaluation.evaluate import evaluate_trial, model_from
from cnn_vs_rnn.learner import fit as fitting
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.predict import predict

EPOCHS = 2
FEW = {"seeds": 1, "budget.parameters": 2000, "trainer.max_epochs": EPOCHS, "augment": "all"}


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
    """(trial, folder, spy) of one small training."""
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
    return trial, folder, spies[0]


def contents(samples):
    return [sample.tobytes().rstrip(b"\0") for sample in samples.inputs]


def test_every_training_sample_is_changed_once_an_epoch_and_no_other(trained, tmp_path):
    trial, folder, spy = trained
    train, valid, test = (contents(read_part(trial.data, 0, part)) for part in ("train", "valid", "test"))
    assert sorted(spy.seen) == sorted(train * EPOCHS)
    assert not set(spy.seen) & {*valid, *test}
    assert all(spy.modes)
    assert len(set(spy.changed)) > 0.95 * len(spy.changed)  # anew in every epoch
    calls = len(spy.modes)
    evaluate_trial(folder, trial, folder.record(), tmp_path / "kept")
    assert len(spy.modes) == calls


def test_validation_scores_are_those_of_the_samples_as_they_are(trained):
    trial, folder, _ = trained
    valid = Batches(read_part(trial.data, 0, "valid"), 256)
    predictions, _ = predict(model_from(folder.best, trial), trial.task, valid)
    assert np.mean(predictions.per_sample) == pytest.approx(folder.record().valid_score, abs=1e-5)


def test_a_part_that_is_switched_on_alone_is_the_only_one():
    augment = compose({"augment": "none", "augment.audio.noise": 0.3}).augment
    assert augment.audio is not None
    assert (augment.audio.noise, augment.audio.shift, augment.image) == (0.3, 0, None)
