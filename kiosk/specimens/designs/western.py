"""Identity cards in the manner of Western Europe: two French forms, the Spanish with two surnames, the Dutch with bilingual months."""

from __future__ import annotations

from kiosk.domain.document import FieldName, PageSide
from kiosk.specimens.canvas import Canvas, Style
from kiosk.specimens.mrz_lines import french_lines, names_field
from kiosk.specimens.palettes import AMBER, BRICK, SKY, SLATE
from kiosk.specimens.person import bsn, dni
from kiosk.specimens.plan import ID1, ID2, MONTHS_NL, STATE, Design, Facts, Pages, Size, dotted, icao_lines, printed_date
from kiosk.specimens.symbols import symbol


def _spaced(iso: str) -> str:
    return printed_date(iso, "{d} {m} {y}")


def _french_old(facts: Facts, size_mm: Size) -> Pages:
    """Labels before the values on the same line; no expiry in the MRZ; the back bears address and dates."""
    holder = facts.person
    number = _french_number(facts)
    front = Canvas(size_mm, SKY, facts.seed, style=Style(label=2.0, value=2.9, step=3.6, stretch=0.86, font="DejaVuSansMono-Bold"))
    front.text(42.0, 7.4, "RÉPUBLIQUE D'UTOPIE", 3.6, font="DejaVuSerif-Bold", ink=SKY.dark, stretch=0.88)
    front.entry(42.0, 12.4, "CARTE NATIONALE D'IDENTITÉ N° :", number, FieldName.DOCUMENT_NUMBER, beside=0, width=58)
    front.text(42.0, 17.2, "Nationalité", 2.0, ink=SKY.dark, stretch=0.86)
    front.entry(53.2, 17.2, "", "Utopienne", FieldName.NATIONALITY, value=STATE, beside=0.1, width=30)
    front.fields[FieldName.NATIONALITY] = front.fields[FieldName.NATIONALITY].labelled("Nationalité")
    front.emblem(96.2, 39.6, 7.6)
    front.portrait(facts.portrait, 4.6, 6.4, 32.0, 41.2, facts.portrait_face, colour=0.25)
    front.shimmer(35.6, 44.0, 11)
    left = 42.0
    front.entry(left, 24.2, "Nom :", holder.surname, FieldName.SURNAME, beside=0, width=58)
    front.entry(left, 29.8, "Prénom(s) :", ", ".join(holder.given_names.split(" ")) if holder.given_names else "", FieldName.GIVEN_NAMES,
                value=holder.given_names, beside=0, width=58)  # fmt: skip
    front.entry(left, 35.4, "Sexe :", holder.gender, FieldName.GENDER, beside=0)
    front.entry(58.0, 35.4, "Né(e) le :", dotted(holder.date_of_birth), FieldName.DATE_OF_BIRTH, value=holder.date_of_birth, beside=0)
    front.entry(left, 41.0, "à :", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, beside=0, width=48)
    front.entry(left, 46.6, "Taille :", f"1,{58 + facts.seed * 7 % 30:02d}m", beside=0)
    front.label(66.0, 46.6, "Signature du titulaire :")
    front.signature(68.0, 52.6, 26.0, facts.seed)
    front.stamp(19.0, 52.6, 2.9, 4)
    front.mrz(facts.lines, 61.6)

    back = Canvas(
        size_mm, SKY, facts.seed + 1, style=Style(label=2.0, value=2.8, step=3.6, line=3.8, stretch=0.86, font="DejaVuSansMono-Bold")
    )
    back.entry(6.0, 10.0, "Adresse :", holder.address, FieldName.ADDRESS, value=", ".join(holder.address), beside=24.0, width=80)
    back.entry(6.0, 24.0, "Carte valable jusqu'au :", dotted(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, beside=34.0)
    back.entry(6.0, 31.0, "délivrée le :", dotted(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, beside=34.0)
    authority = f"PRÉFECTURE DE {holder.place_of_birth}"
    back.entry(6.0, 38.0, "par :", authority, FieldName.ISSUING_AUTHORITY, beside=34.0, width=90)
    back.label(6.0, 48.0, "Signature de l'autorité :")
    back.emblem(88.0, 52.0, 15.0)
    back.stamp(40.0, 60.0, 3.6, 4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


def _french_number(facts: Facts) -> str:
    """Year, month and department of issue, then five digits."""
    return facts.issued[2:4] + facts.issued[5:7] + facts.number[:8]


def _french_zone(facts: Facts) -> tuple[str, ...]:
    holder = facts.person
    number = _french_number(facts)
    return french_lines(
        surname=holder.surname,
        given_names=holder.given_names,
        number=number,
        office=number[4:7] + "001",
        date_of_birth=holder.date_of_birth,
        gender=holder.gender,
    )


def _french(facts: Facts, size_mm: Size) -> Pages:
    """Dates with blanks, abbreviated labels in two languages, a signed two-dimensional code on the back."""
    holder = facts.person
    front = Canvas(size_mm, SLATE, facts.seed, style=Style(label=1.2, value=2.55, step=2.9, stretch=0.86, font="DejaVuSans-Bold"))
    front.text(3.6, 5.6, "RÉPUBLIQUE D'UTOPIE", 2.6, font="DejaVuSans-Bold", ink=SLATE.dark, stretch=0.86)
    front.text(3.6, 8.9, "CARTE D'IDENTITÉ / IDENTITY CARD", 1.9, ink=SLATE.dark, stretch=0.86)
    front.text(81.8, 6.8, STATE, 3.0, font="DejaVuSans-Bold", ink=SLATE.accent, anchor="rs")
    front.portrait(facts.portrait, 3.4, 11.2, 25.0, 32.1, facts.portrait_face, colour=0.0)
    front.ghost(facts.portrait, 70.6, 31.6, 12.0, 15.4, facts.portrait_face, strength=0.55)
    left, middle, right = 31.0, 43.0, 62.6
    front.entry(left, 12.4, "NOM / Surname", holder.surname, FieldName.SURNAME, width=51)
    given = ", ".join(holder.given_names.split(" ")) if holder.given_names else ""
    front.entry(left, 18.3, "Prénoms / Given names", given, FieldName.GIVEN_NAMES, value=holder.given_names, width=51)
    front.entry(left, 24.2, "SEXE / Sex", holder.gender, FieldName.GENDER)
    front.entry(middle, 24.2, "NATIONALITÉ / Nationality", STATE, FieldName.NATIONALITY)
    front.entry(
        right,
        24.2,
        "DATE DE NAISS. / Date of birth",
        _spaced(holder.date_of_birth),
        FieldName.DATE_OF_BIRTH,
        value=holder.date_of_birth,
        width=20,
    )
    front.entry(left, 30.1, "LIEU DE NAISSANCE / Place of birth", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=37)
    front.entry(left, 36.0, "N° DU DOCUMENT / Document No", facts.number, FieldName.DOCUMENT_NUMBER, font="DejaVuSansMono-Bold", width=22)
    expires = _spaced(facts.expires)
    front.entry(53.4, 36.0, "DATE D'EXPIR. / Expiry date", expires, FieldName.DATE_OF_EXPIRY, value=facts.expires, width=16)
    front.label(left, 42.8, "SIGNATURE / Signature")
    front.signature(33.0, 48.2, 20.0, facts.seed)
    front.stamp(16.0, 48.6, 2.4, 4)

    back = Canvas(
        size_mm, SLATE, facts.seed + 1, style=Style(label=1.2, value=2.3, step=2.6, line=2.7, stretch=0.86, font="DejaVuSans-Bold")
    )
    back.entry(26.0, 4.6, "ADRESSE / Address", holder.address, FieldName.ADDRESS, value=", ".join(holder.address), width=42)
    back.entry(26.0, 14.0, "TAILLE / Height", f"1,{58 + facts.seed * 7 % 30:02d} m")
    back.entry(
        46.0, 14.0, "DATE DE DÉLIVRANCE / Date of issue", _spaced(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=26
    )
    back.emblem(76.4, 8.4, 8.4)
    # as the visible digital seal: a header, then fields with their ids; its signature is of no use here
    named = names_field(holder.surname, holder.given_names, 30).rstrip("<")
    seal = f"DC04UTO1{facts.number}62{named}64{holder.date_of_birth.replace('-', '')}"
    back.code(3.6, 4.0, 19.0, 19.0, symbol("DataMatrix", seal, force_square=True))
    back.shimmer(60.0, 25.0, 8.0)
    back.stamp(40.0, 27.0, 2.4, 4)
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


def _spanish(facts: Facts, size_mm: Size) -> Pages:
    """Two surnames on two lines, the holder's number with its letter beside that of the card, dates with blanks."""
    holder = facts.person
    front = Canvas(size_mm, BRICK, facts.seed, style=Style(label=1.25, value=2.5, step=2.8, line=2.8, stretch=0.86, font="DejaVuSans-Bold"))
    front.text(82.0, 5.4, "REINO DE UTOPÍA", 2.4, font="DejaVuSerif-Bold", ink=BRICK.dark, anchor="rs", stretch=0.9)
    front.text(82.0, 8.4, "DOCUMENTO DE IDENTIDAD / IDENTITY CARD", 1.6, ink=BRICK.dark, anchor="rs", stretch=0.86)
    front.emblem(6.8, 6.2, 6.6)
    front.portrait(facts.portrait, 3.2, 11.2, 26.6, 34.2, facts.portrait_face, colour=0.15)
    front.shimmer(28.4, 42.4, 10.0)
    left, middle, right = 32.4, 48.0, 64.0
    names = holder.surname.split(" ")
    split = max(1, len(names) // 2)
    surnames = (" ".join(names[:split]), " ".join(names[split:]))
    front.entry(left, 11.8, "APELLIDOS / SURNAMES", surnames, FieldName.SURNAME, width=50)
    front.entry(left, 20.4, "NOMBRE / NAME", holder.given_names, FieldName.GIVEN_NAMES, width=50)
    front.entry(left, 26.2, "SEXO / SEX", holder.gender, FieldName.GENDER)
    front.entry(middle, 26.2, "NACIONALIDAD / NAT.", STATE, FieldName.NATIONALITY)
    front.entry(
        right, 26.2, "NACIMIENTO / BIRTH", _spaced(holder.date_of_birth), FieldName.DATE_OF_BIRTH, value=holder.date_of_birth, width=19
    )
    front.entry(left, 32.0, "EMISIÓN / ISSUE", _spaced(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=17)
    front.entry(right - 13.0, 32.0, "VALIDEZ / VALIDITY", _spaced(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, width=18)
    front.entry(left, 37.8, "NÚM. SOPORTE / SUPPORT No.", facts.number, FieldName.DOCUMENT_NUMBER, width=24)
    front.signature(58.0, 42.6, 20.0, facts.seed)
    front.label(left, 50.0, "DNI")
    front.entry(36.0, 50.0, "", holder.personal_number, FieldName.PERSONAL_NUMBER, size=3.2, beside=0.1, width=30)
    front.fields[FieldName.PERSONAL_NUMBER] = front.fields[FieldName.PERSONAL_NUMBER].labelled("DNI")
    front.stamp(72.4, 48.6, 2.3, 4)

    back = Canvas(
        size_mm, BRICK, facts.seed + 1, style=Style(label=1.25, value=2.2, step=2.5, line=2.6, stretch=0.86, font="DejaVuSans-Bold")
    )
    back.entry(30.0, 4.6, "DOMICILIO / ADDRESS", holder.address, FieldName.ADDRESS, value=", ".join(holder.address), width=50)
    back.entry(30.0, 13.6, "LUGAR DE NACIMIENTO / PLACE OF BIRTH", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=40)
    back.entry(30.0, 19.6, "HIJO/A DE / PARENTS", "BEATRIZ / LEANDRO", width=40)
    back.entry(30.0, 25.6, "EQUIPO / TEAM", "09980B6D1", FieldName.ISSUING_AUTHORITY, width=24)
    back.emblem(14.6, 11.4, 12.0)
    back.shimmer(75.0, 22.0, 9.0)
    back.stamp(63.0, 28.6, 2.3, 4)
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


_DUTCH_SEX = {"F": "V/F", "M": "M/M", "X": "X/X"}


def _two_months(iso: str) -> str:
    """The month in Dutch and English, once where both are the same."""
    month = int(iso[5:7]) if iso[5:7] else 0
    same = month > 0 and MONTHS_NL[month - 1] == printed_date(iso, "{e}")
    return printed_date(iso, "{d} {b} {y}" if same else "{d} {b}/{e} {y}", months=MONTHS_NL)


def _dutch(facts: Facts, size_mm: Size) -> Pages:
    """Small labels in lower case, month names in two languages, the citizen's number with a QR code on the back."""
    holder = facts.person
    front = Canvas(size_mm, AMBER, facts.seed, style=Style(label=1.25, value=2.55, step=2.9, stretch=0.86))
    front.text(3.6, 5.6, "KONINKRIJK UTOPIË", 2.6, font="DejaVuSans-Bold", ink=AMBER.dark, stretch=0.88)
    front.text(3.6, 8.8, "IDENTITEITSKAART · IDENTITY CARD", 1.75, ink=AMBER.dark, stretch=0.88)
    front.entry(61.4, 4.2, "documentnummer / document no.", facts.number, FieldName.DOCUMENT_NUMBER, font="DejaVuSansMono-Bold", width=21)
    front.portrait(facts.portrait, 3.2, 11.4, 25.0, 32.1, facts.portrait_face)
    front.ghost(facts.portrait, 70.2, 11.4, 12.2, 15.6, facts.portrait_face, strength=0.5)
    left, middle = 31.0, 54.0
    front.entry(left, 12.6, "naam / surname", holder.surname, FieldName.SURNAME, width=38)
    front.entry(left, 18.5, "voornamen / given names", holder.given_names, FieldName.GIVEN_NAMES, width=38)
    front.entry(left, 24.4, "nationaliteit / nationality", "Utopische", FieldName.NATIONALITY, value=STATE, width=20)
    front.entry(middle, 24.4, "geslacht / sex", _DUTCH_SEX[holder.gender], FieldName.GENDER, value=holder.gender, width=14)
    born, issued, expires = holder.date_of_birth, facts.issued, facts.expires
    front.entry(left, 30.3, "geboortedatum / date of birth", _two_months(born), FieldName.DATE_OF_BIRTH, value=born, width=22)
    front.entry(middle, 30.3, "geboorteplaats / place of birth", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=28)
    front.entry(left, 36.2, "datum van afgifte / date of issue", _two_months(issued), FieldName.DATE_OF_ISSUE, value=issued, width=22)
    front.entry(middle, 36.2, "geldig tot / date of expiry", _two_months(expires), FieldName.DATE_OF_EXPIRY, value=expires, width=28)
    front.label(left, 42.8, "handtekening / signature")
    front.signature(33.0, 48.0, 20.0, facts.seed)
    front.stamp(69.6, 47.8, 2.5, 4)

    back = Canvas(size_mm, AMBER, facts.seed + 1, style=Style(label=1.25, value=2.4, step=2.8, stretch=0.86))
    back.entry(4.0, 4.8, "burgerservicenummer / personal no.", holder.personal_number, FieldName.PERSONAL_NUMBER, width=30)
    authority = f"BURGEMEESTER VAN {holder.place_of_birth}"
    back.entry(4.0, 11.2, "autoriteit / authority", authority, FieldName.ISSUING_AUTHORITY, width=40)
    back.entry(4.0, 17.6, "lengte / height", f"1,{58 + facts.seed * 7 % 30:02d} m", width=30)
    back.label(4.0, 25.2, "voorbeeld van een niet bestaande staat / specimen of a state that does not exist")
    back.code(63.4, 3.4, 19.0, 19.0, symbol("QRCode", f"UTO{holder.personal_number}", ec_level="M"))
    back.emblem(53.6, 10.0, 10.0)
    back.stamp(44.0, 29.4, 2.5, 4)
    back.mrz(facts.lines, 38.4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


DESIGNS = {
    "id-fr-old": Design("identity-card", "TD2", ID2, _french_old, _french_zone, "fr", "########", state="FRA"),
    "id-fr": Design("identity-card", "TD1", ID1, _french, lambda facts: icao_lines(facts, "TD1", code="ID"), "fr", "@#@%%%%%#"),
    "id-es": Design(
        "identity-card",
        "TD1",
        ID1,
        _spanish,
        lambda facts: icao_lines(facts, "TD1", code="ID", optional=facts.person.personal_number),
        "es",
        "@@@######",
        dni,
    ),
    "id-nl": Design("identity-card", "TD1", ID1, _dutch, lambda facts: icao_lines(facts, "TD1"), "nl", "@@%%%%%%#", bsn),
}
