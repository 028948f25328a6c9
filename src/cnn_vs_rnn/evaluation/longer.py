"""Whether a network was trained to its end: measured, on one seed, by a training over twice the steps.

A network is unfinished where its validation score over twice the steps is better by more than the margin of its task,
and by more than chance: the differences sample by sample, on the same validation part, have a mean above zero by a
one-sided t test at 5%. A training that ran through its schedule and would gain nothing by a longer one is finished,
however its curve looks.

Where the steps follow from the samples, and twice as many help a network of a task, all networks of that task are
trained over twice as many; and over four times, where these still help.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float
from scipy.stats import ttest_1samp

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.config import Score, Strict
from cnn_vs_rnn.costs.timing import single_thread
from cnn_vs_rnn.evaluation.evaluate import model_from
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.learner.batches import Batches
from cnn_vs_rnn.learner.fit import EVALUATION_BATCH
from cnn_vs_rnn.learner.predict import predict
from cnn_vs_rnn.trials.folder import FitRecord, TrialFolder
from cnn_vs_rnn.trials.trial import Trial

TIMES = 2  # the steps
MOST_TIMES = 4  # the steps that follow from the samples
LEARNT = 0.01  # of the loss of the first round is left: training samples have nothing more to teach
LEVEL = 0.05  # of the test
PERFECT: dict[Score, float] = {
    **{"accuracy": 1.0, "macro_f1": 1.0, "chrf": 100.0, "bleu": 100.0, "perplexity": 1.0},
    **{"mse": 0.0, "mae": 0.0, "nll": 0.0, "bits": 0.0},
}
_OF_CLASSES: frozenset[Score] = frozenset({"accuracy", "macro_f1"})


class LongerTraining(Strict):
    """What a longer training of one seed of a network gave. Scores are on validation, in the unit of the task's.

    times: the steps of the longer one, as a multiple of those that follow from the samples. gains: whether it is better
    than over half its steps. taken: whether all networks of the task are therefore trained over so many.
    """

    task: str
    condition: str
    model: str
    seed: int
    steps: int  # of the longer one
    times: int
    before: float
    score: float
    gains: bool
    taken: bool = False

    @property
    def unfinished(self) -> bool:
        """Whether the network is trained over fewer steps than would help it."""
        return self.gains and not self.taken


def times_taken(longer: Iterable[LongerTraining]) -> dict[str, int]:
    """Task -> the multiple of its steps that its networks are trained over; tasks of which it is 1 are left out."""
    taken = sorted((one.times, one.task) for one in longer if one.taken)
    return {task: times for times, task in taken}


def longer_trial(trial: Trial) -> Trial:
    """The same seed over twice the steps, for its validation score alone."""
    return trial.over_steps(TIMES * trial.steps)


def is_asked(trial: Trial) -> bool:
    """Whether it is asked of a trial's network at all: where its steps are what ends a training."""
    trainer = trial.trainer
    ends_by_steps = trainer.max_seconds is None and not trainer.early_stopping
    return trial.model.family != "baseline" and trainer.check_longer and ends_by_steps


def could_gain(trial: Trial, folder: TrialFolder, record: FitRecord) -> bool:
    """Whether a longer training is worth its time: its answer is known where this is False.

    It is where the score is within the margin of the best there is; where a classifier has learnt its training samples,
    so that gradients are next to nothing; and where a training diverged.
    """
    score = trial.task.score
    if not is_asked(trial) or record.diverged:
        return False
    if abs(PERFECT[score] - record.valid_score) <= trial.task.equivalence:
        return False
    rows = folder.validated.rows()
    first = max(place for place, row in enumerate(rows) if row["round"] == "0")  # of the attempt that did not diverge
    losses = [float(row["train_loss"]) for row in rows[first:]]
    return score not in _OF_CLASSES or losses[-1] > LEARNT * losses[0]


def compare(
    trial: Trial, folder: TrialFolder, longer: Trial, its_folder: TrialFolder, times: int = TIMES
) -> LongerTraining:
    """Both trainings on the validation part of their seed. times: those of the longer one."""
    before, after = _scores(trial, folder), _scores(longer, its_folder)
    sign = 1 if HIGHER_IS_BETTER[trial.task.score] else -1
    return LongerTraining(
        task=trial.task.name,
        condition=trial.condition,
        model=trial.model.name,
        seed=trial.seed,
        steps=longer.steps,
        times=times,
        before=float(before.mean()),
        score=float(after.mean()),
        gains=gains(sign * (after - before), trial.task.equivalence),
    )


def gains(differences: Float[np.ndarray, " sample"], margin: float) -> bool:
    """Whether the mean difference is above the margin, and above zero by more than chance."""
    if len(differences) < 2 or not np.isfinite(differences).all() or differences.mean() <= margin:
        return False
    if np.ptp(differences) == 0:
        return True
    _, p = ttest_1samp(differences, 0.0, alternative="greater")
    return float(np.asarray(p)) < LEVEL


def _scores(trial: Trial, folder: TrialFolder) -> Float[np.ndarray, " sample"]:
    valid = Batches(read_part(trial.data, trial.seed, "valid"), EVALUATION_BATCH)
    task = trial.task.model_copy(update={"also": ()})
    with single_thread():  # as in `evaluate_trial`
        predictions, _ = predict(model_from(folder.validated_weights, trial), task, valid, trial.data.task.vocabulary)
    return np.asarray(predictions.per_sample, dtype=np.float64)
