"""Nodes of reporting."""

from __future__ import annotations

import logging
from pathlib import Path

from rich.console import Console

from cnn_vs_rnn.claims.decide import decide
from cnn_vs_rnn.claims.involved import involved
from cnn_vs_rnn.claims.verdict import DecidedClaim
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import Cost, FailedTrial, TrialResult
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.report.advice import headline
from cnn_vs_rnn.report.by_budget import by_budget, by_budget_table
from cnn_vs_rnn.report.by_length import length_table, score_by_length
from cnn_vs_rnn.report.claims_table import claims_table
from cnn_vs_rnn.report.environment import environment
from cnn_vs_rnn.report.errors import error_blocks
from cnn_vs_rnn.report.history import read_history
from cnn_vs_rnn.report.leaderboard import leaderboard, trials_table, write_csv
from cnn_vs_rnn.report.overview import overview, overview_table
from cnn_vs_rnn.report.page import ReportInput, write_report
from cnn_vs_rnn.report.plots import confusion, learning_curves
from cnn_vs_rnn.report.published import published_csv, published_table
from cnn_vs_rnn.report.table import contest_table
from cnn_vs_rnn.report.translations import translation_blocks
from cnn_vs_rnn.report.verdicts import claim_entries, metrics, verdict_entries, write_json
from cnn_vs_rnn.statistics.choice import named_by_verdict
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.published import against_published
from cnn_vs_rnn.statistics.recommendation import Recommendation, overall, recommend
from cnn_vs_rnn.statistics.standing import Standings, by_contest, costs_by_contest, judged, remembering, standings
from cnn_vs_rnn.statistics.summary import ReadPredictions, read_predictions
from cnn_vs_rnn.statistics.words import difference_text
from cnn_vs_rnn.tuning.search import TuningTrial
from pipelines.mlflow_terms import score_signatures
from pipelines.own_data import command_of
from pipelines.records import IngestedVariant, Preview
from pipelines.rooms import Rooms
from pipelines.session import current

WIDEST = 100  # columns of what is printed: lines that can still be read

logger = logging.getLogger(__name__)


def judge_contests(
    contest: ExperimentConfig, costs: list[Cost], results: list[TrialResult], overtime: list[TrialResult]
) -> list[Contest]:
    """A verdict for every task under every condition, and what to take."""
    if not contest.train:
        return []
    measured = {(cost.task, cost.condition, cost.model) for cost in costs}
    if strange := [one for one in results if (one.task, one.condition, one.model) not in measured]:
        raise UserError(
            f"{strange[0].model} on {strange[0].task} has results but no costs, so that the results are those of an "
            "earlier run: run the pipeline deciding after evaluation"
        )
    return list(judged(contest, results, remembering(read_predictions), overtime, costs))


def decide_claims(
    contest: ExperimentConfig,
    measurements: list[Measurement],
    results: list[TrialResult],
    overtime: list[TrialResult],
) -> list[DecidedClaim]:
    """The verdict on every claim of the experiment, with the rule that it follows from."""
    read = remembering(read_predictions)
    return [
        DecidedClaim(
            config=claim,
            verdict=decide(name, claim, contest, results, measurements, read, overtime),
            models=tuple(contest.models),
            tasks=tuple(contest.tasks),
            parameters=contest.budget.parameters,
            confidence=contest.statistics.confidence,
        )
        for name, claim in contest.claims.items()
    ]


def write_reports(
    contest: ExperimentConfig,
    rooms: Rooms,
    contests: list[Contest],
    claims: list[DecidedClaim],
    costs: list[Cost],
    ingested: list[IngestedVariant],
    previews: list[Preview],
    measurements: list[Measurement],
    tuning: list[TuningTrial],
    results: list[TrialResult],
    failed: list[FailedTrial],
) -> None:
    """Everything of `data/08_reporting/<experiment>/`."""
    tasks = {variant.task.name: variant.task for variant in reversed(ingested)}
    classes = {name: list(task.classes) for name, task in tasks.items() if task.classes}
    read = remembering(read_predictions)
    standing = standings(contest, results, read)
    history = read_history(results)
    advice = overall([_advice(one, contest, standing, costs, read) for one in contests]) if contest.found else None
    page = ReportInput(
        experiment=contest,
        advice=advice,
        errors=error_blocks(contests, contest, results, read),
        translations=translation_blocks(contests, contest, results, read),
        contests=contests,
        results=results,
        failed=failed,
        costs=costs,
        cards={name: task.card().model_dump(mode="json") for name, task in reversed(tasks.items())},
        previews={preview.task: _picture(Path(preview.path)) for preview in previews},
        classes=classes,
        standings=standing,
        history=history,
        measurements=measurements,
        tuning=tuning,
        claims=claims,
        published=against_published(contest, results),
        environment=environment(Path.cwd()),
        command=command_of(contest),
        export_command=command_of(contest, "export"),
    )
    folder = rooms.reporting
    write_report(folder / "report.html", page, read)
    write_csv(folder / "leaderboard.csv", leaderboard(contest, standing, costs))
    write_csv(folder / "trials.csv", trials_table(results, failed))
    write_csv(folder / "learning_curves.csv", learning_curves(history))
    write_csv(folder / "confusion.csv", confusion(contests, contest, standing, read, classes))
    write_csv(folder / "score_by_length.csv", length_table(score_by_length(contests, contest, standing, read)))
    if page.published:
        write_csv(folder / "published.csv", published_csv(page.published))
    write_json(folder / "verdicts.json", claim_entries(claims) + verdict_entries(contests, contest))
    if advice:
        write_json(folder / "recommendation.json", advice.model_dump(mode="json"))
    write_json(folder / "metrics.json", metrics(contests, standing))
    _track(contest, contests, claims, results, costs, folder)
    _print(contests, claims, page, folder, read)


def _advice(
    contest: Contest, experiment: ExperimentConfig, standing: Standings, costs: list[Cost], read: ReadPredictions
) -> Recommendation:
    own = costs_by_contest(costs)[contest.task, contest.condition]
    task = experiment.tasks[contest.task]
    results = standing[contest.task, contest.condition].results
    return recommend(contest, task, results, own, read, experiment.statistics)


def _picture(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: run the pipeline augmentation again") from error


def _track(
    contest: ExperimentConfig,
    contests: list[Contest],
    claims: list[DecidedClaim],
    results: list[TrialResult],
    costs: list[Cost],
    folder: Path,
) -> None:
    tracker = current().tracker
    tracker.costs_measured(costs, results)
    own = by_contest(results)
    for verdict in contests:
        taken = named_by_verdict(verdict, own[verdict.task, verdict.condition])
        if taken is not None:
            tracker.register_best(taken.result, contest.experiment)
    names = {(c.task, c.condition): c.task if c.condition == "default" else f"{c.task}/{c.condition}" for c in contests}
    decided = [one.verdict for one in claims]
    for one in claims:
        tracker.claim_decided(one, involved(one.config, contest))
    tracker.report_written(
        folder,
        {f"effect/{names[c.task, c.condition]}": c.effect for c in contests if c.effect is not None}
        | {f"claim/{c.claim}": c.effect for c in decided if c.effect is not None},
        {f"{what}.{names[c.task, c.condition]}": value for c in contests for what, value in _outcome(c).items()}
        | {f"claim.{c.claim}": c.verdict for c in decided}
        | score_signatures(score for task in contest.tasks.values() for score in (task.score, *task.also)),
    )


def _outcome(contest: Contest) -> dict[str, str]:
    return {
        "verdict": contest.verdict,
        "choice": contest.choice or "none",
        "regret": "unknown" if contest.regret is None else difference_text(contest.regret, contest.score),
    }


def _print(
    contests: list[Contest], claims: list[DecidedClaim], page: ReportInput, folder: Path, read: ReadPredictions
) -> None:
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST) if console.is_terminal else WIDEST
    console.print()
    if claims:  # the contests of every condition are in the report
        console.print(claims_table([one.verdict for one in claims]))
        console.print()
        contests = []
    if budgets := by_budget(contests, page.experiment):
        console.print(by_budget_table(budgets))
        console.print()
    rows = overview(contests, page.experiment, page.standings, read)
    for table in [overview_table(rows)] if rows else map(contest_table, contests):
        console.print(table)
        console.print()
    if page.published:
        console.print(published_table(page.published))
        console.print()
    if page.advice:
        logger.info("advice  %s", headline(page.advice))
    logger.info("report  %s", folder / "report.html")
    logger.info("runs    %s", current().tracker.shown_at)
