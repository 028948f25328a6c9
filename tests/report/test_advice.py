"""The first screen of the report on own data."""

from dataclasses import replace

import pytest

from cnn_vs_rnn.report.advice import COSTS, advice_card, gain_text, headline
from cnn_vs_rnn.report.page import write_report
from cnn_vs_rnn.statistics.recommendation import overall, recommend
from cnn_vs_rnn.statistics.summary import read_predictions


@pytest.fixture
def advised(made_up):
    """The advice on a made-up contest, and what the report is made of."""

    def advise(tasks=("digits",), **settings):
        made = made_up(tasks, **settings)
        report = made.report()
        advice = overall(
            [
                recommend(
                    contest,
                    made.experiment.tasks[contest.task],
                    made.results,
                    {one.model: one for one in made.costs if one.condition == contest.condition},
                    read_predictions,
                    made.experiment.statistics,
                )
                for contest in report.contests
            ]
        )
        return advice, report

    return advise


def test_what_to_take_why_and_at_what_cost(advised):
    advice, report = advised(samples=2000, seeds=10)
    card = advice_card(advice, report.contests)
    assert card.headline == "Take cnn2d, the CNN"
    assert card.gain == gain_text(advice, 0.95)
    assert card.at_worst.endswith("(97.5% sure)")
    assert [row.model for row in card.rows][:2] == ["cnn2d", "gru"]
    assert {row.model for row in card.rows} == {"cnn2d", "gru", "crnn", "linear"}
    assert {len(row.cells) for row in card.rows} == {len(COSTS)}
    assert card.rows[0].cells[-1] == "no"
    assert card.rows[1].cells[-1] == "yes"
    assert card.under == []


def test_it_is_the_first_screen(advised, tmp_path):
    advice, report = advised(samples=2000, seeds=10)
    write_report(tmp_path / "report.html", replace(report, advice=advice))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    places = [page.index(text) for text in ("Take cnn2d, the CNN", advice.would_change_it, report.export_command)]
    assert places == sorted(places)
    assert places[-1] < page.index('id="verdicts"')


@pytest.mark.parametrize(
    ("gain", "wanted"),
    [
        (0.04, "4 points ahead of gru (95% interval -1 to 6 points)"),
        (-0.04, "4 points behind gru (95% interval of the lead -1 to 6 points)"),
        (0.0, "level with gru (95% interval -1 to 6 points)"),
    ],
)
def test_the_gain_in_words(advised, gain, wanted):
    advice, _ = advised()
    assert gain_text(advice.model_copy(update={"gain": gain, "gain_low": -0.01, "gain_high": 0.06}), 0.95) == wanted
    assert gain_text(advice.model_copy(update={"gain": None}), 0.95) == ""


def test_several_conditions_have_a_line_each(advised):
    advice, report = advised(conditions=("equal parameters", "equal FLOPs"))
    card = advice_card(advice, report.contests)
    assert [row.condition for row in card.under] == ["equal parameters", "equal FLOPs"]


def test_nothing_finished(advised, made_up):
    made = made_up()
    made.results.clear()
    report = made.report()
    nothing = recommend(
        report.contests[0], made.experiment.tasks["digits"], [], {}, read_predictions, made.experiment.statistics
    )
    card = advice_card(overall([nothing]), report.contests)
    assert card.headline == "Undecided: nothing finished"
    assert (card.gain, card.at_worst, card.rows) == ("", "", [])


@pytest.mark.parametrize(
    ("decision", "family", "wanted"),
    [
        ("rnn", "rnn", "Take it, the RNN"),
        ("cnn or tie", "cnn", "Take it, the CNN: better or as good"),
        ("hybrid", "hybrid", "Take it, the hybrid"),
        ("tie", "cnn", "A tie: take the cheaper, it, the CNN"),
        ("neither", "baseline", "Neither: take the baseline, it"),
        ("undecided", "rnn", "Undecided: take it, the RNN, for the time being"),
    ],
)
def test_every_decision_in_words(advised, decision, family, wanted):
    advice, _ = advised()
    assert headline(advice.model_copy(update={"decision": decision, "family": family, "choice": "it"})) == wanted
