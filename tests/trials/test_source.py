"""Which edits of the source make a training another one."""

import itertools
import sys
import textwrap

import pytest

from cnn_vs_rnn.trials import source
from cnn_vs_rnn.trials.source import source_digest

names = (f"made_up_{number}" for number in itertools.count())


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package under a name never used before; each module fails if it is run."""
    name = next(names)
    files = {
        "__init__": "",
        "net": f"import {name}.layers\nfrom {name}.blocks import Block\n",
        "layers": "import os\nfrom math import pi\n",
        "blocks": "from .deep import cell as inner, other\n\n\ndef build():\n    from . import lazy\n",
        "deep.__init__": "",
        "deep.cell": "from ..upwards import thing\n",
        "deep.other": "",
        "lazy": "",
        "upwards": f"import {name}.net\nthing = 1\n",
        "unrelated": f"import {name}.layers\n",
    }
    root = tmp_path / name
    for module, text in files.items():
        path = root.joinpath(*module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{textwrap.dedent(text)}\nraise SystemExit('{module} was run')\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield root
    forget()


def forget():
    source_digest.cache_clear()
    source._path.cache_clear()


def digest(package, *modules):
    """As another process would compute it."""
    forget()
    return source_digest(*(f"{package.name}.{module}" for module in modules))


def edit(path):
    path.write_text(path.read_text() + "\n# edited\n")


@pytest.mark.parametrize(
    "file",
    ["net", "layers", "blocks", "deep/__init__", "deep/cell", "deep/other", "lazy", "upwards", "__init__"],
)
def test_an_edit_of_anything_it_imports_changes_it(package, file):
    before = digest(package, "net")
    assert digest(package, "net") == before
    edit(package / f"{file}.py")
    assert digest(package, "net") != before


def test_an_edit_of_the_packages_it_lies_in_changes_it(package):
    (package / "deep" / "alone.py").write_text("import os\n")
    before = digest(package, "deep.alone")
    edit(package / "deep" / "__init__.py")
    within = digest(package, "deep.alone")
    edit(package / "__init__.py")
    assert len({before, within, digest(package, "deep.alone")}) == 3


def test_an_edit_of_anything_else_does_not(package):
    before = digest(package, "net")
    edit(package / "unrelated.py")
    (package / "new.py").write_text("import torch")
    assert digest(package, "net") == before
    assert digest(package, "net", "unrelated") != before


def test_nothing_is_run(package):
    digest(package, "net")
    assert not [module for module in sys.modules if module.startswith(package.name)]


def test_a_renamed_file_changes_it_though_no_line_changed(package):
    before = digest(package, "deep.cell")
    (package / "deep" / "cell.py").rename(package / "deep" / "cells.py")
    assert digest(package, "deep.cells") != before


def test_the_order_of_modules_does_not_matter(package):
    assert digest(package, "net", "unrelated") == digest(package, "unrelated", "net")


@pytest.fixture(scope="module")
def library():
    """The files below src/cnn_vs_rnn that the training of a GRU on digits depends on."""
    read = []

    def noting(module, find=source._path):
        path = find(module)
        read.extend([] if path is None else [path])
        return path

    with pytest.MonkeyPatch.context() as patched:
        forget()
        patched.setattr(source, "_path", noting)
        source_digest("cnn_vs_rnn.learner.fit", "cnn_vs_rnn.tasks.digits", "cnn_vs_rnn.models.gru")
    forget()
    return {path.as_posix().partition("/cnn_vs_rnn/")[2] for path in read}


def test_a_training_depends_on_what_trains(library):
    assert {
        "learner/fit.py",
        "learner/module.py",
        "learner/batches.py",
        "learner/checkpoints.py",
        "learner/objective.py",
        "models/gru.py",
        "models/recurrent.py",
        "models/initialisation.py",
        "models/network.py",
        "models/build.py",
        "tasks/digits.py",
        "tasks/splits.py",
        "augmentation/image.py",
        "augmentation/scaling.py",
        "config.py",
    } <= library


def test_a_training_depends_on_no_report_no_statistics_and_no_other_model(library):
    assert not [
        name for name in library if name.split("/")[0] in {"report", "statistics", "costs", "executors", "budgets"}
    ]
    assert not library & {
        "models/lstm.py",
        "models/cnn2d.py",
        "tasks/adding.py",
        "executors/worker.py",
        "planning/plan.py",
    }
