"""contests, results, ingested, costs -> the exported models, beside the report"""

from kedro.pipeline import Pipeline, node

from pipelines.export.nodes import export_models


def create_pipeline() -> Pipeline:
    """One node: it writes files for people and servers, and nothing that another pipeline reads."""
    return Pipeline(
        [
            node(
                export_models,
                [
                    "params:contest",
                    "params:rooms",
                    "contests",
                    "ingested",
                    "costs",
                    "results",
                ],
                None,
                name="export_models",
            )
        ]
    )
