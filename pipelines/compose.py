"""``python -m pipelines.compose EXPERIMENT``: writes the composed experiment as one YAML file.

DVC watches keys of that file, so that an edit of `conf/` reruns the stages that depend on it and no other.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text
from pipelines.config_loader import compose_experiment
from pipelines.rooms import Rooms

PROJECT = Path(__file__).resolve().parent.parent


def main(experiment: str) -> None:
    """Compose, validate, write."""
    try:
        contest = compose_experiment(PROJECT / "conf", {"experiment": experiment})
        path = Rooms.of(experiment).intermediate.with_suffix(".yaml")
        write_text(PROJECT / path, yaml.safe_dump(contest.model_dump(mode="json"), sort_keys=False, allow_unicode=True))
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
