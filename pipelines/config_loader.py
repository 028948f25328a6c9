"""The bridge between Kedro and Hydra: parameters are composed by Hydra, everything else stays Kedro's.

``kedro run --params experiment=NAME,seeds=2,trainer.steps=300,models=gru+tcn`` composes ``conf/config.yaml`` with

- choices of a file in a group: ``experiment=NAME``, ``recipe=NAME``, ``augment=NAME``, ...;
- choices of several files, joined by ``+``: ``tasks=digits+adding``, ``models=gru+tcn``; of budgets, which are then
  held equal in turn: ``budget=parameters+flops``; of an experiment that names its tasks itself, some of those:
  ``experiment=ucr,tasks=coffee+trace``; claims about what is left out are not decided, which is said;
- values: any key of the composed configuration, dotted: ``budget.parameters=20000``, ``models.gru.options.layers=2``;
- own data: ``experiment=my_data,path=PATH`` (see `pipelines.own_data`).

Nodes receive the validated result as ``params:contest``, an ExperimentConfig, and the data folders as ``params:rooms``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from kedro.config import OmegaConfigLoader
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError
from yaml import YAMLError, safe_load

from cnn_vs_rnn.budgets.several import under_each_budget
from cnn_vs_rnn.claims.check import check_claims
from cnn_vs_rnn.config import FAMILIES, ExperimentConfig
from cnn_vs_rnn.config_errors import explain, fields_at
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.statistics.words import listed
from pipelines import own_data
from pipelines.rooms import Rooms

ONE_FILE = ("experiment", "recipe", "augment", "budget", "trainer", "executor")
SEVERAL_FILES = {"tasks": "task", "models": "model"}
FILLED = {"found", "requested", "not_decided"}  # by us, not by the user
OPEN = (("executor", "options"),)  # where any key may be added: it is another program's


class HydraConfigLoader(OmegaConfigLoader):
    """Kedro's loader, with ``parameters`` composed by Hydra and validated.

    Kedro's own files may refer to the composed experiment: ``${contest:experiment}``.
    """

    def __init__(self, conf_source: str | Path, *args: Any, **kwargs: Any) -> None:
        kwargs["custom_resolvers"] = {"contest": lambda key: self["parameters"]["contest"][key]}
        super().__init__(conf_source, *args, **kwargs)

    def __getitem__(self, key: str) -> dict[str, Any]:
        if key != "parameters":
            return super().__getitem__(key)
        if "parameters" not in self:
            contest = compose_experiment(Path(self.conf_source), self.runtime_params or {})
            rooms = Rooms.of(contest.experiment)
            namespaces = {family: {"family": family} for family in FAMILIES}  # each knows its own name
            self["parameters"] = {"contest": contest.model_dump(), "rooms": rooms.model_dump(), **namespaces}
        return super().__getitem__("parameters")


def compose_experiment(conf: Path, params: Mapping[str, Any]) -> ExperimentConfig:
    """Compose and validate an experiment; every mistake is a UserError of one line.

    Args:
        conf: the folder of the Hydra groups.
        params: what the user asked for, nested or with dotted keys.
    """
    asked = dict(_flatten(params))
    typed = {key: _as_typed(value) for key, value in asked.items()}
    own: dict[str, Any] = {}
    if asked.get("experiment") == own_data.EXPERIMENT:
        missing, own = own_data.contest_of(own_data.take_request(asked), asked, conf.parent)
        asked = {**missing, **asked}
    files = {key: str(asked.pop(key)) for key in (*ONE_FILE, *SEVERAL_FILES) if key in asked}
    budgets = _names(files.get("budget", ""))
    groups = [_choice(conf, key, value) for key, value in files.items() if not _are_its_own(conf, key, files)]
    try:
        GlobalHydra.instance().clear()
        with initialize_config_dir(str(conf.resolve()), version_base="1.3", job_name="kedro"):
            composed = compose("config", overrides=groups)
        if chosen := SEVERAL_FILES.keys() & files.keys():
            known = {key: {*_stems(conf, group), *map(str, composed[key])} for key, group in SEVERAL_FILES.items()}
            for key in chosen:
                _refuse_unknown(composed[key], key, _names(files[key]))
                _leave_out_all_but(composed[key], _names(files[key]))
            _leave_out_what_names_them(composed, known)
        if len(budgets) > 1:
            _join_budgets(conf, composed, budgets)
        for key, value in own.items():
            OmegaConf.update(composed, key, value, force_add=True)
        for key, value in asked.items():
            _set(composed, key, value)
        values = OmegaConf.to_container(composed, resolve=True)
    except (HydraException, OmegaConfBaseException, YAMLError) as error:
        message = " ".join(str(error).split())
        raise UserError(f"{conf}: the configuration cannot be composed: {message}") from error
    assert isinstance(values, dict)
    try:
        contest = ExperimentConfig.model_validate({**values, "requested": typed})
    except ValidationError as error:
        raise UserError(explain(error, ExperimentConfig)) from error
    check_claims(contest)
    return under_each_budget(contest)


def _flatten(params: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for key, value in params.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _choice(conf: Path, key: str, value: str) -> str:
    """The Hydra override for a choice of files; refuses names that have no file."""
    group = SEVERAL_FILES.get(key, key)
    names = _names(value) if key in (*SEVERAL_FILES, "budget") else [value.strip()]
    valid = _stems(conf, group)
    for name in names:
        if name not in valid:
            raise UserError(f"{key}={name}: there is no {group} {name!r}; {nearest(name, valid)}")
    return f"{group}=[{','.join(names)}]" if key in SEVERAL_FILES else f"{group}={names[0]}"


def _stems(conf: Path, group: str) -> list[str]:
    return sorted(path.stem for path in (conf / group).glob("*.yaml"))


def _names(value: str) -> list[str]:
    return [name.strip() for name in value.split("+")]


def _join_budgets(conf: Path, composed: DictConfig, names: list[str]) -> None:
    """The first is composed already: what the others hold equal is added, with its amount."""
    equal = list(composed.budget.equal)
    for name in names[1:]:
        other = OmegaConf.load(conf / "budget" / f"{name}.yaml")
        assert isinstance(other, DictConfig)
        equal += [one for one in other.equal if one not in equal]
        OmegaConf.update(composed, "budget", {one: other[one] for one in other.equal if one in other}, force_add=True)
    OmegaConf.update(composed, "budget", {"name": "+".join(names), "equal": equal}, force_add=True)


def _are_its_own(conf: Path, key: str, files: Mapping[str, str]) -> bool:
    """Whether what was asked for is chosen among tasks that the experiment names itself, each from a file of another.

    They are no files: Hydra could not override them.
    """
    path = conf / "experiment" / f"{files.get('experiment', '')}.yaml"
    return key == "tasks" and path.exists() and "/task@tasks." in path.read_text(encoding="utf-8")


def _refuse_unknown(composed: DictConfig, key: str, names: Iterable[str]) -> None:
    for name in names:
        if name not in composed:
            known = [str(one) for one in composed]
            raise UserError(f"{key}={name}: the experiment has no such {SEVERAL_FILES[key]}; {nearest(name, known)}")


def _leave_out_all_but(composed: DictConfig, names: Iterable[str]) -> None:
    """An experiment may set keys of a task or model that was not chosen; they would stand there alone."""
    OmegaConf.set_struct(composed, False)
    for name in composed.keys() - set(names):
        del composed[name]
    OmegaConf.set_struct(composed, True)


def _leave_out_what_names_them(composed: DictConfig, known: Mapping[str, set[str]]) -> None:
    """Published figures, sizes and claims that are about tasks and models that were not chosen.

    known: the tasks and models that there are.
    """
    claims = composed.get("claims") or OmegaConf.create()
    if undecided := {str(name): absent for name in claims if (absent := _absent(claims[name], composed, known))}:
        _leave_out_all_but(claims, [str(name) for name in claims if name not in undecided])
        said = [f"{name} is not decided: it is about {listed(absent)} too" for name, absent in undecided.items()]
        OmegaConf.update(composed, "not_decided", said, force_add=True)
    if "published" in composed:
        figures = composed.published
        kept = [name for name, one in figures.items() if one.task in composed.tasks and one.model in composed.models]
        _leave_out_all_but(figures, map(str, kept))
    if "by_task" in composed.budget:
        _leave_out_all_but(composed.budget.by_task, map(str, composed.tasks))


def _absent(claim: DictConfig, composed: DictConfig, known: Mapping[str, set[str]]) -> list[str]:
    """The tasks and models that a claim is about and that there are, but that were not chosen."""
    tests = (claim.get("tests") or {}).values()
    sides = [side for test in tests for side in (test.get("of"), test.get("less")) if side]
    return [
        name
        for key, group in SEVERAL_FILES.items()
        for name in sorted({str(side[group]) for side in sides if side.get(group)})
        if name in known[key] - {str(one) for one in composed[key]}
    ]


def _set(composed: DictConfig, key: str, value: Any) -> None:
    """Set a value after composing: Hydra's override grammar would trip over spaces, quotes and umlauts."""
    parts = tuple(key.split("."))
    for depth, part in enumerate(parts):
        above = parts[:depth]
        node = OmegaConf.select(composed, ".".join(above)) if above else composed
        known = {*(map(str, node) if isinstance(node, DictConfig) else ()), *fields_at(ExperimentConfig, above)}
        if (part not in known and above not in OPEN) or (not above and part in FILLED):
            where = f" in {'.'.join(above)}" if above else ""
            groups = () if above else (*ONE_FILE, *SEVERAL_FILES)
            raise UserError(f"{key}: there is no {part!r}{where}; {nearest(part, {*known, *groups} - FILLED)}")
    OmegaConf.update(composed, key, _parsed(value, instead_of=OmegaConf.select(composed, key)), force_add=True)


def _as_typed(value: Any) -> str:
    """A value that Kedro has read from the command line, as it stands there: null and true, not None and True."""
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def _parsed(value: Any, instead_of: Any) -> Any:
    """A value as YAML reads it; text instead of text, such as a question with a colon, is meant as it is."""
    if not isinstance(value, str) or isinstance(instead_of, str):
        return value
    try:
        return safe_load(value)
    except YAMLError:
        return value
