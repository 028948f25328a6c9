"""Records as lists of (what, text), for a reader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnn_vs_rnn.config import AugmentConfig, ExperimentConfig, RecipeConfig, TrainerConfig
from cnn_vs_rnn.statistics.words import number_text

_SHOWN_APART = {"name", "modality", "description", "source", "samples", "classes", "quarantined", "duplicates", "notes"}


def data_facts(card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a data card says besides its counts; whatever is not known or empty is left out."""
    return [
        (key.replace("_", " ").capitalize(), text)
        for key, value in card.items()
        if key not in _SHOWN_APART and (text := _range_text(value) if key.endswith("_range") else fact_text(value))
    ]


def named_counts(card: Mapping[str, Any]) -> list[tuple[str, dict[str, int]]]:
    """Samples by part: of the whole task first, then of each class."""
    rows = [("all", card["samples"])] if card.get("samples") else []
    return rows + list((card.get("classes") or {}).items())


def settings_facts(experiment: ExperimentConfig) -> list[tuple[str, str]]:
    """What was held equal, and how training and judging went."""
    budget, statistics = experiment.budget, experiment.statistics
    return [
        ("Budget", f"{budget.parameters:,} parameters a network, within {100 * budget.tolerance:g}%"),
        ("Seeds", f"{experiment.seeds} (0 to {experiment.seeds - 1}), the same for every model"),
        ("Recipe", _setting(experiment.recipe)),
        ("Training", _setting(experiment.trainer)),
        ("Augmentation", _setting(experiment.augment)),
        (
            "Statistics",
            f"{100 * statistics.confidence:g}% intervals by bootstrap over seeds and samples "
            f"({statistics.resamples:,} resamples); a verdict needs {statistics.min_seeds} paired seeds",
        ),
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
            known = {key.replace("_", " "): text for key, item in value.items() if (text := fact_text(item))}
            return ", ".join(f"{key} {text}" for key, text in known.items())
        case list() | tuple():
            return ", ".join(fact_text(item) for item in value)
        case _:
            return str(value)


def _setting(group: RecipeConfig | TrainerConfig | AugmentConfig) -> str:
    values = fact_text(group.model_dump(exclude={"name"}))
    return f"{group.name}: {values}" if values else group.name


def _range_text(ends: Any) -> str:
    return " to ".join(fact_text(end) for end in ends or ())
