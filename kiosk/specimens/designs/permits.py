"""A residence permit in the European manner, for a holder who is nobody's national (XXB), with a printed fingerprint."""

from __future__ import annotations

from kiosk.domain.document import FieldName, PageSide
from kiosk.specimens.canvas import Canvas, Style
from kiosk.specimens.palettes import SKY
from kiosk.specimens.plan import ID1, STATE, Design, Facts, Pages, Size, icao_lines, printed_date
from kiosk.specimens.symbols import symbol

REFUGEE = "XXB"


def _permit(facts: Facts, size_mm: Size) -> Pages:
    """Numbers over eleven characters, a code of ICAO's for the nationality, Aztec and fingerprint on the back."""
    holder = facts.person
    front = Canvas(size_mm, SKY, facts.seed, style=Style(label=1.3, value=2.5, step=2.9, line=2.8, stretch=0.86, font="DejaVuSans-Bold"))
    front.text(30.6, 5.4, "RESIDENCE PERMIT", 3.0, font="DejaVuSans-Bold", ink=SKY.dark, stretch=0.88)
    front.text(30.6, 8.6, "TITRE DE SÉJOUR · POVOLENIE NA POBYT", 1.6, ink=SKY.dark, stretch=0.86)
    front.text(82.0, 7.4, STATE, 3.4, font="DejaVuSans-Bold", ink=SKY.accent, anchor="rs")
    front.emblem(8.4, 7.0, 8.0)
    front.portrait(facts.portrait, 3.4, 13.0, 25.0, 32.1, facts.portrait_face, colour=0.0)
    front.ghost(facts.portrait, 70.4, 12.2, 12.0, 15.4, facts.portrait_face, strength=0.5)
    left, right = 31.0, 58.0
    front.entry(left, 12.4, "NUMBER", facts.number, FieldName.DOCUMENT_NUMBER, font="DejaVuSansMono-Bold", width=36)
    front.entry(left, 18.4, "1. SURNAME", holder.surname, FieldName.SURNAME, width=38)
    front.entry(left, 24.4, "2. GIVEN NAMES", holder.given_names, FieldName.GIVEN_NAMES, width=38)
    front.entry(left, 30.4, "3. SEX", holder.gender, FieldName.GENDER)
    front.entry(43.0, 30.4, "4. NATIONALITY", facts.nationality, FieldName.NATIONALITY)
    front.entry(
        right + 2.0, 30.4, "5. DATE OF BIRTH", _spaced(holder.date_of_birth), FieldName.DATE_OF_BIRTH, value=holder.date_of_birth, width=22
    )
    front.entry(left, 36.4, "6. TYPE OF PERMIT", "PERMANENT RESIDENCE", width=26)
    front.entry(right + 2.0, 36.4, "7. CARD EXPIRY", _spaced(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, width=22)
    front.label(left, 42.4, "8. SIGNATURE OF HOLDER")
    front.signature(33.0, 48.6, 20.0, facts.seed)
    front.shimmer(27.4, 43.0, 9.0)
    front.stamp(71.0, 47.6, 2.5, 4)

    back = Canvas(size_mm, SKY, facts.seed + 1, style=Style(label=1.3, value=2.2, step=2.5, line=2.6, stretch=0.86, font="DejaVuSans-Bold"))
    back.fingerprint(4.0, 4.0, 16.0, 21.0, facts.seed)
    back.label(4.0, 27.6, "RIGHT INDEX FINGER")
    left = 24.0
    back.entry(left, 4.8, "9. DATE OF ISSUE", _spaced(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=20)
    back.entry(left, 10.6, "10. ISSUING AUTHORITY", "BUREAU OF RESIDENCE ZENITH", FieldName.ISSUING_AUTHORITY, width=36)
    back.entry(left, 16.4, "11. PLACE OF BIRTH", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=36)
    back.entry(left, 22.2, "REMARKS", "WORK PERMITTED", width=36)
    back.code(64.0, 3.6, 18.4, 18.4, symbol("Aztec", f"UTO/AR/{facts.number}/{facts.expires}"))
    back.stamp(60.0, 29.4, 2.4, 4)
    back.emblem(77.4, 28.0, 7.0)
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


def _spaced(iso: str) -> str:
    return printed_date(iso, "{d} {m} {y}")


DESIGNS = {
    "permit": Design(
        "residence-permit", "TD1", ID1, _permit, lambda facts: icao_lines(facts, "TD1", code="AR"), "tr", "@@#########", nationality=REFUGEE
    ),
}
