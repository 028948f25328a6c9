"""Every file under conf/experiment, those added later included: it composes, and each of its models takes a step."""

import math
import os

import pytest
import torch
from contest import CONF, compose, planned

from cnn_vs_rnn.augmentation.policy import augmentation_for
from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.learner.batches import TrainingBatches
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.learner.objective import loss_of
from cnn_vs_rnn.models.closed_form import ClosedForm

FILES = sorted((CONF / "experiment").glob("*.yaml"))
OWN = {"my_data": "sentences.csv"}  # experiments on own data, and what they are tried on
FEW = {"samples": 200, "test_samples": 50}  # of a task whose data is generated


def with_few_samples(experiment):
    tasks = {
        name: task.model_copy(
            update={
                "options": {**task.options, **{key: FEW[key] for key in FEW if key in task.options}},
                "limit": 80,
                "test_limit": 50,
            }
        )
        for name, task in experiment.tasks.items()
    }
    conditions = {
        label: {key: value for key, value in changes.items() if key.rpartition(".")[2] not in FEW}
        for label, changes in experiment.conditions.items()
    }
    return experiment.model_copy(update={"seeds": 1, "tasks": tasks, "conditions": conditions})


@pytest.fixture
def composed(tmp_path):
    """Composes the experiment of a file, on a small data set where it wants own data."""

    def compose_file(file):
        if file.stem not in OWN:
            return compose({"experiment": file.stem})
        path = tmp_path / OWN[file.stem]
        path.write_text("text,label\n" + "\n".join(f"number {at} is {at % 2},{at % 2}" for at in range(60)))
        return compose({"experiment": file.stem, "path": str(path)})

    return compose_file


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_the_file_says_what_it_asks(file, composed):
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# @package _global_\n# Asks: ")
    experiment = composed(file)
    assert experiment.experiment == file.stem
    assert experiment.question.endswith("?")


@pytest.mark.filterwarnings("ignore:TCN. the receptive field")  # too short a one may be what is asked about
@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_each_of_its_models_takes_a_step_on_a_real_batch(file, composed, tmp_path):
    experiment = with_few_samples(composed(file))
    if any(task.files for task in experiment.tasks.values()) and not os.environ.get("DATA_MIRROR"):
        pytest.skip("DATA_MIRROR names no folder of data sets")
    trials = planned(experiment, tmp_path)
    assert {trial.task.name for trial in trials} == set(experiment.tasks)
    assert {trial.model.name for trial in trials} == set(experiment.models)
    assert {trial.condition for trial in trials} == set(experiment.conditions)
    for trial in trials:
        model, train = initial_model(trial), read_part(trial.data, trial.seed, "train")
        batch = next(iter(TrainingBatches(train, trial.batch_size, steps=1, seed=0)))
        if isinstance(model, ClosedForm):
            model.fit(train, 0)
            loss = loss_of(trial.task.loss, model(*batch.shown), batch.targets)
            assert math.isfinite(loss.item()), trial.name
            continue
        augmentation = augmentation_for(trial.task, trial.augment)
        inputs = batch.inputs if augmentation is None else augmentation(batch.inputs, batch.lengths)
        loss = loss_of(trial.task.loss, model(inputs, *batch.shown[1:]), batch.targets)
        loss.backward()
        assert math.isfinite(loss.item()), trial.name
        for name, parameter in model.named_parameters():
            assert parameter.grad is not None, (trial.name, name)
            assert parameter.grad.isfinite().all(), (trial.name, name)
        assert any(torch.any(parameter.grad != 0) for parameter in model.parameters()), trial.name
