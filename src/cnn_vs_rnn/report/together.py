"""What all data sets of an experiment say together, as its report and `verdicts.json` show it."""

from __future__ import annotations

import base64
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_vs_rnn.config import ExperimentConfig, StatisticsConfig
from cnn_vs_rnn.evaluation.results import TrialResult
from cnn_vs_rnn.statistics.across import (
    FEW,
    MANY,
    TWO_SIDED,
    PairTest,
    Range,
    Runs,
    interquartile_mean,
    pair_tests,
    probability_of_improvement,
)
from cnn_vs_rnn.statistics.bootstrap import SEED
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.words import IN_PERCENT, listed


@dataclass(frozen=True)
class Together:
    """All tasks with scores in per cent, under one condition.

    left_out: tasks whose scores cannot be averaged with these. pairs: of models that ran on every task, where there are
    enough tasks for a test; diagram, matrix: PNG in base64, likewise.
    """

    condition: str
    tasks: list[str]
    left_out: list[str]
    cnn: Range
    rnn: Range
    improvement: Range
    pairs: list[PairTest]
    diagram: str = ""
    matrix: str = ""

    @property
    def sentence(self) -> str:
        """What it comes to."""
        low, high = self.improvement.low, self.improvement.high
        ahead = "the CNN" if low > 0.5 else "the RNN" if high < 0.5 else ""
        figures = f"{100 * self.improvement.value:.0f}% ({100 * low:.0f} to {100 * high:.0f}%)"
        verdict = f"{ahead} is ahead" if ahead else "neither is surely ahead"
        what = "the best CNN beats the best RNN with a probability of"
        return f"Over {len(self.tasks)} data sets {verdict}: {what} {figures}."


def together(
    contests: Sequence[Contest], experiment: ExperimentConfig, results: Sequence[TrialResult]
) -> list[Together]:
    """One a condition with at least three tasks on which both families have a champion and scores in per cent."""
    found = []
    for condition in experiment.conditions:
        held = [one for one in contests if one.condition == condition and one.champion("cnn") and one.champion("rnn")]
        usable = [one for one in held if one.score in IN_PERCENT]
        if len(usable) >= FEW:
            left_out = [one.task for one in held if one.score not in IN_PERCENT]
            found.append(_together(condition, usable, left_out, experiment.statistics, results))
    return found


def _together(
    condition: str,
    contests: Sequence[Contest],
    left_out: list[str],
    statistics: StatisticsConfig,
    results: Sequence[TrialResult],
) -> Together:
    own = [one for one in results if one.condition == condition]
    sides = {family: _champion_runs(family, contests, own) for family in ("cnn", "rnn")}
    settings = (statistics.confidence, statistics.resamples, SEED)
    tasks = [one.task for one in contests]
    means = _means(tasks, own) if len(tasks) >= MANY else {}
    return Together(
        condition=condition,
        tasks=tasks,
        left_out=left_out,
        cnn=interquartile_mean(sides["cnn"], *settings),
        rnn=interquartile_mean(sides["rnn"], *settings),
        improvement=probability_of_improvement(sides["cnn"], sides["rnn"], *settings),
        pairs=pair_tests(means) if len(means) > 1 else [],
        diagram=_diagram(means, 1 - statistics.confidence) if len(means) > 2 else "",
        matrix=_png(comparison_matrix(means, tasks, 1 - statistics.confidence)) if len(means) > 2 else "",
    )


def _champion_runs(family: str, contests: Sequence[Contest], results: Sequence[TrialResult]) -> Runs:
    champions = {one.task: one.champion(family) for one in contests}  # pyright: ignore[reportArgumentType]
    return [
        np.array(
            [
                one.test_score
                for one in results
                if one.task == task and champion and one.model == champion.model and np.isfinite(one.test_score)
            ]
        )
        for task, champion in champions.items()
    ]


def _means(tasks: Sequence[str], results: Sequence[TrialResult]) -> dict[str, np.ndarray]:
    """Of every model that finished all tasks: its mean score on each."""
    means = {}
    for model in dict.fromkeys(one.model for one in results):
        scores = [[one.test_score for one in results if (one.model, one.task) == (model, task)] for task in tasks]
        if all(scores):
            means[model] = np.array([np.mean(own) for own in scores])
    return means


def _diagram(means: dict[str, np.ndarray], alpha: float) -> str:
    """The critical-difference diagram: mean ranks, with a bar over what Wilcoxon and Holm do not tell apart.

    aeon tests one side, that of the better mean rank: half of a two-sided alpha.
    """
    from aeon.visualisation import plot_critical_difference

    scores = np.stack(list(means.values()), axis=1)
    drawn = plot_critical_difference(scores, list(means), test="wilcoxon", correction="holm", alpha=alpha / 2)
    return _png(drawn[0])


def comparison_matrix(means: dict[str, np.ndarray], tasks: Sequence[str], alpha: float) -> Any:
    """A matplotlib figure: the multiple-comparison matrix (Ismail-Fawaz et al. 2023, arXiv 2305.11921)."""
    import pandas as pd
    from aeon.visualisation import create_multi_comparison_matrix

    table = pd.DataFrame(means, index=pd.Index(tasks))
    with tempfile.TemporaryDirectory() as folder:  # it insists on a path, and writes an analysis there
        return create_multi_comparison_matrix(
            table,
            save_path=f"{folder}/mcm",
            pvalue_test_params=TWO_SIDED,
            pvalue_correction="Holm",
            pvalue_threshold=alpha,
            fig_size=f"{3 + 2 * len(means)},{2 + len(means)}",
            font_size=11,  # pyright: ignore[reportArgumentType] (a number, whatever its default is)
            precision=3,
        )


def _png(figure: Any) -> str:
    import matplotlib.pyplot as plt

    stream = io.BytesIO()
    figure.set_layout_engine("none")  # tight does not know a colour bar, and warns; the box is cut below
    figure.savefig(stream, format="png", dpi=120, bbox_inches="tight")
    plt.close(figure)
    return base64.b64encode(stream.getvalue()).decode()


def left_out_text(one: Together) -> str:
    """Which tasks are not in it, and why; empty where all are."""
    return f"Left out: {listed(one.left_out)}, whose scores are no percentages." if one.left_out else ""
