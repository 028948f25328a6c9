"""Published figures in the report, in the terminal and in published.csv."""

import io
import re

import pytest
from rich.console import Console

from cnn_vs_rnn.config import PublishedConfig
from cnn_vs_rnn.report.page import write_report
from cnn_vs_rnn.report.published import COLUMNS, group_text, published_csv, published_rows, published_table
from cnn_vs_rnn.statistics.published import GroupDifference, against_published

DASH = "\u2013"
PUBLISHED = {
    "cnn2d_on_digits": PublishedConfig(
        task="digits",
        model="cnn2d",
        score=97.7,
        spread=0.8,
        runs=10,
        parameters=1_000_000,
        group="images",
        source="A 1",
    ),
    "lstm_on_digits": PublishedConfig(
        task="digits", model="lstm", score=99.9, spread=0.1, runs=10, source="B, table 2"
    ),
    "tcn_on_adding": PublishedConfig(task="adding", model="tcn", score=5.8e-5, source="C <b>"),
    "gru_on_adding": PublishedConfig(task="adding", model="gru", score=0.004, spread=0.001, source="D"),
}


@pytest.fixture
def made(made_up):
    return made_up(("digits", "adding"), published=PUBLISHED)


@pytest.fixture
def figures(made):
    return against_published(made.experiment, made.results)


def text_of(path):
    html = path.read_text("utf-8")
    return html, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html[: html.index("<script>")]))


def test_one_row_per_figure(figures):
    cnn, lstm, tcn, gru = published_rows(figures)
    assert re.fullmatch(r"[\d,]+ \(theirs 1,000,000\)", cnn.parameters)
    assert cnn.published == "97.7% ± 0.8"
    assert re.fullmatch(r"9\d\.\d% ± \d\.\d \(5 seeds\)", cnn.ours)
    assert re.fullmatch(r"[+-]?[\d.]+ points?, (better|worse)", cnn.difference)
    assert re.fullmatch(r"yes \(± [\d.]+\)", cnn.within)
    assert lstm.within.startswith("no (± ")
    assert lstm.difference.startswith("-")
    assert (lstm.side, lstm.source) == ("worse", "B, table 2")
    assert (tcn.published, tcn.within) == ("5.8e-5", "no spread published")
    assert tcn.difference.endswith(", worse")
    assert gru.within == "no number of runs published"


def test_what_did_not_finish_has_dashes(made):
    [row, *_] = published_rows(against_published(made.experiment, []))
    assert (row.ours, row.difference, row.side, row.within) == (DASH, DASH, None, DASH)
    assert row.parameters == f"{DASH} (theirs 1,000,000)"


def test_the_section_stands_in_the_report(made, figures, tmp_path):
    write_report(tmp_path / "report.html", made.report(published=figures))
    html, text = text_of(tmp_path / "report.html")
    assert "Against published figures" in text
    assert '<a href="#published">' in html
    for row in published_rows(figures):
        assert row.ours in text
        assert row.difference in text
    assert "C &lt;b&gt;" in html
    assert re.search(r"images: ours is .+ on average over 1 figure \(", text)


def test_without_published_figures_there_is_no_section(made_up, tmp_path):
    write_report(tmp_path / "report.html", made_up(("digits",)).report())
    assert "published" not in text_of(tmp_path / "report.html")[1].lower()


def test_a_condition_is_named_beside_the_task(made_up):
    one = PublishedConfig(task="digits", model="gru", condition="100 samples", score=90.0, source="E")
    made = made_up(conditions=("default", "100 samples"), published={"it": one})
    [row] = published_rows(against_published(made.experiment, made.results))
    assert row.task == "digits, 100 samples"


def test_the_terminal_has_100_columns(figures):
    console = Console(file=io.StringIO(), width=100)
    console.print(published_table(figures))
    said = console.file.getvalue()
    assert max(map(len, said.splitlines())) <= 100
    assert "…" not in said
    assert "97.7% ± 0.8" in said
    assert "images: ours is" in said


def test_the_csv_has_numbers_as_they_are_shown(figures):
    table = published_csv(figures)
    assert list(table.columns) == COLUMNS
    first = table.iloc[0]
    assert (first["published"], first["published_sd"], first["metric"], first["seeds"]) == (97.7, 0.8, "accuracy", 5)
    assert 90 < first["ours"] < 100
    assert first["difference"] == pytest.approx(first["ours"] - 97.7)
    assert table["within_spread"].tolist()[:2] == [True, False]
    assert table["allowance"].isna().tolist() == [False, False, True, True]
    assert published_csv([]).empty


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "UCR: ours is 0.5 points higher on average over 2 figures (2 better, 0 worse); 2 of 2 lie within the "),
        ({"mean": -1.0}, "UCR: ours is 1 point lower on average"),
        ({"mean": 0.001}, "UCR: ours is level with the published on average"),
        ({"kind": "nll", "mean": 0.04}, "UCR: ours is 0.04 higher on average"),
        ({"judged": 0, "within": 0}, "0 worse); no spread is published."),
        ({"judged": 2, "within": 1}, "1 of 2 lies within"),
        ({"figures": 1}, "over 1 figure ("),
    ],
)
def test_a_group_in_one_sentence(changes, said):
    usual = {"group": "UCR", "kind": "accuracy", "figures": 2, "mean": 0.5, "better": 2, "worse": 0}
    assert said in group_text(GroupDifference(**(usual | {"within": 2, "judged": 2} | changes)))
