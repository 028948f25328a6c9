"""Translations from files of one text a line: line 7 of one is the translation of line 7 of the other."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import defaultdict
from pathlib import Path

from cnn_vs_rnn.errors import UserError, nearest
from cnn_vs_rnn.own_data.languages import SOURCE_NAMES, TARGET_NAMES, is_language, named_pair
from cnn_vs_rnn.own_data.pair_set import PairSet
from cnn_vs_rnn.own_data.parts import NAMES, Part, part_named
from cnn_vs_rnn.own_data.request import OwnData
from cnn_vs_rnn.own_data.tables import not_text
from cnn_vs_rnn.tasks.archive import LARGEST

_KEYS = "source_column=, target_column="


def has_pairs(path: Path) -> bool:
    """Whether a folder holds files that differ in nothing but the language they end with, or a file is one of such."""
    grouped = _grouped(path)
    languages = _languages(grouped)
    if path.is_dir():
        return len(languages) >= 2
    stem, language = _stem_and_language(path.name)
    return language in languages and len(grouped[stem]) >= 2


def read_pair_files(request: OwnData) -> PairSet:
    """All pairs of files of a folder, or of the folder of the file that is named, which is then of the source.

    `train`, `valid`, `val`, `dev` or `test` within a name says the part. Lines that are empty or not UTF-8 are
    quarantined, and files without a partner named. UserError where there is no pair, more than two languages, or where
    the two files of a pair differ in length.
    """
    path = Path(request.path)
    grouped = _grouped(path)
    source, target = _chosen(path, grouped, request)
    read = PairSet(source, target, [])
    for stem, files in grouped.items():
        if source not in files or target not in files:
            read.quarantined += [(file.name, "it has no partner of the other language") for file in files.values()]
            continue
        others = [file for language, file in files.items() if language not in (source, target)]
        read.quarantined += [(file.name, f"it is neither of {source} nor of {target}") for file in others]
        _read(files[source], files[target], _part(stem), read)
    if not read.sources:
        first = f" ({': '.join(read.quarantined[0])})" if read.quarantined else ""
        raise UserError(f"{path} holds no usable pair of lines{first}: check that its files are text")
    return read


def _grouped(path: Path) -> dict[str, dict[str, Path]]:
    """Name without language -> language -> file, of the files of a folder, or of the folder of a file."""
    grouped: dict[str, dict[str, Path]] = defaultdict(dict)
    folder = path if path.is_dir() else path.parent
    for file in sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")):
        stem, language = _stem_and_language(file.name)
        grouped[stem].setdefault(language, file)
    return grouped


def _stem_and_language(name: str) -> tuple[str, str]:
    """What a file is called, and how its name ends.

    >>> [_stem_and_language(name) for name in ("train.en.gz", "any.source.txt", "test-de", "de.txt")]
    [('train', 'en'), ('any', 'source'), ('test', 'de'), ('', 'de')]
    """
    plain = re.sub(r"(?i)(\.(txt|text|gz))+$", "", name)
    separator = "." if "." in plain else max("_-", key=plain.rfind)
    stem, _, language = plain.rpartition(separator)
    return stem, language


def _languages(grouped: dict[str, dict[str, Path]]) -> list[str]:
    """Of files that have a partner; of known languages alone, where two of these are partners."""
    pairs = [list(files) for files in grouped.values() if len(files) >= 2]
    known = [[name for name in names if _is_side(name)] for names in pairs]
    chosen = [names for names in known if len(names) >= 2] or pairs
    return sorted({name for names in chosen for name in names})


def _is_side(name: str) -> bool:
    return is_language(name) or name.lower() in (*SOURCE_NAMES, *TARGET_NAMES)


def _chosen(path: Path, grouped: dict[str, dict[str, Path]], request: OwnData) -> tuple[str, str]:
    """The endings of the source and of its translation: as asked for, or found."""
    source, target = request.source_column, request.target_column
    known = sorted({language for files in grouped.values() for language in files})
    for asked in (source, target):
        if asked is not None and asked not in known:
            raise UserError(f"{path} has no file that ends with {asked!r}: {nearest(asked, known)}")
    if source is None and path.is_file() and (named := _stem_and_language(path.name)[1]) != target:
        source = named
    found = _languages(grouped)
    rest = [name for name in found if name not in (source, target)]
    if source is None and target is None and len(rest) == 2:
        source, target = named_pair(rest) or (rest[0], rest[1])
    elif len(rest) == 1:
        source, target = source or rest[0], target or rest[0]
    if source is None or target is None or source == target:
        if len(found) < 2:
            raise UserError(
                f"{path} holds no two files that differ in their language alone: name them like train.en and train.de"
            )
        raise UserError(f"{path} holds {', '.join(found)}: name the two to translate between ({_KEYS})")
    return source, target


def _part(stem: str) -> Part | None:
    """The part that a word of the name says."""
    words = re.split(r"[^a-z]+", stem.lower())
    return next((part_named(word) for word in words if word in NAMES), None)


def _read(source: Path, target: Path, part: Part | None, read: PairSet) -> None:
    ours, theirs = _lines(source), _lines(target)
    if len(ours) != len(theirs):
        raise UserError(
            f"{source} has {len(ours):,} lines and {target.name} {len(theirs):,}: line by line, one must be the "
            "translation of the other"
        )
    read.files += [source, target]
    for number, pair in enumerate(zip(ours, theirs, strict=True), start=1):
        bad = next(
            ((file, why) for file, line in zip((source, target), pair, strict=True) if (why := not_text([line]))), None
        )
        if bad is None:
            read.add(*pair, f"{source.name} line {number}", part)
        else:
            read.quarantined.append((f"{bad[0].name} line {number}", bad[1]))


def _lines(file: Path) -> list[str]:
    """As they are, bytes that are not UTF-8 as halves of characters; U+2028 may stand within a text."""
    try:
        with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"{file} cannot be read ({error}): write it again") from error
    if len(content) > LARGEST:
        raise UserError(f"{file} holds more than {LARGEST:,} bytes: give a part of it")
    text = content.decode("utf-8-sig", errors="surrogateescape")
    return text.removesuffix("\n").split("\n") if text else []
