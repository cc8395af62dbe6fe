"""Specimen documents of the state of Utopia (UTO), each with its exact truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kiosk.domain.document import FieldName, PageSide, Quad
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.canvas import Canvas
from kiosk.specimens.guilloche import Palette
from kiosk.specimens.mrz_lines import mrz_lines, with_wrong_digit
from kiosk.specimens.person import Person, document_number, person
from kiosk.specimens.truth import BarcodeTruth, Specimen, SpecimenTruth

__all__ = ["ASTRONAUT_FACE", "DESIGNS", "Specimen", "SpecimenTruth", "astronaut", "specimen"]

STATE = "UTO"
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
ASTRONAUT_FACE: Box = (172.0, 64.0, 102.0, 128.0)
"""From brow to chin in scikit-image's 512x512 picture, measured once, so that drawing needs no face detector."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is printed. Dates YYYY-MM-DD."""

    seed: int
    design: str
    person: Person
    number: str
    issued: str
    expires: str
    lines: tuple[str, ...]
    portrait: Image
    portrait_face: Box | None


@dataclass(slots=True)
class _Print:
    """What a design's drawing gives."""

    pages: dict[PageSide, Canvas]
    portrait_box: Box
    mrz_side: PageSide
    mrz_box: Box
    printed: dict[FieldName, str]
    barcode: BarcodeTruth | None = None


@dataclass(frozen=True, slots=True)
class _Design:
    type: str
    mrtd: str
    size_mm: tuple[float, float]
    draw: Callable[[_Facts, tuple[float, float]], _Print]


def astronaut() -> Image:
    """Portrait of an astronaut, BGR 512x512: a public-domain NASA photograph that comes with scikit-image."""
    from skimage import data  # 0.3 s and scipy: only when the picture is wanted

    picture = np.asarray(data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(picture[..., ::-1])


def specimen(
    design: str,
    *,
    portrait: Image | None = None,
    portrait_face: Box | None = None,
    seed: int = 0,
    expired: bool = False,
    misprint: bool = False,
) -> Specimen:
    """Draw a specimen; the same arguments give the same pixels.

    Args:
        design: "td1" (identity card, two pages), "td2" (residence card), "td3" (passport data page), "mrv-a" or "mrv-b" (visas).
        portrait: BGR; the astronaut when None.
        portrait_face: its face box, from a detector; without it the picture's upper middle is kept.
        seed: chooses person, numbers and background; 0 is the demo's ANNA MARIA ERIKSSON.
        expired: the date of expiry has passed.
        misprint: the check digit of the document number is wrong in the MRZ, as printed.
    Raises BadInput(BAD_ARGUMENT) for a design that is not there.
    """
    if design not in DESIGNS:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no specimen design {design!r}; there are {', '.join(DESIGNS)}")
    plan = DESIGNS[design]
    if portrait is None:
        portrait, portrait_face = astronaut(), ASTRONAUT_FACE
    holder = person(seed)
    issued, expires = ("2012-04-16", "2022-04-15") if expired else ("2024-04-16", "2034-04-15")
    number = document_number(seed, design)
    lines = mrz_lines(
        plan.mrtd,
        state=STATE,
        surname=holder.surname,
        given_names=holder.given_names,
        number=number,
        nationality=STATE,
        date_of_birth=holder.date_of_birth,
        gender=holder.gender,
        date_of_expiry=expires,
        optional=holder.personal_number if plan.mrtd == "TD3" else "",
    )
    if misprint:
        lines = with_wrong_digit(lines, plan.mrtd)
    printed = plan.draw(_Facts(seed, design, holder, number, issued, expires, lines, portrait, portrait_face), plan.size_mm)
    pages = {side: canvas.picture() for side, canvas in printed.pages.items()}
    boxes = {name: (side, box) for side, canvas in printed.pages.items() for name, box in canvas.field_boxes.items()}
    truth = SpecimenTruth(
        design=design,
        type=plan.type,
        mrtd=plan.mrtd,
        country=STATE,
        fields=printed.printed,
        field_sides={name: side for name, (side, _box) in boxes.items()},
        field_boxes={name: box for name, (_side, box) in boxes.items()},
        mrz_lines=lines,
        mrz_valid=not misprint,
        mrz_side=printed.mrz_side,
        mrz_box=printed.mrz_box,
        expired=expired,
        portrait_box=printed.portrait_box,
        corners={side: _corners(page) for side, page in pages.items()},
        size_mm=plan.size_mm,
        barcode=printed.barcode,
    )
    return Specimen(pages, truth)


def _corners(page: Image) -> Quad:
    height, width = page.shape[:2]
    return (0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))


def _dotted(iso: str) -> str:
    return f"{iso[8:]}.{iso[5:7]}.{iso[:4]}"


def _spelled(iso: str) -> str:
    return f"{iso[8:]} {_MONTHS[int(iso[5:7]) - 1]} {iso[:4]}"


def _person_fields(facts: _Facts) -> dict[FieldName, str]:
    """The values that every design prints."""
    return {
        FieldName.SURNAME: facts.person.surname,
        FieldName.GIVEN_NAMES: facts.person.given_names,
        FieldName.DATE_OF_BIRTH: facts.person.date_of_birth,
        FieldName.GENDER: facts.person.gender,
        FieldName.NATIONALITY: STATE,
        FieldName.DOCUMENT_NUMBER: facts.number,
        FieldName.DATE_OF_EXPIRY: facts.expires,
        FieldName.ISSUING_STATE: STATE,
    }


# --- designs -------------------------------------------------------------------------------------------------------

_TEAL = Palette(
    (214, 236, 240), (240, 243, 232), (250, 228, 214), ((44, 132, 150), (196, 118, 92), (70, 110, 168)), (22, 74, 96), (28, 128, 140)
)
_PLUM = Palette(
    (238, 226, 240), (250, 242, 232), (224, 234, 246), ((138, 72, 128), (86, 112, 178), (190, 110, 100)), (92, 34, 72), (150, 52, 92)
)
_OLIVE = Palette(
    (226, 240, 222), (248, 246, 226), (222, 238, 240), ((74, 136, 84), (176, 150, 60), (60, 130, 150)), (34, 80, 52), (62, 132, 82)
)
_AZURE = Palette(
    (220, 232, 250), (244, 240, 250), (250, 232, 238), ((64, 96, 184), (178, 92, 140), (70, 150, 170)), (32, 48, 118), (58, 92, 188)
)
_AMBER = Palette(
    (250, 238, 214), (250, 246, 238), (226, 240, 236), ((196, 136, 48), (88, 142, 130), (186, 96, 72)), (112, 62, 16), (190, 118, 30)
)


def _td1(facts: _Facts, size_mm: tuple[float, float]) -> _Print:
    holder = facts.person
    front = Canvas(size_mm, _TEAL, facts.seed)
    front.emblem(7.2, 6.6, 7.4)
    front.text(12.6, 6.0, "UTOPIA", 3.5, font="DejaVuSerif-Bold", ink=_TEAL.dark)
    front.text(12.6, 9.3, "IDENTITY CARD · OBČIANSKY PREUKAZ · CARTE D'IDENTITÉ", 1.7, ink=_TEAL.dark)
    front.text(82.2, 6.6, STATE, 3.7, font="DejaVuSans-Bold", ink=_TEAL.accent, anchor="rs")
    front.rule(3.4, 11.2, 78.8)
    portrait_box = front.portrait(facts.portrait, 3.4, 13.4, 25.5, 32.8, facts.portrait_face)
    front.shimmer(27.4, 43.2, 10.5)
    left, right = 32.0, 60.5
    front.field(left, 15.0, "Surname / Priezvisko / Nom", holder.surname, FieldName.SURNAME, width=50)
    front.field(left, 21.7, "Given names / Meno / Prénoms", holder.given_names, FieldName.GIVEN_NAMES, width=50)
    front.field(left, 28.4, "Nationality / Št. občianstvo", STATE, FieldName.NATIONALITY)
    front.field(right, 28.4, "Sex / Pohlavie", holder.gender, FieldName.GENDER)
    front.field(left, 35.1, "Date of birth / Dátum narodenia", _dotted(holder.date_of_birth), FieldName.DATE_OF_BIRTH, width=27)
    front.field(right, 35.1, "Personal No. / Osobné číslo", holder.personal_number, FieldName.PERSONAL_NUMBER, width=23)
    front.field(left, 41.8, "Document No. / Číslo preukazu", facts.number, FieldName.DOCUMENT_NUMBER, width=27)
    front.field(right, 41.8, "Date of expiry / Platnosť do", _dotted(facts.expires), FieldName.DATE_OF_EXPIRY, width=23)
    front.signature(34.0, 50.0, 20.0, facts.seed)
    front.text(left, 52.6, "Signature / Podpis", 1.3, ink=_TEAL.dark)
    front.stamp(71.4, 50.2, 2.5, 6)
    front.text(3.4, 50.2, facts.number, 2.0, font="DejaVuSansMono-Bold", ink=_TEAL.accent)

    back = Canvas(size_mm, _TEAL, facts.seed + 1)
    back.field(4.0, 4.4, "Address / Adresa / Adresse", ", ".join(holder.address), FieldName.ADDRESS, width=54, size=2.3, step=3.0)
    back.field(
        4.0, 10.8, "Place of birth / Miesto narodenia", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=26, size=2.3, step=3.0
    )
    back.field(34.0, 10.8, "Date of issue / Dátum vydania", _dotted(facts.issued), FieldName.DATE_OF_ISSUE, width=25, size=2.3, step=3.0)
    back.field(4.0, 17.2, "Authority / Vydal / Autorité", "CITY OF ZENITH", FieldName.ISSUING_AUTHORITY, width=26, size=2.3, step=3.0)
    back.stamp(45.6, 19.4, 2.1, 0)
    back.emblem(72.2, 7.4, 8.6)
    back.text(72.2, 15.4, "UTOPIA", 2.2, font="DejaVuSerif-Bold", ink=_TEAL.dark, anchor="ms")
    back.text(72.2, 18.2, "This card remains the", 1.35, ink=_TEAL.dark, anchor="ms")
    back.text(72.2, 20.2, "property of its holder", 1.35, ink=_TEAL.dark, anchor="ms")
    mrz_box = back.mrz(facts.lines, 38.4)
    content = "\n".join(facts.lines)
    box = back.code(4.0, 23.0, 77.6, 11.2, _pdf417(content))
    fields = _person_fields(facts) | {
        FieldName.PERSONAL_NUMBER: holder.personal_number,
        FieldName.ADDRESS: ", ".join(holder.address),
        FieldName.PLACE_OF_BIRTH: holder.place_of_birth,
        FieldName.DATE_OF_ISSUE: facts.issued,
        FieldName.ISSUING_AUTHORITY: "CITY OF ZENITH",
    }
    barcode = BarcodeTruth("PDF417", content, PageSide.BACK, box)
    return _Print({PageSide.FRONT: front, PageSide.BACK: back}, portrait_box, PageSide.BACK, mrz_box, fields, barcode)


def _td2(facts: _Facts, size_mm: tuple[float, float]) -> _Print:
    holder = facts.person
    page = Canvas(size_mm, _OLIVE, facts.seed)
    page.emblem(8.6, 8.2, 9)
    page.text(15.2, 7.4, "REPUBLIC OF UTOPIA", 3.7, font="DejaVuSerif-Bold", ink=_OLIVE.dark)
    page.text(15.2, 11.2, "RESIDENCE CARD · AUFENTHALTSKARTE · CARTE DE SÉJOUR", 2.0, ink=_OLIVE.dark)
    page.rule(4, 13.8, 97)
    portrait_box = page.portrait(facts.portrait, 4, 16.4, 29, 37.3, facts.portrait_face)
    page.shimmer(32, 50, 12)
    left, right = 38.0, 72.0
    page.field(left, 18.4, "Surname / Name / Nom", holder.surname, FieldName.SURNAME, width=62, size=3.2, step=4.0)
    page.field(left, 26.0, "Given names / Vornamen / Prénoms", holder.given_names, FieldName.GIVEN_NAMES, width=62, size=3.2, step=4.0)
    page.field(left, 33.6, "Date of birth / Geburtsdatum", _dotted(holder.date_of_birth), FieldName.DATE_OF_BIRTH, size=3.2, step=4.0)
    page.field(right, 33.6, "Sex / Geschlecht", holder.gender, FieldName.GENDER, size=3.2, step=4.0)
    page.field(right + 17, 33.6, "Nat.", STATE, FieldName.NATIONALITY, size=3.2, step=4.0)
    page.field(left, 41.2, "Card No. / Kartennummer", facts.number, FieldName.DOCUMENT_NUMBER, size=3.2, step=4.0)
    page.field(right, 41.2, "Date of expiry / Gültig bis", _dotted(facts.expires), FieldName.DATE_OF_EXPIRY, size=3.2, step=4.0)
    page.field(left, 48.6, "Place of birth / Geburtsort", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=30, size=2.8, step=3.6)
    page.stamp(86.0, 51.0, 2.9, 5)
    mrz_box = page.mrz(facts.lines, 61.6)
    fields = _person_fields(facts) | {FieldName.PLACE_OF_BIRTH: holder.place_of_birth}
    return _Print({PageSide.FRONT: page}, portrait_box, PageSide.FRONT, mrz_box, fields)


def _td3(facts: _Facts, size_mm: tuple[float, float]) -> _Print:
    holder = facts.person
    page = Canvas(size_mm, _PLUM, facts.seed)
    page.emblem(9.5, 8.6, 10)
    page.text(17.5, 7.6, "UTOPIA", 4.4, font="DejaVuSerif-Bold", ink=_PLUM.dark)
    page.text(17.5, 12.0, "PASSPORT · PASSEPORT · CESTOVNÝ PAS", 2.0, ink=_PLUM.dark)
    page.field(64.0, 6.0, "Type", "P", size=3.2, step=4.2)
    page.field(74.0, 6.0, "Code", STATE, FieldName.ISSUING_STATE, size=3.2, step=4.2)
    page.field(90.0, 6.0, "Passport No. / N° du passeport", facts.number, FieldName.DOCUMENT_NUMBER, width=32, size=3.4, step=4.2)
    page.rule(5, 14.2, 115)
    portrait_box = page.portrait(facts.portrait, 5, 17.4, 33, 42.4, facts.portrait_face)
    page.shimmer(36.6, 56, 13)
    left, middle, right = 43.0, 78.0, 99.0
    page.field(left, 18.6, "Surname / Nom / Priezvisko", holder.surname, FieldName.SURNAME, width=77, size=3.4, step=4.2)
    page.field(left, 26.2, "Given names / Prénoms / Mená", holder.given_names, FieldName.GIVEN_NAMES, width=77, size=3.4, step=4.2)
    page.field(left, 33.8, "Nationality / Nationalité", STATE, FieldName.NATIONALITY, size=3.2, step=4.0)
    page.field(middle, 33.8, "Sex / Sexe", holder.gender, FieldName.GENDER, size=3.2, step=4.0)
    page.field(right, 33.8, "Personal No.", holder.personal_number, FieldName.PERSONAL_NUMBER, width=21, size=3.2, step=4.0)
    page.field(left, 41.2, "Date of birth / Date de naissance", _spelled(holder.date_of_birth), FieldName.DATE_OF_BIRTH, size=3.2, step=4.0)
    page.field(
        middle, 41.2, "Place of birth / Lieu de naissance", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=42, size=3.2, step=4.0
    )
    page.field(left, 48.6, "Date of issue / Date de délivrance", _spelled(facts.issued), FieldName.DATE_OF_ISSUE, size=3.2, step=4.0)
    page.field(middle, 48.6, "Authority / Autorité", "PASSPORT OFFICE", FieldName.ISSUING_AUTHORITY, width=42, size=3.2, step=4.0)
    page.field(left, 56.0, "Date of expiry / Date d'expiration", _spelled(facts.expires), FieldName.DATE_OF_EXPIRY, size=3.2, step=4.0)
    page.stamp(103.0, 59.4, 3.0, 5)
    page.signature(8.0, 64.4, 25.0, facts.seed)
    mrz_box = page.mrz(facts.lines, 72.6)
    fields = _person_fields(facts) | {
        FieldName.PERSONAL_NUMBER: holder.personal_number,
        FieldName.PLACE_OF_BIRTH: holder.place_of_birth,
        FieldName.DATE_OF_ISSUE: facts.issued,
        FieldName.ISSUING_AUTHORITY: "PASSPORT OFFICE",
    }
    return _Print({PageSide.FRONT: page}, portrait_box, PageSide.FRONT, mrz_box, fields)


def _mrv_a(facts: _Facts, size_mm: tuple[float, float]) -> _Print:
    return _visa(facts, size_mm, _AZURE, portrait_mm=(31.0, 39.9), band_mm=66.0, pitch_mm=7.8)


def _mrv_b(facts: _Facts, size_mm: tuple[float, float]) -> _Print:
    return _visa(facts, size_mm, _AMBER, portrait_mm=(27.0, 34.7), band_mm=61.6, pitch_mm=7.3)


def _visa(
    facts: _Facts, size_mm: tuple[float, float], palette: Palette, *, portrait_mm: tuple[float, float], band_mm: float, pitch_mm: float
) -> _Print:
    """Both visa sizes: `band_mm` where the first MRZ line stands, `pitch_mm` from field to field."""
    holder = facts.person
    page = Canvas(size_mm, palette, facts.seed)
    width = size_mm[0]
    page.emblem(8.4, 8.0, 8.6)
    page.text(14.8, 7.2, "UTOPIA", 3.7, font="DejaVuSerif-Bold", ink=palette.dark)
    page.text(14.8, 11.0, "VISA · VÍZUM", 2.1, ink=palette.dark)
    page.text(width - 4, 8.4, facts.number, 3.4, font="DejaVuSansMono-Bold", ink=(186, 38, 46), anchor="rs")
    page.rule(4, 13.6, width - 8)
    portrait_box = page.portrait(facts.portrait, 4, 16.6, *portrait_mm, facts.portrait_face)
    page.shimmer(4 + portrait_mm[0] - 2, 16.6 + portrait_mm[1] - 3, 11)
    left = 4 + portrait_mm[0] + 5
    middle = left + (width - left) * 0.52
    y = 18.4
    page.field(left, y, "Surname / Nom", holder.surname, FieldName.SURNAME, width=width - left - 4, size=3.1, step=3.9)
    page.field(
        left, y + pitch_mm, "Given names / Prénoms", holder.given_names, FieldName.GIVEN_NAMES, width=width - left - 4, size=3.1, step=3.9
    )
    row = y + 2 * pitch_mm
    page.field(left, row, "Visa No. / N° du visa", facts.number, FieldName.DOCUMENT_NUMBER, size=3.1, step=3.9)
    page.field(middle, row, "Sex / Sexe", holder.gender, FieldName.GENDER, size=3.1, step=3.9)
    page.field(middle + 16, row, "Nat.", STATE, FieldName.NATIONALITY, size=3.1, step=3.9)
    row += pitch_mm
    page.field(left, row, "Date of birth / Né(e) le", _spelled(holder.date_of_birth), FieldName.DATE_OF_BIRTH, size=3.1, step=3.9)
    page.field(middle, row, "Entries / Entrées", "MULTIPLE", size=3.1, step=3.9)
    row += pitch_mm
    page.field(left, row, "Valid from / Du", _spelled(facts.issued), FieldName.DATE_OF_ISSUE, size=3.1, step=3.9)
    page.field(middle, row, "Date of expiry / Au", _spelled(facts.expires), FieldName.DATE_OF_EXPIRY, size=3.1, step=3.9)
    page.stamp(width * 0.62, 8.4, 2.6, 4)
    mrz_box = page.mrz(facts.lines, band_mm)
    fields = _person_fields(facts) | {FieldName.DATE_OF_ISSUE: facts.issued}
    return _Print({PageSide.FRONT: page}, portrait_box, PageSide.FRONT, mrz_box, fields)


def _pdf417(content: str) -> npt.NDArray[np.uint8]:
    import zxingcpp  # an engine's library; needed here only for designs with a barcode

    # Eight columns and level 1 give the widest modules that the card's back has room for: a camera must still tell them apart.
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.PDF417, columns=8, ec_level="1")
    return np.asarray(code.to_image(scale=1, add_quiet_zones=True), np.uint8)


DESIGNS: dict[str, _Design] = {
    "td1": _Design("identity-card", "TD1", (85.6, 53.98), _td1),
    "td2": _Design("identity-card", "TD2", (105.0, 74.0), _td2),
    "td3": _Design("passport", "TD3", (125.0, 88.0), _td3),
    "mrv-a": _Design("visa", "MRV-A", (120.0, 80.0), _mrv_a),
    "mrv-b": _Design("visa", "MRV-B", (105.0, 74.0), _mrv_b),
}
"""By key, in the order in which the demo offers them."""
