"""The pipelines of the project, in the order in which they run."""

from __future__ import annotations

from kedro.pipeline import Pipeline

from pipelines.augmentation import pipeline as augmentation
from pipelines.evaluation import pipeline as evaluation
from pipelines.ingestion import pipeline as ingestion
from pipelines.reporting import pipeline as reporting
from pipelines.training import pipeline as training

STAGES = {
    "ingestion": ingestion,
    "augmentation": augmentation,
    "training": training,
    "evaluation": evaluation,
    "reporting": reporting,
}


def register_pipelines() -> dict[str, Pipeline]:
    """Each stage by its name, and all of them as the default."""
    stages = {name: module.create_pipeline() for name, module in STAGES.items()}
    return {**stages, "__default__": sum(stages.values(), start=Pipeline([]))}
