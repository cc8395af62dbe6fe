"""Names made comparable: any script to Latin, titles and particles out, spellings and short forms to one, order forgotten.

    "Dr. Мохаммед АЛЬ-Тест-Персон"  ->  words mohammed, test, person

1. anyascii writes every script in a to z, apostrophes are dropped, what is no letter or digit divides words.
2. Titles, particles (al, bin, von, de) and company forms go where at least two other words (companies: one) are left; abd, abu, mac
   make one word with the next.
3. A word in the table of variants (Mohamed, Sasha) becomes the table's first form.
4. `folded` then writes alike what romanisations write differently (kh h, zh j, w v, ks x, iy i, doubled letters), and `skeleton`
   keeps its consonants: what is left of a name that was written without vowels, as Arabic and Hebrew are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from kiosk.domain.countries import COUNTRIES, alpha3
from kiosk.services.watchlist.name_tables import (
    ALPHA3_OF,
    COMPANY_FORMS,
    COUNTRY_NAMES,
    JOINED_TO_NEXT,
    PARTICLES,
    PATRONYMIC_ENDINGS,
    TITLES,
    VARIANTS,
)

MOST_WORDS = 12
"""Of one name; further words are left out. Names longer than this are descriptions."""
_LONGEST_NAME = 400
_APART = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile("['`\u2019\u02bc\u00b4\"]")
_FOLDS = (
    ("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("dzh", "j"), ("zh", "j"), ("dj", "j"), ("kh", "h"), ("gh", "g"), ("ph", "f"),
    ("cz", "ch"), ("sz", "sh"), ("ts", "c"), ("tz", "c"), ("ck", "k"), ("ks", "x"), ("q", "k"), ("w", "v"), ("ou", "u"), ("oo", "u"),
    ("ee", "i"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("yu", "u"), ("iu", "u"), ("ju", "u"), ("ya", "a"), ("ia", "a"), ("ja", "a"),
    ("ye", "e"), ("ie", "e"), ("iy", "i"), ("yi", "i"), ("ij", "i"), ("ii", "i"), ("ey", "ei"), ("y", "i"), ("dh", "d"), ("th", "t"),
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = re.compile(r"[aeiouy]")
_COUNTRY_OF = {name.lower(): code for code, name in COUNTRIES.items()} | dict(COUNTRY_NAMES)


def words_of(name: str, *, organisation: bool = False) -> tuple[str, ...]:
    """The words a name is compared by, in the order they stand. Empty when there is no letter in it."""
    latin = _APOSTROPHES.sub("", anyascii(name[:_LONGEST_NAME])).lower()
    parts = [part for part in _APART.split(latin) if part]
    if organisation:
        kept = [part for part in parts if part not in COMPANY_FORMS] or parts
        return tuple(kept[:MOST_WORDS])
    parts = _without(parts, TITLES)
    parts = _without(_joined(parts), PARTICLES)
    return tuple(VARIANTS.get(part, part) for part in parts[:MOST_WORDS])


@lru_cache(maxsize=1 << 16)
def folded(word: str) -> str:
    """The word as if all had romanised it alike."""
    for old, new in _FOLDS:
        if old in word:
            word = word.replace(old, new)
    word = _DOUBLED.sub(r"\1", word)
    return word[:-1] if len(word) > 3 and word.endswith("h") and word[-2] not in "sc" else word


@lru_cache(maxsize=1 << 16)
def skeleton(word: str) -> str:
    """The consonants of the folded word."""
    return _VOWELS.sub("", folded(word))


def is_patronymic(word: str) -> bool:
    return len(word) > 6 and word.endswith(PATRONYMIC_ENDINGS)


def country_code(text: str) -> str:
    """Alpha-3 of a code or an English name; "" when it is none that is known."""
    tidy = text.strip()
    upper = tidy.upper()
    if len(upper) == 2:
        return ALPHA3_OF.get(upper, "")
    if upper in COUNTRIES:
        return alpha3(upper)
    return _COUNTRY_OF.get(tidy.lower(), "")


def _without(parts: list[str], words: frozenset[str]) -> list[str]:
    kept = [part for part in parts if part not in words]
    return kept if len(kept) >= 2 else parts


def _joined(parts: list[str]) -> list[str]:
    found: list[str] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        after = index + 1
        if part in JOINED_TO_NEXT:
            if part.startswith("abd"):
                while after < len(parts) - 1 and parts[after] in PARTICLES:
                    after += 1
            if after < len(parts) and len(parts) > 1:
                start = "abd" if part.startswith("abd") else part
                found.append(start + parts[after])
                index = after + 1
                continue
        found.append(_abd(part))
        index += 1
    return found


def _abd(part: str) -> str:
    """abdulrahman, abdelrahman, abdurrahman -> abdrahman, as the words apart give."""
    match = re.fullmatch(r"abd(?:ul|el|al|ol|ur|ar|us|as)([a-z]{4,})", part)
    return f"abd{match[1]}" if match and part not in VARIANTS else part
