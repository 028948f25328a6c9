"""Settings for a first answer within minutes on two cores, whatever the size of the data.

The steps of a training follow from the number of samples, as everywhere. What they cost is reckoned here before
anything is decoded, roughly: a gradient step takes a while however small it is, and more for each time step of each
sample in its batch. Where all networks together take longer than there is time, the later ones in the list are left
out, at last down to one CNN and one RNN; then there are three seeds, and no more of them for what stays open; and then
the steps are cut, down to the fewest that any network is given. What it will really take is measured and printed before
training starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cnn_vs_rnn.config import DecideConfig, TaskConfig
from cnn_vs_rnn.learner.schedule import LEAST_STEPS, batch_size_for, steps_for
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.tasks import repeated_splits
from cnn_vs_rnn.tasks.store import FEW_SAMPLES

# Of one core, for networks of 10,000 parameters: on images of 8 to 28 rows, sentences of 48 words and series of 29 to
# 427 steps, in batches of 16 and 64 (Xeon, one thread, 2026-11-30).
STEP_SECONDS = 4e-3
SECONDS_PER_VALUE = 1.5e-6  # of each time step of each sample in the batch
SECONDS_PER_PIXEL = 0.7e-6
# Of a translation, of each subword of both sides; measured on 2,000 pairs of Multi30K, at 200,000 parameters and 1,700
# subwords.
SECONDS_PER_SUBWORD = 6e-5
_RELATIVE = {"gru": 3.0, "resnet1d": 2.0, "crnn": 2.0, "resnet2d": 1.5, "tcn": 1.5}  # to the others
TRAINING_SECONDS = 420  # of ten minutes, on each of two workers
TRAINING_SECONDS_OF_FEW = 110  # of three minutes
MORE_MINUTES = 2.0  # of them, for further seeds of what stays open
MORE_MINUTES_OF_FEW = 0.5
FIRST_SEEDS = DecideConfig().looks[0]
FEWEST_SEEDS = 3  # where there is no time for more
LONGER = 2  # trainings' worth: of one seed over twice the steps, where that is asked
FEW = 500  # samples: below, each seed has a test part of its own
FEWEST_TESTED = 10  # windows of a forecast in each of those test parts
MOST_SAMPLES = 50_000  # to train and validate on: what steps are there for would see no more of them twice
# On those pairs, one seed: chrF 36 (CNN) and 32 (RNN) at 30,000 parameters, 37 and 33 at 300,000, which more pairs can
# use. What counts is dropout: at 0.1 the pairs are learnt by heart (36 and 34 at 200,000), at 0.3 there are 41 and 39,
# after twice as many epochs.
_OF_TRANSLATIONS: dict[str, int | float] = {"budget.parameters": 200_000, "recipe.dropout": 0.2}
WIDEST_LINEAR = 5000  # numbers a sample, beyond which logistic regression takes minutes

_NETWORKS = {
    "image": ("cnn2d", "gru", "resnet2d", "lstm", "crnn"),
    "text": ("text_cnn", "gru", "tcn", "lstm", "crnn"),
    "audio": ("fcn", "lstm", "tcn", "crnn", "gru"),
    "series": ("fcn", "lstm", "resnet1d", "crnn", "gru"),
}
_BASELINES = {
    "image": ("majority", "linear", "one_nn"),
    "text": ("majority", "bag_of_ngrams"),
    "audio": ("majority", "linear", "minirocket"),
    "series": ("majority", "linear", "minirocket"),
}
_TRANSLATORS = ("conv_seq2seq", "rnn_seq2seq")
_WORD_BY_WORD = ("copy_source", "most_frequent", "dictionary")  # baselines of a translation
_FORECASTERS = ("naive", "seasonal_naive", "linear")


@dataclass(frozen=True)
class Settings:
    """What the contest is held with; `models` begins with a CNN and an RNN."""

    models: tuple[str, ...]
    seeds: int | Literal["auto"]
    steps: int | None  # None: as many as follow from the samples
    limit: int | None  # samples to train and validate on
    repeated: bool  # every seed draws its own test part
    minutes: float  # of training, roughly
    usual: dict[str, int | float]  # keys of the experiment that such data wants otherwise than others, as dotted names


def settings_for(found: Found) -> Settings:
    """As many networks as fit into the time, at least a CNN and an RNN, over as many steps as they should have."""
    translates = found.task.output == "sequence"
    few = found.samples < FEW
    seeds = FIRST_SEEDS
    untested = found.untested
    samples = min(untested, MOST_SAMPLES)
    wanted = steps_for(samples)
    allowed = 2.0 * (TRAINING_SECONDS_OF_FEW if few else TRAINING_SECONDS)
    networks = _TRANSLATORS if translates else _NETWORKS[found.task.modality]
    while len(networks) > 2 and _seconds(found, networks, samples, seeds, wanted) > allowed:
        networks = networks[:-1]
    needed = _seconds(found, networks, samples, seeds, wanted)
    if needed > allowed:
        seeds = FEWEST_SEEDS
        needed = _seconds(found, networks, samples, seeds, wanted)
    steps = wanted if needed <= allowed else max(LEAST_STEPS, round(wanted * allowed / needed))
    return Settings(
        models=(*networks, *_baselines(found)),
        seeds="auto" if seeds == FIRST_SEEDS else seeds,
        steps=None if steps == wanted else steps,
        limit=MOST_SAMPLES if untested > MOST_SAMPLES else None,
        repeated=few and _repeatable(found),
        minutes=_seconds(found, networks, samples, seeds, steps) / 2 / 60,
        usual={
            **(_OF_TRANSLATIONS if translates else {}),
            **({"decide.minutes": MORE_MINUTES_OF_FEW if few else MORE_MINUTES} if seeds == FIRST_SEEDS else {}),
        },
    )


def adapted(task: TaskConfig, settings: Settings) -> TaskConfig:
    """The task with the settings' limit and way of splitting."""
    return task.model_copy(update={"limit": settings.limit, "repeated": settings.repeated})


def split_said(task: TaskConfig) -> list[str]:
    """How an adapted task is split, in a sentence, where it is not as its description says already."""
    forecast = task.output == "forecast"
    if not task.repeated:
        by_time = "in the order of time: 60% to train on, the next 20% validate, the last 20% test"
        return [by_time] if forecast else []
    how = "tests another tenth of the time, later than all it trains on" if forecast else "draws a test part of its own"
    return [f"few samples: each seed {how} (tasks.{task.name}.repeated=false: one for all)"]


def said(settings: Settings) -> str:
    """The settings in a sentence."""
    part = f", trained on {settings.limit:,} samples" if settings.limit else ""
    cut = f", no more than {settings.steps:,} gradient steps" if settings.steps else ""
    usual = "".join(f", {key}={value:g}" for key, value in settings.usual.items())
    more = f"{FIRST_SEEDS} seeds, more of what stays open"
    seeds = more if settings.seeds == "auto" else f"{settings.seeds} seeds"
    return (
        f"settings: {seeds}{cut}{part}{usual}: roughly "
        f"{max(1, round(settings.minutes))} min of training on 2 cores "
        "(seeds=, models= and trainer.steps= change that)"
    )


def _repeatable(found: Found) -> bool:
    """Whether test parts can be drawn again and again: the data names none, and of a forecast a tenth is enough.

    Of a translation they are not: every seed would need subwords of its own, which no seed's test part has taught.
    """
    if found.task.output == "sequence":
        return False
    if found.task.output == "forecast":
        horizon = found.task.options["horizon"]
        assert isinstance(horizon, int)
        return round(repeated_splits.BLOCK * found.samples) >= horizon + FEWEST_TESTED
    return found.task.test_fraction is not None


def _baselines(found: Found) -> tuple[str, ...]:
    if found.task.output == "forecast":
        return _FORECASTERS
    if found.task.output == "sequence":
        return _WORD_BY_WORD
    names = _BASELINES[found.task.modality]
    wide = found.steps * found.channels > WIDEST_LINEAR
    return tuple(name for name in names if not (wide and name in ("linear", "one_nn")))


def _seconds(found: Found, networks: tuple[str, ...], samples: int, seeds: int, steps: int) -> float:
    """Of one core, for all trainings."""
    values = found.steps * batch_size_for(samples)
    if found.task.output == "sequence":
        step = values * SECONDS_PER_SUBWORD
    elif found.task.modality == "image":
        step = STEP_SECONDS + values * found.channels * SECONDS_PER_PIXEL
    else:
        step = STEP_SECONDS + values * SECONDS_PER_VALUE
    trainings = seeds * (2 if samples < FEW_SAMPLES else 1) + LONGER
    return trainings * steps * step * sum(_RELATIVE.get(name, 1.0) for name in networks)
