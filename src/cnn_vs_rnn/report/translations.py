"""A few test sentences with what the best model of each family makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int

from cnn_vs_rnn.augmentation.scaling import test_numbers
from cnn_vs_rnn.config import ExperimentConfig, Family, TaskConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.learner.corpus_scores import corpus_score, text_statistics
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.summary import ReadPredictions, trials_by_model
from cnn_vs_rnn.statistics.words import score_text
from cnn_vs_rnn.tasks.store import IngestedTask
from cnn_vs_rnn.tasks.subwords import text_of
from cnn_vs_rnn.trials.folder import TrialFolder

SENTENCES = 10


@dataclass(frozen=True)
class Translation:
    """Of one sentence by one model.

    chrf: of this sentence by itself, in words; best: it is above 0, and no other one is higher.
    """

    family: Family
    text: str
    chrf: str
    best: bool


@dataclass(frozen=True)
class TranslatedSentence:
    """tokens: of the source."""

    tokens: int
    source: str
    reference: str
    translations: list[Translation]


@dataclass(frozen=True)
class TranslationBlock:
    """One contest, by the trials of one seed. models: and their families; tested: sentences of the test part."""

    heading: str
    models: dict[str, Family]
    seed: int
    tested: int
    sentences: list[TranslatedSentence]


def translation_blocks(
    contests: Sequence[Contest],
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    predictions: ReadPredictions,
) -> list[TranslationBlock]:
    """One a contest whose answers are texts, by the first seed that every champion finished; none where there is none.

    Reads the data, and the answers that evaluation kept: those of greedy decoding.
    """
    blocks = []
    for contest in contests:
        task = experiment.tasks[contest.task]
        seed = _first_seed(contest, results)
        if _has_texts(task) and seed is not None:
            blocks.append(_block(contest, task, seed, predictions))
    return blocks


def chosen_by_length(lengths: Int[np.ndarray, " sample"], count: int = SENTENCES) -> list[int]:
    """Positions of samples spread evenly over the lengths: of those in the order of length, the middle of each part.

    >>> chosen_by_length(np.array([5, 9, 7, 6, 8, 10]), 3), chosen_by_length(np.array([2, 1]), 3)
    ([3, 4, 5], [1, 0])
    """
    order = np.argsort(lengths, kind="stable")
    count = min(count, len(order))
    return order[(2 * np.arange(count) + 1) * len(order) // (2 * count)].tolist() if count else []


def _has_texts(task: TaskConfig) -> bool:
    return task.output == "sequence" and any(score in ("chrf", "bleu") for score in (task.score, *task.also))


def _first_seed(contest: Contest, results: Sequence[TrialResult]) -> dict[str, TrialResult] | None:
    """Model -> its trial, of all champions."""
    trials = trials_by_model(results, contest.task, contest.condition)
    by_seed = [{one.seed: one for one in trials[champion.model]} for champion in contest.champions]
    common = set.intersection(*map(set, by_seed)) if by_seed else set()
    return {own[min(common)].model: own[min(common)] for own in by_seed} if common else None


def _block(
    contest: Contest, task: TaskConfig, trials: Mapping[str, TrialResult], predictions: ReadPredictions
) -> TranslationBlock:
    first = next(iter(trials.values()))
    trial = TrialFolder(Path(first.directory)).trial()
    data = trial.data.task
    raw = data.pool() if task.repeated else data.test()
    tested = raw.take(test_numbers(trial.data, trial.seed))
    assert tested.lengths is not None
    chosen = chosen_by_length(tested.lengths)
    shown = tested.take(np.array(chosen, np.int64))
    sources, references = (_texts(tokens, data) for tokens in (shown.inputs, shown.targets))
    said = {model: _texts(predictions(result).answers[chosen], data) for model, result in trials.items()}
    scored = {model: _sentence_chrf(texts, references) for model, texts in said.items()}
    best = [max(scores) for scores in zip(*scored.values(), strict=True)]
    return TranslationBlock(
        heading=contest.task if contest.condition == "default" else f"{contest.task}, {contest.condition}",
        models={model: result.family for model, result in trials.items()},
        seed=first.seed,
        tested=len(tested),
        sentences=[
            TranslatedSentence(
                int(tested.lengths[number]),
                sources[at],
                references[at],
                [
                    Translation(
                        result.family,
                        said[model][at],
                        score_text(scored[model][at], "chrf"),
                        scored[model][at] == best[at] > 0,
                    )
                    for model, result in trials.items()
                ],
            )
            for at, number in enumerate(chosen)
        ],
    )


def _texts(tokens: Int[np.ndarray, "sentence _"], data: IngestedTask) -> list[str]:
    return [text_of(row, data.vocabulary) for row in tokens.tolist()]


def _sentence_chrf(texts: Sequence[str], references: Sequence[str]) -> list[float]:
    return [corpus_score("chrf", one) for one in text_statistics("chrf", texts, references)]
