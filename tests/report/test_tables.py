"""The files beside the page, and the terminal's table."""

import io
import json

import pandas as pd
import pytest
from rich.console import Console

from cnn_vs_rnn.report.history import read_history
from cnn_vs_rnn.report.leaderboard import leaderboard, trials_table, write_csv
from cnn_vs_rnn.report.plots import confusion, learning_curves
from cnn_vs_rnn.report.table import contest_table
from cnn_vs_rnn.report.verdicts import metrics, verdict_entries, write_json
from cnn_vs_rnn.statistics.summary import read_predictions


def printed(contest, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(contest_table(contest))
    return console.file.getvalue()


class TestLeaderboard:
    @pytest.fixture
    def board(self, everything) -> pd.DataFrame:
        return leaderboard(everything.experiment, everything.report().standings, everything.costs)

    def test_columns_are_the_contract(self, board):
        assert ",".join(board.columns) == (
            "task,condition,model,family,metric,mean,ci_low,ci_high,seeds,parameters,flops_per_sample,train_seconds,"
            "step_ms,train_memory_mb,latency_ms"
        )

    def test_the_best_comes_first(self, board):
        digits, adding = (board[board["task"] == task]["mean"] for task in ("digits", "adding"))
        assert digits.is_monotonic_decreasing
        assert adding.is_monotonic_increasing

    def test_means_are_those_of_the_trials(self, board, everything):
        scores = [trial.test_score for trial in everything.results if (trial.task, trial.model) == ("adding", "tcn")]
        row = board[(board["task"] == "adding") & (board["model"] == "tcn")].iloc[0]
        assert row["mean"] == pytest.approx(sum(scores) / 5)
        assert row["ci_low"] < row["mean"] < row["ci_high"]

    def test_costs_that_do_not_exist_are_empty(self, board, tmp_path):
        write_csv(tmp_path / "leaderboard.csv", board)
        again = pd.read_csv(tmp_path / "leaderboard.csv")
        assert again[again["model"] == "majority"]["step_ms"].isna().all()
        assert again[again["model"] == "tcn"]["step_ms"].notna().all()

    def test_nothing_finished_leaves_the_header(self, made_up, tmp_path):
        made = made_up()
        standings = made.report(results=[]).standings
        write_csv(tmp_path / "leaderboard.csv", leaderboard(made.experiment, standings, []))
        assert (tmp_path / "leaderboard.csv").read_text().startswith("task,condition,model")


def test_every_trial_has_a_row(everything):
    table = trials_table(everything.results, everything.failed)
    assert len(table) == 120
    assert (table["status"] == "failed").sum() == 2
    assert table[table["status"] == "failed"]["reason"].str.contains("out of memory").all()
    both = table[(table["task"] == "copy_memory") & (table["model"] == "lstm")]
    assert set(both["flags"]) == {"unfinished collapsed"}
    assert {"fingerprint", "seed", "mlflow_run_id"} <= set(table.columns)


def test_verdicts(everything, tmp_path):
    report = everything.report()
    entries = verdict_entries(report.contests, everything.experiment)
    told = ["claim", "statement", "verdict", "choice", "regret", "effect", "ci_low", "ci_high"]
    assert list(entries[0]) == [*told, "seeds", "conditions", "reason"]
    assert entries[0]["claim"] == "contest/digits"
    assert entries[0]["statement"] == "digits: a CNN or an RNN of 10,000 parameters?"
    write_json(tmp_path / "verdicts.json", entries)
    assert json.loads((tmp_path / "verdicts.json").read_text()) == entries


def test_a_verdict_a_condition(made_up):
    report = made_up(conditions=("samples=100", "samples=400")).report()
    entries = verdict_entries(report.contests, report.experiment)
    assert [entry["conditions"] for entry in entries] == [["samples=100"], ["samples=400"]]
    assert "digits at samples=400" in entries[1]["statement"]


def test_metrics(everything):
    report = everything.report()
    found = metrics(report.contests, report.standings)
    assert set(found) == {"digits", "japanese_vowels", "adding", "copy_memory"}
    assert found["copy_memory"]["default"]["verdict"] == report.contests[3].verdict
    assert found["adding"]["default"]["models"]["tcn"] < 0.01


def test_learning_curves(everything):
    curves = learning_curves(read_history(everything.results))
    assert list(curves.columns) == ["task", "condition", "model", "seed", "step", "train_loss", "valid_loss"]
    assert set(curves["model"]) == {"cnn2d", "fcn", "tcn", "lstm", "gru", "crnn"}
    assert (curves["step"].min(), curves["step"].max()) == (24, 600)
    assert not curves.duplicated(["task", "condition", "model", "seed", "step"]).any()
    assert learning_curves(read_history([])).empty


def test_confusion(everything):
    report = everything.report()
    answers = confusion(report.contests, everything.experiment, report.standings, read_predictions, report.classes)
    assert set(answers["task"]) == {"digits", "japanese_vowels"}
    best = answers[(answers["task"] == "digits") & (answers["family"] == "cnn")]
    assert len(best) == 5 * 360
    assert (best["actual"] == best["predicted"]).mean() > 0.9
    assert set(answers[answers["task"] == "japanese_vowels"]["actual"]) == set(report.classes["japanese_vowels"])


class TestTable:
    def test_it_names_the_champions_and_the_outcome(self, everything):
        contest = everything.report().contests[3]
        text = " ".join(printed(contest).split())
        assert "best CNN tcn" in text
        assert "CNN wins. The CNN tcn" in text

    def test_it_fits_a_hundred_columns(self, everything):
        for contest in everything.report().contests:
            text = printed(contest)
            assert max(map(len, text.splitlines())) <= 100
            assert "…" not in text

    def test_flags_are_shown(self, everything):
        text = printed(flagged(everything))
        assert "collapsed 5/5" in text
        assert "unfinished" in text
        assert "unfinished 5/5" not in text  # it was asked of one seed

    def test_a_second_training_stands_beside_the_flags(self, everything):
        everything.results = [trial.model_copy(update={"retried": trial.seed == 1}) for trial in everything.results]
        report = everything.report()
        assert "retried 1/5" in printed(report.contests[0])
        table = trials_table(everything.results, [])
        assert all(("retried" in row.flags.split()) == (row.seed == 1) for row in table.itertuples())

    def test_an_absent_family(self, made_up):
        text = printed(made_up(without=("rnn",)).report().contests[0])
        assert "Undecided. No RNN finished this task" in text
        assert "best RNN" not in text


def flagged(everything):
    everything.results = [
        trial.model_copy(update={"flags": ("unfinished", "collapsed")}) for trial in everything.results
    ]
    return everything.report().contests[0]
