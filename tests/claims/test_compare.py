"""Rules 1 to 9 of claims/decide.py: what a test of a claim compares, and when it counts."""

import math

import numpy as np
import pytest
from court import answers, around, task_named

from cnn_vs_rnn.errors import UserError

GRU_AHEAD = {"of": {"model": "gru"}, "less": {"model": "tcn"}}
GAP = {"quantity": "gap", "margin": 0.1}
BYTES = {"quantity": "state_bytes", "margin": 1.1}


class TestSides:
    def test_a_family_is_its_champion_on_validation(self, court):
        court.enter("gru", answers(0.7), valid=0.9).enter("lstm", answers(0.99), valid=0.8)
        court.enter("tcn", answers(0.7, 1))
        [outcome] = court.decide(of={"family": "rnn"}, less={"family": "cnn"}).outcomes
        assert (outcome.of_model, outcome.less_model) == ("gru", "tcn")

    def test_a_change_is_of_one_model_chosen_where_it_starts(self, court):
        court.conditions = ["whole", "permuted"]
        court.enter("gru", answers(0.9), valid=0.9).enter("lstm", answers(0.9), valid=0.8)
        court.enter("gru", answers(0.6, 1), valid=0.1, condition="permuted")
        court.enter("lstm", answers(0.9), valid=0.9, condition="permuted")
        verdict = court.decide(of={"family": "rnn", "condition": "permuted", "change_from": "whole"}, turned=True)
        [outcome] = verdict.outcomes
        assert outcome.of_model == "gru"
        assert outcome.of_value == pytest.approx(-0.3, abs=0.05)
        assert outcome.effect == pytest.approx(-outcome.of_value)
        assert (verdict.verdict, verdict.conditions) == ("supported", ("whole", "permuted"))

    def test_two_changes(self, court):
        court.conditions = ["whole", "permuted"]
        for model, scores in (("tcn", (0.95, 0.6)), ("gru", (0.9, 0.85))):
            for draw, (condition, score) in enumerate(zip(court.conditions, scores, strict=True)):
                court.enter(model, answers(score, draw), condition=condition)
        changed = {"condition": "permuted", "change_from": "whole"}
        verdict = court.decide(of={"model": "gru", **changed}, less={"model": "tcn", **changed})
        assert verdict.verdict == "supported"
        assert verdict.effect == pytest.approx(0.3, abs=0.06)
        assert verdict.unit == "points"

    def test_seeds_are_paired(self, court):
        court.enter("gru", answers(0.9)).enter("tcn", answers(0.5, 1)[:4])
        [outcome] = court.decide(**GRU_AHEAD).outcomes
        assert outcome.seeds == 4
        assert "1 seed was left out" in outcome.note

    def test_too_few_seeds_are_open(self, court):
        verdict = court.enter("gru", answers(0.9)).enter("tcn", answers(0.5, 1)[:2]).decide(**GRU_AHEAD)
        assert verdict.verdict == "undecided"
        assert "Only 2 of the 3 paired seeds" in verdict.reason
        assert verdict.effect is None

    def test_what_has_not_finished_is_open(self, court):
        verdict = court.enter("gru", answers(0.9)).decide(**GRU_AHEAD)
        assert verdict.verdict == "undecided"
        assert "No seed of tcn on digits has finished" in verdict.reason
        assert "No cnn model has finished" in court.decide(of={"model": "gru"}, less={"family": "cnn"}).reason
        assert "gap of gru on digits was not measured" in court.decide(of={"model": "gru"}, **GAP).reason

    def test_a_place_that_was_not_measured_is_an_error(self, court):
        court.measure("gru", around(-3), "state_reach", at=100).measure("gru", around(-5), "state_reach", at=200)
        with pytest.raises(UserError, match=r"tests\.it\.of\.at=150\.0: state_reach of gru .* 100, 200"):
            court.decide(quantity="state_reach", of={"model": "gru", "at": 150}, margin=1)


class TestScores:
    def test_more_is_better(self, court):
        verdict = court.enter("gru", answers(0.95)).enter("tcn", answers(0.8, 1)).decide(**GRU_AHEAD)
        assert verdict.verdict == "supported"
        assert verdict.low > 0.02
        assert verdict.seeds == 5
        assert "gru (9" in verdict.reason
        assert "at least 2 points" in verdict.reason
        refuted = court.decide(of={"model": "tcn"}, less={"model": "gru"})
        assert refuted.verdict == "refuted"
        assert refuted.effect == pytest.approx(-verdict.effect)

    def test_less_is_better_of_errors(self, court):
        court.tasks = [task_named(score="mse", equivalence=0.005)]
        errors = np.random.default_rng(0).exponential(size=(5, 200))
        verdict = court.enter("gru", 0.01 * errors).enter("tcn", 0.1 * errors).decide(**GRU_AHEAD)
        assert verdict.verdict == "supported"
        assert verdict.effect == pytest.approx(0.09 * errors.mean())
        assert verdict.outcomes[0].of_value == pytest.approx(0.01 * errors.mean())

    def test_equals_do_not_differ_by_more_than_the_margin(self, court):
        verdict = court.enter("gru", answers(0.9)).enter("tcn", answers(0.9)).decide(**GRU_AHEAD)
        assert verdict.verdict == "refuted"
        assert verdict.effect == 0

    def test_a_score_by_itself(self, court):
        assert court.enter("gru", answers(0.95)).decide(of={"model": "gru"}, margin=0.8).verdict == "supported"
        assert court.decide(of={"model": "gru"}, margin=0.99).verdict == "refuted"

    def test_test_parts_of_different_size(self, court):
        court.conditions = ["short", "long"]
        court.enter("gru", answers(0.9, samples=400), condition="short")
        court.enter("gru", answers(0.6, 1), condition="long")
        verdict = court.decide(of={"model": "gru", "condition": "short"}, less={"model": "gru", "condition": "long"})
        assert verdict.verdict == "supported"
        assert "differ in size" in verdict.outcomes[0].note

    def test_open_says_what_would_decide(self, court):
        verdict = court.enter("gru", answers(0.905)).enter("tcn", answers(0.90, 1)).decide(**GRU_AHEAD)
        assert verdict.verdict == "undecided"
        assert "would decide it" in verdict.reason


class TestFlags:
    @pytest.mark.parametrize("flag", ["diverged", "unfinished"])
    def test_a_defeat_through_training_is_none(self, court, flag):
        verdict = court.enter("gru", answers(0.95)).enter("tcn", answers(0.5, 1), flags=(flag,)).decide(**GRU_AHEAD)
        assert verdict.verdict == "undecided"
        assert "But tcn " in verdict.reason
        words = {"diverged": "in 5 of 5 seeds", "unfinished": "after twice as many steps)"}
        assert f"{words[flag]}: this shows how training went, not what the network can do." in verdict.reason
        assert court.decide(of={"model": "tcn"}, less={"model": "gru"}).verdict == "undecided"

    def test_the_winner_may_still_improve(self, court):
        court.enter("gru", answers(0.95), flags=("unfinished",)).enter("tcn", answers(0.5, 1))
        assert court.decide(**GRU_AHEAD).verdict == "supported"

    def test_chance_after_a_whole_training_is_a_finding(self, court):
        court.enter("gru", answers(0.95)).enter("tcn", answers(0.1, 1), flags=("collapsed",))
        assert court.decide(**GRU_AHEAD).verdict == "supported"


class TestMeasured:
    def test_a_difference(self, court):
        verdict = court.measure("gru", around(0.5)).measure("tcn", around(0.2)[::-1]).decide(**GRU_AHEAD, **GAP)
        assert verdict.verdict == "supported"
        assert verdict.effect == pytest.approx(0.3)
        values = np.array(around(0.3, 0.02))
        assert verdict.high - verdict.low == pytest.approx(2 * 2.776 * values.std(ddof=1) / math.sqrt(5), rel=1e-3)

    def test_a_ratio_by_its_logarithm(self, court):
        court.measure("gru", [200.0, 220, 180, 210, 190], "state_bytes")
        court.measure("tcn", [100.0, 110, 90, 105, 95], "state_bytes")
        verdict = court.decide(**GRU_AHEAD, **BYTES)
        assert (verdict.effect, verdict.low, verdict.high) == pytest.approx((2, 2, 2))
        assert (verdict.verdict, verdict.unit) == ("supported", "times")
        assert "2 times" in verdict.reason
        turned = court.decide(**GRU_AHEAD, **BYTES, turned=True)
        assert (turned.verdict, turned.effect) == ("refuted", pytest.approx(0.5))

    def test_a_ratio_of_changes(self, court):
        for model, one, two in (("tcn", 2.0, 1.0), ("gru", 2.0, 1.9)):
            court.measure(model, [one] * 5, "step_seconds_by_threads", at=1)
            court.measure(model, [two] * 5, "step_seconds_by_threads", at=2)
        place = {"at": 1, "change_from_at": 2}
        verdict = court.decide(
            quantity="step_seconds_by_threads", of={"model": "tcn", **place}, less={"model": "gru", **place}, margin=1.1
        )
        assert verdict.verdict == "supported"
        assert verdict.effect == pytest.approx(1.9)
        assert verdict.outcomes[0].of_value == pytest.approx(2)

    @pytest.mark.parametrize(("of", "outcome"), [(110.0, "holds"), (109.0, "fails"), (100.0, "fails"), (90.0, "fails")])
    def test_what_does_not_vary_is_compared_exactly(self, court, of, outcome):
        court.measure("gru", [of] * 5, "state_bytes").measure("tcn", [100.0] * 5, "state_bytes")
        [found] = court.decide(**GRU_AHEAD, **BYTES).outcomes
        assert (found.outcome, found.p) == (outcome, 0)

    def test_equal_is_not_more_than_a_margin_of_nothing(self, court):
        court.measure("gru", [100.0] * 5, "state_bytes").measure("tcn", [100.0] * 5, "state_bytes")
        [found] = court.decide(**GRU_AHEAD, **{**BYTES, "margin": 1.0}).outcomes
        assert (found.outcome, found.p) == ("fails", 0)

    def test_a_number_by_itself_keeps_its_unit(self, court):
        verdict = court.measure("gru", [1200.0] * 5, "state_bytes").decide(
            quantity="state_bytes", of={"model": "gru"}, margin=1000
        )
        assert (verdict.verdict, verdict.unit) == ("supported", "bytes")
        assert verdict.effect == pytest.approx(1200)


class TestInfinite:
    SECONDS = {"quantity": "seconds_to_target", "margin": 1.1}

    def test_never_is_longer_than_any_time(self, court):
        court.measure("gru", [math.inf] * 5, "seconds_to_target").measure("tcn", around(20), "seconds_to_target")
        verdict = court.decide(**GRU_AHEAD, **self.SECONDS)
        assert verdict.verdict == "supported"
        assert verdict.effect == math.inf
        assert verdict.outcomes[0].p == pytest.approx(2 / 252)
        assert "beyond all measure (in every seed)" in verdict.reason
        assert court.decide(**GRU_AHEAD, **self.SECONDS, turned=True).verdict == "refuted"

    def test_a_mixture_is_open(self, court):
        court.measure("gru", [math.inf, 30, 10, math.inf, 20], "seconds_to_target")
        court.measure("tcn", [25.0, 15, math.inf, 20, 18], "seconds_to_target")
        assert court.decide(**GRU_AHEAD, **self.SECONDS).verdict == "undecided"

    def test_both_never_is_open(self, court):
        for model in ("gru", "tcn"):
            court.measure(model, [math.inf] * 5, "seconds_to_target")
        verdict = court.decide(**GRU_AHEAD, **self.SECONDS)
        assert (verdict.verdict, verdict.effect) == ("undecided", None)

    def test_never_for_lack_of_steps_is_open(self, court):
        court.enter("gru", answers(0.5), flags=("unfinished",))
        court.measure("gru", [math.inf] * 5, "seconds_to_target").measure("tcn", around(20), "seconds_to_target")
        verdict = court.decide(**GRU_AHEAD, **self.SECONDS)
        assert verdict.verdict == "undecided"
        assert (
            "gru was not fully trained (one seed scored better on validation after twice as many steps)"
            in verdict.reason
        )

    def test_one_value_against_the_margin_needs_six_seeds(self, court):
        alone = {"quantity": "state_reach", "of": {"model": "gru", "at": 9}, "margin": 1, "turned": True}
        assert court.measure("gru", [-math.inf] * 5, "state_reach", at=9).decide(**alone).verdict == "undecided"
        court.measurements.clear()
        assert court.measure("gru", [-math.inf] * 6, "state_reach", at=9).decide(**alone).verdict == "supported"
