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
from cnn_vs_rnn.planning.questions import Entry, Question, late_networks, open_questions
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.statistics.overtime import TIMES
from cnn_vs_rnn.statistics.standing import remembering
from cnn_vs_rnn.statistics.summary import read_predictions
from cnn_vs_rnn.statistics.words import listed
from cnn_vs_rnn.trials.trial import Trial
from pipelines.evaluation.nodes import score_trials
from pipelines.rooms import Rooms
from pipelines.session import current
from pipelines.training.nodes import train_further

MOST_NAMED = 4  # questions in a line
TIMES_WORDS = {2: "twice", 4: "four times"}

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
    planned = list(itertools.chain(*plans))
    first = {_entry(trial): trial for trial in reversed(planned)}
    spent, read = 0.0, remembering(read_predictions)
    for done, look in itertools.pairwise(contest.looks):
        questions = open_questions(contest, results, measurements, read)
        taken, seconds = _affordable(
            questions, _seconds_each(results, first), look - done, 60 * contest.decide.minutes - spent
        )
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
        planned, results, failed = [*planned, *trials], [*results, *tested], [*failed, *missing]
    overtime: list[TrialResult] = []
    for times in TIMES:
        late = late_networks(contest, results, measurements, overtime, read)
        seconds = times * sum(_seconds_each(results, first)[_entry(one)] for one in results if _entry(one) in late)
        seconds /= current().executor.at_once(len(results))
        if not late:
            break
        named = listed(sorted({f"{task}/{model}" for _, task, model in late}))
        if spent + seconds > 60 * contest.decide.minutes:
            logger.info(
                "late    %s: %s the steps would take longer than decide.minutes=%g",
                named,
                TIMES_WORDS[times],
                contest.decide.minutes,
            )
            break
        spent += seconds
        logger.info(
            "late    %s: behind, unfinished; %s the steps, about %s", named, TIMES_WORDS[times], in_words(seconds)
        )
        trials = [trial.in_overtime(times) for trial in planned if _entry(trial) in late]
        tested, missing = score_trials(trials, train_further(trials, rooms), frozenset(), rooms)
        overtime, failed = [*overtime, *tested], [*failed, *missing]
    return results, failed, overtime


def _affordable(
    questions: Sequence[Question], each: Mapping[Entry, float], seeds: int, seconds_left: float
) -> tuple[list[Question], float]:
    """The questions that so many more seeds of each model can be trained for, the cheapest first; and the seconds.

    each: the seconds of one trial.
    """
    workers = current().executor.at_once(seeds * len(each))
    taken: list[Question] = []
    entries, seconds = frozenset[Entry](), 0.0
    for question in sorted(questions, key=lambda one: sum(each.get(entry, 0.0) for entry in one.entries)):
        more = seeds * sum(each.get(entry, 0.0) for entry in question.entries - entries) / workers
        if seconds + more > seconds_left:
            break
        taken.append(question)
        entries, seconds = entries | question.entries, seconds + more
    return taken, seconds


def _seconds_each(results: Iterable[TrialResult], first: Mapping[Entry, Trial]) -> Mapping[Entry, float]:
    """Of one trial of each, with both trainings of one that trains twice. first: a trial of each."""
    found: dict[Entry, list[float]] = {}
    for one in results:
        found.setdefault(_entry(one), []).append(one.train_seconds)
    return {entry: fmean(seconds) * (2 if first[entry].refits else 1) for entry, seconds in found.items()}


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
