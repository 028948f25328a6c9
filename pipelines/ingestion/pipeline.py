"""params -> ingested"""

from kedro.pipeline import Pipeline, node

from pipelines.ingestion.nodes import ingest_tasks


def create_pipeline() -> Pipeline:
    """One node: tasks in, files and data cards out."""
    return Pipeline([node(ingest_tasks, ["params:contest", "params:rooms"], "ingested", name="ingest_tasks")])
