"""The layout of a page, where titles and labels cannot be read."""

from __future__ import annotations

import pytest

from kiosk.domain.document import PageSide, Quad
from kiosk.domain.mrz import parse_mrz
from kiosk.ports import TextLine
from kiosk.services.document_fields import context_of
from kiosk.services.document_templates import load_templates, template_by_id
from kiosk.services.template_layout import by_layout
from kiosk.services.template_match import TemplateMatch, evidence_from, score_templates

TODAY = "2026-11-21"
SIZE = (1000, 630)
MRZ = ("I<UTOMM101179<1<<<<<<<<<<<<<<<", "5103098F3404159UTO<<<<<<<<<<<6", "OERNEK<<ANNA<<<<<<<<<<<<<<<<<<")
BACK = (
    ("7 HARBOUR STREET, 6684 ZENITH", 0.05, 0.125),
    ("PORT CLARITY", 0.05, 0.24),
    ("16.04.2024", 0.4, 0.24),
    ("CITY OF ZENITH", 0.05, 0.36),
)


def lines(*texts: tuple[str, float, float], sure: float = 0.97) -> tuple[TextLine, ...]:
    """Texts with the places of their left ends and middles, as shares of the page."""
    found = []
    for text, left, middle in texts:
        x, y = left * SIZE[0], middle * SIZE[1]
        quad: Quad = ((x, y - 8), (x + 9 * len(text), y - 8), (x + 9 * len(text), y + 8), (x, y + 8))
        found.append(TextLine(text, sure, quad))
    return tuple(found)


def told(printed: tuple[TextLine, ...], mrz: tuple[str, ...] = MRZ) -> TemplateMatch | None:
    zone = parse_mrz(mrz)
    assert zone is not None
    assert zone.holds
    evidence = evidence_from([line.text for line in printed], zone, {}, today=TODAY, size=SIZE, located=True, side=PageSide.BACK)
    allowed = [match for match in score_templates(evidence, load_templates()) if "mrz" in match.reasons]
    return by_layout(printed, allowed, context_of(TODAY), SIZE)


def test_values_in_their_places_tell_the_layout() -> None:
    found = told(lines(*BACK))
    assert found is not None
    assert (found.template.id, found.side) == ("specimen-td1", PageSide.BACK)


@pytest.mark.parametrize(
    "printed",
    [
        (),
        BACK[:1],  # too little
        tuple((text, left + 0.3, middle + 0.2) for text, left, middle in BACK),  # nowhere
        (*BACK, *((f"OTHER TEXT {'ABCDEFGHI'[row]}", 0.7, 0.05 + 0.1 * row) for row in range(9))),  # a page that says much more
    ],
)
def test_what_no_layout_explains_tells_none(printed: tuple[tuple[str, float, float], ...]) -> None:
    assert told(lines(*printed)) is None


def test_what_is_read_badly_tells_none() -> None:
    assert told(lines(*BACK, sure=0.7)) is None


def test_two_layouts_that_fit_alike_tell_none() -> None:
    template = template_by_id("specimen-td1")
    assert template is not None
    twice = [TemplateMatch(template, PageSide.BACK, 0.5), TemplateMatch(template, PageSide.BACK, 0.5)]
    assert by_layout(lines(*BACK), twice, context_of(TODAY), SIZE) is None
    assert by_layout(lines(*BACK), twice[:1], context_of(TODAY), SIZE) is not None
