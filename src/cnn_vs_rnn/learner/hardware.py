"""On what a trial is trained: one process or several that share each batch, on processors or GPUs."""

from __future__ import annotations

from typing import Any

import torch
from lightning_fabric.plugins.environments.cluster_environment import ClusterEnvironment
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.plugins.environments.slurm import SLURMEnvironment

from cnn_vs_rnn.config import TrainerConfig


def environment_of(processes: int) -> ClusterEnvironment:
    """What tells a process its rank, and where the first one is.

    Several processes are the tasks of a SLURM job. Lightning would also have the job queued again when it is
    preempted; that is done by the one who started it, and by no other.
    """
    return LightningEnvironment() if processes == 1 else SLURMEnvironment(auto_requeue=False)


def trainer_options(settings: TrainerConfig, processes: int) -> dict[str, Any]:
    """Arguments of Lightning's Trainer.

    Each process sees its part of every training batch and all of the validation part, so Lightning has nothing to
    distribute. Batch normalisation counts over all processes where these have GPUs; PyTorch has none for processors.
    """
    alone = processes == 1
    on_gpu = uses_gpu(settings)
    return {
        "accelerator": settings.accelerator,
        "precision": settings.precision,
        "devices": 1 if alone else settings.devices,
        "num_nodes": 1 if alone else settings.nodes,
        "strategy": "auto" if alone else "ddp",
        "sync_batchnorm": on_gpu and not alone,
        "use_distributed_sampler": False,
        "deterministic": settings.deterministic,
        "benchmark": on_gpu and not settings.deterministic,
    }


def choose_arithmetic(settings: TrainerConfig) -> None:
    """Whether a GPU may round in matrix products and convolutions; for this process, until it is chosen again."""
    torch.set_float32_matmul_precision("high" if settings.tf32 else "highest")
    torch.backends.cudnn.allow_tf32 = settings.tf32
    # A debugging aid of deterministic mode: every freshly allocated tensor would be filled with NaN first.
    torch.utils.deterministic.fill_uninitialized_memory = False  # pyright: ignore[reportAttributeAccessIssue]


def uses_gpu(settings: TrainerConfig) -> bool:
    """Whether training happens on a GPU of this machine."""
    return settings.accelerator != "cpu" and torch.cuda.is_available()
