"""Subwords one at a time, as a person reads them: their marks for spaces and bytes are undone."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence
from functools import cache

from cnn_vs_rnn.tasks.data import END, UNKNOWN


def token_texts(tokens: Iterable[int], vocabulary: Sequence[str]) -> list[str]:
    """What each token adds to the text that all of them spell, with the space before it; nothing for special ones.

    A letter whose bytes lie in several tokens is added by the last of them.

    >>> token_texts([4, 5, 6, 7], ["[PAD]", "[UNK]", "[BEGIN]", "[END]", "Ġf", "Ã", "¼", "r"])
    [' f', '', 'ü', 'r']
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    texts = []
    for token in tokens:
        if token == UNKNOWN:
            texts.append("\N{REPLACEMENT CHARACTER}")
        else:
            texts.append(decoder.decode(_bytes(vocabulary[token])) if token > END else "")
    return texts


def token_name(token: int, vocabulary: Sequence[str], words: int) -> str:
    """One token by itself: a hyphen before what continues a word, and bytes that are no letter by their numbers.

    words: tokens below this number begin a word.

    >>> [token_name(token, ["", "", "", "", "Ġdo", "Ġ", "gs", "Ã", "äÃ"], 6) for token in range(4, 9)]
    ['do', 'a space', '-gs', 'byte C3', 'bytes E4 C3']
    """
    spelt = _bytes(vocabulary[token])
    text = spelt.decode("utf-8", errors="replace")
    if not text.strip(" "):
        return "a space" if len(text) == 1 else f"{len(text)} spaces"
    if "\N{REPLACEMENT CHARACTER}" in text or not text.isprintable():
        spelt = spelt.strip(b" ")
        return f"{'byte' if len(spelt) == 1 else 'bytes'} {spelt.hex(' ').upper()}"
    return text.strip(" ") if token < words else f"-{text}"


def _bytes(text: str) -> bytes:
    return bytes(_alphabet()[letter] for letter in text)


@cache
def _alphabet() -> dict[str, int]:
    """The byte that each letter of a byte-level vocabulary stands for: those that can be printed stand for themselves.

    Source: Radford et al. 2019, `bytes_to_unicode` of the code to "Language models are unsupervised multitask
    learners", https://github.com/openai/gpt-2/blob/master/src/encoder.py.
    """
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + at): byte for at, byte in enumerate(others)}
