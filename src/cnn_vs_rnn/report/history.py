"""The learning curves of trials, read from their folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from cnn_vs_rnn.evaluation.results import TrialResult

COLUMNS = ["task", "condition", "model", "family", "seed", "step", "train_loss", "valid_loss"]


def read_history(results: Iterable[TrialResult]) -> pd.DataFrame:
    """One row per round of the training that was validated; models without gradient training have none."""
    curves = []
    for trial in results:
        path = Path(trial.directory) / "history.csv"
        if trial.steps == 0 or not path.is_file():
            continue
        curve = pd.read_csv(path)
        curves.append(curve.assign(**trial.model_dump(include={"task", "condition", "model", "family", "seed"})))
    if not curves:
        return pd.DataFrame(columns=pd.Index(COLUMNS))
    return pd.concat(curves, ignore_index=True).reindex(columns=COLUMNS)
