"""Rules 8, 10 and 11 of claims/decide.py: from tests to a verdict."""

import pytest
from court import answers, around

GRU_AHEAD = {"of": {"model": "gru"}, "less": {"model": "tcn"}}
GAP = {"quantity": "gap", "margin": 0.1}


class TestVerdicts:
    def gaps(self, court, **means) -> dict[str, dict]:
        """A test a condition, which holds where the mean is well above 0.1."""
        court.conditions = list(means)
        for condition, mean in means.items():
            court.measure("gru", mean if isinstance(mean, list) else around(mean), condition=condition)
        return {name: {**GAP, "of": {"model": "gru", "condition": name}} for name in means}

    def test_all_hold(self, court):
        verdict = court.decide(self.gaps(court, a=0.5, b=0.3))
        assert verdict.verdict == "supported"
        assert verdict.effect == pytest.approx(0.3)  # the weaker
        assert 'Both tests hold; nearest to failing is "b"' in verdict.reason

    def test_all_fail(self, court):
        verdict = court.decide(self.gaps(court, a=-0.5, b=-0.3))
        assert verdict.verdict == "refuted"
        assert verdict.effect == pytest.approx(-0.3)

    def test_some_hold_and_some_fail(self, court):
        verdict = court.decide(self.gaps(court, a=0.5, b=-0.5, c=around(0.1, 1)))
        assert verdict.verdict == "depends"
        assert 'Holds for "a", fails for "b". Open: "c".' in verdict.reason
        assert verdict.crossover is None

    def test_one_open_test_leaves_it_undecided(self, court):
        verdict = court.decide(self.gaps(court, a=0.5, b=around(0.2, 0.2)))
        assert verdict.verdict == "undecided"
        assert "Of 2 tests 1 holds and 1 is open, so it is supported or depends. " in verdict.reason
        assert "seeds would decide it" in verdict.reason
        assert verdict.effect == pytest.approx(0.2)

    def test_all_open(self, court):
        verdict = court.decide(self.gaps(court, a=around(0.2, 0.2), b=around(0.2, 0.2), c=around(0.2, 0.2)))
        assert verdict.reason.startswith('All 3 tests are open, such as "a": gru (0.2)')

    def test_what_fails_beside_an_open_test_cannot_be_supported(self, court):
        verdict = court.decide(self.gaps(court, a=-0.5, b=around(0.2, 0.2)))
        assert "Of 2 tests 1 fails and 1 is open, so it is refuted or depends. " in verdict.reason

    def test_a_model_against_itself_is_named_with_its_conditions(self, court):
        court.conditions = ["plain", "dropout"]
        court.measure("gru", around(0.5), condition="plain").measure("gru", around(0.1), condition="dropout")
        sides = {"of": {"model": "gru", "condition": "plain"}, "less": {"model": "gru", "condition": "dropout"}}
        assert "gru, plain (0.5) against gru, dropout (0.1)" in court.decide(**GAP, **sides).reason

    def test_holm_over_the_tests_of_the_claim(self, court):
        values = around(0.3, 0.085)  # p of 0.03 by itself
        alone = court.decide(self.gaps(court, a=values))
        assert alone.verdict == "supported"
        assert alone.outcomes[0].adjusted_p == alone.outcomes[0].p
        court.measurements.clear()
        both = court.decide(self.gaps(court, a=values, b=values))
        assert both.verdict == "undecided"
        assert both.outcomes[0].adjusted_p == pytest.approx(2 * both.outcomes[0].p)
        assert both.outcomes[0].low > 0.1  # the interval is that of one test

    def test_a_test_that_was_not_carried_out_counts(self, court):
        tests = self.gaps(court, a=around(0.3, 0.085))
        court.conditions.append("b")
        [outcome, missing] = court.decide({**tests, "b": {**GAP, "of": {"model": "gru", "condition": "b"}}}).outcomes
        assert outcome.adjusted_p == pytest.approx(2 * outcome.p)
        assert missing.p is None

    def test_it_depends_on_the_budget(self, court):
        tests = self.gaps(court, a=0.5, b=-0.5)
        tests["b"]["budget"] = "training seconds"
        verdict = court.decide(tests)
        assert "Holds under equal parameters, fails under equal training seconds." in verdict.reason

    def test_it_depends_on_the_position(self, court):
        tests = self.gaps(court, a=0.5, b=0.3, c=-0.5)
        for test, position in zip(tests.values(), (20, 30, 40), strict=True):
            test["position"] = position
        verdict = court.decide(tests)
        assert verdict.verdict == "depends"
        assert verdict.crossover.at == pytest.approx(32.5)
        assert 30 < verdict.crossover.low <= 32.5 <= verdict.crossover.high < 40
        assert "crosses the margin at about 32.5 steps" in verdict.reason

    def test_a_crossing_without_any_luck_has_no_interval(self, court):
        tests = self.gaps(court, a=[0.5] * 5, b=[-0.5] * 5)
        for test, position in zip(tests.values(), (20, 30), strict=True):
            test["position"] = position
        assert "crosses the margin at about 24 steps (in every seed)" in court.decide(tests).reason

    def test_the_same_evidence_gives_the_same_verdict(self, court):
        court.enter("gru", answers(0.93)).enter("tcn", answers(0.9, 1))
        assert court.decide(**GRU_AHEAD) == court.decide(**GRU_AHEAD)
