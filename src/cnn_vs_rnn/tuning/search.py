"""The search for one network's settings on one task under one condition: asked for a trial, told what came out.

Optuna draws the values (the tree-structured Parzen estimator: Bergstra et al. 2011) and decides which trial is stopped
(the median rule: Golovin et al. 2017, Google Vizier, section 3.4). The trials of one search run one after the other, so
that the same results give the same next trial: a search that was stopped is replayed from the trial folders.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import optuna

from cnn_vs_rnn.config import Family, Option, Strict, TuningConfig
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.trials.conditions import Setting, changed
from cnn_vs_rnn.tuning.space import Space, Values, as_drawn, standing, suggest

optuna.logging.set_verbosity(optuna.logging.WARNING)

State = Literal["finished", "stopped", "failed"]


class TuningTrial(Strict):
    """One trial of a search. score: on validation, the mean over folds, in the task's unit; None where it failed."""

    task: str
    condition: str
    model: str
    family: Family
    number: int  # from 0, which is the recipe as it stands
    values: dict[str, Option]
    state: State
    score: float | None
    steps: int  # gradient steps, of all folds together
    fingerprints: tuple[str, ...]  # of the trials that it took, one per fold


class Search:
    """Sequential: `ask`, any number of `stopped_at`, then `tell`; `tuning.trials` times."""

    def __init__(self, setting: Setting, space: Space, tuning: TuningConfig, folds: int = 1) -> None:
        self._setting, self._space, self._tuning = setting, space, tuning
        self._sign = 1 if HIGHER_IS_BETTER[setting.task.score] else -1
        sampler = (
            optuna.samplers.TPESampler(n_startup_trials=tuning.startup, seed=tuning.seed)
            if tuning.sampler == "tpe"
            else optuna.samplers.RandomSampler(seed=tuning.seed)
        )
        pruner = (
            optuna.pruners.MedianPruner(tuning.startup, n_warmup_steps=tuning.warmup if folds == 1 else 1)
            if tuning.pruner == "median"
            else optuna.pruners.NopPruner()
        )
        self._study = optuna.create_study(sampler=sampler, pruner=pruner, direction="maximize")
        self._study.enqueue_trial(as_drawn(standing(setting, space), space))
        self._open: optuna.Trial | None = None
        self._reported = 0  # scores of the open trial
        self._stopped: int | None = None  # its last one

    @property
    def asked(self) -> int:
        """Trials so far."""
        return len(self._study.trials)

    @property
    def done(self) -> bool:
        """Whether all trials are told."""
        return self._open is None and self.asked >= self._tuning.trials

    def ask(self) -> tuple[Values, Setting]:
        """The next trial's values, and the setting they make."""
        assert self._open is None
        self._open = self._study.ask()
        self._reported, self._stopped = 0, None
        values = suggest(self._open, self._space)
        return values, changed(self._setting, values, f"models.{self._setting.model.name}.search")

    def stopped_at(self, scores: Sequence[float]) -> int | None:
        """The place of the score, from 0, at which the rule stops the open trial; None where it goes on.

        scores: on validation so far, of each round, or the mean of the folds up to each. It does not matter how often
        one asks.
        """
        assert self._open is not None
        while self._stopped is None and self._reported < len(scores):
            place = self._reported
            if math.isfinite(scores[place]):
                self._open.report(self._sign * scores[place], place)
            self._reported += 1
            if self._open.should_prune():
                self._stopped = place
        return self._stopped

    def tell(self, state: State, score: float | None) -> None:
        """End the open trial. score: on validation."""
        assert self._open is not None
        known = score is not None and math.isfinite(score)
        if state == "finished" and known:
            assert score is not None
            self._study.tell(self._open, self._sign * score)
        elif state == "stopped":
            self._study.tell(self._open, state=optuna.trial.TrialState.PRUNED)
        else:
            self._study.tell(self._open, state=optuna.trial.TrialState.FAIL)
        self._open = None


def chosen(trials: list[TuningTrial], sign: int) -> TuningTrial | None:
    """The finished trial with the best validation score, the earliest of equals; None where none has finished."""
    finished = [one for one in trials if one.state == "finished" and one.score is not None]
    return max(finished, key=lambda one: (sign * (one.score or 0.0), -one.number), default=None)
