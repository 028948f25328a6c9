"""Nodes of ingestion."""

from __future__ import annotations

import logging

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.tasks.store import ingest
from cnn_vs_rnn.trials.conditions import task_variants
from pipelines.records import IngestedVariant
from pipelines.rooms import Rooms

logger = logging.getLogger(__name__)


def ingest_tasks(contest: ExperimentConfig, rooms: Rooms) -> list[IngestedVariant]:
    """Every task of the experiment, under every condition that changes it."""
    for sentence in contest.found:
        logger.info("found   %s", sentence)
    for sentence in contest.not_decided:
        logger.info("note    %s", sentence)
    variants = [
        IngestedVariant(condition=condition, task=ingest(task, rooms.intermediate))
        for condition, tasks in task_variants(contest).items()
        for task in tasks.values()
    ]
    for key in dict.fromkeys(variant.task.key for variant in variants):
        card = next(variant.task for variant in variants if variant.task.key == key).card()
        counts = ", ".join(f"{count} {part}" for part, count in card.samples.items())
        left_out = f"; {len(card.quarantined)} quarantined (see the data card)" if card.quarantined else ""
        logger.info("data    %s: %s%s", card.name, counts, left_out)
        for warning in card.warnings:
            logger.info("note    %s: %s", card.name, warning)
    return variants
