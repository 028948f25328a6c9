"""What must be known of a trained model to run it far from its experiment: one small JSON file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from cnn_vs_rnn.augmentation.scaling import Part, Scaling, read_part, read_scaling
from cnn_vs_rnn.config import Loss, Modality, ModelConfig, Strict
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.data import UNKNOWN, InputSpec, OutputSpec
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
    in the task: the name of each class or label, the text of each token. merges: of subwords, which two become one.
    beam: answers that are kept at each step, where they are sequences. unseen: tokens of the vocabulary that were in
    none of this trial's training texts, and so are read as unknown.
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
    merges: tuple[str, ...] = ()
    beam: int = 1
    unseen: tuple[int, ...]
    scaling: Standardisation
    model: ModelConfig
    width: float
    seed: int
    fingerprint: str
    own: OwnData | None

    @classmethod
    def of(cls, trial: Trial) -> ModelFacts:
        """Of a trial. Raises UserError where its data was changed or is gone."""
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
            merges=data.merges,
            beam=task.beam,
            unseen=_unseen(trial),
            scaling=Standardisation.of(read_scaling(trial.data, trial.seed)),
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


def _unseen(trial: Trial) -> tuple[int, ...]:
    """As `augmentation.scaling.read_part` has it for the test part of a seed that draws its own."""
    if trial.data.task.input.kind != "tokens" or not trial.task.repeated:
        return ()
    parts: tuple[Part, ...] = ("train", "valid")
    seen = {UNKNOWN, 0}.union(*(np.unique(read_part(trial.data, trial.seed, part).inputs).tolist() for part in parts))
    return tuple(sorted(set(range(len(trial.data.task.vocabulary))) - seen))
