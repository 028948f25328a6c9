"""The experiment `my_data`: its task and settings follow from what lies at a path."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cnn_vs_rnn.config import ExperimentConfig
from cnn_vs_rnn.config_errors import explain
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.request import OwnData

EXPERIMENT = "my_data"


def take_request(asked: dict[str, Any]) -> OwnData:
    """The keys that say what the data is, taken out of what the user asked for; UserError where one is wrong."""
    values = {key: asked.pop(key) for key in OwnData.model_fields if key in asked and key != "digest"}
    if not values.get("path"):
        raise UserError(
            f"experiment={EXPERIMENT} needs your data: kedro run --params experiment={EXPERIMENT},path=FOLDER_OR_FILE"
        )
    values["path"] = str(Path(str(values["path"])).expanduser().resolve())
    try:
        return OwnData.model_validate(values)
    except ValidationError as error:
        raise UserError(explain(error, OwnData)) from error


def contest_of(request: OwnData, asked: Mapping[str, Any], project: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to choose and set where the user has not, and what to put into the composed experiment."""
    from cnn_vs_rnn.own_data.inspect import inspect  # with pandas: other experiments do not wait for it
    from cnn_vs_rnn.own_data.sizing import adapted, said, settings_for, split_said

    found = inspect(request)
    settings = settings_for(found)
    chosen = {
        "models": "+".join(settings.models),
        "seeds": settings.seeds,
        **({"trainer.steps": settings.steps} if settings.steps else {}),
        **settings.usual,
    }
    missing = {key: value for key, value in chosen.items() if key not in asked}
    given = ", ".join(f"{key}={asked[key]}" for key in chosen if key in asked)
    told = said(settings) + (f", but as you say {given}" if given else "")
    adjusted = adapted(found.task, settings)
    task = adjusted.model_dump(mode="json")
    task["options"]["path"] = _recorded(Path(request.path), project.resolve())
    return missing, {"tasks": {found.task.name: task}, "found": [*found.said, *split_said(adjusted), told]}


def _recorded(path: Path, project: Path) -> str:
    """Relative to the project, in which every run works, if the data lies in it: both can be moved together."""
    return str(path.relative_to(project) if path.is_relative_to(project) else path)


def command_of(contest: ExperimentConfig, pipelines: str = "") -> str:
    """What to type to run an experiment again, or some of its pipelines: all that was asked for.

    The path of own data as it is recorded, not as it was typed in a folder of which nothing is known later.
    """
    asked = {"experiment": contest.experiment, **contest.requested}
    if contest.found:
        asked["path"] = next(str(task.options["path"]) for task in contest.tasks.values())
    params = ",".join(f"{key}={value}" for key, value in asked.items())
    return f"kedro run {f'--pipelines {pipelines} ' if pipelines else ''}--params {shlex.quote(params)}"
