"""ID-1 cards in the manner of Central Europe: numbered labels, bilingual labels with a slash, small capitals above the values."""

from __future__ import annotations

from kiosk.domain.document import FieldName, PageSide
from kiosk.specimens.canvas import Canvas, Style
from kiosk.specimens.palettes import MINT, ROSE, SAND
from kiosk.specimens.person import birth_number, pesel
from kiosk.specimens.plan import ID1, STATE, Design, Facts, Pages, Size, dotted, icao_lines
from kiosk.specimens.symbols import symbol


def _german(facts: Facts, size_mm: Size) -> Pages:
    """Lettered labels in three languages, grey portrait, access number, nationality as a word."""
    holder = facts.person
    front = Canvas(size_mm, SAND, facts.seed, style=Style(label=1.3, value=2.75, step=3.1, line=3.0, stretch=0.88))
    front.emblem(6.6, 6.0, 6.6)
    front.text(11.4, 5.6, "UTOPISCHE REPUBLIK", 2.9, font="DejaVuSans-Bold", ink=SAND.dark, stretch=0.88)
    front.text(11.4, 8.7, "AUSWEIS / IDENTITY CARD / CARTE D'IDENTITÉ", 1.75, ink=SAND.dark, stretch=0.88)
    front.entry(62.4, 4.1, "Nummer / Number", facts.number, FieldName.DOCUMENT_NUMBER, font="DejaVuSansMono-Bold", width=21)
    front.portrait(facts.portrait, 3.2, 11.4, 24.6, 31.6, facts.portrait_face, colour=0.0)
    front.ghost(facts.portrait, 65.4, 25.6, 15.6, 20.0, facts.portrait_face, strength=0.42)
    left = 31.0
    front.entry(left, 12.6, "(a) Name / Surname / Nom", holder.surname, FieldName.SURNAME, width=51)
    front.entry(left, 18.8, "(b) Vornamen / Given names / Prénoms", holder.given_names, FieldName.GIVEN_NAMES, width=51)
    born = holder.date_of_birth
    front.entry(left, 25.0, "Geburtstag / Date of birth", dotted(born), FieldName.DATE_OF_BIRTH, value=born, width=19)
    front.entry(52.0, 25.0, "Nationalität", "UTOPISCH", FieldName.NATIONALITY, value=STATE, width=13)
    front.entry(left, 31.2, "Geburtsort / Place of birth / Lieu de naissance", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=33)
    front.entry(left, 37.4, "Gültig bis / Date of expiry", dotted(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, width=24)
    front.label(3.2, 45.4, "Unterschrift der Inhaberin / des Inhabers / Signature of holder")
    front.signature(5.0, 49.6, 22.0, facts.seed)
    front.text(82.2, 50.4, f"{(facts.seed * 7919 + 482_913) % 1_000_000:06d}", 3.0, font="DejaVuSans-Bold", ink=SAND.dark, anchor="rs")
    front.label(68.4, 50.4, "CAN", anchor="rs")
    front.stamp(47.0, 47.6, 2.5, 5)

    back = Canvas(size_mm, SAND, facts.seed + 1, style=Style(label=1.3, value=2.35, step=2.7, line=2.7, stretch=0.88))
    back.entry(4.0, 4.6, "Anschrift / Address / Adresse", holder.address, FieldName.ADDRESS, value=", ".join(holder.address), width=46)
    back.entry(4.0, 14.0, "Größe / Height", f"{158 + facts.seed * 13 % 30} cm", width=18)
    back.entry(25.0, 14.0, "Augenfarbe / Colour of eyes", ("BRAUN", "GRÜN", "BLAU")[facts.seed % 3], width=24)
    back.entry(4.0, 20.2, "Datum / Date of issue", dotted(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=20)
    back.entry(25.0, 20.2, "Behörde / Authority", f"STADT {holder.place_of_birth}", FieldName.ISSUING_AUTHORITY, width=34)
    back.label(4.0, 27.4, "Specimen document of a state that does not exist. Found cards may be kept.")
    back.emblem(73.0, 11.0, 12.0)
    back.shimmer(73.0, 24.4, 9.0)
    back.stamp(55.6, 27.6, 2.3, 5)
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


def _czech(facts: Facts, size_mm: Size) -> Pages:
    """Labels in two languages with a slash; the personal number has one too."""
    holder = facts.person
    front = Canvas(size_mm, ROSE, facts.seed, style=Style(label=1.4, value=2.7, step=3.05, stretch=0.88, font="DejaVuSans-Bold"))
    front.emblem(79.0, 6.4, 7.0)
    front.text(3.4, 5.4, "UTOPICKÁ REPUBLIKA", 2.9, font="DejaVuSerif-Bold", ink=ROSE.dark, stretch=0.9)
    front.text(3.4, 8.9, "OBČANSKÝ PRŮKAZ / IDENTITY CARD", 2.0, font="DejaVuSerif", ink=ROSE.dark, stretch=0.9)
    front.text(72.6, 7.2, STATE, 3.0, font="DejaVuSans-Bold", ink=ROSE.accent, anchor="rs")
    front.rule(3.4, 10.6, 78.8, 0.2)
    front.portrait(facts.portrait, 3.4, 12.6, 24.8, 31.9, facts.portrait_face)
    left, right = 31.4, 58.0
    front.entry(left, 14.2, "Příjmení / Surname", holder.surname, FieldName.SURNAME, width=50)
    front.entry(left, 20.3, "Jméno / Given names", holder.given_names, FieldName.GIVEN_NAMES, width=50)
    born = holder.date_of_birth
    front.entry(left, 26.4, "Datum narození / Date of birth", dotted(born), FieldName.DATE_OF_BIRTH, value=born, width=25)
    front.entry(right, 26.4, "Pohlaví / Sex", holder.gender, FieldName.GENDER, width=22)
    front.entry(left, 32.5, "Místo narození / Place of birth", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=25)
    front.entry(right, 32.5, "Státní občanství / Nationality", "UTOPIE", FieldName.NATIONALITY, value=STATE, width=24)
    front.entry(left, 38.6, "Datum vydání / Date of issue", dotted(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=25)
    front.entry(right, 38.6, "Platnost do / Date of expiry", dotted(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, width=24)
    front.entry(left, 44.7, "Číslo průkazu / Document No.", facts.number, FieldName.DOCUMENT_NUMBER, width=25)
    front.label(right, 44.7, "Podpis / Signature")
    front.signature(59.0, 49.4, 19.0, facts.seed)
    front.shimmer(27.0, 42.6, 9.0)
    front.stamp(15.6, 49.0, 2.3, 4)

    back = Canvas(
        size_mm, ROSE, facts.seed + 1, style=Style(label=1.4, value=2.4, step=2.8, line=2.8, stretch=0.88, font="DejaVuSans-Bold")
    )
    back.entry(4.0, 4.6, "Trvalý pobyt / Permanent stay", holder.address, FieldName.ADDRESS, value=", ".join(holder.address), width=46)
    number = holder.personal_number
    plain = number.replace("/", "")
    back.entry(4.0, 14.4, "Rodné číslo / Personal No.", number, FieldName.PERSONAL_NUMBER, value=plain, width=30)
    back.entry(4.0, 21.0, "Vydal / Authority", f"MAGISTRÁT {holder.place_of_birth}", FieldName.ISSUING_AUTHORITY, width=46)
    back.stamp(42.0, 29.4, 2.4, 4)
    back.emblem(70.0, 8.4, 8.6)
    back.code(53.0, 16.0, 29.0, 8.6, symbol("Code128", facts.number))
    back.label(67.5, 27.0, facts.number, anchor="ms")
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


_POLISH_SEX = {"F": "K", "M": "M", "X": "X"}


def _polish(facts: Facts, size_mm: Size) -> Pages:
    """Small capitals above the values, a number of three letters and six digits, K for a woman."""
    holder = facts.person
    front = Canvas(size_mm, MINT, facts.seed, style=Style(label=1.15, value=2.7, step=2.95, stretch=0.86))
    front.text(42.8, 5.4, "RZECZPOSPOLITA UTOPIJSKA", 2.7, font="DejaVuSans-Bold", ink=MINT.dark, anchor="ms", stretch=0.86)
    front.text(42.8, 8.5, "DOWÓD OSOBISTY / IDENTITY CARD", 1.8, ink=MINT.dark, anchor="ms", stretch=0.86)
    front.emblem(78.4, 6.4, 7.2)
    front.text(4.0, 7.2, STATE, 3.0, font="DejaVuSans-Bold", ink=MINT.accent)
    front.portrait(facts.portrait, 3.4, 11.6, 25.6, 32.9, facts.portrait_face, colour=0.12)
    front.ghost(facts.portrait, 68.6, 33.2, 13.0, 16.7, facts.portrait_face, strength=0.5)
    left, right = 32.0, 57.0
    front.entry(left, 12.8, "NAZWISKO / SURNAME", holder.surname, FieldName.SURNAME, width=50)
    front.entry(left, 18.7, "IMIONA / GIVEN NAMES", holder.given_names, FieldName.GIVEN_NAMES, width=50)
    front.entry(left, 24.6, "OBYWATELSTWO / NATIONALITY", "UTOPIJSKIE", FieldName.NATIONALITY, value=STATE, width=24)
    born = holder.date_of_birth
    front.entry(right, 24.6, "DATA URODZENIA / DATE OF BIRTH", dotted(born), FieldName.DATE_OF_BIRTH, value=born, width=25)
    number = f"{facts.number[:3]} {facts.number[3:]}"
    front.entry(left, 30.5, "NR DOWODU / CARD NUMBER", number, FieldName.DOCUMENT_NUMBER, value=facts.number, width=24)
    front.entry(right, 30.5, "PŁEĆ / SEX", _POLISH_SEX[holder.gender], FieldName.GENDER, value=holder.gender, width=10)
    expires = dotted(facts.expires)
    front.entry(left, 36.4, "TERMIN WAŻNOŚCI / EXPIRY DATE", expires, FieldName.DATE_OF_EXPIRY, value=facts.expires, width=26)
    front.label(left, 43.4, "PODPIS POSIADACZA / HOLDER'S SIGNATURE")
    front.signature(34.0, 48.8, 21.0, facts.seed)
    front.stamp(15.8, 48.6, 2.3, 4)

    back = Canvas(size_mm, MINT, facts.seed + 1, style=Style(label=1.15, value=2.35, step=2.6, stretch=0.86))
    back.entry(4.0, 4.4, "PESEL / PERSONAL NUMBER", holder.personal_number, FieldName.PERSONAL_NUMBER, width=30)
    back.entry(4.0, 10.0, "MIEJSCE URODZENIA / PLACE OF BIRTH", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=36)
    back.entry(4.0, 15.6, "NAZWISKO RODOWE / FAMILY NAME AT BIRTH", "WZORCOWA", width=36)
    back.entry(4.0, 21.2, "ORGAN WYDAJĄCY / ISSUING AUTHORITY", f"BURMISTRZ {holder.place_of_birth}", FieldName.ISSUING_AUTHORITY, width=40)
    back.entry(4.0, 26.8, "DATA WYDANIA / DATE OF ISSUE", dotted(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=30)
    back.text(64.0, 12.0, f"CAN {(facts.seed * 6151 + 390_417) % 1_000_000:06d}", 2.4, font="DejaVuSans-Bold", ink=MINT.dark, stretch=0.86)
    back.emblem(72.4, 20.4, 10.0)
    back.stamp(50.6, 29.2, 2.4, 4)
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


DESIGNS = {
    "id-de": Design("identity-card", "TD1", ID1, _german, lambda facts: icao_lines(facts, "TD1", code="ID"), "de", "L%%%%%%%#"),
    "id-cz": Design(
        "identity-card", "TD1", ID1, _czech, lambda facts: icao_lines(facts, "TD1", code="ID"), "cs", "#########", birth_number
    ),
    "id-pl": Design("identity-card", "TD1", ID1, _polish, lambda facts: icao_lines(facts, "TD1"), "pl", "@@@######", pesel),
}
