"""What others have published, to hold our own figures against."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cnn_vs_rnn.strict import Strict


class PublishedConfig(Strict):
    """One figure of a paper or a repository (``published`` of an experiment)."""

    task: str  # of the experiment, by its name
    model: str
    condition: str = "default"
    score: float  # the task's score as it is shown: 84.3 where it is an accuracy of 84.3%
    spread: Annotated[float, Field(ge=0)] | None = None  # standard deviation over runs, in the same unit
    runs: Annotated[int, Field(ge=1)] | None = None  # that the score is the mean of
    parameters: Annotated[int, Field(ge=1)] | None = None  # of the published network
    source: str  # the paper or repository, and where in it
    group: str = ""  # entries of one group are averaged
