"""Postal addresses: taken apart whatever their order, and compared part by part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.services.proofs.alike import Alike, words_alike
from kiosk.services.proofs.words import latin, proof_words

# the more particular ones first; each with an optional country letter before it ("SK-811 01", "D-10115")
_POSTCODES = tuple(
    re.compile(rf"(?<![\w/])(?:[A-Z]{{1,3}}\s?[-–]\s?)?({shape})(?![\w/-])")  # noqa: RUF001 - the dash that is printed
    for shape in (
        r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}",  # United Kingdom
        r"\d{2}\s?-\s?\d{3}",  # Poland
        r"\d{4}-\d{3}",  # Portugal
        r"\d{4}\s?[A-Z]{2}(?=\s)",  # Netherlands
        r"\d{3}\s\d{2}",  # Slovakia, Czechia, Sweden, Greece
        r"\d{6}",  # Romania
        r"\d{5}(?:-\d{4})?",  # Germany, Spain, France, Italy, the United States
        r"\d{4}(?=\s+[^\W\d])",  # Austria, Switzerland, Belgium, Hungary
    )
)
_BRITISH = _POSTCODES[0]
_TOWN_NUMBER = 3
"""Digits from which on the first number of two is the house's in the town (súpisné číslo)."""


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says. Empty where it says nothing.

    Attributes:
        postcode: capitals and digits without blanks; street, town: `latin` words.
        houses: the number of the house, or the two that a house has ("1234/12" in Czechia and Slovakia); units: of flats and floors.
        country: ISO 3166 alpha-3.
        printed: as it was handed in, in one line.
    """

    postcode: str = ""
    houses: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    street: tuple[str, ...] = ()
    town: tuple[str, ...] = ()
    country: str = ""
    printed: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it names a house in a town."""
        return bool(self.houses and (self.street or self.town) and (self.town or self.postcode))


def find_postcode(text: str) -> re.Match[str] | None:
    """The postcode in a line: where several could be, the one with a town's name behind it, else the last."""
    for shape in _POSTCODES:
        found = list(shape.finditer(text if shape is not _BRITISH else text.upper() if len(text.upper()) == len(text) else text))
        if found:
            before_town = [match for match in found if re.match(r"[\s,]+[^\W\d]{2}", text[match.end() :])]
            return (before_town or found)[-1]
    return None


def parse_address(lines: Sequence[str]) -> Address:
    """From the lines of an address, or from one line with commas."""
    printed = ", ".join(line.strip(" ,") for line in lines if line.strip(" ,"))
    parts = [part.strip() for part in re.split(r"[,;\n·•|]+", printed) if part.strip()]
    country = ""
    if parts:
        code = proof_words().countries.get(latin(parts[-1]))
        if code and len(parts) > 1:
            country, parts = code, parts[:-1]
    postcode = ""
    town: tuple[str, ...] = ()
    streets: list[str] = []
    at = _postcode_part(parts)
    if at is None:
        streets = parts[:-1] if len(parts) > 1 else parts
        town = _words(parts[-1]) if len(parts) > 1 else ()
        if town and any(character.isdigit() for character in parts[-1]):
            streets, town = parts, ()
    else:
        match = find_postcode(parts[at])
        assert match is not None
        postcode = re.sub(r"[^A-Z0-9]", "", match[1].upper())
        before, after = parts[at][: match.start()].strip(" ,-"), parts[at][match.end() :].strip(" ,-")
        streets = list(parts[:at])
        if after:
            after, inside = _without_country(after)
            country = country or inside
            town = _words(after)
            if before:
                streets.append(before)
            if not streets:
                streets = list(parts[at + 1 :])  # the town stands first
        elif before and not any(character.isdigit() for character in before):
            town = _words(before)
        else:
            if before:
                streets.append(before)
            if at + 1 < len(parts):
                town = _words(parts[at + 1])
            elif streets and not any(character.isdigit() for character in streets[-1]) and len(streets) > 1:
                town = _words(streets.pop())
    houses, units, street = _street_of(streets)
    return Address(postcode, houses, units, street, town, country, printed)


def addresses_alike(one: Address, other: Address) -> Alike:
    """The same house in the same town? A missing country, or a missing postcode or town where the other names it, is no difference."""
    if not (one.is_whole and other.is_whole):
        return Alike.UNSURE
    if one.country and other.country and one.country != other.country:
        return Alike.DIFFERENT
    return min(_streets(one, other), _numbers(one, other), _places(one, other))


def _postcode_part(parts: Sequence[str]) -> int | None:
    """The part with the postcode: not the first line where a later one has one, too (a house number of five digits)."""
    found = [index for index, part in enumerate(parts) if find_postcode(part)]
    return found[-1] if found else None


def _without_country(text: str) -> tuple[str, str]:
    words = text.split()
    for count in (3, 2, 1):
        code = proof_words().countries.get(latin(" ".join(words[-count:]))) if len(words) > count else None
        if code and len(latin(" ".join(words[-count:]))) > 2:
            return " ".join(words[:-count]), code
    return text, ""


def _words(text: str) -> tuple[str, ...]:
    """A town's words, without districts' numbers."""
    return tuple(word for word in latin(text).split() if not word.isdigit())


def _street_of(parts: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Houses, units and the street's words."""
    known = proof_words()
    numbered = [index for index, part in enumerate(parts) if any(character.isdigit() for character in part)]
    if numbered and not re.search(r"[^\W\d]{3}", parts[numbered[0]]) and numbered[0]:
        numbered.insert(0, numbered[0] - 1)  # "Calle de Alcalá, 45, 3º B"
    houses: list[str] = []
    units: list[str] = []
    street: list[str] = []
    for part in [parts[index] for index in numbered] or list(parts[-1:]):
        text = re.sub(r"(?<=\d)[ºª°]", " ", part)
        text = re.sub(r"(\d+)\s*[/\-]?\s*([A-Za-z])(?![\w.])", r"\1\2", text)  # 12 A, 12/A -> 12A
        for first, second in re.findall(r"(?<!\w)(\d+)\s*/\s*(\d+)(?!\w)", text):
            # the number in the town stands first and is the larger; elsewhere the second is the flat's
            (houses if len(first) >= _TOWN_NUMBER and int(first) > int(second) else units).append(second)
            text = re.sub(rf"{first}\s*/\s*{second}", first, text, count=1)
        words = latin(text).split()
        before = ""
        for word in words:
            if word[0].isdigit():
                (units if before in known.units or (houses and not street) else houses if not houses else units).append(word)
            elif len(word) > 1 and word not in known.streets and word not in known.units:
                street.append(_root(word, known.street_endings))
            before = word
        if not street:  # all words were kinds of streets ("Ring 5"): then they are its name
            street.extend(word for word in words if word in known.streets and len(word) > 2)
    if units and not houses:
        houses.append(units.pop())
    return tuple(houses), tuple(units), tuple(street)


def _root(word: str, endings: Sequence[str]) -> str:
    """Hauptstrasse, Hauptstr. -> haupt."""
    return next((word[: -len(ending)] for ending in endings if word.endswith(ending) and len(word) > len(ending) + 2), word)


def _streets(one: Address, other: Address) -> Alike:
    if not one.street or not other.street:
        # villages without streets repeat their name, or leave it away
        named, bare = (one, other) if one.street else (other, one)
        return Alike.SAME if not named.street or _all_in(named.street, bare.town) is Alike.SAME else Alike.UNSURE
    fewer, more = sorted((one.street, other.street), key=len)
    joined = words_alike("".join(fewer), "".join(more))
    return max(_all_in(fewer, more), joined)


def _numbers(one: Address, other: Address) -> Alike:
    """Of "1234/12" (the house in the town, and in its street) either may be left away, and so may the flat."""
    if set(one.houses) & set(other.houses):
        return Alike.SAME if not (one.units and other.units) or set(one.units) & set(other.units) else Alike.UNSURE
    return Alike.UNSURE if {*one.houses, *one.units} & {*other.houses, *other.units} else Alike.DIFFERENT


def _places(one: Address, other: Address) -> Alike:
    towns: Alike | None = None
    if one.town and other.town:
        fewer, more = sorted((one.town, other.town), key=len)
        towns = _all_in(fewer, more)
    codes: Alike | None = None
    if one.postcode and other.postcode:
        codes = Alike.SAME if one.postcode == other.postcode else _codes_alike(one.postcode, other.postcode)
    if codes is None and towns is None:
        return Alike.UNSURE
    if codes is None or towns is None:
        known = towns if codes is None else codes
        assert known is not None
        return known
    if codes is Alike.SAME:
        return Alike.UNSURE if towns is Alike.DIFFERENT else Alike.SAME  # another name may be a district's, or the post's
    if codes is Alike.DIFFERENT and towns is Alike.SAME:
        return Alike.DIFFERENT
    return min(codes, towns)


def _codes_alike(one: str, other: str) -> Alike:
    """One digit of a postcode more or less, or another, may be misread."""
    short, long = sorted((one, other), key=len)
    return Alike.UNSURE if len(long) - len(short) <= 1 and sum(a != b for a, b in zip(short, long, strict=False)) <= 1 else Alike.DIFFERENT


def _all_in(fewer: Sequence[str], more: Sequence[str]) -> Alike:
    """Every word of the fewer is among the more."""
    return min((max((words_alike(word, other) for other in more), default=Alike.DIFFERENT) for word in fewer), default=Alike.UNSURE)
