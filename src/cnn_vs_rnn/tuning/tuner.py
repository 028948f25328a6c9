"""All searches of an experiment side by side, on whatever runs the trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from statistics import fmean

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.planning.plan import Tuned, data_of, entries, make_trial, width_of
from cnn_vs_rnn.trials.conditions import Setting, setting_under
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import Search, State, TuningTrial, chosen
from cnn_vs_rnn.tuning.space import Values, space_of

MOST_FOLDS = 5


class TunedEntry:
    """One network on one task under one condition: its search, and what has come of it.

    Where the task refits, validation parts are small: a trial of the search trains once for each of a few seeds, whose
    validation parts are folds of one division, and is judged by the mean; the rule that stops looks after each fold but
    the first. Elsewhere it trains once, by the first seed, and the rule looks after each round.
    """

    def __init__(
        self, experiment: ExperimentConfig, condition: str, setting: Setting, data: PreparedTask, measured: Path
    ) -> None:
        self.experiment, self.condition, self.setting, self.data = experiment, condition, setting, data
        self._measured = measured
        self.trials: list[TuningTrial] = []
        self.seeds = experiment.seed_numbers[: MOST_FOLDS if data.refit else 1]
        space = space_of(setting.model, condition, experiment)
        self._search = Search(setting, space, experiment.tuning, len(self.seeds))
        self._folds: list[Trial] = []  # of the open trial of the search: all, and below the records of those that ended
        self._records: list[FitRecord] = []
        self._values: Values = {}

    @property
    def folds_done(self) -> int:
        """Of all trials so far, and of the one that is open."""
        return len(self.trials) * len(self.seeds) + len(self._records)

    def standing_trial(self) -> Trial:
        """The trial of the recipe as it stands, for an estimate. Raises UserError where the budget cannot be met."""
        return self._made(self.setting)[0]

    def next_trial(self) -> Trial | None:
        """The next training of the search; None where all are told."""
        if len(self._records) < len(self._folds):
            return self._folds[len(self._records)]
        while not self._search.done:
            self._values, setting = self._search.ask()
            try:
                self._folds = self._made(setting)
            except UserError:  # no width of this shape meets the budget
                self._tell("failed", None, 0, trainings=0)
            else:
                return self._folds[0]
        return None

    def stops(self, folder: TrialFolder) -> bool:
        """Whether the trial in training is worse than the rule allows."""
        return len(self.seeds) == 1 and self._search.stopped_at(folder.valid_scores()) is not None

    def ended(self, folder: TrialFolder) -> bool:
        """Tell the search how its training stands on disk; whether it is over: finished, stopped or failed."""
        scores = folder.valid_scores()
        if self.stops(folder):
            place = self._search.stopped_at(scores)
            assert place is not None
            sign = 1 if HIGHER_IS_BETTER[self.setting.task.score] else -1
            finite = [score for score in scores[: place + 1] if isfinite(score)]
            best = max(finite, key=lambda score: sign * score, default=None)
            self._tell("stopped", best, (place + 1) * self._folds[0].steps_per_round, trainings=1)
            return True
        record = folder.record()
        if record is None:
            return False
        self._records.append(record)
        ended = len(self._records)
        means = [fmean(one.valid_score for one in self._records[:folds]) for folds in range(1, ended + 1)]
        if ended == len(self._folds):
            self._tell("finished", means[-1], self._steps, trainings=ended)
        elif self._search.stopped_at(means) is not None:
            self._tell("stopped", means[-1], self._steps, trainings=ended)
        return True

    def failed(self, folder: TrialFolder) -> None:
        """Tell the search that its trial came to nothing."""
        begun = folder.rounds_trained() * self._folds[0].steps_per_round
        self._tell("failed", None, self._steps + begun, trainings=len(self._records) + 1)

    @property
    def _steps(self) -> int:
        """Of the folds of the open trial that ended."""
        return sum(record.steps for record in self._records)

    def _made(self, setting: Setting) -> list[Trial]:
        width, parameters = width_of(setting, self.data, self._measured)
        trials = [
            make_trial(self.experiment, self.condition, setting, self.data, seed, width, parameters)
            for seed in self.seeds
        ]
        return [trial.over_steps(trial.steps) for trial in trials]

    def _tell(self, state: State, score: float | None, steps: int, trainings: int) -> None:
        """End the open trial, after so many trainings."""
        number = self._search.asked - 1
        self._search.tell(state, score)
        self.trials.append(
            TuningTrial(
                task=self.setting.task.name,
                condition=self.condition,
                model=self.setting.model.name,
                family=self.setting.model.family,
                number=number,
                values=self._values,
                state=state,
                score=score,
                steps=steps,
                fingerprints=tuple(trial.fingerprint() for trial in self._folds[:trainings]),
            )
        )
        self._folds, self._records = [], []


class Tuner:
    """Hands out the trials of all searches, one of each at a time, and takes them back.

    root: of the trial folders. What an earlier run has finished or stopped is taken from there, and widths that met a
        latency are kept in the folder above, where the contest finds them.
    """

    def __init__(
        self, experiment: ExperimentConfig, prepared: Mapping[str, Mapping[str, PreparedTask]], root: Path
    ) -> None:
        self.root = root
        self.entries: list[TunedEntry] = []
        self.running: dict[Path, tuple[TunedEntry, Trial]] = {}
        self.trials_each = experiment.tuning.trials
        for condition, task, model in entries(experiment):
            if model.family != "baseline":
                setting = setting_under(experiment, condition, task, model)
                data = data_of(prepared, condition, setting)
                self.entries.append(TunedEntry(experiment, condition, setting, data, root.parent))

    def start(self) -> list[Path]:
        """The first trial of every search that has one left."""
        return [folder for entry in self.entries for folder in self._next(entry)]

    def ended(self, folder: Path, failure: str | None) -> tuple[State, list[Path]]:
        """Take a training back; gives how it ended, and the next of its search."""
        entry, _ = self.running.pop(folder)
        told = len(entry.trials)
        if failure is not None or not entry.ended(TrialFolder(folder)):
            entry.failed(TrialFolder(folder))
        state = entry.trials[-1].state if len(entry.trials) > told else "finished"  # a fold, and others follow
        return state, self._next(entry)

    def tick(self, running: Iterable[Path]) -> None:
        """Stop what is worse than the rule allows."""
        for path in running:
            folder = TrialFolder(path)
            if not folder.stop.exists() and self.running[path][0].stops(folder):
                write_text(folder.stop, "worse than half of the trials before\n")

    @property
    def trials(self) -> list[TuningTrial]:
        """All so far."""
        return [trial for entry in self.entries for trial in entry.trials]

    def _next(self, entry: TunedEntry) -> list[Path]:
        while (trial := entry.next_trial()) is not None:
            folder = TrialFolder(trial.folder(self.root))
            if entry.ended(folder):  # in an earlier run
                continue
            folder.open(trial)
            self.running[folder.path] = entry, trial
            return [folder.path]
        return []


def tuned_values(trials: Sequence[TuningTrial], experiment: ExperimentConfig) -> Tuned:
    """What each search chose; nothing of those in which no trial finished."""
    by_entry: dict[tuple[str, str, str], list[TuningTrial]] = {}
    for trial in trials:
        by_entry.setdefault((trial.condition, trial.task, trial.model), []).append(trial)
    signs = {task.name: 1 if HIGHER_IS_BETTER[task.score] else -1 for task in experiment.tasks.values()}
    best = {entry: chosen(own, signs[entry[1]]) for entry, own in by_entry.items()}
    return {entry: one.values for entry, one in best.items() if one is not None}
