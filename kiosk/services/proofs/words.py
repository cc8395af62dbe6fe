"""The words of bills and statements (resources/proofs/labels.toml), and text brought to a form in which they are compared."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_FILE = Path(__file__).resolve().parents[3] / "resources" / "proofs" / "labels.toml"
_LEAST_SQUASHED = 8
"""From so many letters on a label is known without its blanks, which readers lose."""
_LETTERS_PER_MISREAD = 8


@lru_cache(maxsize=4096)
def latin(text: str) -> str:
    """Small Latin letters and digits of any script, everything else a blank: "Hlavná 12/A" -> "hlavna 12 a"."""
    from anyascii import anyascii

    # readers see the hook of ľ and ť as an apostrophe
    return re.sub(r"[^a-z0-9]+", " ", anyascii(re.sub("['\u2018\u2019`\u00b4]", "", text)).lower()).strip()


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label at the beginning of a piece of text. `rest`: what stands behind it, "" when the label stands alone."""

    role: str
    label: str
    rest: str


class Labels:
    """Labels of one table by role. Immutable."""

    def __init__(self, roles: Mapping[str, Iterable[str]]) -> None:
        self._roles = {label: role for role, labels in roles.items() for label in labels}
        self._longest = max(len(label.split()) for label in self._roles)
        self._squashed = {label.replace(" ", ""): (role, label) for label, role in self._roles.items()}

    def at_start(self, text: str) -> Labelled | None:
        """The longest label that `text` begins with, whole words; None for none."""
        tokens = [match for match in re.finditer(r"[^\W_]+", text)]
        for count in range(min(self._longest, len(tokens)), 0, -1):
            words = latin(text[: tokens[count - 1].end()])
            role = self._roles.get(words)
            if role is not None:
                return Labelled(role, words, _rest(text, tokens[count - 1].end()))
        for count in range(min(3, len(tokens)), 0, -1):
            squashed = latin(text[: tokens[count - 1].end()]).replace(" ", "")
            known = self._like(squashed) if len(squashed) >= _LEAST_SQUASHED else None
            if known is not None:
                return Labelled(*self._squashed[known], _rest(text, tokens[count - 1].end()))
        return None

    def _like(self, squashed: str) -> str | None:
        """The label that this is, one letter in eight misread; None when there is none, or when two of different meaning are as near."""
        from rapidfuzz.distance import Levenshtein

        if squashed in self._squashed:
            return squashed
        most = len(squashed) // _LETTERS_PER_MISREAD
        near = [(Levenshtein.distance(squashed, label, score_cutoff=most), label) for label in self._squashed]
        least, best = min(near, default=(most + 1, ""))
        roles = {self._squashed[label][0] for distance, label in near if distance == least}
        return best if least <= most and len(best) >= _LEAST_SQUASHED and len(roles) == 1 else None


def _rest(text: str, end: int) -> str:
    return re.sub(r"^[\s:.;,/()\-–]*", "", text[end:]).strip()  # noqa: RUF001 - the dash that is printed


@dataclass(frozen=True, slots=True)
class ProofWords:
    """Loaded once. `countries`: words -> ISO 3166 alpha-3."""

    dates: Labels
    people: Labels
    amounts: Labels
    titles: frozenset[str]
    joins: frozenset[str]
    companies: frozenset[str]
    contacts: frozenset[str]
    streets: frozenset[str]
    units: frozenset[str]
    street_endings: tuple[str, ...]
    papers: frozenset[str]
    places_of_use: frozenset[str]
    countries: Mapping[str, str]


@cache
def proof_words() -> ProofWords:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words, people = data["words"], dict(data["people"])
    places = frozenset(people.pop("place_of_use"))
    return ProofWords(
        dates=Labels(data["dates"]),
        people=Labels(people),
        amounts=Labels(data["amounts"]),
        titles=frozenset(words["titles"]),
        joins=frozenset(words["joins"]),
        companies=frozenset(words["companies"]),
        contacts=frozenset(words["contacts"]),
        streets=frozenset(words["streets"]),
        units=frozenset(words["unit"]),
        street_endings=tuple(words["street_endings"]),
        papers=frozenset(words["titles_of_papers"]),
        places_of_use=places,
        countries={name: code for code, names in data["countries"].items() for name in names},
    )
