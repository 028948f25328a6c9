"""What is still open, and whose seeds would tell."""

import numpy as np
from court import answers

from cnn_vs_rnn.claims.rule import ClaimConfig
from cnn_vs_rnn.planning.questions import open_questions

GRU_AHEAD = {"of": {"family": "rnn"}, "less": {"model": "tcn"}}


def shaky(draw=0):
    """Scores that vary much between seeds, and not between samples."""
    levels = np.random.default_rng(draw).permutation([0.5, 0.6, 0.7, 0.9, 0.95])
    return np.tile(levels[:, None], (1, 300))


def questions(court, **tests):
    claims = {}
    if tests:
        told = {"statement": "It is so.", "rule": "If it is so.", "literature": "none", "would_change_it": "nothing"}
        claims = {"it-is-so": ClaimConfig(**told, tests=tests)}
    experiment = court.experiment.model_copy(update={"seeds": "auto", "claims": claims})
    return open_questions(experiment, court.results, court.measurements, court.predictions)


def test_of_an_open_contest_the_champions_go_on(court):
    court.enter("gru", shaky()).enter("lstm", answers(0.6, 1), valid=0.5)
    court.enter("tcn", shaky(3)).enter("majority", answers(0.2, 3))
    [question] = questions(court)
    assert question.name == "digits"
    assert question.entries == {("default", "digits", model) for model in ("gru", "tcn", "majority")}


def test_what_is_decided_asks_for_nothing(court):
    assert questions(court.enter("gru", answers(0.95)).enter("tcn", answers(0.5, 1))) == []


def test_of_an_open_claim_the_models_of_its_open_tests(court):
    court.conditions = ["clear", "close"]
    court.enter("gru", answers(0.95), condition="clear").enter("tcn", answers(0.5, 1), condition="clear")
    court.enter("gru", shaky(2), condition="close")
    court.enter("tcn", shaky(3), condition="close")
    sides = {name: {side: {**own, "condition": name} for side, own in GRU_AHEAD.items()} for name in ("clear", "close")}
    [question] = questions(court, **sides)
    assert question.name == "it-is-so"
    assert question.entries == {("close", "digits", "gru"), ("close", "digits", "tcn")}
    assert questions(court, clear=sides["clear"]) == []


def test_what_a_probe_measured_is_not_measured_again(court):
    court.measure("gru", np.random.default_rng(0).normal(size=5).tolist())
    assert questions(court, gap={"quantity": "gap", "margin": 0, "of": {"model": "gru"}}) == []
