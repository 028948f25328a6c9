"""<family>_results, <family>_failed, costs, ingested, previews -> contests, report"""

from kedro.pipeline import Pipeline, node

from cnn_vs_rnn.config import FAMILIES
from pipelines.reporting.nodes import judge_contests, write_reports


def create_pipeline() -> Pipeline:
    """Judge, then write."""
    return Pipeline(
        [
            node(
                judge_contests,
                ["params:contest", *(f"{family}_results" for family in FAMILIES)],
                "contests",
                name="judge_contests",
            ),
            node(
                write_reports,
                [
                    "params:contest",
                    "params:rooms",
                    "contests",
                    "costs",
                    "ingested",
                    "previews",
                    "measurements",
                    *(f"{family}_{what}" for family in FAMILIES for what in ("results", "failed")),
                ],
                None,
                name="write_reports",
            ),
        ]
    )
