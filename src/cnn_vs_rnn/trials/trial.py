"""The unit of training, resuming, tracking and dispatch: one model, one task, one condition, one seed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from cnn_vs_rnn.augmentation.scaling import PreparedTask
from cnn_vs_rnn.trials.conditions import Setting
from cnn_vs_rnn.trials.source import source_digest

# What describes a task or model to a reader, or judges it later, changes no training.
_NOT_TRAINED_ON = {
    "task": {"description", "source", "equivalence", "files", "also", "beam", "refit"},
    "model": {"paper", "modalities", "outputs", "labels", "trivial", "search"},
    # Asked for, perhaps by null: the trial has what follows.
    "recipe": {"batch_size"},
    "trainer": {"steps", "check_longer"},
}


class Trial(Setting):
    """Everything that decides a training, resolved."""

    experiment: str
    condition: str
    seed: int
    width: float  # solved for the budget; 0 for baselines
    parameters: int  # trainable; 0 for baselines
    steps: int  # gradient steps of each training; 0 for baselines
    times: int = 1  # as many steps as its contest gives; above 1 in overtime (`statistics.overtime`)
    batch_size: int
    data: PreparedTask  # with the split of this seed alone

    @property
    def name(self) -> str:
        """As a person reads it: task/model, the condition if there are several, the seed, the steps in overtime."""
        condition = "" if self.condition == "default" else f" {self.condition}"
        overtime = f" over {self.steps:,} steps" if self.times > 1 else ""
        return f"{self.task.name}/{self.model.name}{condition} seed {self.seed}{overtime}"

    @property
    def refits(self) -> bool:
        """Whether it trains twice: without its validation part, and then on all samples that are not tested."""
        return self.data.refit

    @property
    def steps_per_round(self) -> int:
        """The last round may be shorter."""
        return max(1, -(-self.steps // self.trainer.rounds))

    @property
    def rounds(self) -> int:
        """Of all its trainings, if none stops early."""
        return -(-self.steps // self.steps_per_round) * (2 if self.refits else 1)

    @property
    def epochs(self) -> float:
        """How often the training whose weights are tested sees each of its samples."""
        split = self.data.split(self.seed)
        return self.steps * self.batch_size / (split.fit if self.refits else split.train)

    def over_steps(self, steps: int) -> Trial:
        """The same trained over another number of steps, for its validation score alone."""
        return self.model_copy(update={"steps": steps, "data": self.data.model_copy(update={"refit": False})})

    def in_overtime(self, times: int) -> Trial:
        """The same trained over so many times its steps, to be tested."""
        return self.model_copy(update={"steps": times * self.steps, "times": times})

    @property
    def processes(self) -> int:
        """That train it together; a baseline is no matter for several."""
        return 1 if self.model.family == "baseline" else self.trainer.nodes * self.trainer.devices

    @property
    def labels(self) -> dict[str, Any]:
        """What tells it from the others of its experiment, by the names that every record uses."""
        return {
            "task": self.task.name,
            "condition": self.condition,
            "model": self.model.name,
            "family": self.model.family,
            "seed": self.seed,
        }

    def fingerprint(self) -> str:
        """16 hexadecimal digits over the resolved config, the data and the library source that trains.

        Same fingerprint, same training; paths and machine settings are left out.
        """
        config = self.model_dump(
            mode="json", exclude={"experiment": True, "data": True, "budget": True, "times": True, **_NOT_TRAINED_ON}
        )
        digests = [split.digest for split in self.data.splits]
        source = source_digest("cnn_vs_rnn.learner.fit", *_own_modules(self.task.target, self.model.target))
        content = json.dumps([config, self.refits, digests, source], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def folder(self, root: Path) -> Path:
        """`<root>/<experiment>/<task>/<model>/<fingerprint>`."""
        return root / self.experiment / self.task.name / self.model.name / self.fingerprint()


def _own_modules(*targets: str) -> list[str]:
    return [target.partition(":")[0] for target in targets]
