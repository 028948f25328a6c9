"""All searches of an experiment side by side, on whatever runs the trials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.planning.plan import Tuned, data_of, entries, make_trial, width_of
from cnn_vs_rnn.trials.conditions import Setting, setting_under
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import Search, State, TuningTrial, chosen
from cnn_vs_rnn.tuning.space import Values, space_of


class TunedEntry:
    """One network on one task under one condition: its search, and what has come of it."""

    def __init__(
        self, experiment: ExperimentConfig, condition: str, setting: Setting, data: PreparedTask, measured: Path
    ) -> None:
        self.experiment, self.condition, self.setting, self.data = experiment, condition, setting, data
        self._measured = measured
        self.trials: list[TuningTrial] = []
        self._search = Search(setting, space_of(setting.model, condition, experiment), experiment.tuning)
        self._trial: Trial | None = None
        self._values: Values = {}

    def standing_trial(self) -> Trial:
        """The trial of the recipe as it stands, for an estimate. Raises UserError where the budget cannot be met."""
        return self._made(self.setting)

    def next_trial(self) -> Trial | None:
        """The next trial of the search; None where all are told."""
        while not self._search.done:
            self._values, setting = self._search.ask()
            try:
                self._trial = self._made(setting)
            except UserError:  # no width of this shape meets the budget
                self._tell("failed", None, 0, "")
            else:
                return self._trial
        return None

    def stops(self, folder: TrialFolder) -> bool:
        """Whether the trial in training is worse than the rule allows."""
        return self._search.stopped_at(folder.valid_scores()) is not None

    def ended(self, folder: TrialFolder) -> bool:
        """Tell the search how its trial stands on disk; whether it is over: finished, stopped or failed."""
        assert self._trial is not None
        scores = folder.valid_scores()
        epoch = self._search.stopped_at(scores)
        if epoch is not None:
            sign = 1 if HIGHER_IS_BETTER[self.setting.task.score] else -1
            finite = [score for score in scores[: epoch + 1] if isfinite(score)]
            best = max(finite, key=lambda score: sign * score, default=None)
            self._tell("stopped", best, epoch + 1, self._trial.fingerprint())
        elif record := folder.record():
            self._tell("finished", record.valid_score, record.epochs, self._trial.fingerprint())
        else:
            return False
        return True

    def failed(self, folder: TrialFolder) -> None:
        """Tell the search that its trial came to nothing."""
        assert self._trial is not None
        self._tell("failed", None, folder.epochs_trained(), self._trial.fingerprint())

    def _made(self, setting: Setting) -> Trial:
        width, parameters = width_of(setting, self.data, self._measured)
        return make_trial(
            self.experiment, self.condition, setting, self.data, self.experiment.first_seed, width, parameters
        )

    def _tell(self, state: State, score: float | None, epochs: int, fingerprint: str) -> None:
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
                epochs=epochs,
                fingerprint=fingerprint,
            )
        )


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

    def ended(self, folder: Path, failure: str | None) -> tuple[TuningTrial, list[Path]]:
        """Take a trial back; gives what came of it, and the next of its search."""
        entry, _ = self.running.pop(folder)
        if failure is not None or not entry.ended(TrialFolder(folder)):
            entry.failed(TrialFolder(folder))
        return entry.trials[-1], self._next(entry)

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
