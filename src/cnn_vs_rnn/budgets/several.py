"""Several budgets at once: the same contest under each in turn, so that their verdicts can be held side by side."""

from __future__ import annotations

from cnn_vs_rnn.config import BudgetConfig, Equal, ExperimentConfig

EQUAL_WORDS: dict[Equal, str] = {
    "parameters": "equal parameters",
    "flops": "equal FLOPs",
    "train_seconds": "equal training seconds",
    "latency": "equal latency",
}
KEY = "budget.equal"


def under_each_budget(experiment: ExperimentConfig) -> ExperimentConfig:
    """With a condition for each budget: what was "wide" becomes "wide, equal parameters" and "wide, equal FLOPs".

    A published figure is held against ours under each of them. Unchanged where only one thing is held equal.
    """
    equal = experiment.budget.equal
    if len(equal) == 1:
        return experiment
    conditions = {
        label_under(condition, one): {**changes, KEY: [one]}
        for condition, changes in experiment.conditions.items()
        for one in equal
    }
    published = {
        label_under(label, one): figure.model_copy(update={"condition": label_under(figure.condition, one)})
        for label, figure in experiment.published.items()
        for one in equal
    }
    return experiment.model_copy(update={"conditions": conditions, "published": published})


def label_under(condition: str, equal: Equal) -> str:
    """The name of a condition under one of several budgets."""
    words = EQUAL_WORDS[equal]
    return words if condition == "default" else f"{condition}, {words}"


def budget_of(condition: str, experiment: ExperimentConfig) -> tuple[str, Equal | None]:
    """What a condition was called before, and its budget; None where the experiment has only one."""
    for equal in experiment.budget.equal if len(experiment.budget.equal) > 1 else ():
        if experiment.conditions[condition].get(KEY) == [equal]:
            before = condition.removesuffix(EQUAL_WORDS[equal]).removesuffix(", ")
            return before or "default", equal
    return condition, None


def budget_text(budget: BudgetConfig) -> str:
    """What is held equal, in words.

    >>> budget_text(BudgetConfig(name="both", equal=("parameters", "train_seconds"), parameters=10_000))
    '10,000 parameters; 10 s of training'
    """
    amounts: dict[Equal, str] = {
        "parameters": f"{budget.parameters:,} parameters",
        "flops": f"{budget.flops:,} FLOPs a sample",
        "train_seconds": f"{budget.train_seconds:g} s of training",
        "latency": f"{budget.latency_ms:g} ms a sample",
    }
    return "; ".join(amounts[equal] for equal in budget.equal)
