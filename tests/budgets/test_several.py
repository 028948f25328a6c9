"""Several budgets in one contest."""

import pytest
from contest import compose

from cnn_vs_rnn.budgets.several import budget_of, budget_text
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.report.by_budget import BudgetRow, by_budget, by_budget_table
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.trials.conditions import setting_under

ONE = {"tasks": "digits", "models": "gru+cnn2d", "seeds": 1}


def setting(experiment, condition):
    return setting_under(experiment, condition, experiment.tasks["digits"], experiment.models["gru"])


@pytest.mark.parametrize("name", ["parameters", "flops", "train_seconds", "latency"])
def test_one_budget_leaves_the_conditions_alone(name):
    experiment = compose({**ONE, "budget": name})
    assert list(experiment.conditions) == ["default"]
    assert experiment.budget.equal == (name,)
    seconds = setting(experiment, "default").trainer.max_seconds
    assert seconds == (experiment.budget.train_seconds if name == "train_seconds" else None)


def test_several_are_conditions():
    experiment = compose({**ONE, "budget": "parameters+flops+train_seconds", "budget.train_seconds": 2.0})
    assert list(experiment.conditions) == ["equal parameters", "equal FLOPs", "equal training seconds"]
    assert [setting(experiment, one).trainer.max_seconds for one in experiment.conditions] == [None, None, 2.0]
    assert [budget_of(one, experiment)[1] for one in experiment.conditions] == ["parameters", "flops", "train_seconds"]
    assert budget_text(experiment.budget) == "10,000 parameters; 1,000,000 FLOPs a sample; 2 s of training"


def test_other_conditions_are_held_under_each(tmp_path):
    experiment = compose({"experiment": "memory", "budget": "parameters+flops"})
    assert "short, equal FLOPs" in experiment.conditions
    assert budget_of("short, equal FLOPs", experiment) == ("short", "flops")
    assert experiment.conditions["short, equal FLOPs"]["budget.equal"] == ["flops"]


def test_an_unknown_budget_is_refused():
    with pytest.raises(UserError, match="budget=flop: there is no budget 'flop'; did you mean flops"):
        compose({**ONE, "budget": "parameters+flop"})


def contest(condition, verdict):
    return Contest.model_construct(task="digits", condition=condition, verdict=verdict)


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (("cnn", "cnn"), "They agree."),
        (("undecided", "undecided"), "Undecided at each."),
        (("cnn", "rnn"), "They disagree: CNN wins at equal parameters; RNN wins at equal FLOPs."),
        (("cnn", "undecided"), "Decided at some: CNN wins at equal parameters; Undecided at equal FLOPs."),
    ],
)
def test_the_table_says_where_they_disagree(verdicts, said):
    experiment = compose({**ONE, "budget": "parameters+flops"})
    held = [contest(one, verdict) for one, verdict in zip(experiment.conditions, verdicts, strict=True)]
    (row,) = by_budget(held, experiment)
    assert isinstance(row, BudgetRow)
    assert (row.heading, row.agreement) == ("digits", said)
    assert len(by_budget_table([row]).columns) == 4
    assert by_budget(held, compose(ONE)) == []
