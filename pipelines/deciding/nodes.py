"""Nodes of deciding."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from cnn_vs_rnn.augmentation.scaling import PreparedTask, prepare
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.evaluation.results import FailedTrial, TrialResult
from cnn_vs_rnn.executors.progress import in_words
from cnn_vs_rnn.planning.questions import Entry, Question, open_questions
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.standing import remembering
from cnn_vs_rnn.statistics.summary import read_predictions
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
) -> tuple[list[TrialResult], list[FailedTrial]]:
    """The results and failures of all families and, with `seeds=auto`, of the further seeds that open questions took.

    by_family: the plan, the results and the failures of each family. What was decided does not depend on how fast the
    machine is but for `decide.minutes`, which are counted in the training seconds that the results record.
    """
    plans: Sequence[list[Trial]] = by_family[::3]
    results: list[TrialResult] = list(itertools.chain(*by_family[1::3]))
    failed: list[FailedTrial] = list(itertools.chain(*by_family[2::3]))
    if not contest.train:
        return results, failed
    first = {_entry(trial): trial for trial in reversed(list(itertools.chain(*plans)))}
    spent, read = 0.0, remembering(read_predictions)
    for done, look in itertools.pairwise(contest.looks):
        questions = open_questions(contest, results, measurements, read)
        taken, seconds = _affordable(questions, results, look - done, 60 * contest.decide.minutes - spent)
        if len(taken) < len(questions):
            left = [one.name for one in questions if one not in taken]
            logger.info(
                "open    %s: more seeds would take longer than decide.minutes=%g", _named(left), contest.decide.minutes
            )
        if not taken:
            break
        entries = frozenset[Entry]().union(*(one.entries for one in taken))
        spent += seconds
        logger.info(
            "open    %s: %d more seeds of %s, about %s",
            _named([one.name for one in taken]),
            look - done,
            listed(sorted({model for _, _, model in entries})),
            in_words(seconds),
        )
        seeds = range(contest.first_seed + done, contest.first_seed + look)
        trials = _with_seeds([first[entry] for entry in sorted(entries)], seeds, rooms)
        failures = train_further(trials, rooms)
        unfinished = {_entry(one) for one in results if "unfinished" in one.flags}
        tested, missing = score_trials(trials, failures, unfinished, rooms)
        results, failed = [*results, *tested], [*failed, *missing]
    return results, failed


def _affordable(
    questions: Sequence[Question], results: Sequence[TrialResult], seeds: int, seconds_left: float
) -> tuple[list[Question], float]:
    """The questions that so many more seeds of each model can be trained for, the cheapest first; and the seconds."""
    workers = current().executor.at_once(len(results))
    each = _seconds_each(results)
    taken: list[Question] = []
    entries, seconds = frozenset[Entry](), 0.0
    for question in sorted(questions, key=lambda one: sum(each.get(entry, 0.0) for entry in one.entries)):
        more = seeds * sum(each.get(entry, 0.0) for entry in question.entries - entries) / workers
        if seconds + more > seconds_left:
            break
        taken.append(question)
        entries, seconds = entries | question.entries, seconds + more
    return taken, seconds


def _seconds_each(results: Iterable[TrialResult]) -> Mapping[Entry, float]:
    found: dict[Entry, list[float]] = {}
    for one in results:
        found.setdefault(_entry(one), []).append(one.train_seconds)
    return {entry: fmean(seconds) for entry, seconds in found.items()}


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
