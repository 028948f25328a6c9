"""A rule that its experiment cannot serve is refused, naming the key."""

import pytest
from court import task_named
from pydantic import ValidationError

from cnn_vs_rnn.claims.check import check_claims
from cnn_vs_rnn.claims.rule import ClaimConfig, TestConfig
from cnn_vs_rnn.errors import UserError

HERE = r"claims\.c\.tests\.t"


def check(experiment, **test):
    claim = ClaimConfig(
        statement="s", rule="r", literature="l", would_change_it="w", tests={"t": TestConfig.model_validate(test)}
    )
    check_claims(experiment.model_copy(update={"claims": {"c": claim}}))


@pytest.mark.parametrize(
    "test",
    [
        {"of": {"family": "cnn"}, "less": {"model": "gru"}},
        {"of": {"model": "tcn"}, "margin": 0.9},
        {"quantity": "gap", "of": {"family": "rnn"}, "margin": 0.1},
        {"quantity": "state_reach", "of": {"model": "gru", "at": 200, "change_from_at": 100}, "margin": 1},
    ],
)
def test_what_it_can_serve(court, test):
    check(court.experiment, **test)


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"of": {"model": "gur"}}, rf"{HERE}\.of\.model='gur' is no model: did you mean gru"),
        ({"of": {"model": "gru"}, "less": {"family": "hybrid"}}, rf"{HERE}\.less\.family=hybrid: .*add one"),
        ({"of": {"model": "rnn"}}, rf"{HERE}\.of\.model='rnn' is no model \(a family is named by `family`\)"),
        ({"of": {"model": "gru", "condition": "defalt"}}, rf"{HERE}\.of\.condition='defalt'.*default"),
        ({"of": {"model": "gru", "change_from": "x"}}, rf"{HERE}\.of\.change_from='x'"),
        ({"of": {"model": "gru", "task": "digit"}}, rf"{HERE}\.of\.task='digit'.*did you mean digits"),
        ({"of": {"model": "gru", "at": 3}}, rf"{HERE}\.of: score is one number a model"),
        ({"of": {"model": "gru"}}, rf"{HERE}\.margin is missing: say what score"),
        ({"quantity": "gapp", "of": {"model": "gru"}}, rf"{HERE}\.quantity='gapp'.*did you mean gap"),
        ({"quantity": "gap", "of": {"model": "gru"}}, rf"{HERE}\.margin is missing: a task's equivalence"),
        ({"quantity": "state_reach", "of": {"model": "gru"}, "margin": 1}, rf"{HERE}\.of\.at is missing.*steps back"),
        ({"quantity": "state_bytes", "of": {"model": "gru"}, "margin": 0}, rf"{HERE}\.margin=0 is no factor"),
    ],
)
def test_what_it_cannot(court, test, said):
    with pytest.raises(UserError, match=said):
        check(court.experiment, **test)


def test_several_tasks_want_a_name_and_one_score(court):
    court.tasks.append(task_named("rolls", "mse"))
    with pytest.raises(UserError, match=rf"{HERE}\.of\.task is missing: choose one of digits, rolls"):
        check(court.experiment, of={"model": "gru"}, less={"model": "tcn"})
    sides = {"of": {"model": "gru", "task": "rolls"}, "less": {"model": "tcn", "task": "digits"}}
    with pytest.raises(UserError, match=rf"{HERE} compares different scores \(accuracy, mse\)"):
        check(court.experiment, **sides)


def test_untrained_experiments_have_neither_scores_nor_champions(court):
    court.train = False
    check(court.experiment, quantity="state_bytes", of={"model": "gru"}, margin=2)
    with pytest.raises(UserError, match="needs trained models"):
        check(court.experiment, of={"model": "gru"}, less={"model": "tcn"})
    with pytest.raises(UserError, match="no champion stands for it"):
        check(court.experiment, quantity="state_bytes", of={"family": "rnn"}, margin=2)


def test_a_quantity_without_a_probe(court):
    experiment = court.experiment.model_copy(update={"probes": {}})
    with pytest.raises(UserError, match=rf"{HERE}\.quantity='gap' needs the probe"):
        check(experiment, quantity="gap", of={"model": "gru"}, margin=0.1)


@pytest.mark.parametrize("side", [{}, {"model": "gru", "family": "rnn"}])
def test_a_side_is_a_model_or_a_family(court, side):
    with pytest.raises(ValidationError, match="a model or a family, and not both"):
        check(court.experiment, of=side, margin=0.5)
