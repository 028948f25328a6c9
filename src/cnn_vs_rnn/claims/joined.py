"""A claim of which several experiments decide a part each: the use cases, and whatever is too large for one of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from cnn_vs_rnn.claims.decide import hinge_of, verdict_of
from cnn_vs_rnn.claims.reason import overview
from cnn_vs_rnn.claims.rule import ClaimConfig
from cnn_vs_rnn.claims.verdict import ClaimVerdict, DecidedClaim, TestOutcome
from cnn_vs_rnn.statistics.holm import holm


def joined(decided: Iterable[DecidedClaim]) -> list[DecidedClaim]:
    """The claims as they come, each once: what several experiments decided of one is one verdict.

    It has the tests of all its parts, and p is adjusted by Holm over all of them: what was decided in its own
    experiment may be open among more tests, never the other way round. The verdict then follows from the outcomes, as
    in `claims.decide` (rules 10 and 11); a crossover is found within an experiment alone.
    """
    parts: dict[str, list[DecidedClaim]] = defaultdict(list)
    for one in decided:
        parts[one.verdict.claim].append(one)
    return [of[0] if len(of) == 1 else _whole(of) for of in parts.values()]


def _whole(parts: Sequence[DecidedClaim]) -> DecidedClaim:
    parts = sorted(parts, key=lambda one: one.verdict.experiment)
    told_apart = _told_apart(parts)
    outcomes = _outcomes(told_apart)
    verdict = verdict_of(outcomes)
    hinge = outcomes[hinge_of(verdict, outcomes)]
    first = parts[0]
    found = [f"In `{one.verdict.experiment}`: {one.verdict.reason}" for one in parts]
    return DecidedClaim(
        config=_config(told_apart),
        verdict=ClaimVerdict(
            claim=first.verdict.claim,
            experiment=" + ".join(one.verdict.experiment for one in parts),
            statement=_longest(one.verdict.statement for one in parts),
            verdict=verdict,
            effect=hinge.effect,
            low=hinge.low,
            high=hinge.high,
            unit=hinge.unit,
            seeds=min(one.verdict.seeds for one in parts),
            conditions=_each(name for one in parts for name in one.verdict.conditions),
            reason=" ".join([overview(verdict, outcomes), *found]),
            crossover=None,
            outcomes=outcomes,
        ),
        models=_each(name for one in parts for name in one.models),
        tasks=_each(name for one in parts for name in one.tasks),
        parameters=first.parameters,
        confidence=max(one.confidence for one in parts),
        parts=tuple(parts),
    )


def _told_apart(parts: Sequence[DecidedClaim]) -> list[DecidedClaim]:
    """The same, where two experiments use one label for a test, with the experiment's name before it."""
    uses = Counter(test.label for part in parts for test in part.verdict.outcomes)
    return [_renamed(part, {label for label, count in uses.items() if count > 1}) for part in parts]


def _renamed(part: DecidedClaim, labels: set[str]) -> DecidedClaim:
    def name(label: str) -> str:
        return f"{part.verdict.experiment}: {label}" if label in labels else label

    config = part.config
    advice = [one.model_copy(update={"tests": tuple(map(name, one.tests))}) for one in config.advice]
    outcomes = tuple(one.model_copy(update={"label": name(one.label)}) for one in part.verdict.outcomes)
    tests = {name(label): test for label, test in config.tests.items()}
    return part.model_copy(
        update={
            "config": config.model_copy(update={"tests": tests, "advice": tuple(advice)}),
            "verdict": part.verdict.model_copy(update={"outcomes": outcomes}),
        }
    )


def _outcomes(parts: Sequence[DecidedClaim]) -> tuple[TestOutcome, ...]:
    """Of all tests, with p adjusted over all of them; one that could not be carried out counts with p = 1."""
    tests = [(part.confidence, test) for part in parts for test in part.verdict.outcomes]
    adjusted = holm([1.0 if test.p is None else test.p for _, test in tests])
    return tuple(_adjusted(test, p, confidence) for (confidence, test), p in zip(tests, adjusted, strict=True))


def _adjusted(test: TestOutcome, p: float, confidence: float) -> TestOutcome:
    if test.p is None:
        return test
    test = test.model_copy(update={"adjusted_p": p})
    if test.outcome == "open" or p < 1 - confidence:
        return test
    note = f"Decided among the tests of its experiment, not among all. {test.note}".strip()
    return test.model_copy(update={"outcome": "open", "note": note})


def _config(parts: Sequence[DecidedClaim]) -> ClaimConfig:
    """Rules and findings one after the other."""
    configs = [part.config for part in parts]
    axes = {config.axis for config in configs}
    return ClaimConfig(
        statement=_longest(config.statement for config in configs),
        rule=" ".join(f"{part.verdict.experiment}: {part.config.rule}" for part in parts),
        literature=" ".join(_each(config.literature for config in configs)),
        would_change_it=" ".join(_each(config.would_change_it for config in configs)),
        # Each piece of advice on its own experiment's tests, also where it named none and meant all of them
        advice=tuple(
            one.model_copy(update={"tests": one.tests or tuple(config.tests)})
            for config in configs
            for one in config.advice
        ),
        axis=" or ".join(sorted(axes - {""})),
        tests={label: test for config in configs for label, test in config.tests.items()},
    )


def _longest(statements: Iterable[str]) -> str:
    """The one that says the most, where experiments word the claim differently."""
    return max(statements, key=len)


def _each(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
