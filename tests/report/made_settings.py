"""Made-up tasks, models and data cards, as an experiment and its ingestion would give them."""

import io

from PIL import Image

from cnn_vs_rnn.config import (
    AugmentConfig,
    BudgetConfig,
    ExperimentConfig,
    ModelConfig,
    RecipeConfig,
    StatisticsConfig,
    TaskConfig,
    TrainerConfig,
)
from cnn_vs_rnn.executor_config import LocalConfig

FAMILIES = {
    "cnn2d": "cnn",
    "fcn": "cnn",
    "tcn": "cnn",
    "lstm": "rnn",
    "gru": "rnn",
    "crnn": "hybrid",
    "majority": "baseline",
    "linear": "baseline",
    "minirocket": "baseline",
}
DIGITS, SPEAKERS = [str(digit) for digit in range(10)], [f"speaker {number}" for number in range(1, 10)]


def picture() -> bytes:
    """Any PNG."""
    stream = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 420)).save(stream, "PNG")
    return stream.getvalue()


def task_config(name, **changes) -> TaskConfig:
    known = {
        "digits": {"modality": "image", "equivalence": 0.01, "description": "Which digit is this? 8x8 pixels."},
        "japanese_vowels": {"modality": "series", "equivalence": 0.01, "description": "Which of nine men speaks?"},
        "adding": {"modality": "synthetic", "loss": "mse", "score": "mse", "equivalence": 0.005},
        "copy_memory": {"modality": "synthetic", "score": "nll", "output": "per_step", "equivalence": 0.01},
    }[name]
    usual = {
        "name": name,
        "target": f"cnn_vs_rnn.tasks.{name}:load",
        "description": "Add the two marked numbers." if name == "adding" else "Repeat ten symbols after a delay.",
        "source": "embedded, CC BY 4.0 (https://example.org/source)",
        "loss": "cross_entropy",
        "score": "accuracy",
    }
    return TaskConfig(**(usual | known | changes))


def experiment_config(tasks, models=tuple(FAMILIES), seeds=5, **changes) -> ExperimentConfig:
    return ExperimentConfig(
        **(
            {
                "experiment": "quickstart",
                "question": "On small real data, does a CNN or an RNN of the same size do better?",
                "tasks": {name: task_config(name) for name in tasks},
                "models": {
                    name: ModelConfig(
                        name=name,
                        family=FAMILIES[name],
                        target=f"cnn_vs_rnn.models.{name}:Model",
                        paper="made up",
                        modalities=["image", "text", "audio", "series", "synthetic"],
                        trivial=name == "majority",
                    )
                    for name in models
                },
                "seeds": seeds,
                "budget": BudgetConfig(name="parameters", parameters=10_000),
                "recipe": RecipeConfig(name="default"),
                "augment": AugmentConfig(name="default"),
                "trainer": TrainerConfig(name="default", steps=600),
                "executor": LocalConfig(name="local"),
                "statistics": StatisticsConfig(resamples=400),
            }
            | changes
        )
    )


def card(task: TaskConfig) -> dict:
    """As tasks/card.py writes it."""
    names = {"digits": DIGITS, "japanese_vowels": SPEAKERS}.get(task.name, [])
    return {
        "name": task.name,
        "description": task.description,
        "source": task.source,
        "modality": task.modality,
        "input": {"kind": "sequence", "channels": 12, "height": None, "width": None, "length": 29},
        "output": {"size": len(names) or 1, "per_step": False},
        "samples": {"train": 1077, "valid": 270, "test": 450},
        "classes": {name: {"train": 108 - at, "valid": 27, "test": 45} for at, name in enumerate(names)},
        "lengths": {"min": 7, "median": 15.0, "max": 29} if task.modality == "series" else None,
        "value_range": [-1.4512345, 2.0312345],
        "target_range": None if names else [0.0, 1.98],
        "quarantined": [["sample 17", "holds NaN"]] if task.name == "japanese_vowels" else [],
        "duplicates": {"test also in pool": 1 if task.name == "digits" else 0, "valid also in train": 0},
        "warnings": ["1 sample is also in the test part: taken out of training"] if task.name == "digits" else [],
        "groups": None,
        "notes": ["no official test part: 0.25 of the samples drawn with seed 0", "each channel standardised"],
    }
