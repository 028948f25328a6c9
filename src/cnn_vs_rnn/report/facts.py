"""Records as lists of (what, text), for a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from cnn_vs_rnn.augment_config import AugmentConfig
from cnn_vs_rnn.budgets.own_size import sizes_text
from cnn_vs_rnn.config import ExperimentConfig, RecipeConfig, Score, TaskConfig, TrainerConfig
from cnn_vs_rnn.learner.answered import GREEDY, beam_of
from cnn_vs_rnn.learner.corpus_scores import signature
from cnn_vs_rnn.statistics.words import SCORE_SYMBOLS, SCORE_WORDS, listed, number_text

_SHOWN_APART = {
    *("name", "modality", "description", "source", "samples", "classes"),
    *("quarantined", "duplicates", "warnings", "notes", "vocabulary", "answer_lengths"),
}
MOST_LISTED = 20  # items left out that are named one by one


def data_facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a data card says besides its counts; whatever is not known or empty is left out.

    Where answers are sequences, their lengths stand beside those of the sources: `report.vocabulary`.
    """
    hidden = _SHOWN_APART | {"lengths"} if card.get("vocabulary") else _SHOWN_APART
    return [
        (key.replace("_", " ").capitalize(), text)
        for key, value in card.items()
        if key not in hidden and (text := _data_text(key, value, len(card.get("classes") or ())))
    ]


def left_out(card: Mapping[str, Any]) -> tuple[list[tuple[str, int]], list[tuple[str, str]]]:
    """Of what was quarantined: each reason with its count, the commonest first; and the first items with theirs."""
    items = [(item, why) for item, why in card.get("quarantined") or ()]
    return Counter(why for _, why in items).most_common(MOST_LISTED), items[:MOST_LISTED]


def input_text(spec: Mapping[str, Any]) -> str:
    """An InputSpec in words.

    >>> input_text({"kind": "image", "channels": 1, "height": 8, "width": 8})
    'images of 8 x 8 pixels, 1 channel'
    >>> input_text({"kind": "tokens", "channels": 32, "length": 40, "variable": True, "vocabulary": 5000})
    'up to 40 tokens out of 5,000, each looked up as 32 numbers'
    """
    if spec["kind"] == "image":
        return f"images of {spec['height']} x {spec['width']} pixels, {_counted(spec['channels'], 'channel')}"
    most = f"up to {spec['length']:,}" if spec.get("variable") else f"{spec['length'] or 0:,}"
    if spec["kind"] == "tokens":
        return f"{most} tokens out of {spec['vocabulary']:,}, each looked up as {spec['channels']} numbers"
    return f"{most} steps of {_counted(spec['channels'], 'channel')}"


def lengths_text(lengths: Mapping[str, Any]) -> str:
    """The time steps of sequences in words.

    >>> lengths_text({"min": 7, "median": 15.0, "max": 29, "trained": 26})
    '7 to 29 steps, median 15, up to 26 in training'
    >>> lengths_text({"min": 96, "median": 96.0, "max": 96, "trained": 96})
    '96 steps'
    """
    if lengths["min"] == lengths["max"]:
        return f"{lengths['max']:,} steps"
    trained = lengths.get("trained", lengths["max"])
    text = f"{lengths['min']:,} to {lengths['max']:,} steps, median {number_text(lengths['median'])}"
    return text if trained == lengths["max"] else f"{text}, up to {trained:,} in training"


def output_text(spec: Mapping[str, Any], classes: int) -> str:
    """An OutputSpec in words. classes: how many the task has, 0 for values.

    >>> output_text({"size": 9, "per_step": False}, 9), output_text({"size": 1, "per_step": False}, 0)
    ('one of 9 classes', '1 value')
    >>> output_text({"size": 24, "forecast": {"horizon": 24, "channels": [6], "period": 24}}, 0)
    'the next 24 steps of 1 channel; a season has 24'
    >>> output_text({"size": 4000, "sequence": 65}, 0)
    'up to 64 tokens of the same vocabulary'
    """
    if forecast := spec.get("forecast"):
        season = f"; a season has {forecast['period']}" if forecast.get("period") else ""
        text = f"the next {forecast['horizon']:,} steps of {_counted(len(forecast['channels']), 'channel')}{season}"
    elif sequence := spec.get("sequence"):
        text = f"up to {sequence - 1:,} tokens of the same vocabulary"
    elif spec.get("labels"):
        text = f"any of {_counted(spec['size'], 'label')}"
    else:
        text = f"one of {_counted(spec['size'], 'class')}" if classes else _counted(spec["size"], "value")
    text += ", at every step" if spec.get("per_step") else ""
    text += ", not knowing later steps" if spec.get("causal") else ""
    return text + (", every class counting equally in training" if spec.get("balanced") else "")


def named_counts(card: Mapping[str, Any]) -> list[tuple[str, dict[str, int]]]:
    """Samples by part: of the whole task first, then of each class."""
    rows = [("all", card["samples"])] if card.get("samples") else []
    return rows + list((card.get("classes") or {}).items())


def score_facts(tasks: Iterable[TaskConfig]) -> list[tuple[str, str]]:
    """What each score of these tasks means, where its name does not say so, and how sacrebleu computes it."""
    tasks = list(tasks)
    used: list[Score] = [score for task in tasks for score in (task.score, *task.also)]
    found = []
    for score in dict.fromkeys(used):
        words, symbol = SCORE_WORDS[score], SCORE_SYMBOLS[score]
        if words.lower() == symbol.lower():
            continue
        if words.lower().startswith(f"{symbol.lower()} ("):
            words = words[len(symbol) + 2 : -1]
        beams = sorted({beam_of(score, task) for task in tasks if score in (task.score, *task.also)} - {GREEDY})
        kept = f"; a beam of {fact_text(beams)}" if beams else ""
        computed = f"; sacrebleu {sacrebleu}" if (sacrebleu := signature(score)) else ""
        found.append((symbol, f"{words}{kept}{computed}"))
    return found


def settings_facts(experiment: ExperimentConfig) -> list[tuple[str, str]]:
    """What was held equal, and how training and judging went."""
    budget, statistics, seeds = experiment.budget, experiment.statistics, experiment.seed_numbers
    looks = [str(look) for look in experiment.looks[1:]]
    more = f"; {listed(looks).replace(' and ', ' or ')} of what stays open" if looks else ""
    return [
        ("Budget", f"{sizes_text(experiment)}, within {100 * budget.tolerance:g}%"),
        ("Seeds", f"{len(seeds)} ({seeds[0]} to {seeds[-1]}), the same for every model{more}"),
        ("Recipe", _setting(experiment.recipe)),
        ("Training", _setting(experiment.trainer)),
        ("Augmentation", _setting(experiment.augment)),
        (
            "Statistics",
            f"{100 * statistics.confidence:g}% intervals by bootstrap over seeds and samples "
            f"({statistics.resamples:,} resamples); a verdict needs {statistics.min_seeds} paired seeds",
        ),
        *((("Claims", "; ".join(experiment.not_decided)),) if experiment.not_decided else ()),
    ]


def fact_text(value: Any) -> str:
    """Any value of a JSON record in words; empty where there is nothing to say.

    >>> fact_text({"min": 7, "median": 15.0, "height": None}), fact_text([0.0, 1.98]), fact_text(True)
    ('min 7, median 15', '0, 1.98', 'yes')
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return number_text(value)
        case Mapping():
            known = {key.replace("_", " "): text for key, item in value.items() if (text := fact_text(item))}
            return ", ".join(f"{key} {text}" for key, text in known.items())
        case list() | tuple():
            return ", ".join(fact_text(item) for item in value)
        case _:
            return str(value)


def _setting(group: RecipeConfig | TrainerConfig | AugmentConfig) -> str:
    values = fact_text(group.model_dump(exclude={"name"}))
    return f"{group.name}: {values}" if values else group.name


def _data_text(key: str, value: Any, classes: int) -> str:
    if key == "input":
        return input_text(value)
    if key == "output":
        return output_text(value, classes)
    if key == "lengths" and value:
        return lengths_text(value)
    return _range_text(value) if key.endswith("_range") else fact_text(value)


def _range_text(ends: Any) -> str:
    return " to ".join(fact_text(end) for end in ends or ())


def _counted(count: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{count:,} {what if count == 1 else plural}"
