"""A stream for what is said while a progress bar is drawn."""

from __future__ import annotations

import sys


class _CurrentStdout:
    """What `sys.stdout` is at the moment of writing.

    While a bar is drawn, rich puts a stand-in there, which writes above the bar. A `logging.StreamHandler` that is
    given `sys.stdout` itself would keep the one of the start, and write into the bar.
    """

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


current_stdout = _CurrentStdout()  # for a `logging.StreamHandler`
