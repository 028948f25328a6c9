"""The options of a task."""

from __future__ import annotations

from cnn_vs_rnn import options
from cnn_vs_rnn.config import TaskConfig


def read_options(config: TaskConfig, schema: type[options.Options]) -> options.Options:
    """`config.options` as the loader's own record (`cnn_vs_rnn.options`)."""
    return options.read_options(f"task {config.name}", config.options, schema)
