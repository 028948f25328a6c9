"""Which trials a claim's rule looks at."""

from __future__ import annotations

from cnn_vs_rnn.claims.check import sides, task_of
from cnn_vs_rnn.claims.rule import ClaimConfig
from cnn_vs_rnn.config import ExperimentConfig


def involved(claim: ClaimConfig, experiment: ExperimentConfig) -> set[tuple[str, str, str]]:
    """(task, condition, model) of every side; of a family all its models, of which validation chooses one."""
    found = set()
    for test in claim.tests.values():
        for _, side in sides(test):
            for condition in {side.condition, side.change_from or side.condition}:
                task = task_of(side.task, condition, experiment)
                found |= {
                    (task.name, condition, model.name)
                    for model in experiment.models.values()
                    if (model.name == side.model or model.family == side.family) and model.serves(task)
                }
    return found
