"""What a training is told of the machine: each choice takes effect, and what a machine lacks is said."""

import shutil

import pytest
import torch
from contest import ADDING, compose, history, opened, planned
from pytorch_lightning.callbacks import Callback

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.executors.local import LocalExecutor
from cnn_vs_rnn.learner.fit import fit
from cnn_vs_rnn.learner.hardware import choose_arithmetic, trainer_options


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    few = {
        "models": "fcn",
        "seeds": 1,
        "budget.parameters": 2000,
        "trainer.steps": 20,
        "trainer.rounds": 2,
        "recipe.dropout": 0.0,
        "recipe.learning_rate": 0.003,
    }
    return planned(compose(ADDING | few), tmp_path_factory.mktemp("adding"))[0]


def on(trial, **settings):
    return trial.model_copy(update={"trainer": trial.trainer.model_copy(update=settings)})


class Seen(Callback):
    """Of the first step: how the networks' activations are kept, and whether sums may differ."""

    def on_train_start(self, trainer, pl_module):
        self.deterministic = torch.are_deterministic_algorithms_enabled()
        pl_module.network.register_forward_hook(lambda *of: setattr(self, "kept", of[-1].dtype))


def fitted(trial, path):
    seen = Seen()
    folder = opened(trial, path)
    fit(folder, [seen])
    assert folder.record() is not None
    return history(folder), seen


@pytest.fixture(scope="module")
def plain(trial, tmp_path_factory):
    rows, seen = fitted(trial, tmp_path_factory.mktemp("plain"))
    assert (seen.deterministic, seen.kept) == (True, torch.float32)
    return rows


def assert_close(rows, others, rel):
    for mine, theirs in zip(rows, others, strict=True):
        assert float(mine["train_loss"]) == pytest.approx(float(theirs["train_loss"]), rel=rel)


def test_half_of_the_bits(trial, plain, tmp_path):
    rows, seen = fitted(on(trial, precision="bf16-mixed"), tmp_path)
    assert seen.kept == torch.bfloat16
    assert rows != plain
    assert_close(rows, plain, rel=0.1)


def test_sums_that_may_differ_from_run_to_run(trial, plain, tmp_path):
    rows, seen = fitted(on(trial, deterministic=False), tmp_path)
    assert seen.deterministic is False
    assert_close(rows, plain, rel=1e-3)


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_compiled(trial, plain, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "cache"))
    folder, failures = opened(on(trial, compile=True), tmp_path / "trial"), []
    executor = LocalExecutor(1)  # a process that checks no shapes, which cannot be compiled
    executor.run([folder.path], lambda _, failure: failures.append(failure), lambda _: None)
    executor.close()
    assert failures == [None]
    assert list((tmp_path / "cache").rglob("*.cpp"))
    assert_close(history(folder), plain, rel=1e-3)


def test_matrix_products_of_a_gpu(trial):
    gpu = trial.trainer.model_copy(update={"accelerator": "gpu"})
    for tf32, precision in ((True, "high"), (False, "highest")):
        choose_arithmetic(gpu.model_copy(update={"tf32": tf32}))
        assert torch.get_float32_matmul_precision() == precision
        assert torch.backends.cudnn.allow_tf32 is tf32


def test_the_fastest_kernels_are_looked_for_where_sums_may_differ(trial, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    gpu = trial.trainer.model_copy(update={"accelerator": "gpu"})
    assert trainer_options(gpu, 1)["benchmark"] is False
    assert trainer_options(gpu.model_copy(update={"deterministic": False}), 1)["benchmark"] is True
    assert trainer_options(gpu, 2)["sync_batchnorm"] is True


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there(trial):
    with pytest.raises(UserError, match=r"trainer\.accelerator=gpu: PyTorch finds no GPU here"):
        LocalExecutor(1).check([on(trial, accelerator="gpu")])


def test_several_processes_want_a_cluster(trial):
    with pytest.raises(UserError, match=r"trainer\.devices, trainer\.nodes: .* need executor=slurm"):
        LocalExecutor(1).check([on(trial, devices=2)])
