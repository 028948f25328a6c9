"""Published figures and sizes of one's own in the configuration: checked, and left out with what they name."""

import json

import pytest
from contest import compose

from cnn_vs_rnn.errors import UserError

SMALL = {"tasks": "adding+digits", "models": "lstm+tcn+cnn2d"}


def with_figure(**changes):
    values = {"task": "adding", "model": "lstm", "score": 0.164, "source": "a paper"} | changes
    return SMALL | {"published": json.dumps({"it": values})}


def test_an_entry_needs_no_more_than_its_score_and_source():
    [one] = compose(with_figure()).published.values()
    assert (one.condition, one.spread, one.runs, one.parameters, one.group) == ("default", None, None, None, "")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"task": "add"}, "published.it.task='add': the experiment has no such task; did you mean adding?"),
        ({"model": "lstmm"}, "published.it.model='lstmm': the experiment has no such model; did you mean lstm?"),
        ({"condition": "x"}, "published.it.condition='x': the experiment has no such condition; choose one of default"),
        ({"model": "cnn2d"}, "published.it: model cnn2d does not serve task adding"),
        ({"spread": -1}, "published.it.spread=-1 is refused: input should be greater than or equal to 0"),
        ({"runs": 0}, "published.it.runs=0 is refused: input should be greater than or equal to 1"),
        ({"scor": 1}, "published.it.scor: there is no such key; did you mean score"),
    ],
)
def test_a_mistake_is_one_sentence(changes, said):
    with pytest.raises(UserError) as error:
        compose(with_figure(**changes))
    assert str(error.value).startswith(said)


def test_what_is_not_chosen_takes_its_figures_along():
    whole = compose({"experiment": "published"}).published
    assert len(whole) == 22
    some = compose({"experiment": "published", "tasks": "coffee+gun_point", "models": "fcn+resnet1d"}).published
    assert set(some) == {f"{model}_on_{task}" for task in ("coffee", "gun_point") for model in ("fcn", "resnet1d")}
    assert compose({"experiment": "published", "models": "minirocket"}).published == {}


def test_and_its_size():
    whole = compose({"experiment": "published_music"})
    assert whole.budget.by_task == {"nottingham": 1_000_000}
    some = compose({"experiment": "published_music", "tasks": "jsb_chorales"})
    assert some.budget.by_task == {}
    assert {one.task for one in some.published.values()} == {"jsb_chorales"}


def test_a_size_on_an_unknown_task_is_refused():
    with pytest.raises(
        UserError, match=r"^budget\.by_task\.digit: the experiment has no such task; did you mean digits"
    ):
        compose(SMALL | {"budget.by_task": "{digit: 5000}"})


def test_under_several_budgets_a_figure_is_held_against_each():
    params = with_figure() | {"budget": "parameters+train_seconds"}
    published = compose(params).published
    assert [one.condition for one in published.values()] == ["equal parameters", "equal training seconds"]
