"""prepared -> tuning -> longer -> <family>_plan -> <family>_fitted, the same pipeline for each family"""

from kedro.pipeline import Pipeline, node, pipeline

from cnn_vs_rnn.config import FAMILIES
from pipelines.training.lengths import find_lengths
from pipelines.training.nodes import fit_trials, plan
from pipelines.training.tuning import tune


def create_pipeline() -> Pipeline:
    """One plan over all families, then their trials, a namespace each."""
    tuning = node(tune, ["params:contest", "prepared", "params:rooms"], "tuning", name="tune")
    lengths = node(
        find_lengths, ["params:contest", "prepared", "tuning", "params:rooms"], "longer", name="find_lengths"
    )
    planning = node(
        plan,
        ["params:contest", "prepared", "tuning", "longer", "params:rooms"],
        [f"{family}_plan" for family in FAMILIES],
        name="plan_trials",
    )
    fitting = Pipeline([node(fit_trials, ["params:contest", "plan", "params:rooms"], "fitted", name="fit_trials")])
    families = (
        pipeline(
            fitting,
            namespace=family,
            inputs={"plan": f"{family}_plan"},
            outputs={"fitted": f"{family}_fitted"},
            parameters={"params:contest", "params:rooms"},
        )
        for family in FAMILIES
    )
    return sum(families, start=Pipeline([tuning, lengths, planning]))
