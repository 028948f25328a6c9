"""``python one_batch.py PARAMS``, run inside a copy of the project: a training step of every model that PARAMS choose.

PARAMS are those of ``kedro run --params``. The first seed of every task and condition is planned as a run would plan
it; networks are trained on one batch, baselines are fitted. Prints the models, one a line.
"""

import sys
import tempfile
from pathlib import Path

import torch

from cnn_vs_rnn.augmentation.scaling import prepare, read_part
from cnn_vs_rnn.costs.measure import training_step
from cnn_vs_rnn.learner.batches import TrainingBatches
from cnn_vs_rnn.learner.fit import initial_model
from cnn_vs_rnn.models.closed_form import ClosedForm
from cnn_vs_rnn.planning.plan import plan_trials
from cnn_vs_rnn.tasks.store import ingest
from cnn_vs_rnn.trials.conditions import task_variants
from pipelines.config_loader import compose_experiment

torch.set_num_threads(1)
params = dict(item.split("=", 1) for item in sys.argv[1].split(","))
contest = compose_experiment(Path("conf"), {**params, "seeds": "1"})
root = Path(tempfile.mkdtemp())
prepared = {
    condition: {name: prepare(ingest(task, root / "in"), task, range(1), root / "out") for name, task in tasks.items()}
    for condition, tasks in task_variants(contest).items()
}
for trial in plan_trials(contest, prepared):
    model, train = initial_model(trial), read_part(trial.data, trial.seed, "train")
    if isinstance(model, ClosedForm):
        model.fit(train, trial.seed)
    else:
        batch = next(iter(TrainingBatches(train, trial.batch_size, steps=1, seed=0)))
        before = [parameter.detach().clone() for parameter in model.parameters()]
        training_step(model, trial, batch)()
        changed = [(new != old).any() for new, old in zip(model.parameters(), before, strict=True)]
        assert all(changed), trial.name
        assert all(parameter.isfinite().all() for parameter in model.parameters()), trial.name
    sys.stdout.write(f"{trial.task.name} {trial.model.name}\n")
