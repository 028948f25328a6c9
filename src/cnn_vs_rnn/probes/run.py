"""Every probe of an experiment, on the networks that it is meant for."""

from __future__ import annotations

import itertools
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from cnn_vs_rnn.config import ExperimentConfig, Option, ProbeConfig, Strict
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.probes.measurement import Measurement
from cnn_vs_rnn.trials.folder import TrialFolder
from cnn_vs_rnn.trials.trial import Trial


@dataclass(frozen=True)
class Entrant:
    """A network that a probe looks at. folder: of its training; None where it was not trained."""

    trial: Trial
    folder: TrialFolder | None

    def measurement(self, quantity: str, value: float, at: float | None = None) -> Measurement:
        """A number of this network."""
        trial = self.trial
        return Measurement(
            task=trial.task.name,
            condition=trial.condition,
            model=trial.model.name,
            family=trial.model.family,
            seed=trial.seed,
            quantity=quantity,
            at=at,
            value=value,
        )


# Measures all networks of one task, condition and seed, so that what is timed can take turns.
Probe = Callable[[Sequence[Entrant], Mapping[str, Option]], list[Measurement]]
_Options = TypeVar("_Options", bound=Strict)


def probe_options(options: Mapping[str, Option], schema: type[_Options]) -> _Options:
    """The options of a probe as its own record; UserError where one is unknown or refused."""
    try:
        return schema.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
    option = str(first["loc"][0])
    if first["type"] == "extra_forbidden":
        raise UserError(f"the probe has no option {option!r}: {nearest(option, schema.model_fields)}")
    raise UserError(f"the probe's option {option}={first['input']!r} is refused: {first['msg']}")


def run_probes(
    experiment: ExperimentConfig, entrants: Iterable[Entrant]
) -> Iterator[tuple[str, list[Measurement], str | None]]:
    """The name of a probe, what it measured on one group, and why it refused, if it did. Lazily, group by group.

    Raises UserError where a probe does not exist, or an option of it is refused.
    """
    networks = [entrant for entrant in entrants if entrant.trial.model.family != "baseline"]
    groups = [list(group) for _, group in itertools.groupby(sorted(networks, key=_group), key=_group)]
    for name, config in experiment.probes.items():
        probe = _probe(name, config)
        for group in groups:
            chosen = [one for one in group if not config.models or one.trial.model.name in config.models]
            if not chosen:
                continue
            try:
                yield name, probe(chosen, config.options), None
            except RefusedError as refusal:
                yield name, [], str(refusal)


class RefusedError(Exception):
    """A measurement that would not be worth its name, and why, in one sentence."""


def _group(entrant: Entrant) -> tuple[str, str, int]:
    return entrant.trial.task.name, entrant.trial.condition, entrant.trial.seed


def _probe(name: str, config: ProbeConfig) -> Probe:
    try:
        return pkgutil.resolve_name(config.target)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"probes.{name}.target={config.target!r} cannot be imported: {error}") from error
