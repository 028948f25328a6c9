"""The most telling errors of each family, each with its sample, the truth and what both models said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int, Shaped

from cnn_vs_rnn.augmentation.answers import answer_text
from cnn_vs_rnn.augmentation.scaling import read_part, read_scaling, test_numbers
from cnn_vs_rnn.augmentation.sheet import LINES
from cnn_vs_rnn.config import ExperimentConfig, Family, TaskConfig
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.report.error_pictures import ForecastLines, SampleView, forecast_view, sample_views
from cnn_vs_rnn.report.overview import FROM
from cnn_vs_rnn.report.palette import FAMILY_COLOURS
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, trials_by_model
from cnn_vs_rnn.statistics.telling import Answered, Telling, TellingError, right_or_wrong, telling_errors
from cnn_vs_rnn.statistics.words import SCORE_SYMBOLS, score_text
from cnn_vs_rnn.tasks.data import IGNORED, Forecast, InputSpec, Samples
from cnn_vs_rnn.tasks.store import IngestedTask
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial


@dataclass(frozen=True)
class ShownError:
    """A sample to look at, and what was said of it, as (who, what)."""

    view: SampleView
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FamilyErrors:
    """The errors of one champion that the other does not make. count: how many there are, shown or not."""

    model: str
    family: Family
    other: str
    count: int
    errors: list[ShownError]


@dataclass(frozen=True)
class ErrorBlock:
    """Both families of one contest."""

    heading: str
    right_or_wrong: bool
    legend: str  # how to read the samples; may be empty
    families: list[FamilyErrors]


def error_blocks(
    contests: Sequence[Contest],
    experiment: ExperimentConfig,
    results: Sequence[TrialResult],
    predictions: ReadPredictions,
) -> list[ErrorBlock]:
    """One a contest in which both a CNN and an RNN finished; none for an experiment of many contests, nor of sequences.

    Its page would grow with every one of them, and nobody looks at so many samples. Reads the data and, where answers
    are not just right or wrong, the checkpoints of the trials.
    """
    if len(contests) >= FROM:
        return []
    held = [
        one
        for one in contests
        if one.champion("cnn") and one.champion("rnn") and experiment.tasks[one.task].output != "sequence"
    ]
    return [_block(one, experiment.tasks[one.task], results, predictions) for one in held]


def _block(
    contest: Contest, task: TaskConfig, results: Sequence[TrialResult], predictions: ReadPredictions
) -> ErrorBlock:
    trials = trials_by_model(results, contest.task, contest.condition)
    cnn, rnn = contest.champion("cnn"), contest.champion("rnn")
    assert cnn is not None
    assert rnn is not None
    data = TrialFolder(Path(trials[cnn.model][0].directory)).trial().data.task
    sides = {one.model: _Side(one, trials[one.model], predictions) for one in (cnn, rnn)}
    return ErrorBlock(
        heading=contest.task if contest.condition == "default" else f"{contest.task}, {contest.condition}",
        right_or_wrong=right_or_wrong(task),
        legend=_legend(task, data.input),
        families=[_family(task, sides[a.model], sides[b.model]) for a, b in ((cnn, rnn), (rnn, cnn))],
    )


def _legend(task: TaskConfig, spec: InputSpec) -> str:
    if task.output == "forecast":
        return "Grey is what was and what came; each answer has the colour of its family."
    if spec.kind == "tokens":
        return "A box stands for what is not in the vocabulary."
    if spec.kind == "sequence" and spec.channels > len(LINES):
        scaled = ", blue below and orange above the training mean" if task.scale else ""
        what = "bands" if task.modality == "audio" else "channels"
        return f"Time runs to the right, with a row for each of {spec.channels} {what}{scaled}."
    return ""


class _Side:
    """One champion: its trials with finite scores, and what they answer. Samples go by their numbers."""

    def __init__(self, summary: ModelSummary, trials: Sequence[TrialResult], predictions: ReadPredictions) -> None:
        self.model: str = summary.model
        self.family: Family = summary.family
        self.seeds: list[_Seed] = []
        for result in trials:
            folder = TrialFolder(Path(result.directory))
            trial = folder.trial()
            seed = _Seed(folder, trial, Answered(test_numbers(trial.data, trial.seed), predictions(result)))
            if seed.answered.finite:
                self.seeds.append(seed)

    def testing(self, sample: int) -> list[_Seed]:
        """The seeds that tested a sample."""
        return [seed for seed in self.seeds if sample in seed.rows]

    def classes_said(self, sample: int, classes: Sequence[str]) -> str:
        """The commonest answer to a sample, in how many seeds it was given, and what else was."""
        seeds = self.testing(sample)
        said = Counter(int(seed.answered.predictions.predicted[seed.rows[sample]]) for seed in seeds)
        (first, count), *more = said.most_common()
        if not more:
            return f"{classes[first]} in all {len(seeds)} seeds" if len(seeds) > 1 else classes[first]
        rest = classes[more[0][0]] if len(more) == 1 else "others"
        return f"{classes[first]} in {count} of {len(seeds)} seeds, else {rest}"

    def answers(self, samples: Int[np.ndarray, " chosen"]) -> list[Shaped[np.ndarray, "..."]]:
        """What it answers to each of these test samples, in the form and the unit of the targets.

        Values are the mean over seeds; of other answers, those of the seed whose score on the sample is the median.
        """
        said: dict[int, list[tuple[float, np.ndarray]]] = {sample: [] for sample in samples.tolist()}
        for seed in self.seeds:
            own = [sample for sample in said if sample in seed.rows]
            for sample, answer in zip(own, _answers(seed, own) if own else (), strict=True):
                said[sample].append((float(seed.answered.predictions.per_sample[seed.rows[sample]]), answer))
        if self.seeds[0].trial.task.loss in ("mse", "mae"):
            return [np.mean([answer for _, answer in answers], axis=0) for answers in said.values()]
        ranked = [sorted(answers, key=lambda one: one[0]) for answers in said.values()]
        return [answers[(len(answers) - 1) // 2][1] for answers in ranked]


class _Seed:
    """One trial of a side. rows: number of a test sample -> its position among those of this seed."""

    def __init__(self, folder: TrialFolder, trial: Trial, answered: Answered) -> None:
        self.folder, self.trial, self.answered = folder, trial, answered
        self.rows = {number: row for row, number in enumerate(answered.numbers.tolist())}

    def take(self, samples: Sequence[int]) -> Samples:
        """These of its test samples, scaled. Raises UserError where the data was changed since."""
        return read_part(self.trial.data, self.trial.seed, "test").take(np.array([self.rows[one] for one in samples]))


@torch.inference_mode()
def _answers(seed: _Seed, samples: Sequence[int]) -> Shaped[np.ndarray, "chosen ..."]:
    asked, trial = seed.take(samples), seed.trial
    lengths = None if asked.lengths is None else torch.from_numpy(asked.lengths)
    outputs = model_from(seed.folder.weights, trial)(torch.from_numpy(asked.inputs), lengths).float().numpy()
    if trial.task.loss in ("mse", "mae"):
        return read_scaling(trial.data, trial.seed).undo_targets(outputs)
    answers = outputs > 0 if trial.task.loss == "binary_cross_entropy" else outputs.argmax(-1)
    return np.where(asked.targets == IGNORED, IGNORED, answers)


def _family(task: TaskConfig, own: _Side, other: _Side) -> FamilyErrors:
    forecast = own.seeds[0].trial.data.task.output.forecast if own.seeds else None
    apart = forecast.horizon if forecast else 1  # windows that overlap show the same steps
    answered = [[seed.answered for seed in side.seeds] for side in (own, other)]
    telling = telling_errors(task, *answered, apart=apart)
    errors = _shown(task, own, other, telling) if telling.errors else []
    return FamilyErrors(own.model, own.family, other.model, telling.count, errors)


def _shown(task: TaskConfig, own: _Side, other: _Side, telling: Telling) -> list[ShownError]:
    samples = np.array([error.sample for error in telling.errors])
    data = own.seeds[0].trial.data.task
    raw = (data.pool() if task.repeated else data.test()).take(samples)
    if right_or_wrong(task):
        said = [[side.classes_said(at, data.classes) for side in (own, other)] for at in samples.tolist()]
        views = _views(own, raw, samples)
    else:
        answers = [side.answers(samples) for side in (own, other)]
        said = [
            _said(task, data, len(own.testing(error.sample)), error, own_answer, other_answer)
            for error, own_answer, other_answer in zip(telling.errors, *answers, strict=True)
        ]
        forecast = data.output.forecast
        colours = [FAMILY_COLOURS[side.family] for side in (own, other)]
        views = _forecasts(forecast, raw, answers, colours) if forecast else _views(own, raw, samples)
    truths = [_words(np.asarray(target), data) for target in raw.targets]
    return [
        ShownError(view, (("truth", truth), (own.model, one), (other.model, another)))
        for view, truth, (one, another) in zip(views, truths, said, strict=True)
    ]


def _views(side: _Side, raw: Samples, samples: Int[np.ndarray, " chosen"]) -> list[SampleView]:
    """Images as they are, sequences as the networks see them: scaled, by the first seed that tested each."""
    trial = side.seeds[0].trial
    spec, inputs = trial.data.task.input, raw.inputs
    if spec.kind != "image":
        testing = [side.testing(sample)[0] for sample in samples.tolist()]
        seen = {
            sample: one
            for seed in dict.fromkeys(testing)
            for own in [[at for at, by in zip(samples.tolist(), testing, strict=True) if by is seed]]
            for sample, one in zip(own, seed.take(own).inputs, strict=True)
        }
        inputs = np.stack([seen[sample] for sample in samples.tolist()])
    shown = replace(raw, inputs=inputs)
    return sample_views(shown, spec, trial.data.task.vocabulary, scaled=trial.task.scale)


def _forecasts(
    forecast: Forecast, raw: Samples, answers: Sequence[Sequence[np.ndarray]], colours: Sequence[str]
) -> list[SampleView]:
    """Of several channels that are forecast, the first."""
    lengths = [raw.inputs.shape[1]] * len(raw) if raw.lengths is None else raw.lengths.tolist()
    ahead = slice(forecast.horizon)
    return [
        forecast_view(
            ForecastLines(
                before=raw.inputs[at, :length, forecast.channels[0]].astype(np.float64),
                truth=raw.targets[at, ahead].astype(np.float64),
                answers=[
                    (side[at][ahead].astype(np.float64), colour) for side, colour in zip(answers, colours, strict=True)
                ],
            )
        )
        for at, length in enumerate(lengths)
    ]


def _said(
    task: TaskConfig, data: IngestedTask, seeds: int, error: TellingError, own: np.ndarray, other: np.ndarray
) -> tuple[str, str]:
    """What both say, and how good that is; a sample has no macro F1 of its own."""
    of_own, of_other = (
        "" if task.score == "macro_f1" else f"; {SCORE_SYMBOLS[task.score]} {score_text(one, task.score)}"
        for one in (error.own, error.others)
    )
    return (
        f"{_words(own, data)}{of_own}, worse in {error.wrong} of {seeds} seeds",
        f"{_words(other, data)}{of_other}",
    )


def _words(answer: Shaped[np.ndarray, "..."], data: IngestedTask) -> str:
    return answer_text(answer, data.output, data.classes).removeprefix("target ").removeprefix("then ")
