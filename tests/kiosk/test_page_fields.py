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
