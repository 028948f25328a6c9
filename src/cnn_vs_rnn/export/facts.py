"""What must be known of a trained model to run it far from its experiment: one small JSON file."""

from __future__ import annotations

from pathlib import Path

from cnn_vs_rnn.augmentation.scaling import Scaling
from cnn_vs_rnn.config import Loss, Modality, ModelConfig, Strict
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.data import InputSpec, OutputSpec
from cnn_vs_rnn.trials.trial import Trial

OWN_DATA = "cnn_vs_rnn.own_data."


class Standardisation(Strict):
    """(value - mean) / deviation, of inputs by channel, of values to predict by output."""

    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    target_mean: tuple[float, ...] | None = None
    target_deviation: tuple[float, ...] | None = None

    @classmethod
    def of(cls, scaling: Scaling) -> Standardisation:
        """The same numbers."""
        return cls(**{name: tuple(values.tolist()) for name, values in scaling.arrays.items()})


class ModelFacts(Strict):
    """One trained model: what goes in, what comes out, how both are scaled, and which trial it is.

    own: how raw files become samples, where the data was the user's own (without its path). classes and vocabulary as
    in the task: the name of each class or label, the text of each token.
    """

    experiment: str
    task: str
    condition: str
    description: str
    modality: Modality
    loss: Loss
    input: InputSpec
    output: OutputSpec
    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    scaling: Standardisation
    model: ModelConfig
    width: float
    seed: int
    fingerprint: str
    own: OwnData | None

    @classmethod
    def of(cls, trial: Trial, scaling: Scaling) -> ModelFacts:
        """Of a trial, and the scaling of its seed."""
        data, task = trial.data.task, trial.task
        own = OwnData.of(task).model_copy(update={"path": ""}) if task.target.startswith(OWN_DATA) else None
        return cls(
            experiment=trial.experiment,
            task=task.name,
            condition=trial.condition,
            description=task.description,
            modality=task.modality,
            loss=task.loss,
            input=data.input,
            output=data.output,
            classes=data.classes,
            vocabulary=data.vocabulary,
            scaling=Standardisation.of(scaling),
            model=trial.model,
            width=trial.width,
            seed=trial.seed,
            fingerprint=trial.fingerprint(),
            own=own,
        )

    @classmethod
    def read(cls, path: Path) -> ModelFacts:
        """From the file that `model_dump_json` makes."""
        return cls.model_validate_json(path.read_bytes())

    def class_name(self, index: int) -> str:
        """The name of a class or label; its number where the task has no names."""
        return self.classes[index] if self.classes else str(index)
