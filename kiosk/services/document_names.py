"""When two sources say the same: names as the MRZ writes them (ICAO 9303-3 section 6 A), cut short, without accents."""

from __future__ import annotations

import re
import unicodedata

# ICAO 9303-3 section 6 table A where it differs from leaving the accent away; alternatives that issuing states also use
_LETTERS: dict[str, tuple[str, ...]] = {
    "Ä": ("AE", "A"),
    "Å": ("AA", "A"),
    "Æ": ("AE",),
    "Ð": ("D",),
    "Đ": ("D", "DJ"),
    "Ñ": ("N", "NXX"),
    "Ö": ("OE", "O"),
    "Ő": ("O", "OE"),
    "Ø": ("OE", "O"),
    "Ü": ("UE", "UXX", "U"),
    "Ű": ("U", "UE"),
    "ẞ": ("SS",),
    "Þ": ("TH",),
    "Œ": ("OE",),
    "Ł": ("L",),
    "Ħ": ("H",),
    "Ĳ": ("IJ",),
    "Ŋ": ("N",),
    "Ŧ": ("T",),
}


def mrz_forms(name: str) -> frozenset[str]:
    """Every way the MRZ may write a printed name, blanks as single blanks: with the two-letter forms, and with the accents left away."""
    upper = name.replace("ß", "ẞ").upper()
    forms = {""}
    for character in upper:
        options = _LETTERS.get(character) or (_bare(character),)
        # four doubtful letters give at most 81 forms; a name with more of them keeps its first choices
        options = options if len(forms) <= 81 else options[:1]
        forms = {form + option for form in forms for option in options}
    return frozenset(_spaced(form) for form in forms)


_LOST = {"A": ("A", "AE", "AA"), "O": ("O", "OE"), "U": ("U", "UE")}


def same_but_for_lost_accents(printed: str, mrz: str) -> bool:
    """Does the MRZ name stand for the printed one if OCR has missed accents (SOLVI for SØLVI, in the MRZ SOELVI)?"""
    bare = _spaced("".join(_bare(character) for character in printed.upper()))
    forms = {""}
    for character in bare:
        options = _LOST.get(character, (character,)) if len(forms) <= 81 else (character,)
        forms = {form + option for form in forms for option in options}
    return _spaced(mrz.upper()) in forms


def same_name(printed: str, mrz: str, *, may_be_cut: bool = True) -> bool:
    """Does the MRZ name stand for the printed one?

    Args:
        may_be_cut: a long name is cut at the end of its line (9303-3 4.6.2): then the MRZ name only begins like the printed one, and at
            least the first five letters must agree. Further given names may be missing as a whole.
    """
    short = _spaced(mrz.upper())
    if not short:
        return False
    for form in mrz_forms(printed):
        tight, tight_short = form.replace(" ", ""), short.replace(" ", "")
        if form == short or tight == tight_short:
            return True
        if may_be_cut and len(tight_short) >= 5 and tight.startswith(tight_short):
            return True
        if may_be_cut and form.startswith(short + " "):
            return True
    return False


def same_number(one: str, other: str) -> bool:
    """Document and personal numbers without blanks, dashes and slashes; the letter O and zero are told apart only by a check digit."""
    return _tight(one) == _tight(other)


def looks_same_number(one: str, other: str) -> bool:
    """Equal when what OCR confuses (O and 0, I and 1, B and 8, S and 5, Z and 2) counts as the same."""
    confused = str.maketrans("OQDIZSBG", "00012586")
    return _tight(one).translate(confused) == _tight(other).translate(confused)


def _tight(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper())


def _bare(character: str) -> str:
    apart = unicodedata.normalize("NFKD", character)
    return "".join(c for c in apart if not unicodedata.combining(c))


def _spaced(text: str) -> str:
    # 9303-3 4.6: apostrophes are left out, hyphens and commas become fillers
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", re.sub("['\u2019`.]", "", text)).split())
