"""What an experiment is: the validated form of everything under ``conf/``.

Every class refuses unknown keys, so that a typo ends here, in one line, before torch is imported.
The words (task, model, family, recipe, condition, budget, trial) are the project's own: docs/words.md.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, ValidationError, WrapValidator, field_validator, model_validator
from pydantic_core import PydanticCustomError

from cnn_vs_rnn.augment_config import AugmentConfig
from cnn_vs_rnn.claims.rule import ClaimConfig
from cnn_vs_rnn.errors import nearest
from cnn_vs_rnn.executor_config import ExecutorConfig
from cnn_vs_rnn.names import FolderName, PathBelow
from cnn_vs_rnn.published_config import PublishedConfig as PublishedConfig
from cnn_vs_rnn.strict import Strict as Strict
from cnn_vs_rnn.training_config import RecipeConfig as RecipeConfig
from cnn_vs_rnn.training_config import TrainerConfig as TrainerConfig

Modality = Literal["image", "text", "audio", "series", "synthetic"]
Family = Literal["cnn", "rnn", "hybrid", "baseline"]
# binary_cross_entropy: of every label by itself, summed over the labels (nats)
Loss = Literal["cross_entropy", "binary_cross_entropy", "mse", "mae"]
# nll: nats a sample or step; bits: the same divided by ln 2, as for characters; perplexity: exp of its mean
# chrf, bleu: of whole answers that are texts, the most likely token taken at each step; _beam: by beam search
Score = Literal[
    "accuracy", "macro_f1", "mse", "mae", "nll", "bits", "perplexity", "chrf", "bleu", "chrf_beam", "bleu_beam"
]
# one answer a sample; one a time step; the next values of a series; a sequence of its own length, such as a translation
OutputKind = Literal["one", "per_step", "forecast", "sequence"]


def _option(value: object, validate: Callable[[object], object]) -> object:
    try:
        return validate(value)
    except ValidationError as error:  # one line for each of the types below
        raise PydanticCustomError(
            "option", "Must be true or false, a number, text, a list of numbers, a list of texts, or null"
        ) from error


Option = Annotated[bool | int | float | str | list[int] | list[float] | list[str] | None, WrapValidator(_option)]


def _seeds(value: object, validate: Callable[[object], object]) -> object:
    try:
        return validate(value)
    except ValidationError as error:
        raise PydanticCustomError("seeds", "Must be a whole number above 0, or auto") from error


SCORES_OF: dict[Loss, tuple[Score, ...]] = {
    "cross_entropy": (
        *("accuracy", "macro_f1", "nll", "bits", "perplexity"),
        *("chrf", "bleu", "chrf_beam", "bleu_beam"),
    ),
    "binary_cross_entropy": ("nll", "accuracy", "macro_f1"),
    "mse": ("mse", "mae"),
    "mae": ("mae", "mse"),
}
# Of answers that are decoded first: a token at a time, each following from those before it.
DECODED: frozenset[Score] = frozenset({"chrf", "bleu", "chrf_beam", "bleu_beam"})
FAMILIES: tuple[Family, ...] = ("cnn", "rnn", "hybrid", "baseline")
Fraction = Annotated[float, Field(gt=0, lt=1)]


class SourceFile(Strict):
    """A file that a task is made from: looked for in the mirror, then fetched from its origin."""

    path: PathBelow  # DATA_MIRROR and data/01_raw, such as mnist/train-images-idx3-ubyte.gz
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    origin: str  # URL
    # Where the origin packs the same content otherwise: the sha256 over its members (tasks/archive.py: content_digest)
    # whose names hold the regular expression `members`.
    content_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    members: str = ""


class TaskConfig(Strict):
    """One learning problem: its data, split, loss and score (``conf/task/<name>.yaml``)."""

    name: FolderName
    target: str  # "package.module:function", called as function(config) -> RawTask
    modality: Modality
    description: str
    source: str  # where the data comes from, and its licence
    loss: Loss
    score: Score
    also: tuple[Score, ...] = ()  # further scores, shown beside; they decide nothing
    output: OutputKind = "one"
    beam: Annotated[int, Field(ge=2)] = 5  # translations that beam search keeps at each step
    equivalence: Annotated[float, Field(gt=0)]  # a smaller difference in score is of no practical interest
    files: tuple[SourceFile, ...] = ()  # what the loader reads; none where the data is generated or embedded
    test_fraction: Fraction | None = None  # None: the data has an official test part
    valid_fraction: Fraction = 0.2  # of what is not test
    split_seed: int = 0  # draws the test part; the train/valid split varies with the trial's seed
    # Each seed trains twice: without its validation part, for the validation score, and then on all samples that are
    # not tested, for the weights that are. None: where fewer than 1,000 samples are not tested, and the data names no
    # validation part of its own.
    refit: bool | None = None
    # The test part, too, varies with the seed: for few samples, of which one test part would say little. Needs
    # test_fraction, or samples in the order of time.
    repeated: bool = False
    scale: bool = True  # standardise each channel on the training part; False for one-hot and synthetic inputs
    scale_targets: bool = False  # standardise values to predict; losses and scores are then in standard deviations
    balanced: bool = False  # every class counts equally in the loss, however rare
    mirror: bool = False  # a mirrored image is of the same class, so augmentation may flip it
    limit: Annotated[int, Field(ge=10)] | None = None  # samples of train and valid together at most, drawn at random
    test_limit: Annotated[int, Field(ge=10)] | None = None
    options: dict[str, Option] = {}  # passed to the target: length, samples, ...

    @model_validator(mode="after")
    def _scores_fit_the_loss(self) -> TaskConfig:
        kinds = SCORES_OF[self.loss]
        for score in (self.score, *self.also):
            if score not in kinds:
                raise ValueError(f"task {self.name}: loss {self.loss} has no score {score}: choose {', '.join(kinds)}")
            if score == "macro_f1" and self.output in ("per_step", "sequence"):
                raise ValueError(f"task {self.name}: macro_f1 needs one answer a sample, not one a step")
            if score in DECODED and self.output != "sequence":
                raise ValueError(f"task {self.name}: {score} needs answers that are sequences (output: sequence)")
        if self.score.endswith("_beam"):
            plain = self.score.removesuffix("_beam")
            raise ValueError(f"task {self.name}: {self.score} is too slow to validate by: choose {plain}")
        if self.output == "sequence" and self.loss != "cross_entropy":
            raise ValueError(f"task {self.name}: answers that are sequences need loss: cross_entropy")
        if self.output == "forecast" and self.scale_targets != self.scale:
            raise ValueError(f"task {self.name}: a forecast needs scale_targets={self.scale}, as scale is")
        return self


class SearchRange(Strict):
    """Where tuning looks for a value: between low and high (whole numbers if both are), or among choices."""

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False  # evenly in the logarithm
    choices: tuple[Option, ...] = ()

    @model_validator(mode="after")
    def _is_one_kind(self) -> SearchRange:
        if self.choices:
            if (self.low, self.high, self.log) != (None, None, False):
                raise ValueError("give low and high, or choices, and not both")
        elif self.low is None or self.high is None or self.low >= self.high:
            raise ValueError("give low and a larger high, or choices")
        elif self.log and self.low <= 0:
            raise ValueError("a logarithmic range begins above 0")
        return self


class ModelConfig(Strict):
    """One architecture (``conf/model/<name>.yaml``)."""

    name: FolderName
    family: Family
    target: str  # "package.module:Class"
    paper: str
    modalities: list[Modality]
    outputs: list[OutputKind] = ["one", "per_step", "forecast"]
    labels: bool = True  # it can answer several yes-or-no questions at once
    trivial: bool = False  # answers without looking: what everything else must beat
    parameters: Annotated[int, Field(ge=100)] | None = None  # of this network, instead of the budget's
    options: dict[str, Option] = {}  # keyword arguments of the class
    # Where tuning looks: a key of a trial, as conditions name it (recipe.learning_rate, model.options.kernel_size)
    search: dict[str, SearchRange] = {}

    def serves(self, task: TaskConfig) -> bool:
        """Whether this model can be entered in a contest on that task."""
        labels = task.loss == "binary_cross_entropy"
        return task.modality in self.modalities and task.output in self.outputs and (self.labels or not labels)


Equal = Literal["parameters", "flops", "train_seconds", "latency"]


class BudgetConfig(Strict):
    """What is held equal between the networks of a contest (``conf/budget``): one thing, or several in turn."""

    name: str
    equal: Annotated[tuple[Equal, ...], Field(min_length=1)] = ("parameters",)
    # Trainable, head included; the width is solved for. The embedding of tokens, the same for all, is not counted.
    # It is also the size of the networks where training seconds are equal.
    parameters: Annotated[int, Field(ge=100)]
    by_task: dict[str, Annotated[int, Field(ge=100)]] = {}  # parameters on these tasks instead
    flops: Annotated[int, Field(ge=1000)] = 1_000_000  # of the answer to one sample of full length; the width is solved
    train_seconds: Annotated[float, Field(gt=0)] = 10.0  # of one core, with validation; the gradient steps follow
    latency_ms: Annotated[float, Field(gt=0)] = 0.5  # of one core, for one sample of full length; the width is solved
    tolerance: Annotated[float, Field(gt=0, le=0.05)] = 0.05  # of all but training seconds, which are exact


class StatisticsConfig(Strict):
    """How families are held against each other."""

    confidence: Fraction = 0.95
    resamples: Annotated[int, Field(ge=200)] = 2000
    min_seeds: Annotated[int, Field(ge=2)] = 3  # with fewer, no verdict but 'undecided'


class DecideConfig(Strict):
    """With `seeds=auto`: how many seeds are looked at, and for how long what is open goes on."""

    looks: Annotated[tuple[Annotated[int, Field(ge=2)], ...], Field(min_length=2)] = (5, 10, 20)  # seeds at each look
    minutes: Annotated[float, Field(ge=0)] = 10.0  # of training beyond the first look, on all workers

    @field_validator("looks")
    @classmethod
    def _rise(cls, looks: tuple[int, ...]) -> tuple[int, ...]:
        if list(looks) != sorted(set(looks)):
            raise ValueError("each look needs more seeds than the one before, such as [5,10,20]")
        return looks


class TuningConfig(Strict):
    """How the recipe of each network is searched, on validation, before the contest: the same for all (`tuning`)."""

    trials: Annotated[int, Field(ge=0)] = 0  # of each network on each task; the first is the recipe as it stands
    sampler: Literal["tpe", "random"] = "tpe"
    pruner: Literal["median", "none"] = "median"  # median: stops what is worse than half of those before it
    startup: Annotated[int, Field(ge=1)] = 5  # trials before sampler and pruner learn from the others
    warmup: Annotated[int, Field(ge=0)] = 5  # rounds in which nothing is stopped; of folds it is the first one
    seed: Annotated[int, Field(ge=0)] = 0  # of the sampler


class ProbeConfig(Strict):
    """A measurement beside training (``probes`` of an experiment)."""

    target: str  # "package.module:function" of cnn_vs_rnn.probes
    models: tuple[str, ...] = ()  # those it measures; none: all networks
    options: dict[str, Option] = {}


class ExperimentConfig(Strict):
    """One question: tasks x models x conditions x seeds, under one budget (``conf/experiment``)."""

    experiment: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    question: str
    requested: dict[str, str] = {}  # what the user typed, by its key: the report says it where it says "run it again"
    found: tuple[str, ...] = ()  # what was found out of own data, said before anything starts
    not_decided: tuple[str, ...] = ()  # claims that are about tasks or models that were not chosen, in a sentence each
    tasks: Annotated[dict[str, TaskConfig], Field(min_length=1)]
    models: Annotated[dict[str, ModelConfig], Field(min_length=1)]
    # label -> {dotted key of a trial: value}, as in {"length=200": {"task.options.length": 200}}
    conditions: Annotated[dict[str, dict[str, Option]], Field(min_length=1)] = {"default": {}}
    # auto: as many as `decide` says, and more of them for what is still open
    seeds: Annotated[Annotated[int, Field(ge=1)] | Literal["auto"], WrapValidator(_seeds)]
    first_seed: Annotated[int, Field(ge=0)] = 0  # 5 after a run of seeds 0 to 4: the same again, by other seeds
    train: bool = True  # False: nothing is trained; only the probes look at the networks, as they start
    budget: BudgetConfig
    recipe: RecipeConfig
    augment: AugmentConfig
    trainer: TrainerConfig
    executor: ExecutorConfig
    tuning: TuningConfig = TuningConfig()
    statistics: StatisticsConfig = StatisticsConfig()
    decide: DecideConfig = DecideConfig()
    probes: dict[str, ProbeConfig] = {}
    claims: dict[str, ClaimConfig] = {}  # what this experiment decides; docs/claims.md
    published: dict[str, PublishedConfig] = {}  # label -> a figure that ours is held against

    @property
    def looks(self) -> tuple[int, ...]:
        """The numbers of seeds at which what is open is looked at again; none where their number is given."""
        return self.decide.looks if self.seeds == "auto" else ()

    @property
    def seed_numbers(self) -> range:
        """The seeds of every model's trials; with `seeds=auto` those of the first look."""
        seeds = self.decide.looks[0] if self.seeds == "auto" else self.seeds
        return range(self.first_seed, self.first_seed + seeds)

    @field_validator("experiment")
    @classmethod
    def _is_no_folder_of_all(cls, name: str) -> str:
        if name == "claims":
            raise ValueError("the folder `claims` is that of all experiments together: choose another name")
        return name

    @model_validator(mode="after")
    def _every_task_has_a_model(self) -> ExperimentConfig:
        for task in self.tasks.values():
            if not any(model.serves(task) for model in self.models.values()):
                raise ValueError(
                    f"no chosen model serves task {task.name} ({task.modality}, output {task.output}): add one"
                )
        return self

    @model_validator(mode="after")
    def _what_is_named_takes_part(self) -> ExperimentConfig:
        tasks = {task.name: task for task in self.tasks.values()}
        models = {model.name: model for model in self.models.values()}
        for name in self.budget.by_task:
            if name not in tasks:
                raise ValueError(f"budget.by_task.{name}: the experiment has no such task; {nearest(name, tasks)}")
        for label, one in self.published.items():
            for key, name, known in (
                ("task", one.task, tasks),
                ("model", one.model, models),
                ("condition", one.condition, self.conditions),
            ):
                if name not in known:
                    raise ValueError(
                        f"published.{label}.{key}={name!r}: the experiment has no such {key}; {nearest(name, known)}"
                    )
            if not models[one.model].serves(tasks[one.task]):
                raise ValueError(f"published.{label}: model {one.model} does not serve task {one.task}")
        return self
