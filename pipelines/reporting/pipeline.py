"""results, failed, overtime, costs, measurements, ingested, previews -> contests, claims, report"""

from kedro.pipeline import Pipeline, node

from pipelines.reporting.nodes import decide_claims, judge_contests, write_reports


def create_pipeline() -> Pipeline:
    """Judge, then write."""
    return Pipeline(
        [
            node(
                judge_contests,
                ["params:contest", "costs", "results", "overtime"],
                "contests",
                name="judge_contests",
            ),
            node(
                decide_claims,
                ["params:contest", "measurements", "results", "overtime"],
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
                    "results",
                    "failed",
                ],
                None,
                name="write_reports",
            ),
        ]
    )
