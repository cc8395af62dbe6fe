"""When two sources say the same: names as the MRZ writes them (ICAO 9303-3 section 6), cut short, without accents, in Cyrillic or Greek."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kiosk.domain.document import Reading
from kiosk.domain.transliteration import LETTERS, PAIRS

_LOST: Mapping[str, tuple[str, ...]] = {"A": ("A", "AE", "AA"), "O": ("O", "OE"), "U": ("U", "UE")}
_ABBREVIATED_FROM = 24
"""Letters of a printed name from which the MRZ may shorten each of its parts (9303-4 4.2.3); shorter ones fit their line whole."""
_MOST_LEFT = 1
"""Places left behind a name that is cut in the middle of a word: none, or the one where the next word's filler would be."""
LOST_BLANK = 0.9
"""The most that a printed name is sure whose blank stands in the MRZ alone."""
_BORN = re.compile(r"(?<=\w)[\s,(]+(?:GEB|NÉE|NEE)\b.*$", re.IGNORECASE)
"""The name at birth, which cards print behind the surname and the MRZ leaves out."""
_ACCENTS_AMONG = 4
"""Of so many letters one may have an accent that the reader took for another letter's."""
_SPELLED_OUT: Mapping[str, tuple[str, ...]] = {
    letter: tuple(way for way in LETTERS[letter] if len(way) > 1) for letter in ("Ä", "Å", "Ö", "Ø", "Ü")
}
_ANY_LETTER = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def transliterated(name: str) -> str:
    """The form of a printed name that the tables of 9303-3 recommend first, A-Z and single blanks."""
    return " ".join("".join(options[0] for options in word) for word in _words(name, _options))


def same_name(printed: str, mrz: str, *, room: int | None = None) -> bool:
    """Does the MRZ name stand for the printed one?

    A name printed in two scripts ("ИВАНОВ / IVANOV") is each of its halves.

    Args:
        room: places that the MRZ left empty behind the name; None = nothing may be missing. A name is cut only for want of room
            (9303-3 4.6.2, 9303-4 4.2.3): in the middle of a word where its line is full, before a word that does not fit in what is
            left, and the parts of a long name may be shortened each when not all of it fits.
    """
    short = mrz.upper()
    if not _tight(short):
        return False
    halves = [half for half in printed.split("/") if half.strip()]
    forms = {form for half in (printed, *halves) for form in (half, _BORN.sub("", half))}
    return any(_stands_for(_words(form, _options), short, room) for form in forms)


def same_but_for_lost_accents(printed: str, mrz: str, *, room: int | None = None) -> bool:
    """Does the MRZ name stand for the printed one if OCR has missed accents (SOLVI for SØLVI, in the MRZ SOELVI)?

    A letter with an accent that the reader does not know is taken for one that it does (LACZYÚSKA for ŁĄCZYŃSKA): such a letter may be
    any, where few of the name have accents.
    """
    letters = [character for character in unicodedata.normalize("NFC", printed.upper()) if character.isalpha()]
    accents = sum(_bare(letter) != letter for letter in letters)
    guessed = accents * _ACCENTS_AMONG <= len(letters)

    def lost(text: str) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        for character in text:
            letter = _bare(character)
            ways = (*LETTERS.get(_known(character), ()), *_LOST.get(letter, (letter,) if _is_latin(letter) else ()))
            if ways:
                found.append((*ways, *_ANY_LETTER) if guessed and letter != character else ways)
        return found

    return _stands_for(_words(printed, lost), mrz.upper(), room)


def leaves_accents_open(printed: str, mrz: str, *, room: int | None = None) -> bool:
    """The MRZ leaves away a mark that has a spelling of its own there (DÜLKOVÁ for DULKOVA: 9303-3 writes Ü as UE or UXX).

    Some states write so. But a reader that does not know Ů takes it for Ü as well, and the MRZ would be the same.
    """

    def spelled_out(word: str) -> list[tuple[str, ...]]:
        return [_SPELLED_OUT.get(letter, ways) for letter in word for ways in _options(letter)]

    if not set(unicodedata.normalize("NFC", printed.upper())) & _SPELLED_OUT.keys():
        return False
    halves = [half for half in printed.split("/") if half.strip()]
    return not any(_stands_for(_words(half, spelled_out), mrz.upper(), room) for half in {printed, *halves})


def has_words_shortened(printed: str, mrz: str) -> bool:
    """Every word of the MRZ's begins one of the printed name, in order: what is left of a full name whose halves were both cut."""
    words = iter(_words(printed, _options))
    parts = [part for part in re.split(r"[^A-Z0-9]+", mrz.upper()) if part]
    return bool(parts) and all(any(_begins(word, part) for word in words) for part in parts)


def divided(printed: str, mrz: str) -> str:
    """The printed name with the blanks that the MRZ has and the reader lost (GRETELJÖRDIS for GRETEL JOERDIS), or as it was read.

    Blanks and hyphens are both fillers there; hyphens are ink, which is seldom lost.
    """
    parts = [_tight(part) for part in re.split(r"[^A-Z0-9]+", mrz.upper()) if _tight(part)]
    words = printed.split(" ")
    if len(parts) <= len(_words(printed, _options)) or not same_name(printed, mrz):
        return printed
    done: list[str] = []
    for word in words:
        cut = _cut_like(word, parts)  # none are left for the name at birth, nor for the same name in another script
        if not cut:
            return printed
        done += cut
        parts = parts[sum(len(_words(piece, _options)) for piece in cut) :]
    return printed if parts else " ".join(done)


def with_blanks(printed: Reading, said: Reading) -> Reading:
    """A printed name with the blanks that the MRZ has; somebody looks whether there is one, or a hyphen, or a state divides so."""
    value = divided(printed.value, said.value)
    if value == printed.value:
        return printed
    return replace(printed, value=value, confidence=min(printed.confidence, LOST_BLANK), accents=min(printed.accents, LOST_BLANK))


def _cut_like(word: str, parts: Sequence[str]) -> list[str]:
    """The pieces of a word that spell the first of the parts, in order; empty where it does not begin with them or there are none."""
    if not parts:
        return []
    spelled = _words(word, _options)
    if len(spelled) <= len(parts) and all(map(_spells, spelled, parts)):
        return [word]
    for end in range(1, len(word)):
        first = _words(word[:end], _options)
        if len(first) == 1 and word[end - 1].isalpha() and word[end].isalpha() and _spells(first[0], parts[0]):
            rest = _cut_like(word[end:], parts[1:])
            if rest:
                return [word[:end], *rest]
    return []


def lacks_words(printed: str, mrz: str) -> bool:
    """The MRZ's name is the printed one without some whole words: further given names, one of two surnames."""
    words, short = _words(printed, _options), mrz.upper()
    count = len(words)
    fewer = [words[:last] for last in range(1, count)] + [words[first:] for first in range(1, count)]
    fewer += [words[:place] + words[place + 1 :] for place in range(1, count - 1)]
    return any(_stands_for(some, short, None) for some in fewer)


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


def _stands_for(words: Sequence[_Spelling], short: str, room: int | None) -> bool:
    tight = _tight(short)
    if not tight:
        return False
    places = {0}
    for number, word in enumerate(words):
        # with the filler before it
        if number and len(tight) in places and room is not None and _least(word) + 1 > room:
            return True  # whole words are missing
        for letter, options in enumerate(word):
            if room is not None and room <= _MOST_LEFT and _ends_within(tight, places, options):
                rest = _least(word[letter + 1 :]) + sum(_least(other) + 1 for other in words[number + 1 :])
                if rest + 1 > room:
                    return True  # the line ended here
            places = {place + len(option) for place in places for option in options if tight.startswith(option, place)}
            if not places:
                return room is not None and _is_shortened(words, short, room)
    return len(tight) in places and bool(words)


def _least(word: _Spelling) -> int:
    """Letters that the word takes at least."""
    return sum(min(map(len, options)) for options in word)


def _ends_within(tight: str, places: set[int], options: Sequence[str]) -> bool:
    """The text ends before this letter or in the middle of how it is written."""
    return any(
        place > 0 and option and option != tight[place:] and option.startswith(tight[place:]) for place in places for option in options
    )


def _is_shortened(words: Sequence[_Spelling], short: str, room: int) -> bool:
    """Every part of the MRZ name begins a part of the printed one, in order, and at least one is whole (9303-4 4.2.3.3)."""
    parts = [part for part in re.split(r"[^A-Z0-9]+", short) if part]
    if sum(len(word) for word in words) < _ABBREVIATED_FROM or len(parts) != len(words):
        return False
    if sum(map(_least, words)) - sum(map(len, parts)) <= room:
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
