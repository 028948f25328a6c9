"""The model card beside an exported model (Mitchell et al. 2019, arXiv 1810.03993): what it can do and what not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import jinja2

from cnn_vs_rnn.budgets.own_size import allowed
from cnn_vs_rnn.budgets.several import budget_text
from cnn_vs_rnn.config import Family
from cnn_vs_rnn.evaluation.results import Cost
from cnn_vs_rnn.export.facts import ModelFacts
from cnn_vs_rnn.export.onnx_file import OPSET
from cnn_vs_rnn.export.raw import column_of
from cnn_vs_rnn.report.facts import fact_text, input_text, output_text
from cnn_vs_rnn.statistics.choice import Choice
from cnn_vs_rnn.statistics.summary import ModelSummary
from cnn_vs_rnn.statistics.words import (
    FAMILY_WORDS,
    MARK_WORDS,
    SCORE_SYMBOLS,
    SCORE_WORDS,
    interval_text,
    magnitude_text,
    number_text,
    score_text,
    seconds_text,
)
from cnn_vs_rnn.tasks.card import DataCard
from cnn_vs_rnn.trials.trial import Trial

MOST_CLASSES = 20  # that are listed with their counts

_DECISIONS = {
    "cnn": "The contest was won by the CNNs.",
    "cnn or tie": "The contest found the CNNs better or as good.",
    "rnn": "The contest was won by the RNNs.",
    "rnn or tie": "The contest found the RNNs better or as good.",
    "hybrid": "The hybrid was ahead of CNN and RNN.",
    "neither": "The contest found that no network is worth it: this baseline is as good.",
    "tie": "The contest was a tie between CNN and RNN.",
    "depends": "Which family is better depends on the length of training: this model can lose the least.",
    "undecided": "**The contest is undecided: this model can lose the least for the time being, and is not proven.**",
}
_KINDS: dict[Family, str] = {
    "cnn": "A CNN",
    "rnn": "An RNN",
    "hybrid": "A hybrid of convolutions and a recurrence",
    "baseline": "A baseline",
}


@dataclass(frozen=True)
class Evidence:
    """What the card is drawn from, beside the facts. onnx: the size in bytes and the largest difference to PyTorch.

    no_onnx: why there is none, as the end of a sentence. cautions: what the judge says of the contest.
    """

    trial: Trial
    choice: Choice
    data: DataCard
    scores: Sequence[ModelSummary]
    confidence: float
    cost: Cost | None
    cautions: Sequence[str]
    onnx: tuple[int, float] | None
    no_onnx: str = ""


def model_card(facts: ModelFacts, evidence: Evidence, asking: str) -> str:
    """Markdown. asking: how the served model is called, a section's text; who serves it knows."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("cnn_vs_rnn.export", "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    card, choice = evidence.data, evidence.choice
    return templates.get_template("model_card.md.j2").render(
        facts=facts,
        kind=_KINDS[facts.model.family],
        parameters=f"{evidence.trial.parameters:,}" if evidence.trial.parameters else "",
        decision=_DECISIONS[choice.decision],
        torch=version("torch").partition("+")[0],
        reads=input_text(facts.input.model_dump()),
        gives=output_text(facts.output.model_dump(), len(facts.classes)),
        names=", ".join(facts.classes),
        source=str(evidence.trial.task.options["path"]) if facts.own else card.source,
        data_notes=[*card.notes, *card.warnings],
        counts=_counts(card),
        more_classes=max(0, len(card.classes) - MOST_CLASSES),
        quarantined=card.quarantined,
        **_score(facts, evidence),
        reason=choice.reason,
        advice=choice.advice,
        would_change_it=choice.would_change_it,
        training=_training(evidence.trial),
        costs=_costs(evidence),
        limits=_limits(facts, evidence),
        asking=asking.strip(),
        onnx=evidence.onnx,
        opset=OPSET,
        onnx_inputs=_onnx_inputs(facts),
        onnx_outputs="probabilities" if facts.loss in ("cross_entropy", "binary_cross_entropy") else "values",
        difference=number_text(evidence.onnx[1], 2) if evidence.onnx else "",
        no_onnx=evidence.no_onnx,
    )


def _counts(card: DataCard) -> list[list[str]]:
    parts = list(card.samples)
    rows = [["", *parts], ["samples", *(f"{count:,}" for count in card.samples.values())]]
    for name, counts in list(card.classes.items())[:MOST_CLASSES]:
        rows.append([_cell(name), *(f"{counts.get(part, 0):,}" for part in parts)])
    return rows


def _score(facts: ModelFacts, evidence: Evidence) -> dict[str, Any]:
    score, result = evidence.trial.task.score, evidence.choice.result
    return {
        "score_words": SCORE_WORDS[score],
        "facts_score": SCORE_SYMBOLS[score],
        "confidence": f"{100 * evidence.confidence:g}%",
        "seeds": max(one.seeds for one in evidence.scores),
        "scores": [_score_row(one, facts, evidence) for one in evidence.scores],
        "trained": evidence.choice.trained,
        "own_valid": score_text(result.valid_score, score),
        "own_test": score_text(result.test_score, score),
        "own_also": [f"{SCORE_SYMBOLS[one]} {score_text(value, one)}" for one, value in result.also.items()],
    }


def _score_row(one: ModelSummary, facts: ModelFacts, evidence: Evidence) -> list[str]:
    score = evidence.trial.task.score
    mean, _, ends = interval_text(one.mean, one.low, one.high, score).partition("  ")
    bold = "**" if one.model == facts.model.name else ""
    parameters = f"{one.parameters:,}" if one.parameters else "-"
    return [f"{bold}{one.model}{bold}", FAMILY_WORDS[one.family], mean, ends or "-", parameters]


def _training(trial: Trial) -> list[tuple[str, str]]:
    groups = {"recipe": trial.recipe, "trainer": trial.trainer}
    settings = {name: fact_text(group.model_dump(exclude={"name"})) for name, group in groups.items()}
    augmentation = getattr(trial.augment, trial.task.modality, None)
    settings["augmentation"] = fact_text(augmentation.model_dump()) if augmentation else "none"
    budget = allowed(trial.budget, trial.task, trial.model)
    held = f"{budget_text(budget)}, within {100 * trial.budget.tolerance:g}%"
    options = fact_text(trial.model.options)
    if trial.model.family == "baseline":
        return [("options", options or "none"), ("fitted", "in one go, without gradient training")]
    return [("budget", held), ("options", options or "none"), *settings.items()]


def _costs(evidence: Evidence) -> list[str]:
    result, cost = evidence.choice.result, evidence.cost
    length = f", {result.steps:,} gradient steps ({result.epochs:.0f} epochs)" if result.steps else ""
    told = [f"training: {seconds_text(result.train_seconds)}{length}"]
    if cost is not None:
        told.append(f"the answer to one sample: {number_text(cost.latency_ms)} ms, on one thread")
        if cost.flops_per_sample is not None:
            told.append(f"operations a sample: {magnitude_text(cost.flops_per_sample)}")
        if cost.step_ms is not None:
            told.append(f"a training step: {number_text(cost.step_ms)} ms")
        if cost.train_memory_mb is not None:
            told.append(f"memory kept for a training step: {number_text(cost.train_memory_mb)} MB")
    else:
        told.append("latency and memory: not measured")
    if evidence.onnx:
        told.append(f"model.onnx: {number_text(evidence.onnx[0] / 1e6)} MB")
    return told


def _limits(facts: ModelFacts, evidence: Evidence) -> list[str]:
    told = ["It was tested on data from the source above alone. How it does on data from elsewhere is not known."]
    if facts.classes and not facts.output.labels:
        told.append(f"It knows these {len(facts.classes)} classes and nothing else: anything is called one of them.")
    if facts.output.sequence is not None:
        told.append("A translation may read well and be wrong: it comes without a probability, and nothing checks it.")
    elif facts.loss in ("cross_entropy", "binary_cross_entropy"):
        told.append("Its probabilities were not calibrated.")
    told += _reading_limits(facts)
    if evidence.data.quarantined:
        told.append(f"Inputs like the {len(evidence.data.quarantined)} that were left out are refused, or not tested.")
    if evidence.choice.decision == "undecided":
        told.append("The contest is undecided: with more seeds or samples another model may be recommended.")
    told += [f"This trial {MARK_WORDS[mark]}." for mark in evidence.choice.result.marks]
    return [*told, *evidence.cautions]


def _reading_limits(facts: ModelFacts) -> list[str]:
    spec, own = facts.input, facts.own
    if facts.merges:
        return [f"A text of more than {spec.length} subwords is refused: the contest left such texts out."]
    if own is None:
        return []
    match column_of(facts):
        case "image":
            colour = "colour" if spec.channels == 3 else "grey"
            return [
                f"Every image is made {colour} and resized to {spec.height}x{spec.width} pixels, whatever its shape."
            ]
        case "recording":
            longest = (spec.length or 0) * (own.hop or 0) / 1000
            return [f"Sound is taken at {own.rate or 0:,} Hz, and what lies beyond {longest:.1f} s is cut off."]
        case "text":
            return [f"A text is cut after {spec.length} tokens; words that training did not hold are unknown to it."]
    if facts.output.forecast is not None:
        return [f"It needs the last {spec.length} steps of all {spec.channels} channels, evenly spaced, none missing."]
    return [f"Series longer than {spec.length} steps, the longest it was trained or tested on, were not tried."]


def _onnx_inputs(facts: ModelFacts) -> str:
    spec = facts.input
    if spec.kind == "image":
        return f"images ({spec.channels}, {spec.height}, {spec.width}) as float32"
    return "token numbers (int64)" if spec.kind == "tokens" else f"sequences (time, {spec.channels}) as float32"


def _cell(text: str) -> str:
    """Without what would end a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")
