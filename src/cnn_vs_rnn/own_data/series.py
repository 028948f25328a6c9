"""Own series: which of the formats it is."""

from __future__ import annotations

from pathlib import Path

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data import forecasts
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.long_table import ID_NAMES, TIME_NAMES, is_long, read_long_table
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.series_files import read_series_files
from cnn_vs_rnn.own_data.series_task import SeriesSet, found_series, series_task
from cnn_vs_rnn.own_data.tables import read_table
from cnn_vs_rnn.own_data.wide_table import date_column
from cnn_vs_rnn.tasks.data import RawTask


def inspect_series(request: OwnData) -> Found:
    """Reads the file; UserError where it holds no series that can be learnt from."""
    if _is_table(request):
        table = read_table(Path(request.path))
        if not is_long(table, request):
            if date_column(table, request) is not None:
                return forecasts.inspect_forecast(request)
            raise UserError(
                f"{request.path} is neither a long table ({ID_NAMES[0]} and {TIME_NAMES[0]} columns) nor one by date: "
                "name the columns (id_column=, time_column=)"
            )
        if request.horizon is not None:
            raise UserError(
                f"{request.path} holds many series, and horizon= forecasts one: leave it out to predict their labels, "
                "or give a table of one series"
            )
    return found_series(request, _read(request), f"{__name__}:load")


def load(config: TaskConfig) -> RawTask:
    """Labelled series (time, channel)."""
    request = OwnData.of(config)
    return series_task(request, _read(request))


def _read(request: OwnData) -> SeriesSet:
    path = Path(request.path)
    return read_long_table(read_table(path), request) if _is_table(request) else read_series_files(path)


def _is_table(request: OwnData) -> bool:
    """A .tsv without a line of names is a UCR file: its first cells are numbers."""
    path = Path(request.path)
    if path.suffix.lower() != ".tsv":
        return path.suffix.lower() in (".csv", ".jsonl", ".parquet")
    with path.open(encoding="utf-8", errors="replace") as file:
        return not is_ucr_line(file.readline())


def is_ucr_line(line: str) -> bool:
    """Whether the cells after the first are numbers, or missing ones."""
    cells = line.rstrip("\n").split("\t")[1:]
    try:
        [float(cell) for cell in cells if cell.strip()]
    except ValueError:
        return False
    return len(cells) > 1
