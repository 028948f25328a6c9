"""From a contest to advice, on made-up scores."""

import numpy as np
import pytest

from cnn_vs_rnn.evaluation.results import Cost
from cnn_vs_rnn.statistics.precision import seeds_needed
from cnn_vs_rnn.statistics.recommendation import overall


def constant(score, samples=400):
    return np.tile((np.arange(samples) < round(score * samples)).astype(float), (5, 1))


def cost(model, latency, **changes):
    usual = {
        "step_ms": None,
        "batch_latency_ms": latency / 10,
        "flops_per_sample": None,
        "train_memory_mb": None,
        "model_size_mb": 0.04,
        "streams": False,
    }
    return Cost(task="digits", condition="default", model=model, latency_ms=latency, **(usual | changes))


class TestTheModel:
    @pytest.mark.parametrize(("family", "other"), [("cnn", "rnn"), ("rnn", "cnn")])
    def test_a_clear_winner_is_taken(self, arena, answers, family, other):
        arena.enter(family, "good", answers(0.95)).enter(other, "bad", answers(0.8, draw=1))
        advice = arena.recommend()
        assert (advice.decision, advice.choice, advice.family, advice.against) == (family, "good", family, "bad")
        assert (advice.regret, advice.rival) == (0.0, "")
        assert 0 < advice.gain_low < advice.gain < advice.gain_high

    def test_of_one_family_validation_chooses_and_not_the_test_part(self, arena, answers):
        arena.enter("cnn", "lucky", answers(0.97), valid=0.9).enter("cnn", "fcn", answers(0.95, draw=2), valid=0.95)
        advice = arena.enter("rnn", "gru", answers(0.7, draw=1)).recommend()
        assert (advice.decision, advice.choice) == ("cnn", "fcn")

    def test_of_equals_the_cheaper(self, arena):
        arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.9))
        slow_cnn = {"fcn": cost("fcn", 3.0), "gru": cost("gru", 1.0)}
        advice = arena.recommend(slow_cnn)
        assert (advice.decision, advice.choice) == ("tie", "gru")
        assert advice.advice.startswith("Take gru, which answers 3 times as fast: ")
        slow_rnn = {"fcn": cost("fcn", 1.0), "gru": cost("gru", 2.0)}
        assert arena.recommend(slow_rnn).choice == "fcn"
        assert "least time to train" in arena.recommend().advice

    def test_a_baseline_that_does_as_well_is_taken(self, arena):
        arena.enter("cnn", "fcn", constant(0.8)).enter("rnn", "gru", constant(0.8))
        advice = arena.enter("baseline", "linear", constant(0.9)).recommend()
        assert (advice.decision, advice.choice, advice.family) == ("neither", "linear", "baseline")

    def test_undecided_names_what_can_lose_least(self, arena, answers):
        arena.enter("cnn", "fcn", answers(0.93, luck=0.4), valid=0.8)
        arena.enter("rnn", "gru", answers(0.86, luck=0.4, draw=1), valid=0.9)
        advice = arena.recommend()
        assert advice.decision == "undecided"
        assert advice.regret == pytest.approx(-advice.gain_low)
        arena.enter("baseline", "linear", answers(0.9, draw=2), valid=0.95)
        with_baseline = arena.recommend()
        assert with_baseline.regret <= max(advice.regret, -with_baseline.gain_low)

    def test_undecided_does_not_name_what_collapsed(self, arena, answers):
        arena.enter("cnn", "fcn", constant(0.5), valid=0.99, flags=("collapsed",))
        advice = arena.enter("rnn", "gru", constant(0.5), valid=0.5).recommend()
        assert (advice.decision, advice.choice) == ("undecided", "gru")
        assert advice.would_change_it == "Another learning rate for fcn (tuning.trials=20) may decide it."

    def test_what_alone_finished_is_named(self, arena, answers):
        advice = arena.enter("baseline", "linear", answers(0.5)).recommend()
        assert (advice.decision, advice.choice, advice.against) == ("undecided", "linear", "")
        assert (advice.regret, advice.rival, advice.gain) == (None, "", None)
        assert advice.would_change_it == "A CNN and an RNN that finishes would; the report lists what failed."

    def test_nothing_finished(self, arena):
        advice = arena.recommend()
        assert (advice.decision, advice.choice, advice.family, advice.regret) == ("undecided", "", None, None)
        assert advice.costs == {}


class TestTheHybrid:
    def test_surely_ahead_of_both_it_is_taken(self, arena, answers):
        arena.enter("cnn", "fcn", answers(0.85)).enter("rnn", "gru", answers(0.7, draw=1))
        assert arena.recommend().decision == "cnn"
        arena.enter("hybrid", "crnn", answers(0.99, draw=2))
        advice = arena.recommend()
        assert (advice.decision, advice.choice, advice.against) == ("hybrid", "crnn", "fcn")
        assert advice.advice == "Take crnn: no other that was compared is better (97.5% sure)."

    def test_ahead_of_two_that_tie_it_is_taken(self, arena):
        arena.enter("cnn", "fcn", constant(0.8)).enter("rnn", "gru", constant(0.8))
        assert arena.recommend().decision == "tie"
        assert arena.enter("hybrid", "crnn", constant(0.95)).recommend().decision == "hybrid"

    def test_not_where_a_baseline_does_as_well(self, arena):
        arena.enter("cnn", "fcn", constant(0.7)).enter("rnn", "gru", constant(0.7))
        arena.enter("hybrid", "crnn", constant(0.95)).enter("baseline", "linear", constant(0.95))
        assert arena.recommend().decision == "neither"

    def test_not_over_a_network_that_is_unfinished(self, arena):
        arena.enter("cnn", "fcn", constant(0.8), flags=("unfinished",)).enter("rnn", "gru", constant(0.8))
        assert arena.enter("hybrid", "crnn", constant(0.95)).recommend().decision == "tie"


class TestTheRegret:
    def test_of_a_winner_nothing(self, arena, answers):
        advice = arena.enter("cnn", "fcn", answers(0.95)).enter("rnn", "gru", answers(0.8, draw=1)).recommend()
        assert (advice.regret, advice.rival, advice.sure) == (0.0, "", 0.975)
        assert advice.advice == "Take fcn: no other that was compared is better (97.5% sure)."

    def test_of_another_it_is_the_upper_end_of_the_rivals_lead(self, arena, answers):
        arena.enter("cnn", "fcn", answers(0.9)).enter("rnn", "gru", answers(0.9, draw=1))
        contest = arena.judge()
        at_worst = -contest.low if contest.choice == "fcn" else contest.high
        assert contest.regret == pytest.approx(max(0.0, at_worst))
        assert contest.rival == ("gru" if contest.choice == "fcn" else "fcn")

    def test_a_baseline_that_may_be_better_is_named(self, arena):
        arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.7))
        shaky = np.vstack([constant(level)[:1] for level in (0.99, 0.93, 0.90, 0.85, 0.8)])
        contest = arena.enter("baseline", "linear", shaky).judge()
        assert (contest.verdict, contest.choice, contest.rival) == ("cnn", "fcn", "linear")
        assert contest.regret > 0.05
        assert "against linear (97.5% sure)" in contest.advice

    def test_it_holds_whatever_the_truth(self, new_arena, answers):
        """Over a hundred made-up contests, half of them of equals: what was taken costs no more than was said."""
        broken = 0
        for turn in range(100):
            gap = 0.0 if turn % 2 else 0.04
            arena = new_arena().enter("cnn", "fcn", answers(0.9 + gap, draw=2 * turn))
            contest = arena.enter("rnn", "gru", answers(0.9, draw=2 * turn + 1)).judge(resamples=400)
            lost = gap if contest.choice == "gru" else 0.0
            broken += lost > contest.regret + 1e-9
        assert broken <= 3


class TestWhatWouldChangeIt:
    def test_a_winner_by_how_much_the_other_lacks_and_what_it_is_better_at(self, arena):
        arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.8))
        advice = arena.recommend({"fcn": cost("fcn", 3.0), "gru": cost("gru", 1.0, streams=True)})
        assert advice.would_change_it == (
            "gru gaining 12 points, by more tuning, a larger budget or more data: it would then be the better. "
            "Or a cost that matters more than the score: gru answers 3 times as fast, answers batches 3 times as fast "
            "and can stream."
        )

    def test_neither_by_what_the_better_network_lacks(self, arena):
        arena.enter("cnn", "fcn", constant(0.8)).enter("rnn", "gru", constant(0.7))
        advice = arena.enter("baseline", "linear", constant(0.9)).recommend()
        assert "fcn would have to gain 12 points" in advice.would_change_it

    def test_undecided_by_more_seeds(self, arena, answers):
        arena.enter("cnn", "fcn", answers(0.93, luck=0.4)).enter("rnn", "gru", answers(0.86, luck=0.4, draw=1))
        advice, interval = arena.recommend(), arena.interval("fcn", "gru")
        assert advice.decision == "undecided"
        seeds = seeds_needed(interval, 5, abs(interval.mean) + 0.02, 0.95)
        assert advice.would_change_it == (
            f"About {seeds} seeds would decide it, if the effect stays where it is."
            if seeds
            else "Not even 50 seeds would decide it: the effect is too near the margin for its spread."
        )

    def test_too_few_seeds_need_seeds(self, arena):
        arena.enter("cnn", "fcn", constant(0.9)[:2]).enter("rnn", "gru", constant(0.8)[:2])
        assert arena.recommend().would_change_it == "At least 5 seeds would (seeds=5)."

    def test_an_unfinished_network_needs_steps_and_not_seeds(self, arena):
        arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.7), flags=("unfinished",))
        advice = arena.recommend()
        assert advice.decision == "undecided"
        assert advice.would_change_it == (
            "A longer training, which gru would gain by (trainer.steps=1200) may decide it."  # it was given 600
        )


def test_the_costs_are_those_of_the_best_of_each_family(arena):
    arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.7)).enter("hybrid", "crnn", constant(0.7))
    arena.enter("baseline", "linear", constant(0.5))
    advice = arena.recommend({"fcn": cost("fcn", 3.0, streams=True), "crnn": cost("crnn", 1.0)})
    assert list(advice.costs) == ["fcn", "gru", "crnn", "linear"]
    assert (advice.costs["fcn"].latency_ms, advice.costs["fcn"].streams) == (3.0, True)
    assert advice.costs["fcn"].train_seconds == 3.0
    assert (advice.costs["gru"].latency_ms, advice.costs["gru"].streams) == (None, None)


class TestOverall:
    @pytest.fixture
    def wins(self, arena):
        return arena.enter("cnn", "fcn", constant(0.9)).enter("rnn", "gru", constant(0.7)).recommend()

    @pytest.fixture
    def others(self, new_arena):
        loses = new_arena().enter("cnn", "fcn", constant(0.7)).enter("rnn", "gru", constant(0.9)).recommend()
        few = new_arena().enter("cnn", "fcn", constant(0.7)[:1]).enter("rnn", "gru", constant(0.9)[:1]).recommend()
        return loses.model_copy(update={"condition": "equal FLOPs"}), few.model_copy(update={"condition": "early"})

    def test_alone_it_is_the_advice(self, wins):
        advice = overall([wins])
        assert advice.model_dump(exclude={"under"}) == wins.model_dump()
        assert advice.under == ()

    def test_those_that_agree(self, wins):
        again = wins.model_copy(update={"condition": "equal FLOPs"})
        assert overall([wins, again]).reason == f"The same at default and equal FLOPs. {wins.reason}"

    def test_of_those_that_disagree_the_first(self, wins, others):
        advice = overall([wins, others[0]])
        assert (advice.decision, advice.condition, len(advice.under)) == ("cnn", "default", 2)
        assert advice.reason.startswith(
            "They disagree: the CNN (fcn) at default; the RNN (gru) at equal FLOPs. This is the advice for default. "
        )
        assert overall([others[0], wins]).decision == "rnn"

    def test_an_open_one_gives_way(self, wins, others):
        advice = overall([others[1], wins])
        assert (advice.decision, advice.condition) == ("cnn", "default")
        assert advice.reason.startswith("Not decided everywhere: undecided (gru) at early; the CNN (fcn) at default. ")

    def test_those_that_differ_in_the_model_alone(self, wins):
        wider = wins.model_copy(update={"condition": "equal FLOPs", "choice": "tcn"})
        reason = overall([wins, wider]).reason
        assert reason.startswith(
            "They agree but for the model: the CNN (fcn) at default; the CNN (tcn) at equal FLOPs. "
        )

    def test_several_tasks_are_refused(self, wins):
        with pytest.raises(ValueError, match="one task"):
            overall([wins, wins.model_copy(update={"task": "letters"})])
