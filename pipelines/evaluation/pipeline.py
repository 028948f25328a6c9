"""<family>_plan, <family>_fitted -> <family>_results, <family>_failed; all of them -> costs, measurements"""

from kedro.pipeline import Pipeline, node, pipeline

from cnn_vs_rnn.config import FAMILIES
from pipelines.evaluation.nodes import measure, probe, test_trials


def create_pipeline() -> Pipeline:
    """A namespace a family for scores; one node for costs, because costs are compared side by side."""
    testing = Pipeline(
        [
            node(
                test_trials,
                ["params:contest", "params:family", "plan", "fitted", "tuning", "longer", "params:rooms"],
                ["results", "failed"],
                name="test_trials",
            )
        ]
    )
    families = (
        pipeline(
            testing,
            namespace=family,
            inputs={name: name for name in ("tuning", "longer")}
            | {name: f"{family}_{name}" for name in ("plan", "fitted")},
            outputs={name: f"{family}_{name}" for name in ("results", "failed")},
            parameters={"params:contest", "params:rooms"},
        )
        for family in FAMILIES
    )
    all_trials = [f"{family}_{what}" for family in FAMILIES for what in ("plan", "fitted")]
    costs = node(measure, ["params:contest", "params:rooms", *all_trials], "costs", name="measure_costs")
    probes = node(probe, ["params:contest", "params:rooms", *all_trials], "measurements", name="run_probes")
    return sum(families, start=Pipeline([costs, probes]))
