"""Every probe of an experiment, on the networks that it is meant for."""

from __future__ import annotations

import itertools
import pkgutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cnn_vs_rnn.config import ExperimentConfig, Option, ProbeConfig, Strict
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.options import read_options
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
        return Measurement(**self.trial.labels, quantity=quantity, at=at, value=value)


# Measures all networks of one task, condition and seed, so that what is timed can take turns. Where it refuses
# half-way, what it had measured counts. Its module's `Options`, if it has one, is the record of its options.
Probe = Callable[[Sequence[Entrant], Mapping[str, Option]], Iterable[Measurement]]
_Options = TypeVar("_Options", bound=Strict)


class RefusedError(Exception):
    """A measurement that would not be worth its name, and why, in one sentence."""


@dataclass(frozen=True)
class ProbeRun:
    """One probe on one group of networks."""

    name: str
    probe: Probe
    entrants: Sequence[Entrant]
    options: Mapping[str, Option]

    def measure(self) -> tuple[list[Measurement], str | None]:
        """What was measured, and why no more, if the probe refused."""
        found: list[Measurement] = []
        try:
            for one in self.probe(self.entrants, self.options):
                found.append(one)
        except RefusedError as refusal:
            return found, str(refusal)
        return found, None


def probe_options(options: Mapping[str, Option], schema: type[_Options]) -> _Options:
    """The options of a probe as its own record; UserError where one is unknown or refused."""
    return read_options("the probe", options, schema)


def check_probes(experiment: ExperimentConfig) -> None:
    """UserError where a probe does not exist, or takes other options or models: asked before anything is trained."""
    for name, config in experiment.probes.items():
        probe = _probe(name, config)
        schema = getattr(sys.modules[probe.__module__], "Options", Strict)
        read_options(f"probe {name}", config.options, schema)
        for model in config.models:
            if model not in experiment.models:
                raise UserError(f"probe {name}: there is no model {model!r}; {nearest(model, experiment.models)}")


def plan_probes(experiment: ExperimentConfig, entrants: Iterable[Entrant]) -> list[ProbeRun]:
    """Every probe of an experiment on every group of networks that it is meant for."""
    networks = [entrant for entrant in entrants if entrant.trial.model.family != "baseline"]
    groups = [list(group) for _, group in itertools.groupby(sorted(networks, key=_group), key=_group)]
    runs = []
    for name, config in experiment.probes.items():
        for group in groups:
            chosen = [one for one in group if not config.models or one.trial.model.name in config.models]
            if chosen:
                runs.append(ProbeRun(name, _probe(name, config), chosen, config.options))
    return runs


def _group(entrant: Entrant) -> tuple[str, str, int]:
    return entrant.trial.task.name, entrant.trial.condition, entrant.trial.seed


def _probe(name: str, config: ProbeConfig) -> Probe:
    try:
        return pkgutil.resolve_name(config.target)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"probes.{name}.target={config.target!r} cannot be imported: {error}") from error
