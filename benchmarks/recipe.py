"""What each condition of a study gains each family over the base: the table of docs/results/recipe.md.

After `kedro run --params experiment=recipe`: python -m benchmarks.recipe [LEADERBOARD]

A gain is the difference of a network's mean test scores under the condition and under the base, in points of 100:
accuracies as they are, errors of the adding problem as a share of the error of always answering 1. Each family's is the
mean over its networks and tasks, with the standard error over those.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

LEADERBOARD = Path("data/08_reporting/recipe/leaderboard.csv")
BASE = "base"
# Of the score, from nothing learnt to all: of the adding problem, the error of always answering 1.
ROOM = {"accuracy": 1.0, "macro_f1": 1.0, "mse": -1 / 6}


def gains(leaderboard: pd.DataFrame) -> pd.DataFrame:
    """condition, family, gain, error (both in points of 100), networks: one row per condition and family.

    leaderboard: as the report writes it.
    """
    known = leaderboard[leaderboard["family"].isin(["cnn", "rnn"]) & leaderboard["metric"].isin(ROOM)]
    decisive = known.drop_duplicates(["task", "condition", "model"])  # the first score of a task decides
    keys = ["task", "model", "family", "metric"]
    base = decisive[decisive["condition"] == BASE].set_index(keys)["mean"]
    other = decisive[decisive["condition"] != BASE].join(base.rename("before"), on=keys)
    room = other["metric"].map(ROOM)
    other = other.assign(gain=100 * (other["mean"] - other["before"]) / room)
    table = other.groupby(["condition", "family"], sort=False)["gain"].agg(gain="mean", error="sem", networks="count")
    return table.reset_index()


def markdown(table: pd.DataFrame) -> str:
    """One line per condition, a column per family."""
    lines = ["| condition | CNNs | RNNs |", "|---|---|---|"]
    for condition, own in table.groupby("condition", sort=False):
        by_family = own.set_index("family")
        cells = [f"{by_family.at[one, 'gain']:+.1f} ± {by_family.at[one, 'error']:.1f}" for one in ("cnn", "rnn")]
        lines.append(f"| {condition} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(markdown(gains(pd.read_csv(Path(sys.argv[1]) if len(sys.argv) > 1 else LEADERBOARD))))
