"""One design for each MRZ format of ICAO 9303: the demo's identity card, a residence card, a passport and both sizes of visa."""

from __future__ import annotations

from kiosk.domain.document import FieldName, PageSide
from kiosk.specimens.canvas import Canvas
from kiosk.specimens.guilloche import Palette
from kiosk.specimens.palettes import AMBER, AZURE, OLIVE, PLUM, TEAL
from kiosk.specimens.plan import ID1, ID2, ID3, STATE, Design, Facts, Pages, Size, dotted, icao_lines, spelled
from kiosk.specimens.symbols import symbol


def _td1(facts: Facts, size_mm: Size) -> Pages:
    holder = facts.person
    front = Canvas(size_mm, TEAL, facts.seed)
    front.emblem(7.2, 6.6, 7.4)
    front.text(12.6, 6.0, "UTOPIA", 3.5, font="DejaVuSerif-Bold", ink=TEAL.dark)
    front.text(12.6, 9.3, "IDENTITY CARD · OBČIANSKY PREUKAZ · CARTE D'IDENTITÉ", 1.7, ink=TEAL.dark)
    front.text(82.2, 6.6, STATE, 3.7, font="DejaVuSans-Bold", ink=TEAL.accent, anchor="rs")
    front.rule(3.4, 11.2, 78.8)
    front.portrait(facts.portrait, 3.4, 13.4, 25.5, 32.8, facts.portrait_face)
    front.shimmer(27.4, 43.2, 10.5)
    left, right = 32.0, 60.5
    front.field(left, 15.0, "Surname / Priezvisko / Nom", holder.surname, FieldName.SURNAME, width=50)
    front.field(left, 21.7, "Given names / Meno / Prénoms", holder.given_names, FieldName.GIVEN_NAMES, width=50)
    front.field(left, 28.4, "Nationality / Št. občianstvo", STATE, FieldName.NATIONALITY)
    front.field(right, 28.4, "Sex / Pohlavie", holder.gender, FieldName.GENDER)
    front.field(
        left,
        35.1,
        "Date of birth / Dátum narodenia",
        dotted(holder.date_of_birth),
        FieldName.DATE_OF_BIRTH,
        value=holder.date_of_birth,
        width=27,
    )
    front.field(right, 35.1, "Personal No. / Osobné číslo", holder.personal_number, FieldName.PERSONAL_NUMBER, width=23)
    front.field(left, 41.8, "Document No. / Číslo preukazu", facts.number, FieldName.DOCUMENT_NUMBER, width=27)
    front.field(right, 41.8, "Date of expiry / Platnosť do", dotted(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, width=23)
    front.signature(34.0, 50.0, 20.0, facts.seed)
    front.text(left, 52.6, "Signature / Podpis", 1.3, ink=TEAL.dark)
    front.stamp(71.4, 50.2, 2.5, 6)
    front.text(3.4, 50.2, facts.number, 2.0, font="DejaVuSansMono-Bold", ink=TEAL.accent)

    back = Canvas(size_mm, TEAL, facts.seed + 1)
    back.field(4.0, 4.4, "Address / Adresa / Adresse", ", ".join(holder.address), FieldName.ADDRESS, width=54, size=2.3, step=3.0)
    back.field(
        4.0, 10.8, "Place of birth / Miesto narodenia", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=26, size=2.3, step=3.0
    )
    back.field(
        34.0,
        10.8,
        "Date of issue / Dátum vydania",
        dotted(facts.issued),
        FieldName.DATE_OF_ISSUE,
        value=facts.issued,
        width=25,
        size=2.3,
        step=3.0,
    )
    back.field(4.0, 17.2, "Authority / Vydal / Autorité", "CITY OF ZENITH", FieldName.ISSUING_AUTHORITY, width=26, size=2.3, step=3.0)
    back.stamp(45.6, 19.4, 2.1, 0)
    back.emblem(72.2, 7.4, 8.6)
    back.text(72.2, 15.4, "UTOPIA", 2.2, font="DejaVuSerif-Bold", ink=TEAL.dark, anchor="ms")
    back.text(72.2, 18.2, "This card remains the", 1.35, ink=TEAL.dark, anchor="ms")
    back.text(72.2, 20.2, "property of its holder", 1.35, ink=TEAL.dark, anchor="ms")
    back.mrz(facts.lines, 38.4)
    # Eight columns and level 1 give the widest modules that the card's back has room for: a camera must still tell them apart.
    back.code(4.0, 23.0, 77.6, 11.2, symbol("PDF417", "\n".join(facts.lines), columns=8, ec_level="1"))
    return {PageSide.FRONT: front, PageSide.BACK: back}


def _td2(facts: Facts, size_mm: Size) -> Pages:
    holder = facts.person
    page = Canvas(size_mm, OLIVE, facts.seed)
    page.emblem(8.6, 8.2, 9)
    page.text(15.2, 7.4, "REPUBLIC OF UTOPIA", 3.7, font="DejaVuSerif-Bold", ink=OLIVE.dark)
    page.text(15.2, 11.2, "RESIDENCE CARD · AUFENTHALTSKARTE · CARTE DE SÉJOUR", 2.0, ink=OLIVE.dark)
    page.rule(4, 13.8, 97)
    page.portrait(facts.portrait, 4, 16.4, 29, 37.3, facts.portrait_face)
    page.shimmer(32, 50, 12)
    left, right = 38.0, 72.0
    page.field(left, 18.4, "Surname / Name / Nom", holder.surname, FieldName.SURNAME, width=62, size=3.2, step=4.0)
    page.field(left, 26.0, "Given names / Vornamen / Prénoms", holder.given_names, FieldName.GIVEN_NAMES, width=62, size=3.2, step=4.0)
    page.field(
        left,
        33.6,
        "Date of birth / Geburtsdatum",
        dotted(holder.date_of_birth),
        FieldName.DATE_OF_BIRTH,
        value=holder.date_of_birth,
        size=3.2,
        step=4.0,
    )
    page.field(right, 33.6, "Sex / Geschlecht", holder.gender, FieldName.GENDER, size=3.2, step=4.0)
    page.field(right + 17, 33.6, "Nat.", STATE, FieldName.NATIONALITY, size=3.2, step=4.0)
    page.field(left, 41.2, "Card No. / Kartennummer", facts.number, FieldName.DOCUMENT_NUMBER, size=3.2, step=4.0)
    page.field(
        right, 41.2, "Date of expiry / Gültig bis", dotted(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, size=3.2, step=4.0
    )
    page.field(left, 48.6, "Place of birth / Geburtsort", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=30, size=2.8, step=3.6)
    page.stamp(86.0, 51.0, 2.9, 5)
    page.mrz(facts.lines, 61.6)
    return {PageSide.FRONT: page}


def _td3(facts: Facts, size_mm: Size) -> Pages:
    holder = facts.person
    page = Canvas(size_mm, PLUM, facts.seed)
    page.emblem(9.5, 8.6, 10)
    page.text(17.5, 7.6, "UTOPIA", 4.4, font="DejaVuSerif-Bold", ink=PLUM.dark)
    page.text(17.5, 12.0, "PASSPORT · PASSEPORT · CESTOVNÝ PAS", 2.0, ink=PLUM.dark)
    page.field(64.0, 6.0, "Type", "P", size=3.2, step=4.2)
    page.field(74.0, 6.0, "Code", STATE, FieldName.ISSUING_STATE, size=3.2, step=4.2)
    page.field(90.0, 6.0, "Passport No. / N° du passeport", facts.number, FieldName.DOCUMENT_NUMBER, width=32, size=3.4, step=4.2)
    page.rule(5, 14.2, 115)
    page.portrait(facts.portrait, 5, 17.4, 33, 42.4, facts.portrait_face)
    page.shimmer(36.6, 56, 13)
    left, middle, right = 43.0, 78.0, 99.0
    page.field(left, 18.6, "Surname / Nom / Priezvisko", holder.surname, FieldName.SURNAME, width=77, size=3.4, step=4.2)
    page.field(left, 26.2, "Given names / Prénoms / Mená", holder.given_names, FieldName.GIVEN_NAMES, width=77, size=3.4, step=4.2)
    page.field(left, 33.8, "Nationality / Nationalité", STATE, FieldName.NATIONALITY, size=3.2, step=4.0)
    page.field(middle, 33.8, "Sex / Sexe", holder.gender, FieldName.GENDER, size=3.2, step=4.0)
    page.field(right, 33.8, "Personal No.", holder.personal_number, FieldName.PERSONAL_NUMBER, width=21, size=3.2, step=4.0)
    page.field(
        left,
        41.2,
        "Date of birth / Date de naissance",
        spelled(holder.date_of_birth),
        FieldName.DATE_OF_BIRTH,
        value=holder.date_of_birth,
        size=3.2,
        step=4.0,
    )
    page.field(
        middle, 41.2, "Place of birth / Lieu de naissance", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=42, size=3.2, step=4.0
    )
    page.field(
        left,
        48.6,
        "Date of issue / Date de délivrance",
        spelled(facts.issued),
        FieldName.DATE_OF_ISSUE,
        value=facts.issued,
        size=3.2,
        step=4.0,
    )
    page.field(middle, 48.6, "Authority / Autorité", "PASSPORT OFFICE", FieldName.ISSUING_AUTHORITY, width=42, size=3.2, step=4.0)
    page.field(
        left,
        56.0,
        "Date of expiry / Date d'expiration",
        spelled(facts.expires),
        FieldName.DATE_OF_EXPIRY,
        value=facts.expires,
        size=3.2,
        step=4.0,
    )
    page.stamp(103.0, 59.4, 3.0, 5)
    page.signature(8.0, 64.4, 25.0, facts.seed)
    page.mrz(facts.lines, 72.6)
    return {PageSide.FRONT: page}


def _mrv_a(facts: Facts, size_mm: Size) -> Pages:
    return _visa(facts, size_mm, AZURE, portrait_mm=(31.0, 39.9), band_mm=66.0, pitch_mm=7.8)


def _mrv_b(facts: Facts, size_mm: Size) -> Pages:
    return _visa(facts, size_mm, AMBER, portrait_mm=(27.0, 34.7), band_mm=61.6, pitch_mm=7.3)


def _visa(facts: Facts, size_mm: Size, palette: Palette, *, portrait_mm: tuple[float, float], band_mm: float, pitch_mm: float) -> Pages:
    """Both visa sizes: `band_mm` where the first MRZ line stands, `pitch_mm` from field to field."""
    holder = facts.person
    page = Canvas(size_mm, palette, facts.seed)
    width = size_mm[0]
    page.emblem(8.4, 8.0, 8.6)
    page.text(14.8, 7.2, "UTOPIA", 3.7, font="DejaVuSerif-Bold", ink=palette.dark)
    page.text(14.8, 11.0, "VISA · VÍZUM", 2.1, ink=palette.dark)
    page.text(width - 4, 8.4, facts.number, 3.4, font="DejaVuSansMono-Bold", ink=(186, 38, 46), anchor="rs")
    page.rule(4, 13.6, width - 8)
    page.portrait(facts.portrait, 4, 16.6, *portrait_mm, facts.portrait_face)
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
    page.field(
        left,
        row,
        "Date of birth / Né(e) le",
        spelled(holder.date_of_birth),
        FieldName.DATE_OF_BIRTH,
        value=holder.date_of_birth,
        size=3.1,
        step=3.9,
    )
    page.field(middle, row, "Entries / Entrées", "MULTIPLE", size=3.1, step=3.9)
    row += pitch_mm
    page.field(left, row, "Valid from / Du", spelled(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, size=3.1, step=3.9)
    page.field(
        middle, row, "Date of expiry / Au", spelled(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, size=3.1, step=3.9
    )
    page.stamp(width * 0.62, 8.4, 2.6, 4)
    page.mrz(facts.lines, band_mm)
    return {PageSide.FRONT: page}


DESIGNS = {
    "td1": Design("identity-card", "TD1", ID1, _td1, lambda facts: icao_lines(facts, "TD1")),
    "td2": Design("identity-card", "TD2", ID2, _td2, lambda facts: icao_lines(facts, "TD2")),
    "td3": Design("passport", "TD3", ID3, _td3, lambda facts: icao_lines(facts, "TD3", optional=facts.person.personal_number)),
    "mrv-a": Design("visa", "MRV-A", (120.0, 80.0), _mrv_a, lambda facts: icao_lines(facts, "MRV-A")),
    "mrv-b": Design("visa", "MRV-B", ID2, _mrv_b, lambda facts: icao_lines(facts, "MRV-B")),
}
