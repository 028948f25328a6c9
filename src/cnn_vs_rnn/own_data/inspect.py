"""What lies at a path: images, sound, text, translations or series."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from cnn_vs_rnn.errors import UserError
from cnn_vs_rnn.own_data import images, pair_files, sounds, tables
from cnn_vs_rnn.own_data.found import Found
from cnn_vs_rnn.own_data.request import Kind, OwnData

_SERIES_FILES = (".ts", ".npz", ".npy")
_READ = (*images.ENDINGS, *sounds.ENDINGS, *tables.ENDINGS, *_SERIES_FILES)


def inspect(request: OwnData) -> Found:
    """Look at own data without decoding all of it.

    Raises UserError, in one sentence, where the path does not exist, nothing there can be used, or what is there cannot
    be learnt from.
    """
    path = Path(request.path)
    if not path.exists():
        raise UserError(f"path={request.path}: there is no such file or folder; check its spelling")
    if not os.access(path, os.R_OK):
        raise UserError(f"path={request.path} cannot be read: give yourself the right to")
    kind = request.kind if request.kind != "auto" else _kind(path, request)
    _refuse_mismatch(path, kind)
    if kind == "image":
        return images.inspect_images(request)
    if kind == "audio":
        return sounds.inspect_sounds(request)
    if kind == "text":
        from cnn_vs_rnn.own_data.texts import inspect_texts

        return inspect_texts(request)
    if kind == "translation":
        from cnn_vs_rnn.own_data.translations import inspect_translation

        return inspect_translation(request)
    from cnn_vs_rnn.own_data.series import inspect_series

    return inspect_series(request)


def _kind(path: Path, request: OwnData) -> Kind:
    if path.is_dir():
        return _kind_of_folder(path)
    ending = path.suffix.lower()
    if ending in _SERIES_FILES:
        return "series"
    if ending in tables.ENDINGS:
        return _kind_of_table(path, request)
    what = "image" if ending in images.ENDINGS else "recording" if ending in sounds.ENDINGS else None
    if what is not None:
        raise UserError(f"{path} is a single {what}: give the folder that holds a folder of them a class")
    if pair_files.has_pairs(path):
        return "translation"
    raise UserError(
        f"{path} is none of the files that can be read: {', '.join(_READ)}, or a pair such as train.en and train.de"
    )


def _kind_of_folder(folder: Path) -> Kind:
    endings = Counter(file.suffix.lower() for file in folder.rglob("*") if file.is_file())
    kinds: dict[Kind, int] = {
        "image": sum(endings[ending] for ending in images.ENDINGS),
        "audio": sum(endings[ending] for ending in sounds.ENDINGS),
        "series": sum(endings[ending] for ending in (*_SERIES_FILES, ".tsv")),
    }
    most = max(kinds, key=kinds.__getitem__)
    if not kinds[most] and pair_files.has_pairs(folder):
        return "translation"
    if not kinds[most]:
        held = f"only {', '.join(sorted(endings)[:5])}" if endings else "nothing"
        raise UserError(
            f"{folder} holds {held}: give a folder of images, recordings or series, a pair of "
            "translated files, or a table's file"
        )
    return most


def _kind_of_table(path: Path, request: OwnData) -> Kind:
    from cnn_vs_rnn.own_data.long_table import is_long
    from cnn_vs_rnn.own_data.pair_table import holds_pairs
    from cnn_vs_rnn.own_data.series import is_ucr_line
    from cnn_vs_rnn.own_data.texts import text_column
    from cnn_vs_rnn.own_data.wide_table import date_column

    if path.suffix.lower() == ".tsv":
        with path.open(encoding="utf-8", errors="replace") as file:
            if is_ucr_line(file.readline()):
                return "series"
    table = tables.read_table(path)
    if request.text_column is not None:
        return "text"
    if request.source_column is not None or request.target_column is not None:
        return "translation"
    if is_long(table, request) or request.horizon is not None:
        return "series"
    if holds_pairs(table, request):
        return "translation"
    if text_column(table) is not None and date_column(table, request) != text_column(table):
        return "text"
    if date_column(table, request) is not None:
        return "series"
    raise UserError(
        f"{path} could be a table of texts or of series: say which (kind=text,text_column=... or kind=series)"
    )


def _refuse_mismatch(path: Path, kind: Kind) -> None:
    if kind in ("image", "audio") and not path.is_dir():
        raise UserError(f"kind={kind} needs a folder with a folder of files a class, and {path} is a file")
    if kind == "text" and path.is_dir():
        raise UserError(f"kind=text needs a table ({', '.join(tables.ENDINGS)}), and {path} is a folder")
