"""How the score changes with the length of the sequence, beyond the longest of training included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from statistics import fmean

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from jaxtyping import Int

from cnn_vs_rnn.config import ExperimentConfig, Family, Score
from cnn_vs_rnn.evaluation.results import HIGHER_IS_BETTER
from cnn_vs_rnn.learner.corpus_scores import corpus_score
from cnn_vs_rnn.learner.predict import Predictions
from cnn_vs_rnn.report.axes import Axis, cost_axis, shown_value, spans_decades
from cnn_vs_rnn.report.figures import empty_figure
from cnn_vs_rnn.report.palette import FAMILY_COLOURS, INK, MUTED, tint
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.standing import Standings
from cnn_vs_rnn.statistics.summary import ReadPredictions
from cnn_vs_rnn.statistics.words import IN_PERCENT, SCORE_SYMBOLS, score_text

BINS = 10  # at most, with about as many test samples each


@dataclass(frozen=True)
class LengthBin:
    """One champion's score on test samples of like length.

    shortest, longest: time steps (of a translation, tokens of the source) of the bin's samples. mean: over seeds, of
    the score of the bin's samples. lowest_seed, highest_seed: of single seeds.
    """

    task: str
    condition: str
    family: Family
    model: str
    metric: Score
    shortest: int
    longest: int
    samples: int
    mean: float
    lowest_seed: float
    highest_seed: float

    @property
    def middle(self) -> float:
        """Between the shortest and the longest."""
        return (self.shortest + self.longest) / 2

    def text(self, along: str) -> str:
        """For the reader who points at it. along: what lengths are counted in, "time steps"."""
        steps = f"{self.shortest:,}" if self.shortest == self.longest else f"{self.shortest:,} to {self.longest:,}"
        return f"{self.model}, {steps} {along}: {score_text(self.mean, self.metric)} ({self.samples:,} samples)"


def score_by_length(
    contests: Iterable[Contest],
    experiment: ExperimentConfig,
    standings: Standings,
    predictions: ReadPredictions,
) -> list[LengthBin]:
    """The bins of every champion, of each contest whose test lengths vary.

    Scores that follow from sums over samples (chrF, perplexity) are computed from those of the bin. Macro F1, which is
    neither a mean nor such a score, is replaced by accuracy.
    """
    found = []
    for contest in contests:
        trials = standings[contest.task, contest.condition].trials
        task = experiment.tasks[contest.task]
        for champion in contest.champions:
            answers = [predictions(trial) for trial in trials[champion.model]]
            scored = [(one.lengths, scorer) for one in answers if (scorer := _scorer(one, task.score)) is not None]
            if not scored:
                continue
            # Where each seed has its own test part, the bins are of all of them together.
            lengths = np.concatenate([own for own, _ in scored]) if task.repeated else scored[0][0]
            for bin in length_bins(lengths) if len(np.unique(lengths)) > 1 else ():
                shortest, longest = int(lengths[bin].min()), int(lengths[bin].max())
                inside = [(np.flatnonzero((own >= shortest) & (own <= longest)), scorer) for own, scorer in scored]
                seeds = [scorer(chosen) for chosen, scorer in inside if len(chosen)]
                found.append(
                    LengthBin(
                        task=contest.task,
                        condition=contest.condition,
                        family=champion.family,
                        model=champion.model,
                        metric="accuracy" if task.score == "macro_f1" else task.score,
                        shortest=shortest,
                        longest=longest,
                        samples=len(bin),
                        mean=fmean(seeds),
                        lowest_seed=min(seeds),
                        highest_seed=max(seeds),
                    )
                )
    return found


def length_table(bins: Iterable[LengthBin]) -> pd.DataFrame:
    """A row a bin, for score_by_length.csv."""
    return pd.DataFrame([vars(bin) for bin in bins], columns=pd.Index([field.name for field in fields(LengthBin)]))


def length_bins(lengths: Int[np.ndarray, " sample"], bins: int = BINS) -> list[Int[np.ndarray, " _"]]:
    """Positions of samples by length, about as many in each bin; equal lengths are never torn apart."""
    ends = np.unique(np.quantile(lengths, np.arange(1, bins + 1) / bins, method="inverted_cdf"))
    at = np.searchsorted(ends, lengths)
    return [np.flatnonzero(at == bin) for bin in range(len(ends))]


def by_length_figure(bins: Sequence[LengthBin], trained_up_to: int | None, along: str = "time steps") -> go.Figure:
    """One line a champion, the mean over seeds, with a band from the lowest to the highest seed.

    bins: of one contest. trained_up_to: the longest training sequence, marked where a bin is of longer ones alone.
    along: what lengths are counted in.
    """
    score = bins[0].metric
    middles = [bin.middle for bin in bins]
    low, high = min(middles), max(middles)
    pad = 0.04 * (high - low)
    across = cost_axis(along, middles) if spans_decades(low, high) else Axis(along, low - pad, high + pad, log=False)
    figure = empty_figure(320, left=64, bottom=48)
    lines = {model: [bin for bin in bins if bin.model == model] for model in dict.fromkeys(bin.model for bin in bins)}
    for own in reversed(lines.values()):  # bands first, so that none hides a line, and the baseline's below the others
        band = {"fill": "tonexty", "fillcolor": tint(FAMILY_COLOURS[own[0].family], 0.18)}
        for ends, fill in (([bin.lowest_seed for bin in own], {}), ([bin.highest_seed for bin in own], band)):
            figure.add_scatter(
                x=[bin.middle for bin in own],
                y=[shown_value(end, score) for end in ends],
                mode="lines",
                line={"width": 0},
                hoverinfo="skip",
                **fill,
            )
    for own in lines.values():
        colour = FAMILY_COLOURS[own[0].family]
        figure.add_scatter(
            x=[bin.middle for bin in own],
            y=[shown_value(bin.mean, score) for bin in own],
            mode="lines+markers",
            line={"color": colour, "width": 2},
            marker={"size": 6, "color": colour},
            customdata=[bin.text(along) for bin in own],
            hovertemplate="%{customdata}<extra></extra>",
        )
    if trained_up_to is not None and any(bin.shortest > trained_up_to for bin in bins):
        figure.add_vline(x=trained_up_to, line={"color": MUTED, "width": 1, "dash": "dash"})
        figure.add_annotation(
            x=across.scaled(float(trained_up_to)),
            y=1,
            yref="paper",
            yanchor="bottom",
            xanchor="left",
            xshift=4,
            text=f"longest in training: {trained_up_to:,}",
            font={"size": 11, "color": INK},
            showarrow=False,
        )
        figure.update_layout(margin_t=26)
    figure.update_xaxes(**across.layout())
    better = "" if HIGHER_IS_BETTER[score] else " (lower is better)"
    figure.update_yaxes(
        title={"text": f"{SCORE_SYMBOLS[score]}{better}", "font": {"size": 12}, "standoff": 10},
        ticksuffix="%" if score in IN_PERCENT else "",
        zeroline=False,
        nticks=6,
    )
    return figure


def _scorer(answers: Predictions, score: Score) -> Callable[[Int[np.ndarray, " chosen"]], float] | None:
    """The score of samples at some positions; None where it cannot be computed, or not all are finite."""
    if len(answers.statistics):
        table = answers.statistics
        return (lambda chosen: corpus_score(score, table[chosen].sum(axis=0))) if np.isfinite(table).all() else None
    values = answers.per_sample
    if score == "macro_f1":
        if not len(answers.target):
            return None
        values = (answers.predicted == answers.target).astype(np.float32)
    return (lambda chosen: float(values[chosen].mean())) if np.isfinite(values).all() else None
