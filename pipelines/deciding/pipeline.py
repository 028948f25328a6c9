"""<family>_plan, <family>_results, <family>_failed, measurements -> results, failed, overtime"""

from kedro.pipeline import Pipeline, node

from cnn_vs_rnn.config import FAMILIES
from pipelines.deciding.nodes import go_on


def create_pipeline() -> Pipeline:
    """One node: who needs more seeds or steps follows from the results of all families."""
    by_family = [f"{family}_{what}" for family in FAMILIES for what in ("plan", "results", "failed")]
    inputs = ["params:contest", "measurements", "params:rooms", *by_family]
    return Pipeline([node(go_on, inputs, ["results", "failed", "overtime"], name="train_further")])
