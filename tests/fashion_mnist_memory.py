"""Ingests all of fashion_mnist, prepares it and trains a small CNN on it for one epoch, below the folder given.

Writes the training samples, the epochs trained, and the peak of memory in bytes.
"""

import sys
from pathlib import Path

from contest import compose, opened, planned

from cnn_vs_rnn.augmentation.scaling import read_part
from cnn_vs_rnn.costs.memory import peak_resident_bytes
from cnn_vs_rnn.learner.fit import fit

root = Path(sys.argv[1])
experiment = compose(
    {
        "tasks": "fashion_mnist",
        "models": "cnn2d",
        "seeds": 1,
        "budget.parameters": 3000,
        "recipe.batch_size": 64,
        "trainer.steps": 750,
        "trainer.rounds": 1,
    }
)
(trial,) = planned(experiment, root)
train = read_part(trial.data, trial.seed, "train")
folder = opened(trial, root / "trial")
fit(folder)
record = folder.record()
assert record is not None
sys.stdout.write(f"{len(train)} {record.steps * trial.batch_size // len(train)} {peak_resident_bytes()}\n")
