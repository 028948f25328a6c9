"""From a task's configuration to its data."""

from __future__ import annotations

import pkgutil

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.tasks.data import RawTask


def load_task(config: TaskConfig) -> RawTask:
    """The samples of a task as its loader returns them: not split, not scaled, not checked.

    Raises UserError where `config.target` cannot be imported or refuses an option.
    """
    try:
        loader = pkgutil.resolve_name(config.target)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(
            f"task {config.name}: target {config.target!r} cannot be imported ({error}); write package.module:function"
        ) from error
    return loader(config)
