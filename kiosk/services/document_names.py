"""When two sources say the same: names as the MRZ writes them (ICAO 9303-3 section 6), cut short, without accents, in Cyrillic or Greek."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from kiosk.domain.transliteration import LETTERS, PAIRS

_LOST: Mapping[str, tuple[str, ...]] = {"A": ("A", "AE", "AA"), "O": ("O", "OE"), "U": ("U", "UE")}
_ABBREVIATED_FROM = 24
"""Letters of a printed name from which the MRZ may shorten each of its parts (9303-4 4.2.3); shorter ones fit their line whole."""
_LEAST_CUT = 5
"""Letters that a name cut in the middle of a word must keep."""


def transliterated(name: str) -> str:
    """The form of a printed name that the tables of 9303-3 recommend first, A-Z and single blanks."""
    return " ".join("".join(options[0] for options in word) for word in _words(name, _options))


def same_name(printed: str, mrz: str, *, may_be_cut: bool = True) -> bool:
    """Does the MRZ name stand for the printed one?

    A name printed in two scripts ("ИВАНОВ / IVANOV") is each of its halves.

    Args:
        may_be_cut: a long name is cut at the end of its line (9303-3 4.6.2): then the MRZ name only begins like the printed one, and at
            least the first five letters must agree. Further given names may be missing as a whole, and the parts of a long name may be
            shortened each.
    """
    short = mrz.upper()
    if not _tight(short):
        return False
    halves = [half for half in printed.split("/") if half.strip()]
    return any(_stands_for(_words(half, _options), short, may_be_cut) for half in {printed, *halves})


def same_but_for_lost_accents(printed: str, mrz: str) -> bool:
    """Does the MRZ name stand for the printed one if OCR has missed accents (SOLVI for SØLVI, in the MRZ SOELVI)?"""

    def lost(text: str) -> list[tuple[str, ...]]:
        return [_LOST.get(letter, (letter,)) for letter in "".join(_bare(character) for character in text) if _is_latin(letter)]

    return _stands_for(_words(printed, lost), mrz.upper(), may_be_cut=False)


def is_part_of_name(printed: str, mrz: str) -> bool:
    """The printed name is whole words of the MRZ's, the first or the last ones: one of two surnames, or of two lines, was read."""
    words = [_tight(word) for word in re.split(r"[^A-Z0-9]+", mrz.upper()) if word]
    mine = _words(printed, _options)
    if not mine or len(mine) >= len(words):
        return False
    runs = (words[: len(mine)], words[-len(mine) :])
    return any(all(_spells(one, other) for one, other in zip(mine, run, strict=True)) for run in runs)


def same_number(one: str, other: str) -> bool:
    """Document and personal numbers without blanks, dashes and slashes; the letter O and zero are told apart only by a check digit."""
    return _tight(one) == _tight(other)


def looks_same_number(one: str, other: str) -> bool:
    """Equal when what OCR confuses (O and 0, I and 1, B and 8, S and 5, Z and 2) counts as the same."""
    confused = str.maketrans("OQDIZSBG", "00012586")
    return _tight(one).translate(confused) == _tight(other).translate(confused)


_Spelling = Sequence[tuple[str, ...]]
"""Per letter of a word the ways to write it."""


def _stands_for(words: Sequence[_Spelling], short: str, may_be_cut: bool) -> bool:
    tight = _tight(short)
    places = {0}
    for word in words:
        if may_be_cut and len(tight) in places and words[0] is not word:
            return True  # whole words are missing
        for options in word:
            if may_be_cut and len(tight) >= _LEAST_CUT and any(option.startswith(tight[place:]) for place in places for option in options):
                return True  # the line ended here
            places = {place + len(option) for place in places for option in options if tight.startswith(option, place)}
            if not places:
                return may_be_cut and _is_shortened(words, short)
    return len(tight) in places and bool(words)


def _is_shortened(words: Sequence[_Spelling], short: str) -> bool:
    """Every part of the MRZ name begins a part of the printed one, in order, and at least one is whole (9303-4 4.2.3.3)."""
    parts = [part for part in re.split(r"[^A-Z0-9]+", short) if part]
    if sum(len(word) for word in words) < _ABBREVIATED_FROM or len(parts) != len(words):
        return False
    whole = [_spells(word, part) for word, part in zip(words, parts, strict=True)]
    return any(whole) and all(done or _begins(word, part) for done, word, part in zip(whole, words, parts, strict=True))


def _spells(word: _Spelling, text: str) -> bool:
    places = {0}
    for options in word:
        places = {place + len(option) for place in places for option in options if text.startswith(option, place)}
    return len(text) in places


def _begins(word: _Spelling, text: str) -> bool:
    places = {0}
    for options in word:
        if any(option.startswith(text[place:]) for place in places for option in options):
            return True
        places = {place + len(option) for place in places for option in options if text.startswith(option, place)}
    return len(text) in places


def _words(name: str, spelling: Callable[[str], list[tuple[str, ...]]]) -> list[list[tuple[str, ...]]]:
    """9303-3 4.6: apostrophes are left out, hyphens, commas and blanks divide."""
    upper = unicodedata.normalize("NFC", re.sub("['\u2019`\u00b4.]", "", name)).replace("ß", "ẞ").upper()
    words = (spelling(word) for word in re.split(r"[^\w]+|_", upper))
    return [word for word in words if word]


def _options(word: str) -> list[tuple[str, ...]]:
    options: list[tuple[str, ...]] = []
    index = 0
    while index < len(word):
        pair = "".join(_known(character) for character in word[index : index + 2])
        if pair in PAIRS:
            options.append(PAIRS[pair])
            index += 2
            continue
        letter = _known(word[index])
        ways = LETTERS.get(letter) or ((letter,) if _is_latin(letter) else ())
        if ways:
            options.append(ways)
        index += 1
    return options


def _known(character: str) -> str:
    """The letter itself where a table has it, else without its accent."""
    return character if character in LETTERS else _bare(character)


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


def _tight(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _bare(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character)
    return "".join(c for c in apart if not unicodedata.combining(c))
