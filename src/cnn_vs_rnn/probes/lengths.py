"""A trial's network for sequences of another length, and random samples to feed it."""

from __future__ import annotations

import torch
from torch import Tensor

from cnn_vs_rnn.budgets.width import solve_width
from cnn_vs_rnn.config import BudgetConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.learner.batches import Batch, given_before
from cnn_vs_rnn.probes.run import RefusedError
from cnn_vs_rnn.tasks.data import END
from cnn_vs_rnn.trials.trial import Trial


def at_length(trial: Trial, length: int) -> Trial:
    """The trial as it would be planned for sequences of `length` time steps, with the parameters it has now.

    The width is solved anew: a network whose depth follows from the length (a TCN must cover it) has more or fewer
    layers, and would otherwise have more or fewer parameters, too. Others stay as wide as they are.
    Raises RefusedError for images, and where no width meets the parameters within 5%.
    """
    data = trial.data
    if data.task.input.kind == "image":
        raise RefusedError(f"task {trial.task.name} has images, which have no number of time steps to vary")
    input = data.task.input.model_copy(update={"length": length})
    if input == data.task.input:
        return trial
    output = data.task.output
    if output.sequence is not None:  # an answer of as many tokens as its source, and its end
        output = output.model_copy(update={"sequence": length + 1})
    budget = BudgetConfig(name=f"of {trial.model.name}", parameters=trial.parameters)
    try:
        width, parameters = solve_width(trial.model, input, output, budget)
    except UserError as error:
        raise RefusedError(f"at {length} time steps: {error}") from error
    task = data.task.model_copy(update={"input": input, "output": output})
    return trial.model_copy(
        update={"width": width, "parameters": parameters, "data": data.model_copy(update={"task": task})}
    )


def random_batch(trial: Trial, size: int) -> Batch:
    """`size` random samples in the form of the trial's task, all of full length; the same on every call."""
    generator = torch.Generator().manual_seed(trial.seed)
    input, output = trial.data.task.input, trial.data.task.output

    def whole(below: int, shape: tuple[int, ...], lowest: int = 0) -> Tensor:
        return torch.randint(lowest, below, shape, generator=generator)

    if input.kind == "image":
        assert input.height is not None
        assert input.width is not None
        inputs = torch.randn(size, input.channels, input.height, input.width, generator=generator)
        lengths = None
    else:
        assert input.length is not None
        if input.vocabulary is None:
            inputs = torch.randn(size, input.length, input.channels, generator=generator)
        else:
            inputs = whole(input.vocabulary, (size, input.length), lowest=1)  # 0 is padding
        lengths = torch.full((size,), input.length) if input.variable else None
    if output.sequence is not None:
        answer = whole(output.size, (size, output.sequence), lowest=END + 1)
        return Batch(inputs, answer, lengths, given=given_before(answer))
    answers = (size, inputs.shape[1]) if output.per_step else (size,)
    if trial.task.loss == "cross_entropy":
        targets = whole(output.size, answers)
    elif output.labels:
        targets = whole(2, (*answers, output.size)).float()
    else:
        targets = torch.randn(*answers, output.size, generator=generator)
    return Batch(inputs, targets, lengths)
