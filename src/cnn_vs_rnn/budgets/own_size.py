"""Networks and tasks with a size of their own, such as a published one, instead of the budget's parameters."""

from __future__ import annotations

from cnn_vs_rnn.budgets.several import budget_text
from cnn_vs_rnn.config import BudgetConfig, ExperimentConfig, ModelConfig, TaskConfig
from cnn_vs_rnn.errors import UserError


def allowed(budget: BudgetConfig, task: TaskConfig, model: ModelConfig) -> BudgetConfig:
    """The budget of one network on one task: the model's own size comes before the task's, the task's before the rest.

    Raises UserError where there is such a size although operations or latency, which set the width too, are held equal.
    """
    key, own = f"models.{model.name}.parameters", model.parameters
    if own is None:
        key, own = f"budget.by_task.{task.name}", budget.by_task.get(task.name)
    if own is None:
        return budget
    for equal in ("flops", "latency"):
        if equal in budget.equal:
            raise UserError(f"{key}={own} sets the width, and so does budget={equal}: give one of the two")
    return budget.model_copy(update={"parameters": own})


def sizes_text(experiment: ExperimentConfig) -> str:
    """What is held equal in an experiment, and each size that differs from it, in words."""
    networks = [model for model in experiment.models.values() if model.family != "baseline"]
    own = [f"{model.parameters:,} of {model.name}" for model in networks if model.parameters is not None]
    if networks and len(own) == len(networks):
        return f"parameters: {', '.join(own)}"
    by_task = [f"{size:,} on {name}" for name, size in experiment.budget.by_task.items()]
    text = f"{budget_text(experiment.budget)} each"
    return f"{text} ({', '.join(by_task + own)})" if by_task + own else text
