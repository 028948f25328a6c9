"""contests, <family>_results, ingested, costs -> the exported models, beside the report"""

from kedro.pipeline import Pipeline, node

from cnn_vs_rnn.config import FAMILIES
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
                    *(f"{family}_results" for family in FAMILIES),
                ],
                None,
                name="export_models",
            )
        ]
    )
