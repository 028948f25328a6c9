"""Nodes of deciding."""

from __future__ import annotations

import itertools
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Literal

from cnn_vs_rnn.augmentation.scaling import PreparedTask, prepare
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import FailedTrial, TrialResult
from cnn_vs_rnn.executors.progress import in_words
from cnn_vs_rnn.planning.questions import Entry, Question, late_questions, open_questions
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.overtime import IN_WORDS
from cnn_vs_rnn.statistics.standing import remembering
from cnn_vs_rnn.statistics.summary import ReadPredictions, read_predictions
from cnn_vs_rnn.statistics.words import listed
from cnn_vs_rnn.trials.trial import Trial
from pipelines.evaluation.nodes import score_trials
from pipelines.rooms import Rooms
from pipelines.session import current
from pipelines.training.nodes import train_further

MOST_NAMED = 4  # questions in a line

logger = logging.getLogger(__name__)


def go_on(
    contest: ExperimentConfig, measurements: list[Measurement], rooms: Rooms, *by_family: list
) -> tuple[list[TrialResult], list[FailedTrial], list[TrialResult]]:
    """The results and failures of all families, of further seeds too, and the results of overtime.

    With `seeds=auto` further seeds are trained for what is open. Networks that are then behind, and were not trained to
    their end, train longer. by_family: the plan, the results and the failures of each family. What was decided does not
    depend on how fast the machine is but for `decide.minutes`, which are counted in the training seconds that the
    results record.
    """
    plans: Sequence[list[Trial]] = by_family[::3]
    results: list[TrialResult] = list(itertools.chain(*by_family[1::3]))
    failed: list[FailedTrial] = list(itertools.chain(*by_family[2::3]))
    if not contest.train:
        return results, failed, []
    trials = list(itertools.chain(*plans))
    going = _Going(contest, measurements, rooms, trials, results, failed, 60 * contest.decide.minutes)
    going.train_further_seeds()
    going.train_longer()
    return going.results, going.failed, going.overtime


@dataclass
class _Going:
    """What is known so far, and the training seconds that are left for what is open."""

    contest: ExperimentConfig
    measurements: list[Measurement]
    rooms: Rooms
    trials: list[Trial]
    results: list[TrialResult]
    failed: list[FailedTrial]
    seconds_left: float
    overtime: list[TrialResult] = field(default_factory=list)
    read: ReadPredictions = field(default_factory=lambda: remembering(read_predictions))

    def train_further_seeds(self) -> None:
        """Look, and train the next seeds of what is open, until nothing is or no time is left."""
        first = {_entry(trial): trial for trial in reversed(self.trials)}
        for done, look in itertools.pairwise(self.contest.looks):
            questions = open_questions(self.contest, self.results, self.measurements, self.read)
            entries = self._taken(questions, "open", "more seeds", look - done)
            if not entries:
                return
            seeds = range(self.contest.first_seed + done, self.contest.first_seed + look)
            trials = _with_seeds([first[entry] for entry in sorted(entries)], seeds, self.rooms)
            failures = train_further(trials, self.rooms)
            unfinished = {_entry(one) for one in self.results if "unfinished" in one.flags}
            tested, missing = score_trials(trials, failures, unfinished, self.rooms)
            self.trials += trials
            self.results += tested
            self.failed += missing

    def train_longer(self) -> None:
        """Train who is behind and unfinished over twice the steps by every seed, then over four times."""
        for times, words in IN_WORDS.items():
            questions = late_questions(self.contest, self.results, self.measurements, self.read, self.overtime)
            entries = self._taken(questions, "late", f"{words} the steps", times)
            if not entries:
                return
            trials = [trial.in_overtime(times) for trial in self.trials if _entry(trial) in entries]
            tested, missing = score_trials(trials, train_further(trials, self.rooms), frozenset(), self.rooms)
            self.overtime += tested
            self.failed += missing

    def _taken(
        self, questions: Sequence[Question], stage: Literal["open", "late"], what: str, amount: int
    ) -> frozenset[Entry]:
        """Who goes on, of the questions that there is time for, the cheapest first; says who does and what is left.

        what: is trained. amount: of further seeds, or of times the steps, by every seed that there is.
        """
        each = self._seconds(fmean if stage == "open" else sum, amount)
        entries, taken, seconds = frozenset[Entry](), list[Question](), 0.0
        for question in sorted(questions, key=lambda one: sum(each[entry] for entry in one.entries)):
            more = sum(each[entry] for entry in question.entries - entries)
            if seconds + more > self.seconds_left:
                break
            entries, taken, seconds = entries | question.entries, [*taken, question], seconds + more
        if left := [one.name for one in questions if one not in taken]:
            minutes = self.contest.decide.minutes
            logger.info("%-7s %s: %s would take longer than decide.minutes=%g", stage, _named(left), what, minutes)
        if taken:
            names, models = _named([one.name for one in taken]), listed(sorted({model for _, _, model in entries}))
            much = f"{amount} {what}" if stage == "open" else what
            logger.info("%-7s %s: %s of %s, about %s", stage, names, much, models, in_words(seconds))
        self.seconds_left -= seconds
        return entries

    def _seconds(self, over_seeds: Callable[[Iterable[float]], float], amount: int) -> Mapping[Entry, float]:
        """To train so much more of each on all workers, by what its seeds took; 0 of what has not finished."""
        workers, refits = (
            current().executor.at_once(len(self.results)),
            {_entry(one): one.refits for one in self.trials},
        )
        took: dict[Entry, list[float]] = defaultdict(list)
        for one in self.results:
            took[_entry(one)].append(one.train_seconds * (2 if refits[_entry(one)] else 1))
        return defaultdict(float, {entry: amount * over_seeds(each) / workers for entry, each in took.items()})


def _with_seeds(trials: Iterable[Trial], seeds: range, rooms: Rooms) -> list[Trial]:
    """The same trials with other seeds, each with its own split of the data."""
    prepared: dict[str, PreparedTask] = {}
    found = []
    for trial in trials:
        task = trial.data.task
        if task.key not in prepared:
            prepared[task.key] = prepare(task, trial.task, seeds, rooms.model_input)
        data = prepared[task.key]
        for seed in seeds:
            split = PreparedTask(task=task, splits=(data.split(seed),), refit=trial.data.refit)
            found.append(trial.model_copy(update={"seed": seed, "data": split}))
    return found


def _entry(one: Trial | TrialResult) -> Entry:
    labels = one.labels if isinstance(one, Trial) else one.model_dump(include={"condition", "task", "model"})
    return labels["condition"], labels["task"], labels["model"]


def _named(names: Sequence[str]) -> str:
    shown = list(names[:MOST_NAMED])
    return listed([*shown, f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else shown)
