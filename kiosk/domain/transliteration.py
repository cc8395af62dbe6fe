# ruff: noqa: RUF001 - the letters are meant: Cyrillic and Greek
"""How letters outside A to Z are written in an MRZ: ICAO 9303-3 section 6, and what issuing states write besides."""

from __future__ import annotations

from collections.abc import Mapping

# Table A, Latin, where it differs from leaving the accent away. First the recommended form, then those in use.
_LATIN = """
Ä AE A|Å AA A|Æ AE|Ð D DH|Đ D DJ|Ə E A|Ñ N NXX|Ö OE O|Ő O OE|Ø OE O|Ü UE UXX U|Ű U UE|ẞ SS|Þ TH|Œ OE|Ł L|Ħ H|Ĳ IJ|ĸ Q K|Ŋ N|Ŧ T|İ I|I I
"""

# Table B, Cyrillic. First the form of the table, then those of its exceptions (Belarusian, Bulgarian, Macedonian, Serbian, Ukrainian)
# and of passports that follow other rules (Y for й, YU, YA). "-" is nothing.
_CYRILLIC = """
А A|Б B|В V|Г G H|Ґ G|Ѓ G GJ|Д D|Ђ D DJ|Е E YE IE|Ё E IO YO|Є IE YE|Ж ZH Z|З Z|Ѕ DZ Z|И I Y|І I|Ї I YI|Й I Y J|Ј J|К K|Ќ K KJ|Л L|Љ LJ|
М M|Н N|Њ NJ|О O|П P|Р R|С S|Т T|Ћ C|У U|Ў U|Ф F|Х KH H|Ц TS C|Ч CH C|Џ DZ DJ|Ш SH S|Щ SHCH SHT|Ъ IE A -|Ы Y|Ь - Y|Э E|Ю IU YU|Я IA YA|
Ѫ U A
"""

# 9303-3 has no table of Greek: ELOT 743, which Greek passports follow. Pairs are looked up before letters.
_GREEK = """
Α A|Β V|Γ G|Δ D|Ε E|Ζ Z|Η I|Θ TH|Ι I|Κ K|Λ L|Μ M|Ν N|Ξ X|Ο O|Π P|Ρ R|Σ S|Τ T|Υ Y|Φ F|Χ CH|Ψ PS|Ω O
"""
_GREEK_PAIRS = """
ΟΥ OU|ΑΥ AV AF|ΕΥ EV EF|ΗΥ IV IF|ΜΠ B MP|ΓΓ NG|ΓΞ NX|ΓΧ NCH
"""


def _table(text: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.split() for entry in text.replace("\n", "").split("|"))
    return {letter: tuple("" if form == "-" else form for form in forms) for letter, *forms in entries}


LETTERS: Mapping[str, tuple[str, ...]] = _table(_LATIN) | _table(_CYRILLIC) | _table(_GREEK)
"""Capital letter -> the ways to write it, the recommended one first. Letters with accents that are only left away are not here."""

PAIRS: Mapping[str, tuple[str, ...]] = _table(_GREEK_PAIRS)
"""Two letters that are written as one sound."""
