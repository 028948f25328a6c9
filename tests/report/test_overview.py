"""Many contests in one table."""

import io

import pytest
from rich.console import Console

from cnn_vs_rnn.report.overview import overview, overview_table
from cnn_vs_rnn.report.page import write_report
from cnn_vs_rnn.statistics.summary import read_predictions

TASKS = ("digits", "japanese_vowels", "adding", "copy_memory")


def rows_of(made):
    report = made.report()
    return overview(report.contests, made.experiment, report.standings, read_predictions)


def test_a_row_for_each_contest_with_its_champions_and_the_trivial_answer(everything):
    rows = rows_of(everything)
    assert [row.heading for row in rows] == list(TASKS)
    assert [row.score for row in rows] == ["Accuracy", "Accuracy", "MSE", "NLL, nats"]
    assert rows[0].champions["cnn"].startswith("cnn2d 97.")
    assert rows[0].trivial == "10.0%"
    assert [row.beaten for row in rows] == [True, True, True, True]


@pytest.mark.parametrize("seeds", [5, 1])
def test_networks_no_better_than_the_trivial_answer_are_marked(made_up, seeds):
    made = made_up(TASKS, without=("cnn", "rnn"))
    for task in TASKS:
        level = {"adding": 0.166, "copy_memory": 0.416}.get(task, 0.11)
        for seed in range(seeds):
            made.trial(task, "tcn", seed, level)
            made.trial(task, "lstm", seed, level)
    rows = rows_of(made)
    assert {row.beaten for row in rows} == ({False} if seeds == 5 else {None})  # one seed is no comparison
    console = Console(file=io.StringIO(), width=100)
    console.print(overview_table(rows))
    printed = console.file.getvalue()
    assert printed.count("✗") == (4 if seeds == 5 else 0)
    assert max(map(len, printed.splitlines())) <= 100


def test_few_contests_are_read_one_by_one(made_up):
    assert rows_of(made_up(("digits",))) == []


def test_the_page_shows_it_first(everything, tmp_path):
    write_report(tmp_path / "report.html", everything.report())
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.index('<section id="overview">') < page.index('<section id="verdicts">')
