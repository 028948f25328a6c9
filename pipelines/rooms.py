"""Where each stage keeps its files: the folders of data/."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel


class Rooms(BaseModel):
    """Absolute paths. Files that belong to one experiment lie in a folder of its name."""

    intermediate: Path
    model_input: Path
    models: Path
    model_output: Path
    reporting: Path

    @classmethod
    def below(cls, data: Path) -> Rooms:
        """The rooms of a data folder."""
        return cls(
            intermediate=data / "02_intermediate",
            model_input=data / "05_model_input",
            models=data / "06_models",
            model_output=data / "07_model_output",
            reporting=data / "08_reporting",
        )
