"""Tables that plotting tools draw from: learning curves and confusion matrices."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.standing import Standings
from cnn_vs_rnn.statistics.summary import ReadPredictions


def learning_curves(history: pd.DataFrame) -> pd.DataFrame:
    """task, condition, model, seed, step, train_loss, valid_loss: one row per round of every seed.

    history: as `read_history` gives it.
    """
    return pd.DataFrame(history[["task", "condition", "model", "seed", "step", "train_loss", "valid_loss"]])


def confusion(
    contests: Iterable[Contest],
    experiment: ExperimentConfig,
    standings: Standings,
    predictions: ReadPredictions,
    classes: dict[str, list[str]],
) -> pd.DataFrame:
    """task, condition, family, model, actual, predicted: a row a test sample and seed, of every contest's champions.

    classes: the class names of each task; tasks without, or with an answer a step, are passed over.
    """
    tables = []
    for contest in contests:
        names = classes.get(contest.task, [])
        if not names or experiment.tasks[contest.task].output != "one":
            continue
        trials = standings[contest.task, contest.condition].trials
        for champion in contest.champions:
            for trial in trials[champion.model]:
                answers = predictions(trial)
                tables.append(
                    pd.DataFrame(
                        {
                            "task": contest.task,
                            "condition": contest.condition,
                            "family": champion.family,
                            "model": champion.model,
                            "actual": [names[int(target)] for target in answers.target],
                            "predicted": [names[int(guess)] for guess in answers.predicted],
                        }
                    )
                )
    columns = ["task", "condition", "family", "model", "actual", "predicted"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=pd.Index(columns))
