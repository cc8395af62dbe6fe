# ruff: noqa: RUF001 - the letters are meant: Cyrillic and Greek
"""Whether a printed name and its MRZ form are the same (ICAO 9303-3 section 6)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.document import PageSide, Reading, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.domain.transliteration import LETTERS
from kiosk.services.document_names import (
    divided,
    has_words_shortened,
    is_part_of_name,
    lacks_words,
    leaves_accents_open,
    looks_same_number,
    same_but_for_lost_accents,
    same_name,
    same_number,
    transliterated,
    with_blanks,
)


@pytest.mark.parametrize(
    ("printed", "mrz"),
    [
        ("BELL", "BELL"),
        ("Brian", "BRIAN"),
        ("ROZÁLIA IRMA", "ROZALIA IRMA"),
        ("MÜLLER", "MUELLER"),
        ("MÜLLER", "MULLER"),
        ("GROß", "GROSS"),
        ("ØSTERGÅRD", "OESTERGAARD"),
        ("ØSTERGÅRD", "OSTERGARD"),
        ("ŁUKASZ", "LUKASZ"),
        ("MUÑOZ", "MUNOZ"),
        ("ÞÓRDÍS", "THORDIS"),
        ("KOWALSKA-KWIATKOWSKA", "KOWALSKA KWIATKOWSKA"),
        ("O'CONNOR", "OCONNOR"),
        ("O\u2019CONNOR", "OCONNOR"),
        ("D'ARC, MARIE", "DARC MARIE"),
        ("ANNAMARIA", "ANNA MARIA"),
        ("POPESCU-ȘTEFĂNEȚ", "POPESCU STEFANET"),
        ("IŞIK İNÖNÜ", "ISIK INONU"),
        ("ƏLİYEV", "ELIYEV"),
        ("GUÐMUNDSDÓTTIR ÆGIR", "GUDMUNDSDOTTIR AEGIR"),
        ("MUSTERMANN GEB. GABLER", "MUSTERMANN"),
        ("D´ANGELO", "DANGELO"),
        ("ИВАНОВ", "IVANOV"),
        ("ИВАНОВ / IVANOV", "IVANOV"),
        ("ЩЕРБАКОВ ЮРИЙ", "SHCHERBAKOV IURII"),
        ("ЮРИЙ", "YURIY"),
        ("ЗЕЛЕНСЬКИЙ", "ZELENSKYI"),
        ("ЂОКОВИЋ", "DJOKOVIC"),
        ("ЩЕРЕВ", "SHTEREV"),
        ("ΠΑΠΑΔΟΠΟΥΛΟΣ", "PAPADOPOULOS"),
        ("ΓΕΏΡΓΙΟΣ ΜΠΑΛΤΑΣ", "GEORGIOS BALTAS"),
        ("ΑΓΓΕΛΟΣ ΕΥΑΓΓΕΛΟΥ", "ANGELOS EVANGELOU"),
    ],
)
def test_forms_of_one_name(printed: str, mrz: str) -> None:
    assert same_name(printed, mrz)


@pytest.mark.parametrize(
    ("printed", "mrz"),
    [
        ("BELL", "BALL"),
        ("BELL", ""),
        ("", "BELL"),
        ("BELLA", "BELL"),
        ("ANNA", "HANNA"),
        ("MÜLLER", "MOLLER"),
        ("ANNA MARIA EVA", "ANNA M EVA"),  # a name that fits its line is not shortened
        ("ИВАНОВ", "PETROV"),
        ("BENNELONG WOOLOOMOOLOO WARRANDYTE", "B W W"),  # nothing whole is left
    ],
)
def test_different_names(printed: str, mrz: str) -> None:
    assert not same_name(printed, mrz)


@pytest.mark.parametrize(
    ("printed", "mrz", "room"),
    [
        ("NILAVADHANANANDA CHAYAPA DEJTHAMRONG", "NILAVADHANANANDA", 0),
        ("NILAVADHANANANDA CHAYAPA DEJTHAMRONG", "NILAVADHANANANDA", 7),  # CHAYAPA and the filler before it take eight
        ("PAPANDROPOULOUS JONATHON WARREN TREVOR", "PAPANDROPOULOUS JONATHON WARREN TR", 0),
        ("BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL", "BENNELONG WOOLOOMOOLOO WARRANDYTE W", 0),
        ("NILAVADHANANANDA CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA C D KRASUANG", 3),
        ("MARIA-ALEXANDRA CHARLOTTE", "MARI", 0),
        ("ALEXANDRA", "ALEXAND", 1),
        ("MÜLLER", "MU", 0),
    ],
)
def test_a_name_is_cut_where_its_line_is_full(printed: str, mrz: str, room: int) -> None:
    assert same_name(printed, mrz, room=room)
    assert not same_name(printed, mrz)
    assert not same_name(printed, mrz, room=22)


@pytest.mark.parametrize(
    ("printed", "mrz", "room"),
    [
        ("ALEXANDRA", "ALEXANDR", 1),  # the last letter would have fitted
        ("ALEXANDRA", "ALEXAND", 2),  # cut in the middle, and room left
        ("JOHN PETER", "JOHN", 6),  # a blank and five letters
        ("NOVAKOVA", "NOVAK", 24),
        ("BENNELONG", "WOOLOOMOOLOO", 0),
        ("BENNELONG", "", 0),
    ],
)
def test_a_name_that_would_have_fitted_is_not_cut(printed: str, mrz: str, room: int) -> None:
    assert not same_name(printed, mrz, room=room)


def test_words_that_the_mrz_lacks_are_told_from_other_spellings() -> None:
    assert lacks_words("JOHN PETER", "JOHN")
    assert lacks_words("JOHN PETER", "PETER")
    assert lacks_words("ANNA MARIA EVA", "ANNA EVA")
    assert lacks_words("ANNA-MARIA EVA", "ANNAMARIA")
    assert not lacks_words("JOSEPHINE", "JOSEPH")
    assert not lacks_words("JOHN PETER", "JOHN PETE")
    assert not lacks_words("JOHN", "JOHN")
    assert not lacks_words("JOHN PETER", "")


@pytest.mark.parametrize(
    ("printed", "mrz", "is_open"),
    [
        ("DÜLKOVÁ", "DULKOVA", True),  # may be DŮLKOVÁ
        ("DÜLKOVÁ", "DUELKOVA", False),
        ("DÜLKOVÁ", "DUXXLKOVA", False),
        ("NOVÁKOVÁ", "NOVAKOVA", False),
        ("ØSTERGÅRD", "OESTERGARD", True),
        ("ØSTERGÅRD", "OESTERGAARD", False),
        ("MUÑOZ", "MUNOZ", False),
        ("BELL", "BELL", False),
    ],
)
def test_a_mark_that_the_mrz_spells_out_elsewhere_is_not_confirmed_by_its_absence(printed: str, mrz: str, is_open: bool) -> None:
    assert leaves_accents_open(printed, mrz) is is_open


def test_a_letter_with_an_accent_may_be_another_one_misread() -> None:
    assert same_but_for_lost_accents("VAN DER ZANDVOORT-ŁACZYÚSKA DE LA PEÑARANDA", "VAN DER ZANDVOORT LACZYN", room=0)
    assert same_but_for_lost_accents("ŁACZYÚSKA", "LACZYNSKA")
    assert not same_but_for_lost_accents("LACZYUSKA", "LACZYNSKA")
    assert not same_but_for_lost_accents("LACZYNS", "LACZYNSKA")
    assert not same_but_for_lost_accents("ÁÉÚ", "XYZ")  # of a name of accents nothing would be left


def test_a_full_name_may_be_cut_in_both_its_halves() -> None:
    assert has_words_shortened("MARIA CHARLOTTE VAN DER ZANDVOORT", "MARI VAN DER ZANDV")
    assert not has_words_shortened("MARIA CHARLOTTE VAN DER ZANDVOORT", "MARI VON DER ZANDV")


def test_an_accent_that_ocr_missed_is_no_contradiction_and_no_agreement() -> None:
    assert not same_name("SOLVI", "SOELVI")
    assert same_but_for_lost_accents("SOLVI", "SOELVI")
    assert not same_but_for_lost_accents("SOLVI", "SILVI")


def test_numbers_are_compared_without_their_punctuation() -> None:
    assert same_number("695622/0612", "6956220612")
    assert not same_number("BB456987", "BB456981")
    assert looks_same_number("O12345", "012345")
    assert not looks_same_number("O12345", "012346")


def test_whole_words_that_are_missing_are_a_part() -> None:
    assert is_part_of_name("GARCÍA", "GARCIA LOPEZ")
    assert is_part_of_name("LÓPEZ", "GARCIA LOPEZ")
    assert not is_part_of_name("GARCI", "GARCIA LOPEZ")
    assert not is_part_of_name("GARCIA LOPEZ", "GARCIA")
    assert not is_part_of_name("", "GARCIA LOPEZ")


letters = st.text(sorted(LETTERS) + list("ABCDEFGHIJKLMNOPQRSTUVWXYZÁČŠŘÎÊÓ'- "), max_size=60)


@given(letters)
def test_a_name_is_the_same_as_its_own_transliteration(name: str) -> None:
    written = transliterated(name)
    assert written == "" or same_name(name, written)
    assert all(character.isascii() and (character.isupper() or character == " ") for character in written)


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_names_break_the_comparison(one: str, other: str) -> None:
    assert isinstance(same_name(one, other), bool)
    assert isinstance(same_but_for_lost_accents(one, other), bool)
    assert not is_part_of_name(one, one)


@given(st.text("ABCDEFGHIJ", min_size=6, max_size=30), st.integers(0, 29))
def test_another_letter_is_another_name(name: str, place: int) -> None:
    place %= len(name)
    other = name[:place] + ("Z" if name[place] != "Z" else "Y") + name[place + 1 :]
    assert not same_name(name, other)


@pytest.mark.parametrize(
    ("printed", "mrz", "whole"),
    [
        ("GRETELJÖRDIS", "GRETEL JOERDIS", "GRETEL JÖRDIS"),
        ("ANNA KATARÍNAMARIA", "ANNA KATARINA MARIA", "ANNA KATARÍNA MARIA"),
        ("L'EXEMPLEBEAUPRÉ", "LEXEMPLE BEAUPRE", "L'EXEMPLE BEAUPRÉ"),
        ("ANNE-SOPHIE", "ANNE SOPHIE", "ANNE-SOPHIE"),
        ("MARIA", "MARIA ANNA", "MARIA"),
        ("EVAMARIE", "EVA MARTA", "EVAMARIE"),
        ("VONDERHEIDEBACH GEB. MOSER", "VON DER HEIDE BACH", "VONDERHEIDEBACH GEB. MOSER"),
        ("MARIADELCARMEN / МАРИАДЕЛКАРМЕН", "MARIA DEL CARMEN", "MARIADELCARMEN / МАРИАДЕЛКАРМЕН"),
    ],
)
def test_a_name_has_the_blanks_of_the_mrz(printed: str, mrz: str, whole: str) -> None:
    assert divided(printed, mrz) == whole


def test_a_name_whose_blank_stands_in_the_mrz_alone_asks_for_a_look() -> None:
    read = Reading("EVAMARIE", Source.VISUAL_ZONE, 0.99, PageSide.FRONT)
    said = Reading("EVA MARIE", Source.MRZ, 0.98, PageSide.BACK)
    found = with_blanks(read, said)
    assert found.value == "EVA MARIE"
    assert max(found.confidence, found.accents) < OCR_THRESHOLD
    assert with_blanks(replace(read, value="EVA MARIE"), said).confidence == 0.99


@given(st.lists(st.text("ABCDEFGHIJ", min_size=2, max_size=8), min_size=1, max_size=4))
def test_a_name_that_lost_all_its_blanks_gets_them_back(words: list[str]) -> None:
    assert divided("".join(words), " ".join(words)) == " ".join(words)


@given(st.lists(st.text("ABCDEFGHIJÄÜ'-", min_size=1, max_size=8), max_size=4), st.text("ABÄЖ ./-", max_size=12), st.text(max_size=12))
def test_whatever_stands_behind_a_name_that_lost_its_blanks_breaks_nothing(words: list[str], behind: str, other: str) -> None:
    for end in (behind, f" / {other}", f" GEB. {behind}"):
        for printed in ("".join(words) + end, other):
            found = divided(printed, " ".join(words))
            assert found.replace(" ", "") == printed.replace(" ", ""), "nothing but blanks is added"
