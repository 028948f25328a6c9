"""Small data sets in every layout, written as a user would have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import soundfile
from PIL import Image

from cnn_vs_rnn.config import TaskConfig
from cnn_vs_rnn.own_data.inspect import inspect
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.tasks.data import Samples
from cnn_vs_rnn.tasks.store import IngestedTask, ingest
from cnn_vs_rnn.tasks.subwords import text_of


def found(path: Path, **asked) -> TaskConfig:
    """The task that an inspection makes of a path."""
    return inspect(OwnData(path=str(path), **asked)).task


def ingested(path: Path, root: Path, **asked) -> IngestedTask:
    """The same, ingested below `root`."""
    return ingest(found(path, **asked), root)


def images(root: Path, classes: int = 2, each: int = 8, ending: str = "png", mode: str = "L") -> Path:
    """<root>/<class>/<number>.<ending>, 12 by 10 pixels, brighter by class."""
    random = np.random.default_rng(0)
    for label in range(classes):
        folder = root / f"class {label}"
        folder.mkdir(parents=True)
        for number in range(each):
            pixels = random.integers(0, 60, (12, 10, 3)) + 60 * label
            Image.fromarray(pixels.astype(np.uint8)).convert(mode).save(folder / f"{number}.{ending}")
    return root


def sounds(root: Path, each: int = 8, ending: str = "wav", rates: tuple[int, ...] = (8000,)) -> Path:
    """<root>/<low|high>/<number>.<ending>, a tone of 0.2 s."""
    random = np.random.default_rng(0)
    for label, pitch in (("low", 300), ("high", 900)):
        (root / label).mkdir(parents=True)
        for number in range(each):
            rate = rates[number % len(rates)]
            time = np.arange(rate // 5) / rate
            tone = 0.3 * np.sin(2 * np.pi * pitch * time) + 0.01 * random.normal(size=len(time))
            soundfile.write(root / label / f"{number}.{ending}", tone, rate)
    return root


def texts(rows: int = 24) -> pd.DataFrame:
    """review, mood."""
    words = {"good": "a fine film, number", "bad": "an awful bore, number"}
    moods = ["good" if number % 2 else "bad" for number in range(rows)]
    return pd.DataFrame({"review": [f"{words[mood]} {at}" for at, mood in enumerate(moods)], "mood": moods})


_WORDS = {
    "the small dog": "der kleine Hund",
    "a red house": "ein rotes Haus",
    "my old friend": "mein alter Freund",
    "the boy": "der Junge",
    "sees": "sieht",
    "likes": "mag",
    "paints": "malt",
    "knows": "kennt",
}


def translations(rows: int = 40) -> pd.DataFrame:
    """english, german: all different."""
    words = list(_WORDS)
    phrases = [[words[at % 4], words[4 + at // 4 % 4], words[at // 16 % 4]] for at in range(rows)]
    english = [" ".join([*phrase, f"and {at} others"]) for at, phrase in enumerate(phrases)]
    german = [" ".join([*map(_WORDS.__getitem__, phrase), f"und {at} andere"]) for at, phrase in enumerate(phrases)]
    return pd.DataFrame({"english": english, "german": german})


def pair_files(root: Path, rows: int = 40, stem: str = "train", endings: tuple[str, str] = ("en", "de")) -> Path:
    """<root>/<stem>.<en|de>, one sentence a line."""
    root.mkdir(exist_ok=True)
    for ending, texts_of_it in zip(endings, translations(rows).to_dict("list").values(), strict=True):
        name = f"{stem}.{ending}" if stem else ending
        (root / name).write_text("\n".join(texts_of_it) + "\n", encoding="utf-8")
    return root


def series(count: int = 24, steps: int = 12, classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """X (sample, time) and y."""
    random = np.random.default_rng(0)
    labels = np.arange(count) % classes
    return np.sin(np.arange(steps) * (labels[:, None] + 1)) + 0.1 * random.normal(size=(count, steps)), labels


def tsv(path: Path, x: np.ndarray, y: np.ndarray) -> Path:
    """As the UCR archive has it."""
    lines = ("\t".join([str(label), *(f"{value:.4f}" for value in row)]) for row, label in zip(x, y, strict=True))
    path.write_text("\n".join(lines) + "\n")
    return path


def long_table(series_count: int = 16, steps: int = 9) -> pd.DataFrame:
    """id, time, a, b, label; series of 9 to 11 steps."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        [
            {
                "id": f"s{one}",
                "time": step,
                "a": np.sin(step * (one % 2 + 1)),
                "b": random.normal(),
                "label": "xy"[one % 2],
            }
            for one in range(series_count)
            for step in range(steps + one % 3)
        ]
    )


def wide_table(rows: int = 300) -> pd.DataFrame:
    """date (hourly), load (a daily season), heat."""
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "date": pd.date_range("2026-01-01", periods=rows, freq="h").strftime("%Y-%m-%d %H:%M"),
            "load": np.sin(np.arange(rows) * 2 * np.pi / 24),
            "heat": random.normal(size=rows).cumsum(),
        }
    )


def cut(path: Path, share: float = 0.5) -> None:
    """Keep the first bytes of a file only."""
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def said(path: Path, **asked) -> tuple[str, ...]:
    """What an inspection says of a path."""
    return inspect(OwnData(path=str(path), **asked)).said


def spelt(task: IngestedTask, samples: Samples) -> set[tuple[str, str]]:
    """(text, translation) of each sample."""
    answers = np.where(samples.targets < 0, 0, samples.targets)
    return {
        (text_of(ours, task.vocabulary), text_of(theirs, task.vocabulary))
        for ours, theirs in zip(samples.inputs.tolist(), answers.tolist(), strict=True)
    }


def everything(task: IngestedTask) -> set[tuple[str, str]]:
    """All pairs of a task."""
    return spelt(task, task.pool()) | spelt(task, task.test())


def rows_of(table: pd.DataFrame, source: str = "english", target: str = "german") -> set[tuple[str, str]]:
    """The pairs of a table as `everything` has them."""
    return set(zip(table[source], table[target], strict=True))


def spoilt(file: Path, number: int, line: bytes) -> None:
    """Put other bytes in the place of a line, counted from 1."""
    lines = file.read_bytes().split(b"\n")
    lines[number - 1] = line
    file.write_bytes(b"\n".join(lines))
