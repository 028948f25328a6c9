"""What does a question ask for?"""

from __future__ import annotations

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.tasks.archive import members
from cnn_vs_rnn.tasks.data import RawTask
from cnn_vs_rnn.tasks.fetch import fetched
from cnn_vs_rnn.tasks.labelled_texts import Texts, text_task
from cnn_vs_rnn.tasks.options import read_options
from cnn_vs_rnn.tasks.tokens import TokenOptions

CLASSES = {
    "ABBR": "abbreviation",
    "DESC": "description",
    "ENTY": "entity",
    "HUM": "human",
    "LOC": "location",
    "NUM": "number",
}


def load(config: TaskConfig) -> RawTask:
    """5452 + 500 questions in 6 coarse classes, official parts.

    Source: Li & Roth 2002, Learning question classifiers.
    """
    options = read_options(config, TokenOptions)
    content = members(fetched(config, config.files[0].path))
    parts = {name.rpartition(".")[2]: _lines(text.decode("latin-1")) for name, text in content.items()}
    classes = tuple(CLASSES.values())
    train, test = (Texts.of(parts[part], classes) for part in ("train", "test"))
    return text_task(config, options, train, test, classes=classes)


def _lines(text: str) -> list[tuple[str, str]]:
    """A coarse and a fine class joined by a colon, a space and a question a line."""
    split = [line.partition(" ") for line in text.splitlines()]
    return [(CLASSES[label.partition(":")[0]], question) for label, _, question in split]
