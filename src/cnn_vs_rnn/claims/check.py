"""Whether a claim's rule can be applied to its experiment, asked before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_vs_rnn.claims.rule import ClaimConfig, SideConfig, TestConfig
from cnn_vs_rnn.config import FAMILIES, ExperimentConfig, TaskConfig
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.probes.measurement import QUANTITIES
from cnn_vs_rnn.trials.conditions import setting_under

SCORE = "score"


def check_claims(experiment: ExperimentConfig) -> None:
    """UserError, naming the key, where a claim of the experiment asks for what the experiment does not have."""
    for claim_id, claim in experiment.claims.items():
        check_claim(claim_id, claim, experiment)


def check_claim(claim_id: str, claim: ClaimConfig, experiment: ExperimentConfig) -> None:
    """The same for one claim."""
    for label, test in claim.tests.items():
        where = test_key(claim_id, label)
        _check_quantity(where, test, experiment)
        for name, side in sides(test):
            _check_side(f"{where}.{name}", side, test.quantity, experiment)
        if test.quantity == SCORE:
            tasks = [
                task_of(side.task, condition, experiment)
                for _, side in sides(test)
                for condition in (side.condition, side.change_from or side.condition)
            ]
            for task in tasks:
                if task.repeated:
                    raise UserError(
                        f"{where} compares samples of task {task.name} over seeds, and each seed has its own (repeated)"
                    )
            if len(scores := {task.score for task in tasks}) > 1:
                raise UserError(f"{where} compares different scores ({', '.join(sorted(scores))}): choose one task")
        _check_margin(where, test)


def test_key(claim_id: str, label: str) -> str:
    """A test as an error names it."""
    return f"claims.{claim_id}.tests.{label}"


def sides(test: TestConfig) -> Iterator[tuple[str, SideConfig]]:
    """The one or two sides of a test, with their keys."""
    yield "of", test.of
    if test.less is not None:
        yield "less", test.less


def task_of(name: str | None, condition: str, experiment: ExperimentConfig) -> TaskConfig:
    """The task of a side, the only one where none is named, as a condition makes it."""
    tasks = {task.name: task for task in experiment.tasks.values()}
    task = tasks[name] if name else next(iter(tasks.values()))
    return setting_under(experiment, condition, task, next(iter(experiment.models.values()))).task


def _check_quantity(where: str, test: TestConfig, experiment: ExperimentConfig) -> None:
    known = (SCORE, *QUANTITIES)
    if test.quantity not in known:
        raise UserError(f"{where}.quantity={test.quantity!r} is measured by nothing: {nearest(test.quantity, known)}")
    if test.quantity == SCORE and not experiment.train:
        raise UserError(f"{where}.quantity={test.quantity!r} needs trained models: set train=true")
    if test.quantity != SCORE and not experiment.probes:
        raise UserError(f"{where}.quantity={test.quantity!r} needs the probe that measures it: add it under probes")


def _check_margin(where: str, test: TestConfig) -> None:
    if test.margin is None:
        if test.quantity != SCORE:
            raise UserError(f"{where}.margin is missing: a task's equivalence is in the unit of its score only")
        if test.less is None and test.of.change_from is None:
            raise UserError(f"{where}.margin is missing: say what score the side is held against")
    elif test.quantity != SCORE and QUANTITIES[test.quantity].scale == "ratio" and test.margin <= 0:
        raise UserError(f"{where}.margin={test.margin:g} is no factor: give one above 0, such as 1.1")


def _check_side(where: str, side: SideConfig, quantity: str, experiment: ExperimentConfig) -> None:
    for key, condition in (("condition", side.condition), ("change_from", side.change_from)):
        if condition is not None and condition not in experiment.conditions:
            raise UserError(f"{where}.{key}={condition!r} is no condition: {nearest(condition, experiment.conditions)}")
    tasks = {task.name for task in experiment.tasks.values()}
    if side.task is None and len(tasks) > 1:
        raise UserError(f"{where}.task is missing: {nearest('', tasks)}")
    if side.task is not None and side.task not in tasks:
        raise UserError(f"{where}.task={side.task!r} is no task of this experiment: {nearest(side.task, tasks)}")
    _check_model(where, side, experiment)
    along = "" if quantity == SCORE else QUANTITIES[quantity].along
    if along and side.at is None:
        raise UserError(f"{where}.at is missing: at which {along} is {quantity} meant?")
    if not along and (side.at is not None or side.change_from_at is not None):
        raise UserError(f"{where}: {quantity} is one number a model, so leave out at and change_from_at")


def _check_model(where: str, side: SideConfig, experiment: ExperimentConfig) -> None:
    names = [model.name for model in experiment.models.values()]
    if side.model is not None and side.model not in names:
        hint = " (a family is named by `family`)" if side.model in FAMILIES else ""
        raise UserError(f"{where}.model={side.model!r} is no model{hint}: {nearest(side.model, names)}")
    if side.family is not None and not experiment.train:
        raise UserError(f"{where}.family={side.family}: nothing is trained, so no champion stands for it; name a model")
    task = task_of(side.task, side.condition, experiment)
    chosen = [model for model in experiment.models.values() if side.model == model.name or side.family == model.family]
    if not any(model.serves(task) for model in chosen):
        key, value = ("model", side.model) if side.model is not None else ("family", side.family)
        raise UserError(f"{where}.{key}={value}: none of the chosen models is one that serves {task.name}; add one")
