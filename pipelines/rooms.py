"""Where each stage keeps its files: the folders of data/, one folder an experiment."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

DATA = Path("data")


class Rooms(BaseModel):
    """Paths relative to the project, in which every run works: records that hold them can be moved with the data."""

    intermediate: Path
    model_input: Path
    models: Path  # of all experiments: a trial's folder starts with its experiment
    model_output: Path
    reporting: Path

    @classmethod
    def of(cls, experiment: str) -> Rooms:
        """The rooms of an experiment."""
        return cls(
            intermediate=DATA / "02_intermediate" / experiment,
            model_input=DATA / "05_model_input" / experiment,
            models=DATA / "06_models",
            model_output=DATA / "07_model_output" / experiment,
            reporting=DATA / "08_reporting" / experiment,
        )
