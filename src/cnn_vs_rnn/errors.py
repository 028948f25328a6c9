"""Errors meant for the person at the keyboard: one sentence each, never a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user can mend. Its text names the file, key or value, and says what to do."""


def nearest(name: str, valid: Iterable[str], most: int = 3) -> str:
    """The names closest to a mistyped one, or all of them where none comes close.

    >>> nearest("lsmt", ["gru", "lstm", "tcn"])
    'did you mean lstm?'
    >>> nearest("x", ["gru", "tcn"])
    'choose one of gru, tcn'
    """
    options = sorted(valid)
    close = difflib.get_close_matches(name, options, n=most, cutoff=0.5)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"choose one of {', '.join(options)}" if options else "nothing is allowed here"
