"""The node that finds how long the networks of each task have to be trained, by one seed of each."""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.longer import MOST_TIMES, TIMES, LongerTraining, compare, could_gain, is_asked, longer_trial
from cnn_vs_rnn.executors.progress import in_words
from cnn_vs_rnn.planning.plan import plan_trials
from cnn_vs_rnn.probes.run import check_probes
from cnn_vs_rnn.statistics.overtime import IN_WORDS
from cnn_vs_rnn.statistics.words import listed, score_text
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from cnn_vs_rnn.tuning.search import TuningTrial
from cnn_vs_rnn.tuning.tuner import tuned_values
from pipelines.records import PreparedVariant, by_condition
from pipelines.rooms import Rooms
from pipelines.session import current
from pipelines.training.queue import add_to, longest_first, open_folders, progress_over, say_if_retried, untrained

logger = logging.getLogger(__name__)


def find_lengths(
    contest: ExperimentConfig, prepared: list[PreparedVariant], tuning: list[TuningTrial], rooms: Rooms
) -> list[LongerTraining]:
    """What twice the steps give, of the first seed of each network, and which tasks are trained over more steps for it.

    The trainings over the usual steps are trials of the contest, and are reused where its steps stay as they are.
    """
    check_probes(contest)
    if not contest.train:
        return []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the plan says it
        trials = plan_trials(
            contest.model_copy(update={"seeds": 1}),
            by_condition(prepared),
            tuned_values(tuning, contest),
            rooms.models / contest.experiment,
        )
        asked = [trial for trial in trials if is_asked(trial)]
        if not asked:
            return []
        search = _Search(contest, asked, rooms)
        search.train_first()
        search.lengthen()
    return search.found


@dataclass
class _Search:
    """The trials of one seed, what is known of each network, and the seconds that longer trainings may still take."""

    contest: ExperimentConfig
    trials: list[Trial]
    rooms: Rooms
    found: list[LongerTraining] = field(default_factory=list)

    def __post_init__(self) -> None:
        current().executor.check(self.trials)
        self.folders = {trial.folder(self.rooms.models): trial for trial in self.trials}
        self.seconds_left = 60 * self.contest.decide.minutes
        self.waiting = untrained(self.folders)
        self.progress = progress_over(self.waiting, label="length  ")

    def train_first(self) -> None:
        """Over the usual steps. What fails here fails again in the contest, which says so."""
        if not self.waiting:
            return
        seconds = self.progress.seconds_left()
        logger.info(
            "length  %d networks by one seed, about %s of %s in all, to see whether they need more steps",
            len(self.waiting),
            in_words(seconds),
            in_words(seconds * len(self.contest.seed_numbers)),
        )
        open_folders(self.waiting)
        self._run(self.waiting)

    def lengthen(self) -> None:
        """Compare with twice the steps, and where that helps, with four times, and so on."""
        shorter, times = self.folders, TIMES
        while shorter:
            told = self._compared(shorter, times)
            taken = self._taken([one for one in told.values() if one.gains], times)
            told = {
                folder: one.model_copy(update={"taken": one.gains and one.task in taken})
                for folder, one in told.items()
            }
            self.found += told.values()
            longer = [longer_trial(shorter[folder]) for folder, one in told.items() if one.taken]
            shorter, times = {self._place(trial): trial for trial in longer}, TIMES * times
        self.progress.close()
        for one in self.found:
            if one.unfinished:
                logger.warning("note    %s", self._would_gain(one))

    def _compared(self, shorter: Mapping[Path, Trial], times: int) -> dict[Path, LongerTraining]:
        """Train the next longer trial of what could gain; folder of the shorter one -> what came out."""
        pairs = {
            folder: longer_trial(trial)
            for folder, trial in shorter.items()
            if (record := TrialFolder(folder).record()) is not None and could_gain(trial, TrialFolder(folder), record)
        }
        waiting = untrained({self._place(trial): trial for trial in pairs.values()})
        add_to(self.progress, waiting)
        for folder, failure in self._run(waiting).items():
            logger.warning(
                "failed  %s over %s steps: %s (traceback: %s)",
                waiting[folder].name,
                f"{waiting[folder].steps:,}",
                failure,
                folder / "error.txt",
            )
        return {
            folder: compare(shorter[folder], TrialFolder(folder), longer, place, times)
            for folder, longer in pairs.items()
            for place in [TrialFolder(self._place(longer))]
            if place.record() is not None
        }

    def _taken(self, gaining: Sequence[LongerTraining], times: int) -> set[str]:
        """The tasks whose networks are all trained over so many times the steps, the cheapest first; says which."""
        by_task: dict[str, list[LongerTraining]] = defaultdict(list)
        for one in gaining:
            by_task[one.task].append(one)
        free = {task for task in by_task if times <= MOST_TIMES and self._follow_from_samples(task)}
        more = {task: times // TIMES * self._seconds(task) for task in free}
        taken = set()
        for task in sorted(free, key=lambda task: more[task]):
            if more[task] > self.seconds_left:
                minutes = self.contest.decide.minutes
                logger.info(
                    "length  %s: %s the steps would take longer than decide.minutes=%g",
                    task,
                    IN_WORDS[times],
                    minutes,
                )
                continue
            self.seconds_left -= more[task]
            taken.add(task)
            models = listed(sorted({one.model for one in by_task[task]}))
            logger.info(
                "length  %s: %s the steps for all networks, because they help %s", task, IN_WORDS[times], models
            )
        return taken

    def _follow_from_samples(self, task: str) -> bool:
        return all(trial.trainer.steps is None for trial in self.trials if trial.task.name == task)

    def _seconds(self, task: str) -> float:
        """That all seeds of a task take over the usual steps, on all workers."""
        workers = current().executor.at_once(len(self.trials) * len(self.contest.seed_numbers))
        seconds = [
            record.train_seconds * (2 if trial.refits else 1)
            for folder, trial in self.folders.items()
            if trial.task.name == task and (record := TrialFolder(folder).record()) is not None
        ]
        return sum(seconds) * len(self.contest.seed_numbers) / workers

    def _place(self, longer: Trial) -> Path:
        return longer.folder(self.rooms.models / self.contest.experiment / "longer")

    def _run(self, waiting: Iterable[Path]) -> dict[Path, str]:
        """Train these, longest first; folder -> why it failed."""
        failures: dict[Path, str] = {}

        def ended(folder: Path, failure: str | None) -> None:
            if failure is not None:
                failures[folder] = failure
            elif folder in self.folders:
                say_if_retried(self.folders[folder], TrialFolder(folder))
            self.progress.trial_ended(folder, failure)

        def tick(running: list[Path]) -> None:
            self.progress.tick(running)
            current().tracker.tick()

        current().executor.run(longest_first(waiting, self.progress), ended, tick)
        return failures

    def _would_gain(self, told: LongerTraining) -> str:
        trial = next(
            trial
            for trial in self.trials
            if (trial.task.name, trial.condition, trial.model.name) == (told.task, told.condition, told.model)
        )
        score = trial.task.score
        return (
            f"{trial.name} is not trained to its end: over {told.steps:,} steps instead of {told.steps // TIMES:,} its "
            f"validation score is {score_text(told.score, score)} instead of {score_text(told.before, score)} "
            f"(trainer.steps={told.steps})"
        )
