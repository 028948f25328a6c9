"""The experiment `my_data`: its task and settings follow from what lies at a path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

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


def contest_of(request: OwnData, asked: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to choose and set where the user has not, and what to put into the composed experiment."""
    from cnn_vs_rnn.own_data.inspect import inspect  # with pandas: other experiments do not wait for it
    from cnn_vs_rnn.own_data.sizing import limited, said, settings_for

    found = inspect(request)
    settings = settings_for(found)
    chosen = {
        "models": "+".join(settings.models),
        "seeds": settings.seeds,
        "trainer.max_epochs": settings.max_epochs,
        "trainer.patience": settings.patience,
    }
    missing = {key: value for key, value in chosen.items() if key not in asked}
    task = limited(found.task, settings).model_dump(mode="json")
    return missing, {"tasks": {found.task.name: task}, "found": [*found.said, said(settings)]}
