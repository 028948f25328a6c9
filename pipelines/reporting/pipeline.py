"""<family>_results, <family>_failed, costs, measurements, ingested, previews -> contests, claims, report"""

from kedro.pipeline import Pipeline, node

from cnn_vs_rnn.config import FAMILIES
from pipelines.reporting.nodes import decide_claims, judge_contests, write_reports


def create_pipeline() -> Pipeline:
    """Judge, then write."""
    return Pipeline(
        [
            node(
                judge_contests,
                ["params:contest", "costs", *(f"{family}_results" for family in FAMILIES)],
                "contests",
                name="judge_contests",
            ),
            node(
                decide_claims,
                ["params:contest", "measurements", *(f"{family}_results" for family in FAMILIES)],
                "claims",
                name="decide_claims",
            ),
            node(
                write_reports,
                [
                    "params:contest",
                    "params:rooms",
                    "contests",
                    "claims",
                    "costs",
                    "ingested",
                    "previews",
                    "measurements",
                    "tuning",
                    *(f"{family}_{what}" for family in FAMILIES for what in ("results", "failed")),
                ],
                None,
                name="write_reports",
            ),
        ]
    )
