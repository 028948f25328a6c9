"""``python -m pipelines.fetch TASK [TASK...]``: keeps the verified files of tasks below data/01_raw, for DVC to pin.

A contest does not need it: it finds its files in the mirror, or fetches them, by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError
from yaml import YAMLError, safe_load

from cnn_vs_rnn.config import SourceFile, TaskConfig
from cnn_vs_rnn.config_errors import explain
from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.tasks.fetch import MIRROR, found_here, keep

TASKS = Path(__file__).resolve().parent.parent / "conf/task"


def read_task(name: str) -> TaskConfig:
    """The task of `conf/task/<name>.yaml`, validated."""
    path = TASKS / f"{name}.yaml"
    known = sorted(file.stem for file in TASKS.glob("*.yaml"))
    if name not in known:
        raise UserError(f"there is no task {name!r}; {nearest(name, known)}")
    try:
        return TaskConfig.model_validate(safe_load(path.read_text(encoding="utf-8")))
    except YAMLError as error:
        raise UserError(f"{path} is no valid YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise UserError(f"{path}: {explain(error, TaskConfig)}") from error


def files_of(config: TaskConfig) -> tuple[SourceFile, ...]:
    """What there is to keep: all files of a task; of `ucr`, which is many data sets, the one that it names."""
    if not config.files:
        raise UserError(f"task {config.name} has no files: its data is generated, or comes with an installed package")
    if config.target != "cnn_vs_rnn.tasks.ucr:load":
        return config.files
    path = f"ucr/{config.options['name']}.zip"
    files = tuple(file for file in config.files if file.path == path)
    if not files or found_here(config, path) is None:
        raise UserError(
            f"task {config.name}: {path} is nowhere here, and the origin packs the same series otherwise: set {MIRROR} "
            "to a folder that holds it, or run the contest, which fetches it without keeping it"
        )
    return files


def main(names: Iterable[str]) -> None:
    """Fetch, verify, keep; say so, a line a file."""
    try:
        for name in names:
            config = read_task(name)
            for file in files_of(config):
                path = keep(config, file)
                sys.stdout.write(f"fetch   {name}: {path}, {path.stat().st_size:,} bytes, as published\n")
    except UserError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Name the tasks whose files to keep: python -m pipelines.fetch TASK [TASK...]")
    main(sys.argv[1:])
