"""Nodes of the export."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnn_vs_rnn.augmentation.scaling import read_part, read_scaling
from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.evaluation.results import Cost, TrialResult
from cnn_vs_rnn.files import write_text
from cnn_vs_rnn.statistics.choice import Choice, Recommended, named_by_verdict, recommended
from cnn_vs_rnn.statistics.contest import Contest
from cnn_vs_rnn.statistics.summary import read_predictions, summarise
from cnn_vs_rnn.statistics.words import number_text
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial
from pipelines.records import IngestedVariant
from pipelines.rooms import Rooms

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Winner:
    contest: Contest
    choice: Choice
    folder: Path


def export_models(
    contest: ExperimentConfig,
    rooms: Rooms,
    contests: list[Contest],
    ingested: list[IngestedVariant],
    costs: list[Cost],
    results: list[TrialResult],
) -> None:
    """A folder for each recommended model, with ONNX, MLflow model and model card."""
    if foreign := {one.task for one in contests} - set(contest.tasks):
        raise UserError(
            f"{rooms.reporting} holds the contest of {', '.join(sorted(foreign))}, not of {', '.join(contest.tasks)}: "
            f"run the contest first, with the same --params"
        )
    winners = list(_winners(contest, rooms, contests, results))
    if not winners:
        raise UserError(f"{contest.experiment} has no finished trial of a contest to export: run the contest first")
    missing = []
    for winner in winners:
        if reason := _export(winner, contest, ingested, costs, results):
            missing.append(f"{winner.folder / 'model.onnx'} of {winner.choice.result.model}: {reason}")
    if missing:
        raise UserError(f"not written: {'; '.join(missing)}; the MLflow model and its card are there")


def _winners(
    contest: ExperimentConfig, rooms: Rooms, contests: list[Contest], results: list[TrialResult]
) -> Iterator[_Winner]:
    folder = rooms.reporting / "export"
    if contest.found:
        advice = Recommended.read(rooms.reporting / "recommendation.json")
        asked = next((one for one in contests if (one.task, one.condition) == (advice.task, advice.condition)), None)
        if asked is None:
            raise UserError(f"{rooms.reporting}: advice and contests are of different runs: run the contest again")
        yield _Winner(asked, recommended(advice, asked, results), folder / advice.task)
        return
    for one in contests:
        choice = named_by_verdict(one, results)
        if choice is not None:
            yield _Winner(one, choice, folder / _name(one))


def _name(contest: Contest) -> str:
    """Of the folder: the task, and the condition where it is not the only one."""
    if contest.condition == "default":
        return contest.task
    return f"{contest.task}_{re.sub(r'[^a-z0-9]+', '_', contest.condition.lower()).strip('_')}"


def _export(
    winner: _Winner,
    contest: ExperimentConfig,
    ingested: list[IngestedVariant],
    costs: list[Cost],
    results: list[TrialResult],
) -> str:
    """Write a winner's folder; returns why an ONNX file that is to be expected could not be written, or nothing."""
    # with onnx and its runtime, for which other pipelines do not wait
    from cnn_vs_rnn.export.example import raw_example
    from cnn_vs_rnn.export.facts import ModelFacts
    from cnn_vs_rnn.export.model_card import Evidence, model_card
    from cnn_vs_rnn.export.onnx_file import NotExportableError, write_onnx
    from cnn_vs_rnn.export.portable import portable
    from pipelines.export.asking import asking, serve_command
    from pipelines.export.mlflow_model import write_mlflow_model

    result, folder = winner.choice.result, winner.folder
    trained, trial = _trained(result)
    facts = ModelFacts.of(trial)
    model = portable(facts, trained.weights)
    samples = read_scaling(trial.data, trial.seed).undo(read_part(trial.data, trial.seed, "test"))
    onnx, reason = None, ""
    try:
        difference = write_onnx(folder / "model.onnx", model, facts, samples)
        onnx = (folder / "model.onnx").stat().st_size, difference
    except NotExportableError as error:
        reason = str(error)
        (folder / "model.onnx").unlink(missing_ok=True)  # of an earlier export
    write_text(folder / "facts.json", facts.model_dump_json(indent=1))
    path = Path(str(trial.task.options["path"])) if facts.own else None
    write_mlflow_model(
        folder / "mlflow_model", folder / "facts.json", trained.weights, raw_example(facts, samples, path)
    )
    task, condition = contest.tasks[result.task], result.condition
    evidence = Evidence(
        trial=trial,
        choice=winner.choice,
        data=next(one.task for one in ingested if (one.task.name, one.condition) == (result.task, condition)).card(),
        scores=summarise(task, condition, results, read_predictions, contest.statistics),
        confidence=contest.statistics.confidence,
        cost=next((one for one in costs if _same(one, result)), None),
        cautions=winner.contest.cautions,
        onnx=onnx,
        no_onnx=reason,
    )
    write_text(folder / "model_card.md", model_card(facts, evidence, asking(facts, folder)))
    _say(winner, onnx, reason)
    logger.info("serve   %s", serve_command(folder))
    expected = result.family != "baseline" and facts.output.sequence is None
    return reason if expected else ""


def _trained(result: TrialResult) -> tuple[TrialFolder, Trial]:
    """The folder of a trial and its configuration; UserError where it is not the one that was tested."""
    folder = TrialFolder(Path(result.directory))
    again = "run the contest again"
    if folder.record() is None:
        raise UserError(f"{result.directory} holds no finished training any more: {again}")
    trial = folder.trial()
    if trial.fingerprint() != result.fingerprint:
        raise UserError(f"{result.directory} was trained by another version of the library: {again}")
    return folder, trial


def _same(cost: Cost, result: TrialResult) -> bool:
    return (cost.task, cost.condition, cost.model) == (result.task, result.condition, result.model)


def _say(winner: _Winner, onnx: tuple[int, float] | None, reason: str) -> None:
    result, folder = winner.choice.result, winner.folder
    logger.info("export  %s: %s, seed %d (%s)", result.task, result.model, result.seed, winner.choice.decision)
    if onnx:
        logger.info("onnx    %s, within %s of PyTorch", folder / "model.onnx", number_text(onnx[1], 2))
    else:
        logger.info("onnx    none: %s; the MLflow model is complete", reason)
    logger.info("card    %s", folder / "model_card.md")
