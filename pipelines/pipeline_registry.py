"""The pipelines of the project, in the order in which they run."""

from __future__ import annotations

from kedro.pipeline import Pipeline

from pipelines.augmentation import pipeline as augmentation
from pipelines.deciding import pipeline as deciding
from pipelines.evaluation import pipeline as evaluation
from pipelines.export import pipeline as export
from pipelines.ingestion import pipeline as ingestion
from pipelines.reporting import pipeline as reporting
from pipelines.training import pipeline as training

STAGES = {
    "ingestion": ingestion,
    "augmentation": augmentation,
    "training": training,
    "evaluation": evaluation,
    "deciding": deciding,
    "reporting": reporting,
}
AFTERWARDS = {"export": export}  # what runs only if it is asked for


def register_pipelines() -> dict[str, Pipeline]:
    """Each stage by its name, all of them as the default, and what can follow."""
    stages = {name: module.create_pipeline() for name, module in STAGES.items()}
    afterwards = {name: module.create_pipeline() for name, module in AFTERWARDS.items()}
    return {**stages, **afterwards, "__default__": sum(stages.values(), start=Pipeline([]))}
