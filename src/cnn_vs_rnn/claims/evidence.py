"""What was measured, as the sides of a claim's tests ask for it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from cnn_vs_rnn.claims.check import sides, task_of
from cnn_vs_rnn.claims.rule import SideConfig, TestConfig
from cnn_vs_rnn.config import ExperimentConfig, Family, TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.judge import champions_of
from cnn_vs_rnn.statistics.overtime import as_models, longer_names
from cnn_vs_rnn.statistics.standing import by_contest
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, score_table, summarise
from cnn_vs_rnn.statistics.words import number_text


class OpenError(Exception):
    """A test cannot be decided by what is there, and why, in one sentence."""


@dataclass(frozen=True)
class Term:
    """One model under one condition: a side is one term, or a term less the one that its change is from.

    side: of or less. sign: in the effect. within: sign in the value of its side. at: along the axis of the quantity.
    """

    side: str
    sign: int
    within: int
    task: TaskConfig
    condition: str
    model: str
    at: float | None


class Evidence:
    """The results and measurements of an experiment, looked up by term."""

    def __init__(
        self,
        experiment: ExperimentConfig,
        results: list[TrialResult],
        measurements: list[Measurement],
        predictions: ReadPredictions,
        overtime: Sequence[TrialResult] = (),
    ) -> None:
        self.experiment = experiment
        self._results, self._measurements, self._predictions = by_contest(results), measurements, predictions
        self._overtime = by_contest(overtime)
        self._summaries = functools.cache(self._summarise)
        self._champions = functools.cache(self._choose)

    def terms(self, test: TestConfig) -> list[Term]:
        """The terms of a test, its families replaced by their champions. Raises OpenError."""
        found = []
        for name, side in sides(test):
            before = side.change_from or side.condition
            model = self._standing_for(side, before)
            sign = (1 if name == "of" else -1) * (-1 if test.turned else 1)
            whole = task_of(side.task, side.condition, self.experiment)
            found.append(Term(name, sign, 1, whole, side.condition, model, side.at))
            if side.change_from is not None or side.change_from_at is not None:
                base = task_of(side.task, before, self.experiment)
                at = side.at if side.change_from_at is None else side.change_from_at
                found.append(Term(name, -sign, -1, base, before, model, at))
        return found

    def summary(self, term: Term) -> ModelSummary | None:
        """The model of a term, over all its seeds; None where nothing finished, or nothing was trained."""
        summaries = self._summaries(term.task.name, term.condition)
        return next((summary for summary in summaries if summary.model == term.model), None)

    def longer(self, term: Term) -> list[Term]:
        """The same term over more and more steps, as far as it trained in overtime."""
        names = longer_names(self._overtime[term.task.name, term.condition]).get(term.model, [])
        return [replace(term, model=name) for name in names]

    def scores(self, term: Term) -> tuple[list[int], Float[np.ndarray, "seed sample"]]:
        """Test scores in their own unit, seeds that are not finite left out. Raises OpenError."""
        return score_table(self._trials(term), self._predictions)

    def measured(self, where: str, term: Term, quantity: str) -> dict[int, float]:
        """Seed -> value. Raises OpenError where none is there, UserError where there are others along the axis."""
        own = [
            one
            for one in self._measurements
            if (one.task, one.condition, one.model, one.quantity)
            == (term.task.name, term.condition, term.model, quantity)
        ]
        if not own:
            raise OpenError(f"{quantity} of {_in_words(term)} was not measured.")
        chosen = {one.seed: one.value for one in own if one.at == term.at}
        if not chosen:
            there = ", ".join(number_text(at) for at in sorted({one.at for one in own if one.at is not None}))
            raise UserError(
                f"{where}.{term.side}.at={term.at}: {quantity} of {term.model} was measured "
                f"{f'at {there} only' if there else 'as one number'}; change `at`, or the options of the probe"
            )
        return chosen

    def _standing_for(self, side: SideConfig, condition: str) -> str:
        """The model itself, or the family's champion on validation under a condition."""
        if side.model is not None:
            return side.model
        assert side.family is not None
        task = task_of(side.task, condition, self.experiment)
        champion = self._champions(task.name, condition).get(side.family)
        if champion is None:
            raise OpenError(f"No {side.family} model has finished {task.name} under {condition}.")
        return champion.model

    def _summarise(self, task: str, condition: str) -> list[ModelSummary]:
        return summarise(
            task_of(task, condition, self.experiment),
            condition,
            self._trained(task, condition),
            self._predictions,
            self.experiment.statistics,
        )

    def _choose(self, task: str, condition: str) -> dict[Family, ModelSummary]:
        return champions_of(
            task_of(task, condition, self.experiment),
            condition,
            self._results[task, condition],
            self._predictions,
            self.experiment.statistics,
            self.experiment.looks,
        )

    def _trained(self, task: str, condition: str) -> list[TrialResult]:
        return [*self._results[task, condition], *as_models(self._overtime[task, condition])]

    def _trials(self, term: Term) -> list[TrialResult]:
        found = [one for one in self._trained(term.task.name, term.condition) if one.model == term.model]
        if not found:
            raise OpenError(f"No seed of {_in_words(term)} has finished.")
        return sorted(found, key=lambda trial: trial.seed)


def _in_words(term: Term) -> str:
    return f"{term.model} on {term.task.name}" + ("" if term.condition == "default" else f", {term.condition}")
