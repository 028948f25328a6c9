"""Made-up verdicts on claims."""

from cnn_vs_rnn.claims.rule import ClaimConfig
from cnn_vs_rnn.claims.verdict import ClaimVerdict, DecidedClaim, TestOutcome

PLACES = {"10 steps": 10.0, "40 steps": 40.0, "120 steps": 120.0}


def outcome(label, word, effect, unit="points", **changes):
    fields = {
        "label": label,
        "outcome": word,
        "quantity": "score",
        "unit": unit,
        "effect": effect,
        "low": None if effect is None else effect - 0.01,
        "high": None if effect is None else effect + 0.01,
        "margin": 1.1 if unit == "times" else 0.01,
        "p": 0.004,
        "adjusted_p": 0.012,
        "seeds": 5,
        "of_model": "gru",
        "less_model": "tcn",
        "of_value": 0.9,
        "less_value": 0.8,
        "position": PLACES.get(label),
        "budget": "parameters",
        "note": "",
    }
    return TestOutcome(**fields | changes)


def decided(claim, verdict, *outcomes, crossover=None, advised=()):
    tests = {
        one.label: {"of": {"model": "gru"}, "less": {"model": "tcn"}, "position": one.position} for one in outcomes
    }
    return DecidedClaim(
        config=ClaimConfig(
            statement=f"What is said of {claim}.",
            rule="Supported if <it> holds.",
            literature="Somebody 1990",
            would_change_it="Something else.",
            axis="time steps",
            tests=tests,
            advice=advised,
        ),
        verdict=ClaimVerdict(
            claim=claim,
            experiment="made",
            statement=f"What is said of {claim}.",
            verdict=verdict,
            effect=outcomes[0].effect,
            low=outcomes[0].low,
            high=outcomes[0].high,
            unit=outcomes[0].unit,
            seeds=5,
            conditions=("default",),
            reason="Because of figures.",
            crossover=crossover,
            outcomes=outcomes,
        ),
        models=("gru", "tcn"),
        tasks=("adding",),
        parameters=10_000,
        confidence=0.95,
    )
