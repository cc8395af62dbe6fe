"""What a page as a whole says of its values: cut ones are doubted, Romanian is spelled as Romanian."""

from __future__ import annotations

import numpy as np

from kiosk.domain.document import Field, FieldName, PageSide, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.imaging.geometry import box_quad
from kiosk.ports import TextLine
from kiosk.services.page_fields import page_fields
from kiosk.services.page_look import PageLook

PAGE = np.full((630, 1000, 3), 220, np.uint8)


def read(*texts: tuple[str, float, float]) -> dict[FieldName, tuple[str, float]]:
    lines = tuple(TextLine(text, 0.99, box_quad(x, y, x + 14 * len(text), y + 24)) for text, x, y in texts)
    found: tuple[Field, ...] = page_fields(PageLook(PAGE, None, lines=lines), (), PageSide.FRONT, today="2026-11-21").fields
    readings = {one.name: one.of(Source.VISUAL_ZONE) for one in found}
    return {name: (reading.value, reading.confidence) for name, reading in readings.items() if reading is not None}


def test_a_value_at_the_edge_of_its_page_is_doubted_however_clear_its_letters() -> None:
    whole = read(("Address", 40, 60), ("59 STATION ROAD", 40, 88))
    cut = read(("Address", 2, 60), ("9 STATION ROAD", 2, 88))
    assert whole[FieldName.ADDRESS] == ("59 STATION ROAD", whole[FieldName.ADDRESS][1])
    assert cut[FieldName.ADDRESS][1] < OCR_THRESHOLD < whole[FieldName.ADDRESS][1]


def test_romanian_has_commas_below_and_turkish_cedillas() -> None:
    romanian = read(("Nume/Nom/Last name", 40, 60), ("ŞTEFĂNIŢĂ", 40, 88))
    turkish = read(("Surname", 40, 60), ("ŞAHİN", 40, 88))
    assert romanian[FieldName.SURNAME][0] == "ȘTEFĂNIȚĂ"
    assert turkish[FieldName.SURNAME][0] == "ŞAHİN"


def test_one_page_has_commas_or_cedillas_below_not_both() -> None:
    """Read from a display: IȘIL GÜLŞEN, the first with a probability of 0.84."""
    assert read(("Surname", 40, 60), ("IȘIL GÜLŞEN", 40, 88))[FieldName.SURNAME][0] == "IŞIL GÜLŞEN"
    assert read(("Surname", 40, 60), ("ȘERBAN", 40, 88))[FieldName.SURNAME][0] == "ȘERBAN"


def test_labels_that_several_languages_have_spell_no_name() -> None:
    """ "Adresa" is Czech, Slovak and Romanian."""
    found = read(("Surname / Priezvisko", 40, 60), ("ŞAHİN", 40, 88), ("Adresa", 40, 140), ("HLAVNÁ 5", 40, 168))
    assert found[FieldName.SURNAME][0] == "ŞAHİN"


def test_an_s_that_the_letters_of_other_values_spell_asks_for_a_look() -> None:
    """Somebody from Turkey may live at a Romanian address."""
    found = read(("Surname", 40, 60), ("ŞEKER", 40, 88), ("Address", 40, 140), ("STRADA BRĂILEI 5", 40, 168))
    assert found[FieldName.SURNAME][0] == "ȘEKER"
    assert found[FieldName.SURNAME][1] < OCR_THRESHOLD < found[FieldName.ADDRESS][1]
    proven = read(("Surname", 40, 60), ("ŞTEFĂNIŢĂ", 40, 88))
    assert proven[FieldName.SURNAME][1] > OCR_THRESHOLD, "of one name no more than one language's"


def test_long_lines_that_stand_at_a_margin_turn_no_page() -> None:
    """Of a level page three lines were long, two of them imprints that stand."""
    texts = ("Surname", "NOVAK", "Given names", "PETR", "Date of birth", "01.02.1980")
    places = ((100, 16, 50), (120, 20, 60), (160, 16, 60), (180, 20, 60), (220, 16, 63), (240, 20, 70))
    level = [TextLine(text, 0.99, box_quad(200, y, 200 + wide, y + high)) for text, (y, high, wide) in zip(texts, places, strict=True)]
    standing = [TextLine(f"12345{x} OFFICE", 0.99, ((x, 60), (x, 300), (x - 14, 300), (x - 14, 60))) for x in (40, 600)]
    title = TextLine("REPUBLIKA SPECIMENIA", 0.99, box_quad(100, 20, 500, 44))
    found = page_fields(PageLook(PAGE, None, lines=(*level, title, *standing)), (), PageSide.FRONT, today="2026-11-21").fields
    values = {one.name: one.readings[0].value for one in found}
    assert values == {FieldName.SURNAME: "NOVAK", FieldName.GIVEN_NAMES: "PETR", FieldName.DATE_OF_BIRTH: "1980-02-01"}
