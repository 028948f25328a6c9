"""Own texts: a table with a text and a label a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Bool

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data.folders import files_digest
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.labels import Answers, answers_of, strays
from cnn_vs_rnn.own_data.own_task import own_task
from cnn_vs_rnn.own_data.parts import Part, part_named
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import GROUP_NAMES, LABEL_NAMES, SPLIT_NAMES, Table, read_table
from cnn_vs_rnn.tasks.data import InputSpec, RawTask

if TYPE_CHECKING:  # with tokenizers: an inspection need not wait for it
    from cnn_vs_rnn.tasks.tokens import Tokeniser, TokenOptions

TEXT_NAMES = ("text", "sentence", "review", "message", "title", "content", "question", "body", "tweet", "comment")
_LONGEST = 96  # tokens that a first answer can afford
_EMBEDDING = {"word": 32, "character": 16}


def text_column(table: Table, named: str | None = None) -> str | None:
    """The column with the texts: named, of a usual name, or the one with the most words; None where none has words."""
    if (column := table.column(named, TEXT_NAMES)) is not None:
        return column
    words = {str(name): table.cells[name].str.split().str.len().mean() for name in table.cells.columns}
    most = max(words, key=words.__getitem__)
    return most if words[most] >= 2 else None


def label_column(table: Table, named: str | None, others: set[str]) -> str:
    """The column with the labels: named, of a usual name, or the one with the fewest values; UserError without one."""
    if (column := table.column(named, LABEL_NAMES)) is not None:
        return column
    kinds = {str(name): table.cells[name].nunique() for name in table.cells.columns if name not in others}
    usable = {name: count for name, count in kinds.items() if 1 < count <= len(table.cells) // 2}
    if not usable:
        raise UserError(f"{table.path} has no column that looks like labels: name it (label_column=...)")
    return min(usable, key=usable.__getitem__)


class _TextTable:
    """Usable rows of a table, the same when it is inspected and when it is read."""

    def __init__(self, request: OwnData) -> None:
        table = read_table(Path(request.path))
        text = text_column(table, request.text_column)
        if text is None:
            raise UserError(f"{request.path} has no column that looks like text: name it (text_column=...)")
        self.split = table.column(request.split_column, SPLIT_NAMES)
        self.group = table.column(request.group_column, GROUP_NAMES)
        self.text = text
        self.label = label_column(table, request.label_column, {text, self.split or "", self.group or ""})
        if self.label == self.text:
            raise UserError(
                f"{request.path}: text and label are both {text!r}: name them (text_column=, label_column=)"
            )
        table = table.set_aside(table.cells[self.text].str.strip() == "", "its text is empty")
        labels = table.cells[self.label].str.strip()
        table = table.set_aside(labels.str.lower().isin(["", "nan"]), "its label is missing")
        labels = table.cells[self.label].str.strip().tolist()
        table = table.set_aside(strays(labels), "its label is no number, or infinite, and the others are numbers")
        if self.split is not None:
            unknown = table.cells[self.split].map(part_named).isna()
            table = table.set_aside(unknown, f"its {self.split} is none of train, valid and test")
        self.table = table
        self.answers: Answers = answers_of(self.labels, request.path, self.parts)

    @property
    def labels(self) -> list[str]:
        return self.table.cells[self.label].str.strip().tolist()

    @property
    def parts(self) -> list[Part | None]:
        cells = self.table.cells
        return [None] * len(cells) if self.split is None else cells[self.split].map(part_named).tolist()

    @property
    def texts(self) -> Any:
        return self.table.cells[self.text]


def inspect_texts(request: OwnData) -> Found:
    """Reads the table; texts are cut into tokens when it is ingested."""
    found, path = _TextTable(request), Path(request.path)
    count = len(found.labels)
    words = found.texts.str.split().str.len()
    longest = request.longest or min(_LONGEST, max(8, int(np.quantile(words, 0.95) * 1.3)))
    by_character = bool(words.mean() < 1.5)
    if by_character and request.longest is None:
        longest = min(_LONGEST, max(4, int(found.texts.str.len().quantile(0.98))))
    decided = request.model_copy(
        update={
            "text_column": found.text,
            "label_column": found.label,
            "longest": longest,
            "digest": files_digest([path]),
        }
    )
    honoured = [
        f"{name} column {column!r}" for name, column in (("split", found.split), ("group", found.group)) if column
    ]
    return Found(
        task=own_task(
            decided,
            found.answers,
            found.parts,
            name=path.stem,
            target=f"{__name__}:load",
            modality="text",
            description=f"What is the {found.label} of this text?",
        ),
        said=(
            f"{count:,} texts in column {found.text!r}, labels in {found.label!r} "
            "(text_column= and label_column= change that)",
            found.answers.said(),
            f"honoured: {' and '.join(honoured)}" if honoured else "a fifth is drawn as the test part",
            f"read by {'characters' if by_character else 'words'}, cut after {longest} (longest= changes that)",
        ),
        samples=count,
        named_test=sum(part == "test" for part in found.parts or ()),
        steps=longest,
        channels=32,
        outputs=found.answers.size,
    )


def load(config: TaskConfig) -> RawTask:
    """Tokens (token,) a text. Empty texts, missing labels and lines that cannot be read are quarantined."""
    from cnn_vs_rnn.tasks.labelled_texts import Texts, text_task

    request = OwnData.of(config)
    found = _TextTable(request)
    assert request.longest is not None
    by_character = bool(found.texts.str.split().str.len().mean() < 1.5)
    options = _options("character" if by_character else "word", request.longest)
    parts = np.array([part or "train" for part in found.parts])
    targets, test = found.answers.targets(found.labels), parts == "test"

    def texts(chosen: Bool[np.ndarray, " row"]) -> Texts:
        return Texts(found.texts[chosen].tolist(), targets[chosen])

    groups = None if found.group is None else found.table.cells[found.group].to_numpy(dtype=str)[~test]
    valid = parts[~test] == "valid"
    return text_task(
        config,
        options,
        texts(~test),
        texts(test) if test.any() else None,
        classes=found.answers.classes,
        valid=valid if valid.any() else None,
        groups=groups,
        quarantined=tuple(found.table.quarantined),
    )


def _options(tokens: Literal["word", "character"], longest: int) -> TokenOptions:
    from cnn_vs_rnn.tasks.tokens import TokenOptions

    return TokenOptions(tokens=tokens, longest=longest, embedding=_EMBEDDING[tokens])


def tokeniser(input: InputSpec, vocabulary: Sequence[str]) -> Tokeniser:
    """What `load` cut texts with, made again from what it learnt: the size of its embedding tells words and characters.

    vocabulary: the text of each token.
    """
    from tokenizers import models

    from cnn_vs_rnn.tasks.tokens import UNKNOWN_TEXT, Tokeniser

    assert input.length is not None
    made = Tokeniser([], _options("word" if input.channels == _EMBEDDING["word"] else "character", input.length))
    known = {text: number for number, text in enumerate(vocabulary)}
    made._tokeniser.model = models.WordLevel(known, unk_token=UNKNOWN_TEXT)
    made.vocabulary = tuple(vocabulary)
    return made
