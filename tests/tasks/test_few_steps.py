"""On every task under conf/task, a CNN and an RNN are trained over a few steps and tested, for real."""

import math
from pathlib import Path

import pytest
import yaml
from contest import compose, opened, planned
from mirror import needs_mirror

from cnn_vs_rnn.config import ModelConfig, TaskConfig
from cnn_vs_rnn.evaluation.evaluate import evaluate_trial
from cnn_vs_rnn.learner.fit import fit

CONF = Path(__file__).parents[2] / "conf"
CNNS, RNNS = ("cnn2d", "text_cnn", "tcn", "fcn", "conv_seq2seq"), ("gru", "rnn_seq2seq")
# Generated sequences are shortened; recorded ones stay as long as they are.
SHORT = {
    "adding": {"length": 10},
    "copy_memory": {"delay": 5},
    "copy_symbols": {"longest": 6},
    "parity": {"longest": 10, "test_longest": 20},
    "reverse_symbols": {"longest": 6},
    "running_parity": {"longest": 10, "test_longest": 20},
    "selective_copy": {"recalled": 2, "length": 10, "test_length": 20},
}


def read(path, kind):
    return kind(**yaml.safe_load(path.read_text(encoding="utf-8")))


TASKS = [read(path, TaskConfig) for path in sorted((CONF / "task").glob("*.yaml"))]
MODELS = {path.stem: read(path, ModelConfig) for path in (CONF / "model").glob("*.yaml")}


@pytest.mark.parametrize(
    "task",
    [pytest.param(task, id=task.name, marks=[needs_mirror] if task.files else []) for task in TASKS],
)
def test_a_cnn_and_an_rnn_are_trained_over_a_few_steps_and_tested(task, tmp_path):
    cnn, rnn = (next(name for name in names if MODELS[name].serves(task)) for names in (CNNS, RNNS))
    size = 20_000 if task.output == "sequence" else 3000  # maps from and to long vectors
    limits = {"limit": 64, "test_limit": 30, "valid_fraction": 0.25}
    options = {f"options.{name}": value for name, value in SHORT.get(task.name, {}).items()}
    experiment = compose(
        {
            "tasks": task.name,
            "models": f"{cnn}+{rnn}",
            "seeds": 1,
            "budget.parameters": size,
            "recipe.batch_size": 16,
            "trainer.steps": 3,
            "trainer.rounds": 1,
            **{f"tasks.{task.name}.{name}": value for name, value in {**limits, **options}.items()},
        }
    )
    trials = planned(experiment, tmp_path)
    assert [(trial.model.name, trial.model.family) for trial in trials] == [(cnn, "cnn"), (rnn, "rnn")]
    for trial in trials:
        assert 0.95 * size <= trial.parameters <= 1.05 * size
        folder = opened(trial, tmp_path / trial.model.name)
        assert folder.record() is None
        fit(folder)
        record = folder.record()
        assert record is not None
        assert (record.steps, record.rounds, record.diverged) == (3, 1, False)
        result = evaluate_trial(folder, trial, record, tmp_path / "kept")
        assert "diverged" not in result.flags
        assert set(result.also) == set(task.also)
        assert all(map(math.isfinite, (result.valid_score, result.test_score, *result.also.values())))
        assert Path(result.predictions).is_file()
