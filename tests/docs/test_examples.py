"""The examples in docstrings give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = [
    path.relative_to(base)
    for base in (ROOT / "src", ROOT)
    for path in sorted((base / ("cnn_vs_rnn" if base.name == "src" else "pipelines")).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_examples_hold(file):
    module = importlib.import_module(".".join(file.with_suffix("").parts))
    failed, tried = doctest.testmod(module)
    assert tried
    assert not failed
