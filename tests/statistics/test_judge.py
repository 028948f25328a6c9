"""The rules of judge.py, one by one."""

import numpy as np
import pytest

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.statistics.words import model_text


def constant(score: float, seeds: int = 5, samples: int = 400) -> np.ndarray:
    """The same share of right answers in every seed, no luck at all."""
    row = (np.arange(samples) < round(score * samples)).astype(float)
    return np.tile(row, (seeds, 1))


def test_a_clear_winner(arena, answers):
    contest = arena.enter("cnn", "fcn", answers(0.95)).enter("rnn", "gru", answers(0.80, draw=1)).judge()
    assert contest.verdict == "cnn"
    assert contest.low > 0.02
    assert contest.low < contest.effect < contest.high
    assert contest.seeds == 5
    assert "The CNN fcn (9" in contest.reason
    assert "beats the RNN gru" in contest.reason
    assert any("baseline" in caution for caution in contest.cautions)


def test_the_mirror_image(arena, answers):
    contest = arena.enter("cnn", "fcn", answers(0.80)).enter("rnn", "gru", answers(0.95, draw=1)).judge()
    assert contest.verdict == "rnn"
    assert contest.high < -0.02
    assert "The RNN gru" in contest.reason


def test_lower_is_better_for_errors(arena, task):
    task = task.model_copy(update={"score": "mse", "equivalence": 0.005})
    generator = np.random.default_rng(0)
    errors = generator.exponential(size=(5, 500))
    contest = arena.enter("cnn", "tcn", 0.001 * errors).enter("rnn", "gru", 0.1 * errors).judge(task)
    assert contest.verdict == "cnn"
    assert contest.effect == pytest.approx(0.099 * errors.mean())
    assert "%)" not in contest.reason.replace("95%", "")


def test_equals_tie(arena):
    contest = arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.9)).judge()
    assert contest.verdict == "tie"
    assert contest.effect == 0


def test_too_wide_an_interval_is_undecided_and_says_what_would_help(arena, answers):
    contest = arena.enter("cnn", "fcn", answers(0.93, luck=0.4)).enter("rnn", "gru", answers(0.86, luck=0.4, draw=1))
    contest = contest.judge()
    assert contest.verdict == "undecided"
    assert contest.low < -0.02
    assert contest.high > 0.02
    assert "would decide it" in contest.remedy
    assert contest.choice == ("fcn" if contest.low > -contest.high else "gru")  # what can lose less
    assert contest.regret == pytest.approx(min(-contest.low, contest.high))
    assert contest.advice.startswith(f"Take {contest.choice} for the time being: at worst it costs you ")


def test_the_champion_is_chosen_on_validation(arena):
    arena.enter("cnn", "looks_good", constant(0.80), valid=0.95)
    arena.enter("cnn", "lucky_on_test", constant(0.99), valid=0.90)
    arena.enter("rnn", "gru", constant(0.80))
    contest = arena.judge()
    assert contest.champion("cnn").model == "looks_good"
    assert contest.verdict == "tie"


def test_a_collapsed_model_is_passed_over(arena):
    arena.enter("cnn", "dead", constant(0.9), valid=0.99, flags=("collapsed",))
    arena.enter("cnn", "alive", constant(0.9), valid=0.5)
    arena.enter("rnn", "gru", constant(0.9))
    assert arena.judge().champion("cnn").model == "alive"


def test_a_model_with_too_few_seeds_is_passed_over(arena):
    arena.enter("cnn", "once", constant(0.99, seeds=1))
    arena.enter("cnn", "always", constant(0.9))
    arena.enter("rnn", "gru", constant(0.9))
    assert arena.judge().champion("cnn").model == "always"


@pytest.mark.parametrize("flag", ["collapsed", "diverged", "unfinished"])
def test_a_flagged_champion_cannot_lose(arena, flag):
    arena.enter("cnn", "fcn", constant(0.95)).enter("rnn", "gru", constant(0.2), flags=(flag,))
    contest = arena.judge()
    assert contest.verdict == "undecided"
    words = {
        "collapsed": "gru collapsed (gave nearly every sample the same answer) in 5 of 5 seeds",
        "diverged": "gru diverged (infinite or undefined values) in 5 of 5 seeds",
        "unfinished": "gru was not fully trained (one seed scored better on validation after twice as many steps)",
    }
    assert contest.reason == (
        f"The CNN fcn (95.0%) is ahead of the RNN gru (20.0%) by 75 points, but {words[flag]}: "
        "this shows how it was trained, not what it can do."
    )
    assert not any(caution.startswith("gru") for caution in contest.cautions)  # it is said already


def test_a_flag_in_fewer_than_half_of_the_seeds_is_only_said(arena):
    flags = [("diverged",), ("diverged",), (), (), ()]
    arena.enter("cnn", "fcn", constant(0.95)).enter("rnn", "gru", constant(0.2), flags=flags)
    contest = arena.judge()
    assert contest.verdict == "cnn"
    assert "gru diverged (infinite or undefined values) in 2 of 5 seeds." in contest.cautions


def test_a_second_training_after_a_divergence_changes_no_verdict_and_no_caution(arena):
    arena.enter("cnn", "fcn", constant(0.95)).enter("rnn", "gru", constant(0.2))
    before = arena.judge()
    arena.results = [result.model_copy(update={"retried": result.model == "gru"}) for result in arena.results]
    after = arena.judge()
    assert (after.verdict, after.reason, after.cautions) == (before.verdict, before.reason, before.cautions)
    assert {champion.model: champion.marks for champion in after.champions} == {"fcn": {}, "gru": {"retried": 5}}


def test_a_flagged_winner_is_said(arena):
    arena.enter("cnn", "fcn", constant(0.95), flags=("unfinished",)).enter("rnn", "gru", constant(0.2))
    contest = arena.judge()
    assert contest.verdict == "cnn"
    said = "fcn was not fully trained (one seed scored better on validation after twice as many steps)."
    assert said in contest.cautions


def test_two_collapsed_models_are_no_tie(arena):
    arena.enter("cnn", "fcn", constant(0.1), flags=("collapsed",))
    arena.enter("rnn", "gru", constant(0.1), flags=("collapsed",))
    assert arena.judge().verdict == "undecided"


def test_neither_when_a_baseline_is_as_good(arena):
    arena.enter("cnn", "fcn", constant(0.90)).enter("rnn", "gru", constant(0.85))
    contest = arena.enter("baseline", "minirocket", constant(0.95)).judge()
    assert contest.verdict == "neither"
    assert "minirocket (95.0%)" in contest.reason
    assert contest.effect == pytest.approx(0.05)


def test_no_neither_where_one_network_may_be_better(arena):
    arena.enter("cnn", "fcn", constant(0.99)).enter("rnn", "gru", constant(0.85))
    assert arena.enter("baseline", "minirocket", constant(0.95)).judge().verdict == "cnn"


def test_no_neither_against_an_unfinished_network(arena):
    arena.enter("cnn", "fcn", constant(0.80)).enter("rnn", "gru", constant(0.70), flags=("unfinished",))
    contest = arena.enter("baseline", "minirocket", constant(0.95)).judge()
    assert contest.verdict == "undecided"
    assert "minirocket" in contest.reason
    assert "gru was not fully trained" in contest.reason


def test_a_winner_no_better_than_the_baseline_is_cautioned(arena, answers):
    arena.enter("cnn", "fcn", answers(0.92)).enter("rnn", "gru", answers(0.6, draw=1))
    contest = arena.enter("baseline", "linear", answers(0.91, luck=0.5, draw=2)).judge()
    assert contest.verdict == "cnn"
    assert any("not surely better than the baseline linear" in caution for caution in contest.cautions)


def test_a_translation_that_another_score_sees_otherwise_is_said(arena, task):
    translates = {"output": "sequence", "score": "chrf", "also": ("bleu", "bleu_beam", "accuracy"), "equivalence": 0.01}
    task = task.model_copy(update=translates)
    arena.enter("cnn", "conv", constant(0.36)).enter("rnn", "rnn", constant(0.34))
    arena.enter("baseline", "dictionary", constant(0.40))
    bleu = {"conv": 14.0, "rnn": 12.0, "dictionary": 6.0}
    arena.results = [
        one.model_copy(update={"also": {"bleu": bleu[one.model], "bleu_beam": 0.0, "accuracy": 0.0}})
        for one in arena.results
    ]
    said = [one for one in arena.judge(task).cautions if one.startswith("By ")]
    assert said == [f"By BLEU it is otherwise: {said_score('conv', 14.0)} is ahead of {said_score('dictionary', 6.0)}."]
    agreed = {"conv": 14.0, "rnn": 12.0, "dictionary": 16.0}
    arena.results = [one.model_copy(update={"also": {**one.also, "bleu": agreed[one.model]}}) for one in arena.results]
    assert not [one for one in arena.judge(task).cautions if one.startswith("By ")]
    # of two that are level on the test part, the advice may name the one that BLEU puts last
    arena.results = [
        one.model_copy(update={"also": {**one.also, "bleu": bleu[one.model]}, "test_score": 0.36, "valid_score": valid})
        for one in arena.results
        for valid in ([0.5] if one.model == "dictionary" else [0.3])
    ]
    arena.scores = dict.fromkeys(arena.scores, arena.scores["conv-0"])
    assert [one for one in arena.judge(task).cautions if one.startswith("By ")] == said


def said_score(model, score):
    return model_text(model, score, "bleu")


def test_a_better_hybrid_is_said(arena):
    arena.enter("cnn", "fcn", constant(0.90)).enter("rnn", "gru", constant(0.80))
    contest = arena.enter("hybrid", "crnn", constant(0.97)).judge()
    assert any("crnn (97.0%) is better than both" in caution for caution in contest.cautions)


@pytest.mark.parametrize(("present", "absent"), [("cnn", "RNN"), ("rnn", "CNN")])
def test_an_absent_family_is_undecided(arena, present, absent):
    contest = arena.enter(present, "one", constant(0.9)).judge()
    assert contest.verdict == "undecided"
    assert f"No {absent} finished" in contest.reason
    assert contest.effect is None


def test_no_result_at_all_is_undecided(arena):
    contest = arena.judge()
    assert contest.verdict == "undecided"
    assert contest.champions == ()


def test_too_few_seeds_are_undecided(arena):
    arena.enter("cnn", "fcn", constant(0.95, seeds=2)).enter("rnn", "gru", constant(0.2, seeds=2))
    contest = arena.judge()
    assert contest.verdict == "undecided"
    assert "Only 2 of the 3 paired seeds" in contest.reason
    assert arena.judge(min_seeds=2).verdict in ("cnn", "undecided")


def test_unpaired_seeds_are_dropped_and_said(arena):
    arena.enter("cnn", "fcn", constant(0.95)).enter("rnn", "gru", constant(0.5, seeds=4), seeds=[0, 2, 3, 4])
    contest = arena.judge()
    assert contest.seeds == 4
    assert any("1 seed was left out" in caution for caution in contest.cautions)


def test_infinite_scores_are_left_out_and_said(arena):
    scores = constant(0.5)
    scores[1, 7] = np.nan
    arena.enter("cnn", "fcn", constant(0.95))
    arena.enter("rnn", "gru", scores, valid=float("nan"), flags=[(), ("diverged",), (), (), ()])
    contest = arena.judge()
    assert contest.seeds == 4
    assert contest.champion("rnn").scored == 4
    assert any("gru diverged" in caution for caution in contest.cautions)


def test_different_test_parts_are_refused(arena):
    arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.9, samples=300))
    with pytest.raises(UserError, match="fcn and gru were tested on 400 and 300 samples of digits"):
        arena.judge()


def test_other_tasks_and_conditions_are_passed_over(arena):
    arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.9))
    arena.results.append(arena.results[0].model_copy(update={"condition": "length=200", "model": "tcn"}))
    assert {champion.model for champion in arena.judge().champions} == {"fcn", "gru"}


class TestManyContests:
    """How often the judge errs, over a hundred made-up contests of five seeds."""

    def verdicts(self, new_arena, answers, cnn: float, rnn: float) -> list[str]:
        return [
            new_arena()
            .enter("cnn", "fcn", answers(cnn, draw=2 * turn))
            .enter("rnn", "gru", answers(rnn, draw=2 * turn + 1))
            .judge(resamples=400)
            .verdict
            for turn in range(100)
        ]

    @pytest.mark.parametrize("accuracy", [0.98, 0.9, 0.7])
    def test_equals_do_not_win(self, new_arena, answers, accuracy):
        verdicts = self.verdicts(new_arena, answers, accuracy, accuracy)
        assert sum(verdict in ("cnn", "rnn") for verdict in verdicts) <= 5

    def test_a_clear_difference_is_found(self, new_arena, answers):
        verdicts = self.verdicts(new_arena, answers, 0.95, 0.85)
        assert verdicts.count("cnn") >= 80
        assert "rnn" not in verdicts
