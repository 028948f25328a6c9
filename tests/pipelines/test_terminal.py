"""`kedro run` at a terminal: lines stand above the progress bar, which is gone in the end."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest
from project import make_project

COLUMNS = 80
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """All that a run of a small contest sends to a terminal of 80 columns."""
    project = make_project(tmp_path_factory.mktemp("terminal"))
    params = "experiment=tiny,tasks=digits,models=cnn2d+gru+majority,seeds=2"
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))
    run = subprocess.Popen(
        [sys.executable, "-m", "kedro", "run", "--params", params],
        cwd=project.root,
        env=project.environment(TERM="xterm-256color"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    parts = []
    while part := _read(ours):
        parts.append(part)
    os.close(ours)
    text = b"".join(parts).decode()
    assert run.wait() == 0, text
    return text


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's answer once the other end is closed
        return b""


@pytest.mark.parametrize("line", ["data    digits: ", "plan    6 trials (", "costs   measuring", "report  data"])
def test_every_line_begins_at_the_left(written, line):
    """After a new line, or after the bar was wiped out."""
    [before] = [written[: found.start()] for found in re.finditer(re.escape(line), written)]
    assert before == "" or before.endswith(("\n", "\r", "\x1b[2K"))


def test_the_bar_is_drawn_and_is_gone_before_the_verdict(written):
    drawn = [found.end() for found in re.finditer("trials, about", written)]
    assert drawn
    assert max(drawn) < written.index("costs   measuring")
    assert "\x1b[2K" in written[max(drawn) : written.index("costs   measuring")]


def test_no_line_of_the_result_is_wider_than_the_terminal(written):
    result = CONTROL.sub("", written[written.index("best CNN") :]).splitlines()
    assert max(map(len, result)) <= COLUMNS
