"""Labels and values in Greek and Cyrillic, and labels that only look like ones."""

from __future__ import annotations

import pytest

from kiosk.domain.document import FieldName, PageSide
from kiosk.imaging.geometry import box_quad
from kiosk.ports import TextLine
from kiosk.services.document_fields import context_of, visual_fields
from kiosk.services.document_values import value_of
from kiosk.services.document_words import compact, load_words, plain

CONTEXT = context_of("2026-11-21")


def read(*texts: str) -> dict[FieldName, str]:
    """Lines below each other."""
    lines = [TextLine(text, 0.99, box_quad(40, 40 + 30 * row, 40 + 12 * len(text), 62 + 30 * row)) for row, text in enumerate(texts)]
    return {name: readings[0].value for name, readings in visual_fields(lines, PageSide.FRONT, CONTEXT).items()}


def test_bulgarian_labels_are_labels() -> None:
    found = read("Фамилия", "ПЕТРОВА", "Дата на раждане", "03.02.1990", "Валидност", "01.01.2033")
    assert found == {FieldName.SURNAME: "ПЕТРОВА", FieldName.DATE_OF_BIRTH: "1990-02-03", FieldName.DATE_OF_EXPIRY: "2033-01-01"}


def test_a_fathers_name_is_not_the_surname() -> None:
    assert FieldName.SURNAME not in read("Презиме", "ИВАНОВА")


def test_greek_labels_are_labels_with_accents_or_without() -> None:
    for label in ("Επώνυμο", "ΕΠΩΝΥΜΟ"):
        assert read(label, "ΠΑΠΑΔΟΠΟΥΛΟΥ") == {FieldName.SURNAME: "ΠΑΠΑΔΟΠΟΥΛΟΥ"}


def test_a_reader_that_takes_greek_letters_for_latin_ones_still_finds_the_label() -> None:
    latin = "EΠΩNYMO"  # E, N, Y, M, O are Latin here
    assert plain(latin) != plain("ΕΠΩΝΥΜΟ")
    assert compact(latin) == compact("ΕΠΩΝΥΜΟ")


def test_a_name_of_two_scripts_is_misread() -> None:
    assert value_of(FieldName.SURNAME, "YNOΔEITMA", CONTEXT) is None
    assert value_of(FieldName.SURNAME, "ΥΠΟΔΕΙΓΜΑ", CONTEXT) is not None


def test_labels_of_all_languages_are_letters_that_are_compared() -> None:
    for key, labels in load_words().printed_labels.items():
        assert all(compact(label) for label in labels), key


@pytest.mark.parametrize("text", ["VALLÉE-DE-L'EST", "VALLE DEL ESTE", "NAMUR", "EXPERT STREET 5"])
def test_a_place_that_resembles_a_label_is_none(text: str) -> None:
    assert read("Place of birth", text)[FieldName.PLACE_OF_BIRTH] == text


def test_a_value_behind_a_colon_is_the_labels_however_short_it_is() -> None:
    found = read("Nom : DUPONT", "Prénom(s) : BENOÎT", "Né(e) le : 03.10.1979")
    assert found == {FieldName.SURNAME: "DUPONT", FieldName.GIVEN_NAMES: "BENOÎT", FieldName.DATE_OF_BIRTH: "1979-10-03"}


def test_labels_of_several_languages_in_a_row_stay_one_label() -> None:
    assert read("Surname / Nom / Priezvisko", "NOVÁ") == {FieldName.SURNAME: "NOVÁ"}
