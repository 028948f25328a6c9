"""How the networks of a contest are trained: the recipe, and how long and on what."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from cnn_vs_rnn.strict import Strict


class RecipeConfig(Strict):
    """How every network of a contest is trained (``conf/recipe/<name>.yaml``)."""

    name: str
    optimizer: Literal["adamw", "adam", "sgd", "rmsprop"] = "adamw"
    learning_rate: Annotated[float, Field(gt=0)] = 0.01  # the highest, which it has after the warm-up
    weight_decay: Annotated[float, Field(ge=0)] = 1e-4
    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.1  # share of the steps in which the rate rises from 0
    # cosine: after the warm-up the rate falls along half a cosine, to 0 at the last step
    schedule: Literal["cosine", "constant"] = "cosine"
    batch_size: Annotated[int, Field(ge=1)] | None = None  # None: follows from the number of samples
    gradient_clip: Annotated[float, Field(ge=0)] = 1.0  # norm; 0 switches clipping off
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    # A training whose loss is not finite is begun once more, at the learning rate times this; None: it is not.
    diverged_rate: Annotated[float, Field(gt=0, lt=1)] | None = 0.1


class TrainerConfig(Strict):
    """How long a network is trained, and on what (``conf/trainer``)."""

    name: str
    steps: Annotated[int, Field(ge=1)] | None = None  # gradient steps; None: follow from the number of samples
    rounds: Annotated[int, Field(ge=1)] = 10  # parts of equal length; each ends with a validation and a checkpoint
    # True: training ends once `patience` rounds have passed without a lower validation loss, and the weights with the
    # lowest are tested. False: the schedule is run through, and the last weights are tested. None: true of forecasts,
    # of which what is learnt by heart does not hold in the time to come.
    early_stopping: bool | None = None
    patience: Annotated[int, Field(ge=1)] = 3
    # Whether each network is trained once more, by one seed, over twice the steps: docs call it unfinished where that
    # raises its validation score by more than the margin.
    check_longer: bool = True
    max_seconds: Annotated[float, Field(gt=0)] | None = None  # of training, instead of steps: budget=train_seconds
    accelerator: Literal["cpu", "gpu", "auto"] = "cpu"
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    tf32: bool = False  # matrix products of a GPU in TensorFloat-32: faster, 10 bits of mantissa
    compile: bool = False  # torch.compile, which takes a C++ compiler, and its time at the start of every trial
    deterministic: bool = True  # False: the fastest kernels of a GPU, whose sums may differ from run to run
    # One trial in devices x nodes processes that share each batch (DDP), as executor=slurm starts them.
    devices: Annotated[int, Field(ge=1)] = 1  # of each node
    nodes: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _the_processor_can_do_it(self) -> TrainerConfig:
        for asked, key in ((self.precision == "16-mixed", "precision=16-mixed"), (self.tf32, "tf32=true")):
            if asked and self.accelerator == "cpu":
                raise ValueError(f"trainer.{key} needs trainer.accelerator=gpu")
        return self
