"""The words that documents print: labels, document names, states, sexes, months. Loaded once from resources/templates."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from kiosk.domain.countries import COUNTRIES
from kiosk.services.likest_word import KnownWords

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "templates"

# letters that Unicode does not take apart
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "\u0131": "i", "ħ": "h", "º": "o"}
)
# 1 l 0 5 as i i o s; Greek and Cyrillic letters whose capitals look like Latin ones, which readers mix
_LOOKALIKES = str.maketrans("1l05" + "αβεζηικμνορτυχ" + "авекмнорстухі", "iios" + "abezhikmnoptyx" + "abekmhopctyxi")
_SHORTEST_FUZZY = 6
_LEAST_LIKENESS = 0.8
_LONG, _LEAST_LIKENESS_SHORT = 10, 0.84
"""In fewer letters one may be misread, not two: "Vallée de" is not "validade"."""
_PAGE_LINES, _PAGE_WORDS = 64, 1024

NAME = "name"
"""The label that means given names beside a surname, the surname beside given names, the full name alone."""
VALIDITY = "validity"
"""The label of a period: two dates, issue and expiry."""
IGNORED = "ignored"
"""Labels of what is not read."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label found in a line: what it labels, which tokens of the line it takes (end exclusive), and how alike it is, 0..1."""

    key: str
    first: int
    last: int
    likeness: float


def plain(text: str) -> str:
    """Lower case, no accents, letters (Latin, Greek, Cyrillic) and digits only, words apart by one blank."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    bare = "".join(c for c in taken_apart if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9\u0370-\u03ff\u0400-\u04ff]+", " ", bare).strip()


class LabelBook:
    """Finds labels in a line as OCR gives it: letters misread, blanks lost, several languages in a row."""

    def __init__(self, labels: Mapping[str, Mapping[str, Sequence[str]]], ignored: Sequence[str]) -> None:
        self._exact: dict[str, str] = {}
        for word in ignored:
            self._exact[compact(word)] = IGNORED
        for key, languages in labels.items():
            for words in languages.values():
                for word in words:
                    self._exact.setdefault(compact(word), key)
        self._known = KnownWords([word for word in self._exact if len(word) >= _SHORTEST_FUZZY])
        self._longest = max(map(len, self._exact), default=0)
        # one page is looked through several times: for evidence, by labels, by a template. Small, because what it holds are people's data
        self._found = lru_cache(maxsize=_PAGE_LINES)(self._search)
        self._like = lru_cache(maxsize=_PAGE_WORDS)(self._fuzzy)

    def find(self, tokens: Sequence[str], breaks: frozenset[int] = frozenset()) -> tuple[Labelled, ...]:
        """Labels among the plain tokens of one line, left to right, none overlapping; the longest and likest win.

        Args:
            breaks: indices of tokens that a separator stands before: no label reaches across one.
        """
        return self._found(tuple(tokens), breaks)

    def _search(self, tokens: tuple[str, ...], breaks: frozenset[int]) -> tuple[Labelled, ...]:
        found: list[Labelled] = []
        for first in range(len(tokens)):
            compact = ""
            for last in range(first, min(len(tokens), first + 7)):
                if last > first and last in breaks:
                    break
                compact = _canonical(compact + tokens[last])
                if len(compact) > self._longest + 3:
                    break
                match = self._match(compact)
                if match is not None:
                    found.append(Labelled(match[0], first, last + 1, match[1]))
        return without_overlaps(found, tokens)

    def _match(self, compact: str) -> tuple[str, float] | None:
        key = self._exact.get(compact)
        if key is not None:
            return key, 1.0
        if len(compact) < _SHORTEST_FUZZY:
            return None
        return self._like(compact)

    def _fuzzy(self, compact: str) -> tuple[str, float] | None:
        found = self._known.likest(compact, _LEAST_LIKENESS if len(compact) >= _LONG else _LEAST_LIKENESS_SHORT)
        return None if found is None else (self._exact[found[0]], found[1])


def without_overlaps(found: Sequence[Labelled], tokens: Sequence[str]) -> tuple[Labelled, ...]:
    """Labels left to right, none overlapping; the longest and likest win, of equals the one that was found first."""
    taken: set[int] = set()
    chosen: list[Labelled] = []
    for label in sorted(found, key=lambda one: (-sum(map(len, tokens[one.first : one.last])) * one.likeness**3, one.first)):
        span = set(range(label.first, label.last))
        if not span & taken:
            taken |= span
            chosen.append(label)
    return tuple(sorted(chosen, key=lambda one: one.first))


@dataclass(frozen=True, slots=True)
class Words:
    """Everything in resources/templates.

    Attributes:
        types: plain words -> document type ("passport", …).
        states: plain words -> code.
        genders: plain word -> M, F, X.
        months: plain beginning -> 1..12.
        printed_labels: field's key -> its labels as the file has them, all languages; ignored: labels of what is not read.
        stamps: what is printed over documents made to be shown, plain, without blanks.
        signature: what stands beside a holder's signature.
        label_languages: compact label -> the languages that have it (ISO 639-1), of those that English has not.
    """

    labels: LabelBook
    types: Mapping[str, str]
    states: Mapping[str, str]
    genders: Mapping[str, str]
    months: Mapping[str, int]
    printed_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    stamps: frozenset[str] = frozenset()
    signature: LabelBook | None = None
    label_languages: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def month(self, word: str) -> int | None:
        """1..12 for a word that begins like a month's name."""
        bare = plain(word)
        for length in range(len(bare), 2, -1):
            if bare[:length] in self.months:
                return self.months[bare[:length]]
        return None

    def state(self, text: str) -> str:
        """The code that a printed nationality or state means, or ""."""
        code = text.strip().upper()
        if code in COUNTRIES:
            return code
        for part in (text, *re.split(r"[/|,;()]", text)):
            if part.strip().upper() in COUNTRIES:
                return part.strip().upper()
            known = self.states.get(plain(part))
            if known:
                return known
        return ""

    def states_in(self, text: str) -> Iterator[str]:
        """Codes of the states named in a line, by whole words of at least five letters."""
        padded = f" {plain(text)} "
        for words, code in self.states.items():
            if len(words) >= 5 and f" {words} " in padded:
                yield code

    def types_in(self, text: str) -> Iterator[str]:
        padded = f" {plain(text)} "
        for words, kind in self.types.items():
            if f" {words} " in padded:
                yield kind


@cache
def load_words() -> Words:
    """Reads resources/templates once per process (20 ms)."""
    with (_FOLDER / "labels.toml").open("rb") as file:
        labels = tomllib.load(file)
    with (_FOLDER / "countries.toml").open("rb") as file:
        countries = tomllib.load(file)
    states = {plain(name): code for code, name in COUNTRIES.items() if len(code) == 3 and not code.startswith("X")}
    for code, words in countries["words"].items():
        states.update((plain(word), code) for word in words)
    return Words(
        labels=LabelBook(labels["labels"], [*labels["ignored"]["words"], *labels["ignored"]["stamps"]]),
        types={plain(word): kind for kind, words in labels["document_types"].items() for word in words},
        states=states,
        genders={plain(word): letter for letter, words in labels["genders"].items() for word in words},
        months={plain(word): int(number) for number, words in labels["months"].items() for word in words},
        printed_labels={key: tuple(word for words in languages.values() for word in words) for key, languages in labels["labels"].items()},
        ignored=tuple(labels["ignored"]["words"]),
        stamps=frozenset(plain(word).replace(" ", "") for word in labels["ignored"]["stamps"]),
        signature=LabelBook({"signature": {"": labels["regions"]["signature"]}}, ()),
        label_languages=_languages_of_labels(labels["labels"].values()),
    )


def _languages_of_labels(fields: Iterable[Mapping[str, Sequence[str]]]) -> dict[str, frozenset[str]]:
    owners: dict[str, set[str]] = {}
    for languages in fields:
        for language, words in languages.items():
            for word in words:
                owners.setdefault(compact(word), set()).add(language)
    return {word: frozenset(found) for word, found in owners.items() if "en" not in found}


@lru_cache(maxsize=4096)
def compact(text: str) -> str:
    """How a label is compared: plain, without blanks, lookalikes made one."""
    return _canonical(plain(text).replace(" ", ""))


def _canonical(compact: str) -> str:
    """What OCR confuses in small print made one: rn and m, 1 and i, 0 and o, 5 and s, Greek alpha and a."""
    return compact.replace("rn", "m").translate(_LOOKALIKES)
