"""Texts and their translations, read and not yet cut into subwords, whatever files they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cnn_vs_rnn.own_data.parts import Part


@dataclass
class PairSet:
    """source, target: what the two sides are called. places: where each pair stands ("train.en line 7").

    groups: of each pair; empty where there are none. said: what was found out besides, a sentence each.
    """

    source: str
    target: str
    files: list[Path]
    sources: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    parts: list[Part | None] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    quarantined: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def add(self, source: str, target: str, place: str, part: Part | None) -> bool:
        """Add a pair, and say so; one with an empty side is quarantined."""
        texts = source.strip(), target.strip()
        if not all(texts):
            self.quarantined.append((place, f"its {'text' if not texts[0] else 'translation'} is empty"))
            return False
        self.sources.append(texts[0])
        self.targets.append(texts[1])
        self.places.append(place)
        self.parts.append(part)
        return True
