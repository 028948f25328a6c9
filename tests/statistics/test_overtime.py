"""A network that is behind before it is trained to its end: what longer trainings make of its defeat."""

import pytest

LATE = ("unfinished",)


@pytest.fixture
def behind(arena, answers):
    """A GRU that is 15 points behind and unfinished."""
    return arena.enter("cnn", "fcn", answers(0.95)).enter("rnn", "gru", answers(0.80, draw=1), flags=LATE)


def test_a_defeat_waits_for_the_longer_trainings(behind, answers):
    contest = behind.judge()
    assert (contest.verdict, contest.late) == ("undecided", ("gru",))
    contest = behind.later("rnn", "gru", answers(0.82, draw=2)).judge()
    assert (contest.verdict, contest.late) == ("undecided", ("gru",))


def test_who_is_still_behind_after_four_times_the_steps_has_lost(behind, answers):
    behind.later("rnn", "gru", answers(0.82, draw=2)).later("rnn", "gru", answers(0.85, draw=3), steps=2400)
    contest = behind.judge()
    assert (contest.verdict, contest.late, contest.choice) == ("cnn", (), "fcn")
    assert contest.reason.startswith("The CNN fcn (92.7%) beats the RNN gru (79.8%) by")
    assert contest.reason.endswith(" Over four times the steps gru (84.4%) is still behind.")


def test_who_catches_up_makes_the_answer_depend_on_the_steps_at_which_it_did(behind, answers):
    contest = behind.later("rnn", "gru", answers(0.95)).judge()
    assert (contest.verdict, contest.late, contest.choice, contest.decided) == ("depends", (), "fcn", True)
    assert contest.reason.endswith(
        "but gru over 1,200 steps (92.7%) is level with it: which is better depends on the length of training."
    )
    assert contest.advice.startswith("Take fcn: ")


def test_who_overtakes_only_over_four_times_the_steps_is_told_so(behind, answers):
    behind.later("rnn", "gru", answers(0.82, draw=2)).later("rnn", "gru", answers(0.995, draw=3), steps=2400)
    contest = behind.judge()
    assert contest.verdict == "depends"
    assert "gru over 2,400 steps (99.0%) is ahead of it" in contest.reason


def test_a_win_is_no_stronger_than_what_it_is_over_the_most_steps(arena, task, answers):
    winner = answers(0.95)
    close = winner.copy()
    close[:, :2] = 1 - close[:, :2]  # up or down by half a point
    close[:, 2:6] = 0  # and down by a point
    arena.enter("cnn", "fcn", winner).enter("rnn", "gru", answers(0.80, draw=1), flags=LATE)
    arena.later("rnn", "gru", answers(0.82, draw=2)).later("rnn", "gru", close, steps=2400)
    contest = arena.judge(task)
    assert contest.verdict == "cnn or tie"
    assert contest.reason.endswith("is not ahead by that much either.")


@pytest.mark.parametrize(("later", "verdict"), [(0.80, "neither"), (0.99, "depends")])
def test_a_baseline_is_as_good_only_where_longer_trainings_do_not_pass_it(arena, answers, later, verdict):
    arena.enter("cnn", "fcn", answers(0.7, draw=1)).enter("rnn", "gru", answers(0.75, draw=2), flags=LATE)
    arena.enter("baseline", "linear", answers(0.95, draw=3))
    assert (arena.judge().verdict, arena.judge().late) == ("undecided", ("gru",))
    arena.later("rnn", "gru", answers(0.77, draw=4)).later("rnn", "gru", answers(later, draw=5), steps=2400)
    contest = arena.judge()
    assert (contest.verdict, contest.choice, contest.late) == (verdict, "linear", ())
    assert "over 2,400 steps" in contest.reason or "Over four times the steps gru" in contest.reason


def test_more_steps_are_nothing_to_a_network_that_collapsed(arena, answers):
    flags = ("collapsed", "unfinished")
    arena.enter("cnn", "fcn", answers(0.95)).enter("rnn", "gru", answers(0.2, draw=1), flags=flags)
    assert (arena.judge().verdict, arena.judge().late) == ("undecided", ())


def test_a_winner_that_is_unfinished_has_won_all_the_more(arena, answers):
    arena.enter("cnn", "fcn", answers(0.95), flags=LATE).enter("rnn", "gru", answers(0.80, draw=1))
    contest = arena.judge()
    assert (contest.verdict, contest.late) == ("cnn", ())
    assert any(caution.startswith("fcn was not fully trained") for caution in contest.cautions)


def test_overtime_chooses_no_champion(behind, answers):
    behind.enter("rnn", "lstm", answers(0.79, draw=6))
    behind.later("rnn", "lstm", answers(0.99, draw=7))
    assert behind.judge().champion("rnn").model == "gru"
