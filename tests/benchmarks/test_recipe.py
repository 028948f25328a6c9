"""The table of the study of recipes, on made scores."""

import pandas as pd
import pytest

from benchmarks.recipe import gains, markdown


def row(condition, task, model, family, metric, mean):
    return {"condition": condition, "task": task, "model": model, "family": family, "metric": metric, "mean": mean}


LEADERBOARD = pd.DataFrame(
    [
        row("base", "motions", "fcn", "cnn", "accuracy", 0.80),
        row("base", "motions", "fcn", "cnn", "macro_f1", 0.10),  # a further score, which decides nothing
        row("base", "motions", "lstm", "rnn", "accuracy", 0.50),
        row("base", "adding", "fcn", "cnn", "mse", 0.10),
        row("base", "adding", "lstm", "rnn", "mse", 0.15),
        row("faster", "motions", "fcn", "cnn", "accuracy", 0.82),
        row("faster", "motions", "fcn", "cnn", "macro_f1", 0.90),
        row("faster", "motions", "lstm", "rnn", "accuracy", 0.70),
        row("faster", "adding", "fcn", "cnn", "mse", 0.11),
        row("faster", "adding", "lstm", "rnn", "mse", 0.05),
        row("faster", "motions", "majority", "baseline", "accuracy", 0.25),
    ]
)


def test_gains_are_means_over_networks_and_tasks_in_the_direction_of_better():
    table = gains(LEADERBOARD).set_index("family")
    assert table.at["cnn", "gain"] == pytest.approx((2 - 6) / 2)
    assert table.at["rnn", "gain"] == pytest.approx((20 + 60) / 2)
    assert table.at["rnn", "error"] == pytest.approx(20)
    assert list(table["networks"]) == [2, 2]


def test_the_table_has_one_line_per_condition():
    assert markdown(gains(LEADERBOARD)).splitlines()[2:] == ["| faster | -2.0 ± 4.0 | +40.0 ± 20.0 |"]
