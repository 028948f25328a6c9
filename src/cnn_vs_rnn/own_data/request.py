"""What a user says of their own data: a path, and whatever should not be guessed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cnn_vs_rnn.config import Strict, TaskConfig
from cnn_vs_rnn.tasks.options import read_options

Kind = Literal["auto", "image", "text", "audio", "series", "translation"]


class OwnData(Strict):
    """The keys of ``experiment=my_data``; null means: find out, and say what was found.

    Of a series table: a long one has a row a time step (id, time, channels, label), a wide one a date column and is
    forecast `horizon` steps ahead.
    """

    path: str
    kind: Kind = "auto"
    text_column: str | None = None
    label_column: str | None = None  # what to predict
    source_column: str | None = None  # of a translation: the column, or the ending of the files, with the texts
    target_column: str | None = None  # and with what they are to become
    split_column: str | None = None  # train, valid or test of each row; `split` is honoured without being named
    group_column: str | None = None  # rows of one group stay in one part; `group` is honoured without being named
    id_column: str | None = None  # of a long table: which series a row belongs to
    time_column: str | None = None  # of a long or wide table
    horizon: Annotated[int, Field(ge=1)] | None = None  # steps to forecast
    window: Annotated[int, Field(ge=2)] | None = None  # steps that a forecast sees
    period: Annotated[int, Field(ge=1)] | None = None  # steps of a season
    height: Annotated[int, Field(ge=4, le=512)] | None = None  # pixels that images are resized to
    width: Annotated[int, Field(ge=4, le=512)] | None = None
    colour: bool | None = None
    rate: Annotated[int, Field(ge=100)] | None = None  # samples a second that sound is resampled to
    hop: Annotated[float, Field(gt=0)] | None = None  # milliseconds between spectra
    longest: Annotated[int, Field(ge=2)] | None = None  # tokens of a text; of a translation, of either side
    vocabulary: Annotated[int, Field(ge=260)] | None = None  # subwords of both sides; 260 are bytes and signs
    # Of the files, set when they are inspected, so that changed files are read again. Users leave it alone.
    digest: str = ""

    @classmethod
    def of(cls, config: TaskConfig) -> OwnData:
        """The request that a task was made from: its options."""
        return read_options(config, cls)
