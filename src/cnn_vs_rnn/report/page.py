"""report.html: one file that opens without a network."""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cnn_vs_rnn.budgets.own_size import sizes_text
from cnn_vs_rnn.budgets.several import EQUAL_WORDS
from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.claims.words import amount, extent
from cnn_vs_rnn.config import ExperimentConfig, TaskConfig
from cnn_vs_rnn.evaluation.results import Cost, FailedTrial, TrialResult
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.advice import COSTS, advice_card
from cnn_vs_rnn.report.axes import score_axis, spans_decades
from cnn_vs_rnn.report.by_budget import by_budget
from cnn_vs_rnn.report.by_length import by_length_figure, score_by_length
from cnn_vs_rnn.report.claim_entry import claim_entry
from cnn_vs_rnn.report.errors import ErrorBlock
from cnn_vs_rnn.report.facts import data_facts, left_out, named_counts, score_facts, settings_facts
from cnn_vs_rnn.report.figures import confusion_figure, curve_figure, forest_figure
from cnn_vs_rnn.report.interval_line import IntervalLine, interval_line
from cnn_vs_rnn.report.measured import measured_curves, measured_rows
from cnn_vs_rnn.report.overview import overview
from cnn_vs_rnn.report.palette import FAMILY_COLOURS
from cnn_vs_rnn.report.pareto import cost_panels
from cnn_vs_rnn.report.published import group_text, published_rows
from cnn_vs_rnn.report.table import VERDICT_WORDS
from cnn_vs_rnn.report.template import render
from cnn_vs_rnn.report.together import left_out_text, together
from cnn_vs_rnn.report.translations import TranslationBlock
from cnn_vs_rnn.report.tuned import tuned_blocks
from cnn_vs_rnn.report.values import values_panels
from cnn_vs_rnn.report.vocabulary import sides
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.published import AgainstPublished, by_group
from cnn_vs_rnn.statistics.recommendation import Advice
from cnn_vs_rnn.statistics.standing import Standing, Standings
from cnn_vs_rnn.statistics.summary import ModelSummary, ReadPredictions, read_predictions
from cnn_vs_rnn.statistics.words import (
    FAMILY_WORDS,
    SCORE_SYMBOLS,
    SCORE_WORDS,
    difference_text,
    interval_text,
    range_text,
    score_text,
    seeds_text,
)
from cnn_vs_rnn.tuning.search import TuningTrial

FOLDED_FROM = 25  # contests: so many are not read one after the other, so each is folded up


@dataclass(frozen=True)
class ReportInput:
    """All that the report shows."""

    experiment: ExperimentConfig
    advice: Advice | None  # of own data
    errors: list[ErrorBlock]
    translations: list[TranslationBlock]
    contests: list[Contest]  # in the order in which they are shown
    results: list[TrialResult]
    failed: list[FailedTrial]
    costs: list[Cost]
    cards: dict[str, dict[str, Any]]  # task -> its data card (tasks/card.py), as read from JSON
    previews: dict[str, bytes]  # task -> PNG of the augmentation
    classes: dict[str, list[str]]  # task -> class names, where it has classes
    standings: Standings  # of all contests
    history: pd.DataFrame  # of all trials, as `read_history` gives it
    measurements: list[Measurement]  # of the probes
    tuning: list[TuningTrial]
    claims: list[DecidedClaim]  # that the experiment decides
    published: list[AgainstPublished]  # figures that ours are held against
    environment: dict[str, str]  # what it was measured on and with, as it shall be shown
    command: str  # runs it again
    export_command: str  # takes the recommended model along


Panels = list[tuple[ModelSummary, go.Figure]]


@dataclass(frozen=True)
class _Block:
    """One contest with all that is shown of it; empty, or None, is what there is nothing to show of."""

    contest: Contest
    task: TaskConfig
    heading: str
    standing: Standing
    costs: dict[str, Cost]
    against_cost: list[tuple[str, go.Figure]]
    curves: Panels
    intervals: go.Figure | None
    by_length: go.Figure | None
    confusions: Panels
    values: Panels

    @property
    def champions(self) -> set[str]:
        return {champion.model for champion in self.contest.champions}

    @property
    def line(self) -> IntervalLine | None:
        return interval_line(self.contest)


def write_report(path: Path, report: ReportInput, predictions: ReadPredictions = read_predictions) -> None:
    """Write the page, whole or not at all. predictions: reads those of a result."""
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    histories = dict(iter(report.history.groupby(["task", "condition"], sort=False)))
    for cost in report.costs:
        costs[cost.task, cost.condition].append(cost)
    blocks = [
        _block(
            contest,
            report,
            costs[contest.task, contest.condition],
            histories.get((contest.task, contest.condition), report.history.head(0)),
            predictions,
        )
        for contest in report.contests
    ]
    page = render(
        "report.html.j2",
        report=report,
        experiment=report.experiment,
        blocks=blocks,
        seeds=_seeds(report),
        folded=len(blocks) >= FOLDED_FROM,
        claims=[claim_entry(claim) for claim in report.claims],
        amount=amount,
        extent=extent,
        overview=overview(report.contests, report.experiment, report.standings, predictions),
        tally=Counter(VERDICT_WORDS[contest.verdict] for contest in report.contests),
        verdict_words=VERDICT_WORDS,
        card=advice_card(report.advice, report.contests) if report.advice else None,
        cost_words=COSTS,
        score_words=SCORE_WORDS,
        score_symbols=SCORE_SYMBOLS,
        score_text=score_text,
        interval_text=interval_text,
        difference_text=difference_text,
        range_text=range_text,
        families={family: FAMILY_WORDS[family] for family in FAMILY_COLOURS},
        tuned=tuned_blocks(report.tuning, report.experiment),
        probed=measured_curves(report.measurements),
        probed_rows=measured_rows(report.measurements),
        previews={name: base64.b64encode(png).decode() for name, png in report.previews.items()},
        cards={
            name: (card, data_facts(card), named_counts(card), left_out(card), sides(card))
            for name, card in report.cards.items()
        },
        scores=score_facts(report.experiment.tasks.values()),
        settings=settings_facts(report.experiment),
        sizes=sizes_text(report.experiment),
        by_budget=by_budget(report.contests, report.experiment),
        published=published_rows(report.published),
        published_groups=[group_text(group) for group in by_group(report.published)],
        equal_words=EQUAL_WORDS,
        together=together(report.contests, report.experiment, report.results),
        left_out_text=left_out_text,
    )
    write_text(path, page)


def _seeds(report: ReportInput) -> str:
    tried = Counter((one.condition, one.task, one.model) for one in [*report.results, *report.failed])
    return seeds_text(tried.values() or [len(report.experiment.seed_numbers)])


def _block(
    contest: Contest, report: ReportInput, costs: list[Cost], history: pd.DataFrame, predictions: ReadPredictions
) -> _Block:
    task = report.experiment.tasks[contest.task]
    standing = report.standings[contest.task, contest.condition]
    by_model = {cost.model: cost for cost in costs}
    champions = {champion.model for champion in contest.champions}
    bins = score_by_length([contest], report.experiment, report.standings, predictions)
    lengths = report.cards.get(contest.task, {}).get("lengths") or {}
    along = "source tokens" if task.output == "sequence" else "time steps"
    return _Block(
        contest=contest,
        task=task,
        heading=contest.task if contest.condition == "default" else f"{contest.task}, {contest.condition}",
        standing=standing,
        costs=by_model,
        against_cost=cost_panels(standing.summaries, champions, by_model, task.score),
        curves=_curves(standing, history),
        intervals=_intervals(standing, champions, task),
        by_length=by_length_figure(bins, lengths.get("trained"), along) if bins else None,
        confusions=_confusions(contest, standing, task, report.classes.get(contest.task, []), predictions),
        values=values_panels(contest, task, standing.trials, predictions),
    )


def _curves(standing: Standing, history: pd.DataFrame) -> Panels:
    """history: of this contest."""
    losses = history[["train_loss", "valid_loss"]].to_numpy(dtype=float)
    losses = losses[np.isfinite(losses)]
    if losses.size == 0:
        return []
    room = int(history["step"].to_numpy().max()), _loss_range(losses)
    models = [one for one in standing.summaries if (history["model"] == one.model).any()]
    return [
        (one, curve_figure(own, one.family, _kept_steps(standing.trials[one.model], own), *room))
        for one in models
        for own in [history.loc[history["model"] == one.model]]
    ]


def _kept_steps(trials: Iterable[TrialResult], history: pd.DataFrame) -> dict[int, int]:
    """Seed -> the step at the end of the round that was kept."""
    steps = {seed: own["step"].tolist() for seed, own in history.groupby("seed")}
    return {trial.seed: steps[trial.seed][trial.kept_round] for trial in trials if trial.seed in steps}


def _loss_range(losses: np.ndarray) -> tuple[float, float]:
    """Room around all losses, in the scale they will be drawn in."""
    low, high = float(losses.min()), float(losses.max())
    if spans_decades(low, high):
        return low / 1.2, high * 1.2
    pad = 0.05 * (high - low) or 0.1 * abs(high) or 1.0
    return low - pad, high + pad


def _intervals(standing: Standing, champions: set[str], task: TaskConfig) -> go.Figure | None:
    if not any(one.mean is not None for one in standing.summaries):
        return None
    axis = score_axis(standing.summaries, champions, task.score)
    seeds = {
        model: [trial.test_score for trial in trials if np.isfinite(trial.test_score)]
        for model, trials in standing.trials.items()
    }
    return forest_figure(standing.summaries, seeds, champions, axis, task.score)


def _confusions(
    contest: Contest, standing: Standing, task: TaskConfig, names: list[str], predictions: ReadPredictions
) -> Panels:
    """The champions of a task with classes and one answer a sample; all seeds together."""
    panels = []
    for champion in contest.champions if names and task.output == "one" else ():
        counts = np.zeros((len(names), len(names)), dtype=np.int64)
        for answers in map(predictions, standing.trials[champion.model]):
            np.add.at(counts, (answers.target.astype(int), answers.predicted.astype(int)), 1)
        if counts.any():
            panels.append((champion, confusion_figure(counts, names, champion.family)))
    return panels
