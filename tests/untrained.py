"""Untrained networks for probes."""

from contest import compose, planned

from cnn_vs_rnn.probes.run import Entrant


def untrained(root, models, **changes):
    """An entrant a model of japanese_vowels (12 channels, up to 29 steps), at 2,000 parameters, without dropout."""
    params = {
        "tasks": "japanese_vowels",
        "models": models,
        "seeds": 1,
        "budget.parameters": 2000,
        "recipe.dropout": 0.0,
    }
    return [Entrant(trial, None) for trial in planned(compose(params | changes), root)]
