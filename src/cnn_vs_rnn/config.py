"""What an experiment is: the validated form of everything under ``conf/``.

Every class refuses unknown keys, so that a typo ends here, in one line, before torch is imported.
The words (task, model, family, recipe, condition, budget, trial) are the project's own: docs/words.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

Modality = Literal["image", "text", "audio", "series", "synthetic"]
Family = Literal["cnn", "rnn", "hybrid", "baseline"]
Loss = Literal["cross_entropy", "mse"]
Score = Literal["accuracy", "mse", "nll"]
OutputKind = Literal["one", "per_step"]


def _option(value: object, validate: Callable[[object], object]) -> object:
    try:
        return validate(value)
    except ValidationError as error:  # one line for each of the types below
        raise PydanticCustomError(
            "option", "Must be true or false, a number, text, a list of numbers, a list of texts, or null"
        ) from error


Option = Annotated[bool | int | float | str | list[int] | list[float] | list[str] | None, WrapValidator(_option)]

FAMILIES: tuple[Family, ...] = ("cnn", "rnn", "hybrid", "baseline")
Fraction = Annotated[float, Field(gt=0, lt=1)]


class Strict(BaseModel):
    """A frozen configuration that refuses keys it does not know."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        protected_namespaces=(),
        ser_json_inf_nan="strings",  # the score of a diverged trial is read back as it was, not as null
    )


class TaskConfig(Strict):
    """One learning problem: its data, split, loss and score (``conf/task/<name>.yaml``)."""

    name: str
    target: str  # "package.module:function", called as function(config) -> RawTask
    modality: Modality
    description: str
    source: str  # where the data comes from, and its licence
    loss: Loss
    score: Score
    output: OutputKind = "one"  # one prediction a sample, or one a time step
    equivalence: Annotated[float, Field(gt=0)]  # a smaller difference in score is of no practical interest
    test_fraction: Fraction | None = None  # None: the data has an official test part
    valid_fraction: Fraction = 0.2  # of what is not test
    split_seed: int = 0  # draws the test part; the train/valid split varies with the trial's seed
    scale: bool = True  # standardise each channel on the training part; False for one-hot and synthetic inputs
    options: dict[str, Option] = {}  # passed to the target: length, samples, ...


class ModelConfig(Strict):
    """One architecture (``conf/model/<name>.yaml``)."""

    name: str
    family: Family
    target: str  # "package.module:Class"
    paper: str
    modalities: list[Modality]
    outputs: list[OutputKind] = ["one", "per_step"]
    options: dict[str, Option] = {}  # keyword arguments of the class

    def serves(self, task: TaskConfig) -> bool:
        """Whether this model can be entered in a contest on that task."""
        return task.modality in self.modalities and task.output in self.outputs


class RecipeConfig(Strict):
    """How every network of a contest is trained (``conf/recipe/<name>.yaml``)."""

    name: str
    optimizer: Literal["adamw", "adam", "sgd", "rmsprop"] = "adamw"
    learning_rate: Annotated[float, Field(gt=0)] = 3e-3
    weight_decay: Annotated[float, Field(ge=0)] = 1e-4
    schedule: Literal["constant", "cosine", "plateau"] = "plateau"
    batch_size: Annotated[int, Field(ge=1)] = 32
    gradient_clip: Annotated[float, Field(ge=0)] = 1.0  # norm; 0 switches clipping off
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1


class ImagePolicy(Strict):
    """Random augmentation of a batch of images (kornia). Each 0 or False switches its part off."""

    rotate_degrees: Annotated[float, Field(ge=0, le=180)] = 0.0
    translate: Annotated[float, Field(ge=0, lt=1)] = 0.0  # fraction of height and width
    scale: Annotated[float, Field(ge=0, lt=1)] = 0.0  # zoom between 1-scale and 1+scale
    horizontal_flip: bool = False  # only where the classes allow it: a flipped digit is none
    erase_probability: Annotated[float, Field(ge=0, le=1)] = 0.0


class AugmentConfig(Strict):
    """The augmentation of each modality; None leaves that modality as it is (``conf/augment``)."""

    name: str
    image: ImagePolicy | None = None


class BudgetConfig(Strict):
    """What is held equal between the networks of a contest (``conf/budget``)."""

    name: str
    parameters: Annotated[int, Field(ge=100)]  # trainable, head included; the width is solved for
    tolerance: Annotated[float, Field(gt=0, le=0.05)] = 0.05


class TrainerConfig(Strict):
    """When training stops, and on what it runs (``conf/trainer``)."""

    name: str
    max_epochs: Annotated[int, Field(ge=1)]
    patience: Annotated[int, Field(ge=1)]  # epochs without a better validation loss
    accelerator: Literal["cpu", "gpu", "auto"] = "cpu"
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"


class ExecutorConfig(Strict):
    """Where trials run (``conf/executor``). It never changes a result."""

    name: Literal["local"]
    workers: Annotated[int, Field(ge=0)] = 0  # 0: one a core


class StatisticsConfig(Strict):
    """How families are held against each other."""

    confidence: Fraction = 0.95
    resamples: Annotated[int, Field(ge=200)] = 2000
    min_seeds: Annotated[int, Field(ge=2)] = 3  # with fewer, no verdict but 'undecided'


class ExperimentConfig(Strict):
    """One question: tasks x models x conditions x seeds, under one budget (``conf/experiment``)."""

    experiment: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    question: str
    tasks: Annotated[dict[str, TaskConfig], Field(min_length=1)]
    models: Annotated[dict[str, ModelConfig], Field(min_length=1)]
    # label -> {dotted key of a trial: value}, as in {"length=200": {"task.options.length": 200}}
    conditions: Annotated[dict[str, dict[str, Option]], Field(min_length=1)] = {"default": {}}
    seeds: Annotated[int, Field(ge=1)]
    budget: BudgetConfig
    recipe: RecipeConfig
    augment: AugmentConfig
    trainer: TrainerConfig
    executor: ExecutorConfig
    statistics: StatisticsConfig = StatisticsConfig()

    @model_validator(mode="after")
    def _every_task_has_a_model(self) -> ExperimentConfig:
        for task in self.tasks.values():
            if not any(model.serves(task) for model in self.models.values()):
                raise ValueError(
                    f"no chosen model serves task {task.name} ({task.modality}, output {task.output}): add one"
                )
        return self
