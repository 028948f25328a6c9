"""Nodes of augmentation. Random augmentation itself runs on the batch, inside training."""

from __future__ import annotations

from cnn_vs_rnn.augmentation.preview import render_preview
from cnn_vs_rnn.augmentation.scaling import prepare
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.files import replacing
from cnn_vs_rnn.trials.conditions import task_variants
from pipelines.records import IngestedVariant, PreparedVariant, Preview
from pipelines.rooms import Rooms


def split_and_scale(contest: ExperimentConfig, ingested: list[IngestedVariant], rooms: Rooms) -> list[PreparedVariant]:
    """A train/valid split a seed, with scaling fitted on its training part."""
    variants = task_variants(contest)
    return [
        PreparedVariant(
            condition=variant.condition,
            task=prepare(
                variant.task, variants[variant.condition][variant.task.name], contest.seed_numbers, rooms.model_input
            ),
        )
        for variant in ingested
    ]


def preview_augmentation(contest: ExperimentConfig, prepared: list[PreparedVariant], rooms: Rooms) -> list[Preview]:
    """A picture per task, drawn under its first condition."""
    variants = task_variants(contest)
    previews = []
    for name in contest.tasks:
        variant = next(variant for variant in prepared if variant.task.task.name == name)
        path = rooms.model_input / f"{name}.png"
        with replacing(path) as temporary:
            config = variants[variant.condition][name]
            temporary.write_bytes(render_preview(variant.task, config, contest.augment, contest.first_seed))
        previews.append(Preview(task=name, path=str(path)))
    return previews
