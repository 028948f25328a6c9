"""What the catalog stores: lists of records, as JSON, written whole or not at all."""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError
from pydantic import BaseModel, TypeAdapter, ValidationError

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.files import write_text


class RecordsError(UserError, DatasetError):
    """A file of records that cannot be used: one line for the user, and an error that Kedro knows."""


class RecordsDataset(AbstractDataset[Sequence[BaseModel], list[Any]]):
    """A list of pydantic records.

    Args:
        filepath: the JSON file.
        record: the class of the records, as "package.module:Class".
        made_by: the pipeline that writes the file, for the error message where it is missing.
    """

    def __init__(self, filepath: str, record: str, made_by: str) -> None:
        self._path = Path(filepath)
        self._record = record
        self._made_by = made_by

    def save(self, data: Sequence[BaseModel]) -> None:
        try:
            write_text(self._path, self._adapter().dump_json(list(data), indent=1).decode())
        except UserError as error:
            raise RecordsError(str(error)) from error

    def load(self) -> list[Any]:
        try:
            return self._adapter().validate_json(self._path.read_bytes())
        except FileNotFoundError as error:
            raise RecordsError(f"{self._path} is missing: run the pipeline {self._made_by} first") from error
        except ValidationError as error:
            raise RecordsError(f"{self._path} is damaged: run the pipeline {self._made_by} again") from error

    def _exists(self) -> bool:
        return self._path.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._path), "record": self._record}

    def _adapter(self) -> TypeAdapter[list[Any]]:
        record: type[BaseModel] = pkgutil.resolve_name(self._record)
        return TypeAdapter(list[record])  # pyright: ignore[reportInvalidTypeForm]
