"""Settings for a first answer within ten minutes on two cores, whatever the size of the data.

The seconds of an epoch are taken for proportional to samples x steps, with a floor a sample: on the two cores that this
was measured on, a network of 10,000 parameters trained 2,000 sentences of 48 words, images of 28 rows or series of 100
steps in 0.5 to 2 s. What it will really take is measured and printed before training starts.
"""

from __future__ import annotations

from dataclasses import dataclass

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.tasks import repeated_splits

SECONDS_A_STEP = 1.2e-5
SECONDS_A_SAMPLE = 4e-4  # however short it is
TRAINING_SECONDS = 420  # of the ten minutes, on each of two workers
STOPS_AT = 0.6  # of the allowed epochs, on average
MOST_EPOCHS, FEWEST_EPOCHS = 60, 8
FEW = 500  # samples: below, five seeds instead of three, each with a test part of its own
FEWEST_TESTED = 10  # windows of a forecast in each of those test parts
# Of a translation, both sides; with validation, which translates. Measured on 2,000 pairs of Multi30K, at
# 200,000 parameters and 1,700 subwords.
SECONDS_A_SUBWORD = 6e-5
# On those pairs, one seed: chrF 36 (CNN) and 32 (RNN) at 30,000 parameters, 37 and 33 at 300,000, which more pairs can
# use. What counts is dropout: at 0.1 the pairs are learnt by heart (36 and 34 at 200,000), at 0.3 there are 41 and 39,
# after twice as many epochs.
_OF_TRANSLATIONS: dict[str, int | float] = {"budget.parameters": 200_000, "recipe.dropout": 0.2}
WIDEST_LINEAR = 5000  # numbers a sample, beyond which logistic regression takes minutes

_NETWORKS = {
    "image": ("cnn2d", "gru", "resnet2d", "lstm", "crnn"),
    "text": ("text_cnn", "gru", "tcn", "lstm", "crnn"),
    "audio": ("tcn", "gru", "fcn", "lstm", "crnn"),
    "series": ("tcn", "gru", "fcn", "lstm", "crnn"),
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
    seeds: int
    max_epochs: int
    patience: int
    limit: int | None  # samples to train and validate on
    repeated: bool  # every seed draws its own test part
    minutes: float  # of training, roughly
    usual: dict[str, int | float]  # keys of the experiment that such data wants otherwise than others, as dotted names


def settings_for(found: Found) -> Settings:
    """As many networks and epochs as fit; at least a CNN, an RNN and eight epochs, if need be on fewer samples."""
    seeds = 5 if found.samples < FEW else 3
    networks, limit = 5, None
    translates = found.task.output == "sequence"
    networks = len(_TRANSLATORS) if translates else networks
    epochs = _epochs(found, found.samples, networks * seeds)
    if epochs < FEWEST_EPOCHS:
        networks = 2
        epochs = _epochs(found, found.samples, networks * seeds)
    if epochs < FEWEST_EPOCHS:
        limit = max(1000, round(found.samples * epochs / FEWEST_EPOCHS))
        epochs = _epochs(found, min(limit, found.samples), networks * seeds)
    epochs = round(min(max(epochs, FEWEST_EPOCHS), MOST_EPOCHS))
    trained = min(limit or found.samples, found.samples)
    return Settings(
        models=(*(_TRANSLATORS if translates else _NETWORKS[found.task.modality])[:networks], *_baselines(found)),
        seeds=seeds,
        max_epochs=epochs,
        patience=max(3, epochs // 5),
        limit=limit,
        repeated=found.samples < FEW and _repeatable(found),
        minutes=STOPS_AT * epochs * networks * seeds * _epoch_seconds(found, trained) / 2 / 60,
        usual=dict(_OF_TRANSLATIONS) if translates else {},
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
    usual = "".join(f", {key}={value:g}" for key, value in settings.usual.items())
    return (
        f"settings: {settings.seeds} seeds, at most {settings.max_epochs} epochs{part}{usual}: roughly "
        f"{max(1, round(settings.minutes))} min of training on 2 cores "
        "(seeds=, models= and trainer.max_epochs= change that)"
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


def _epochs(found: Found, samples: int, trainings: int) -> float:
    """Epochs that the time allows each of so many trainings on two workers."""
    return 2 * TRAINING_SECONDS / (STOPS_AT * trainings * _epoch_seconds(found, samples))


def _epoch_seconds(found: Found, samples: int) -> float:
    a_step = SECONDS_A_SUBWORD if found.task.output == "sequence" else SECONDS_A_STEP
    return samples * max(SECONDS_A_SAMPLE, found.steps * a_step)
