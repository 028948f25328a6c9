"""The search for one network's settings: made-up scores, real Optuna."""

import pytest
from contest import compose

from cnn_vs_rnn.config import SearchRange, TuningConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.trials.conditions import setting_under
from cnn_vs_rnn.tuning.search import Search, TuningTrial, chosen
from cnn_vs_rnn.tuning.space import space_of, standing

EXPERIMENT = compose({"tasks": "digits", "models": "gru+cnn2d", "seeds": 1})
TUNING = TuningConfig(trials=12, startup=4, warmup=2)


def entry(model="gru", tuning=TUNING, folds=1):
    setting = setting_under(EXPERIMENT, "default", EXPERIMENT.tasks["digits"], EXPERIMENT.models[model])
    return Search(setting, space_of(EXPERIMENT.models[model], "default", EXPERIMENT), tuning, folds)


def hill(setting) -> float:
    """Best at a learning rate of 0.004, which is not the recipe's."""
    return 1 - abs(setting.recipe.learning_rate - 0.004) * 20


def searched(model="gru", tuning=TUNING) -> list:
    search, asked = entry(model, tuning), []
    while not search.done:
        values, setting = search.ask()
        search.tell("finished", hill(setting))
        asked.append((values, hill(setting)))
    return asked


def test_the_first_trial_is_the_recipe_as_it_stands():
    values, setting = entry().ask()
    assert setting == setting_under(EXPERIMENT, "default", EXPERIMENT.tasks["digits"], EXPERIMENT.models["gru"])
    assert values["recipe.learning_rate"] == EXPERIMENT.recipe.learning_rate
    assert values["model.options.initialisation"] == "orthogonal_chrono"


def test_every_search_has_as_many_trials():
    assert len(searched("gru")) == len(searched("cnn2d")) == TUNING.trials


def test_the_same_results_give_the_same_trials():
    assert searched() == searched()
    assert searched() != searched(tuning=TUNING.model_copy(update={"seed": 1}))


def test_values_lie_in_the_range_and_make_the_setting():
    search = entry("cnn2d")
    drawn = set()
    while not search.done:
        values, setting = search.ask()
        assert 0.0003 <= values["recipe.learning_rate"] <= 0.03
        assert setting.recipe.learning_rate == values["recipe.learning_rate"]
        assert setting.model.options["convolutions"] == values["model.options.convolutions"]
        drawn.add(values["model.options.convolutions"])
        search.tell("failed", None)
    assert drawn == {1, 2, 3}


def test_it_learns_from_what_it_was_told():
    tuning = TUNING.model_copy(update={"trials": 40})
    scores = [score for _, score in searched(tuning=tuning)]
    assert sum(scores[20:]) > sum(scores[:20])


class TestStopping:
    @pytest.fixture
    def search(self):
        search = entry()
        for _ in range(TUNING.startup):
            search.ask()
            assert search.stopped_at([0.5, 0.6, 0.7, 0.8, 0.9]) is None
            search.tell("finished", 0.9)
        search.ask()
        return search

    def test_what_is_worse_than_the_median_is_stopped_after_the_warm_up(self, search):
        assert search.stopped_at([0.1, 0.1]) is None
        assert search.stopped_at([0.1, 0.1, 0.1, 0.1]) == TUNING.warmup

    def test_what_is_as_good_goes_on(self, search):
        assert search.stopped_at([0.5, 0.6, 0.7, 0.8, 0.95]) is None

    def test_it_does_not_matter_how_often_one_asks(self, search):
        scores = [0.9, 0.9, 0.9, 0.5, 0.5, 0.1]
        by_round = [search.stopped_at(scores[:rounds]) for rounds in range(1, 6)]
        assert by_round == [None] * 5  # the best so far counts

    def test_of_folds_each_but_the_first_is_looked_at_whatever_the_warm_up(self):
        search = entry(tuning=TUNING.model_copy(update={"warmup": 9}), folds=5)
        for _ in range(TUNING.startup):
            search.ask()
            assert search.stopped_at([0.8, 0.8, 0.8, 0.8, 0.8]) is None
            search.tell("finished", 0.8)
        search.ask()
        assert search.stopped_at([0.1]) is None
        assert search.stopped_at([0.1, 0.2]) == 1

    def test_without_a_pruner_nothing_is_stopped(self):
        search = entry(tuning=TUNING.model_copy(update={"pruner": "none"}))
        for _ in range(8):
            search.ask()
            assert search.stopped_at([0.5] * 5) is None
            search.tell("finished", 0.5)
        search.ask()
        assert search.stopped_at([0.0] * 5) is None


def trial(number, score, state="finished"):
    return TuningTrial(
        task="digits",
        condition="default",
        model="gru",
        family="rnn",
        number=number,
        values={},
        state=state,
        score=score,
        steps=600,
        fingerprints=(str(number),),
    )


def test_the_best_finished_trial_is_chosen():
    trials = [trial(0, 0.5), trial(1, 0.9, "stopped"), trial(2, 0.7), trial(3, 0.7), trial(4, None, "failed")]
    assert chosen(trials, sign=1).number == 2
    assert chosen(trials, sign=-1).number == 0
    assert chosen(trials[1:2], sign=1) is None


class TestSpace:
    def test_what_the_condition_fixes_is_not_searched(self):
        experiment = EXPERIMENT.model_copy(update={"conditions": {"low": {"recipe.dropout": 0.3}}})
        space = space_of(experiment.models["gru"], "low", experiment)
        assert "recipe.dropout" not in space
        assert "recipe.learning_rate" in space

    def test_a_network_without_a_space_is_refused(self):
        model = EXPERIMENT.models["gru"].model_copy(update={"search": {}})
        with pytest.raises(UserError, match=r"models\.gru\.search is empty, .* set tuning\.trials=0"):
            space_of(model, "default", EXPERIMENT)

    @pytest.mark.parametrize(
        ("key", "where", "said"),
        [
            ("recipe.learning_rat", {"low": 0.1, "high": 1.0}, "no key 'recipe.learning_rat'; did you mean"),
            (
                "recipe.learning_rate",
                {"low": 0.1, "high": 1.0},
                r"recipe\.learning_rate=0\.01 lies outside .*0\.1 to 1",
            ),
            ("model.options.initialisation", {"choices": ["chrono"]}, "initialisation=orthogonal_chrono lies outside"),
        ],
    )
    def test_mistakes(self, key, where, said):
        setting = setting_under(EXPERIMENT, "default", EXPERIMENT.tasks["digits"], EXPERIMENT.models["gru"])
        with pytest.raises(UserError, match=said):
            standing(setting, {key: SearchRange(**where)})

    @pytest.mark.parametrize(
        "where",
        [
            {},
            {"low": 1},
            {"low": 2, "high": 1},
            {"low": 0, "high": 1, "log": True},
            {"low": 0, "high": 1, "choices": [1]},
        ],
    )
    def test_a_range_is_one_of_two_kinds(self, where):
        with pytest.raises(ValueError, match="low"):
            SearchRange(**where)
