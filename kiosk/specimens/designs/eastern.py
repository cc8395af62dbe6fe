"""The single-sided Romanian form with its MRZ on the front, and passport pages with Greek or Cyrillic beside Latin."""
# ruff: noqa: RUF001  (Greek and Cyrillic letters look like Latin ones, as they do on documents)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.document import FieldName, PageSide
from kiosk.specimens.canvas import Canvas, Style, around
from kiosk.specimens.guilloche import Palette
from kiosk.specimens.palettes import LILAC, LIME, TEAL
from kiosk.specimens.person import cnp
from kiosk.specimens.plan import ID2, ID3, STATE, Design, Facts, Pages, Size, dotted, icao_lines, printed_date


def _romanian(facts: Facts, size_mm: Size) -> Pages:
    """Labels in three languages, series and number apart, a period of validity on one line."""
    holder = facts.person
    page = Canvas(size_mm, LIME, facts.seed, style=Style(label=1.5, value=2.9, step=3.4, line=3.4, stretch=0.84, font="DejaVuSans-Bold"))
    page.text(52.5, 5.6, "REPUBLICA UTOPIA", 3.0, font="DejaVuSans-Bold", ink=LIME.dark, anchor="ms", stretch=0.86)
    page.text(52.5, 9.2, "CARTE DE IDENTITATE / CARTE D'IDENTITÉ / IDENTITY CARD", 1.9, ink=LIME.dark, anchor="ms", stretch=0.86)
    page.emblem(8.8, 7.6, 8.4)
    page.text(101.0, 8.0, STATE, 3.4, font="DejaVuSans-Bold", ink=LIME.accent, anchor="rs")
    series = page.label(38.0, 14.4, "SERIA", size=2.0)
    first = page.text(45.0, 14.4, facts.number[:2], 3.0, font="DejaVuSans-Bold", stretch=0.84)
    page.label(52.0, 14.4, "NR", size=2.0)
    second = page.text(56.0, 14.4, facts.number[2:], 3.0, font="DejaVuSans-Bold", stretch=0.84)
    printed = f"SERIA {facts.number[:2]} NR {facts.number[2:]}"
    page.remember(FieldName.DOCUMENT_NUMBER, facts.number, printed, "SERIA", around((series, first, second)))
    page.portrait(facts.portrait, 4.0, 13.4, 30.0, 38.6, facts.portrait_face, colour=0.7)
    page.shimmer(33.0, 49.0, 10.0)
    left, right = 38.0, 73.0
    page.label(left, 18.6, "CNP", size=2.0)
    page.entry(45.0, 18.6, "", holder.personal_number, FieldName.PERSONAL_NUMBER, beside=0.1, size=3.0)
    page.fields[FieldName.PERSONAL_NUMBER] = page.fields[FieldName.PERSONAL_NUMBER].labelled("CNP")
    page.entry(left, 22.6, "Nume / Nom / Last name", holder.surname, FieldName.SURNAME, width=63)
    page.entry(left, 29.0, "Prenume / Prénom / First name", holder.given_names, FieldName.GIVEN_NAMES, width=63)
    page.entry(left, 35.4, "Cetățenie / Nationalité / Nationality", "Utopică / UTO", FieldName.NATIONALITY, value=STATE, width=33)
    page.entry(right, 35.4, "Sex / Sexe / Sex", holder.gender, FieldName.GENDER)
    page.entry(left, 41.8, "Loc naștere / Lieu de naissance / Place of birth", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, width=33)
    page.entry(right, 41.8, "Emisă de / Délivrée par / Issued by", "SPCLEP " + holder.place_of_birth, FieldName.ISSUING_AUTHORITY, width=29)
    page.entry(left, 48.2, "Domiciliu / Adresse / Address", holder.address, FieldName.ADDRESS, value=", ".join(holder.address), width=30)
    page.label(right, 48.2, "Valabilitate / Validité / Validity")
    issued = printed_date(facts.issued, "{d}.{m}.{yy}")
    start = page.text(right, 51.6, issued, 2.7, font="DejaVuSans-Bold", stretch=0.84)
    page.text(right + 13.0, 51.6, "-", 2.7, font="DejaVuSans-Bold", stretch=0.84)
    end = page.text(right + 14.6, 51.6, dotted(facts.expires), 2.7, font="DejaVuSans-Bold", stretch=0.84)
    label = "Valabilitate / Validité / Validity"
    page.remember(FieldName.DATE_OF_ISSUE, facts.issued, issued, label, start)
    page.remember(FieldName.DATE_OF_EXPIRY, facts.expires, dotted(facts.expires), label, end)
    page.stamp(85.0, 17.6, 3.0, 4)
    page.mrz(facts.lines, 61.6)
    return {PageSide.FRONT: page}


def _romanian_zone(facts: Facts) -> tuple[str, ...]:
    """The optional data hold the personal number without the date of birth that stands beside them."""
    number = facts.person.personal_number
    return icao_lines(facts, "TD2", code="ID", optional=number[:1] + number[7:])


# --- passports in two scripts --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Script:
    """Words of a passport page in one script; labels by field, the country's own first."""

    palette: Palette
    state: str
    latin: str
    title: str
    labels: Mapping[FieldName, str]
    nationality: str
    genders: Mapping[str, str]
    authority: str
    type_label: str
    code_label: str
    signature: str


_GREEK = _Script(
    TEAL,
    "ΝΗΣΙΩΤΙΚΗ ΟΥΤΟΠΙΑ",
    "ISLAND REPUBLIC OF UTOPIA",
    "ΔΙΑΒΑΤΗΡΙΟ",
    {
        FieldName.DOCUMENT_NUMBER: "Αρ. διαβατηρίου / Passport No.",
        FieldName.SURNAME: "Επώνυμο / Surname",
        FieldName.GIVEN_NAMES: "Όνομα / Given names",
        FieldName.NATIONALITY: "Ιθαγένεια / Nationality",
        FieldName.GENDER: "Φύλο / Sex",
        FieldName.DATE_OF_BIRTH: "Ημερ. γέννησης / Date of birth",
        FieldName.PLACE_OF_BIRTH: "Τόπος γέννησης / Place of birth",
        FieldName.DATE_OF_ISSUE: "Ημερ. έκδοσης / Date of issue",
        FieldName.DATE_OF_EXPIRY: "Ημερ. λήξης / Date of expiry",
        FieldName.ISSUING_AUTHORITY: "Εκδούσα αρχή / Authority",
    },
    "ΟΥΤΟΠΙΚΗ / UTOPIAN",
    {"F": "Θ/F", "M": "Α/M", "X": "X"},
    "P.D. UTOPIA",
    "Τύπος / Type",
    "Κωδ. / Code",
    "Υπογραφή κατόχου / Signature",
)
_BULGARIAN = _Script(
    LILAC,
    "ЦАРСТВО УТОПИЯ",
    "KINGDOM OF UTOPIA",
    "ПАСПОРТ",
    {
        FieldName.DOCUMENT_NUMBER: "Паспорт № / Passport No",
        FieldName.SURNAME: "Фамилия / Surname",
        FieldName.GIVEN_NAMES: "Имена / Given names",
        FieldName.NATIONALITY: "Гражданство / Nationality",
        FieldName.GENDER: "Пол / Sex",
        FieldName.DATE_OF_BIRTH: "Дата на раждане / Date of birth",
        FieldName.PLACE_OF_BIRTH: "Място на раждане / Place of birth",
        FieldName.DATE_OF_ISSUE: "Дата на издаване / Date of issue",
        FieldName.DATE_OF_EXPIRY: "Валидност / Date of expiry",
        FieldName.ISSUING_AUTHORITY: "Издаден от / Authority",
    },
    "UTOPIA",
    {"F": "Ж/F", "M": "М/M", "X": "X"},
    "MOI UTOPIA",
    "Тип / Type",
    "Код / Code",
    "Подпис / Signature",
)


def _passport(facts: Facts, size_mm: Size, script: _Script) -> Pages:
    holder, labels, palette = facts.person, script.labels, script.palette
    page = Canvas(size_mm, palette, facts.seed, style=Style(label=1.55, value=3.1, step=3.7, line=3.6, stretch=0.88))
    page.emblem(9.0, 8.0, 9.0)
    # each script on a line of its own: readers of one alphabet spoil the other
    page.text(16.4, 6.4, script.state, 2.8, font="DejaVuSans-Bold", ink=palette.dark, width=44, stretch=0.86)
    page.text(16.4, 11.0, script.latin, 2.5, font="DejaVuSans-Bold", ink=palette.dark, width=44, stretch=0.86)
    page.text(62.0, 5.4, script.title, 2.0, ink=palette.dark, stretch=0.88)
    page.text(92.0, 5.4, "PASSPORT", 2.0, ink=palette.dark, stretch=0.88)
    page.entry(62.0, 10.0, script.type_label, "P")
    page.entry(77.0, 10.0, script.code_label, STATE, FieldName.ISSUING_STATE)
    page.entry(92.0, 10.0, labels[FieldName.DOCUMENT_NUMBER], facts.number, FieldName.DOCUMENT_NUMBER, width=29)
    page.portrait(facts.portrait, 5.0, 17.0, 33.0, 42.4, facts.portrait_face, colour=0.8)
    page.ghost(facts.portrait, 105.0, 42.0, 15.0, 19.2, facts.portrait_face, strength=0.45)
    left, middle = 43.0, 76.0
    own_surname, own_given = holder.script_names
    # own script above, Latin below: the value is the Latin one
    for y, field, own, latin in (
        (18.0, FieldName.SURNAME, own_surname, holder.surname),
        (27.8, FieldName.GIVEN_NAMES, own_given, holder.given_names),
    ):
        page.label(left, y, labels[field])
        if own:
            page.text(left, y + 3.6, own, 3.0, stretch=0.88, width=77)
        if latin:
            below = y + (7.2 if own else 3.6)
            page.remember(field, latin, latin, labels[field], page.text(left, below, latin, 3.0, stretch=0.88, width=77))
    page.entry(left, 37.6, labels[FieldName.NATIONALITY], script.nationality, FieldName.NATIONALITY, value=STATE, width=31)
    page.entry(middle, 37.6, labels[FieldName.GENDER], script.genders[holder.gender], FieldName.GENDER, value=holder.gender)
    born, place = holder.date_of_birth, holder.place_of_birth
    page.entry(left, 44.2, labels[FieldName.DATE_OF_BIRTH], _numeric(born), FieldName.DATE_OF_BIRTH, value=born, width=31)
    page.entry(middle, 44.2, labels[FieldName.PLACE_OF_BIRTH], place, FieldName.PLACE_OF_BIRTH, width=28)
    page.entry(left, 50.8, labels[FieldName.DATE_OF_ISSUE], _numeric(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, width=31)
    page.entry(middle, 50.8, labels[FieldName.ISSUING_AUTHORITY], script.authority, FieldName.ISSUING_AUTHORITY, width=28)
    page.entry(
        left, 57.4, labels[FieldName.DATE_OF_EXPIRY], _numeric(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, width=31
    )
    page.label(middle, 57.4, script.signature)
    page.signature(78.0, 63.0, 22.0, facts.seed)
    page.stamp(20.0, 64.4, 3.0, 4)
    page.mrz(facts.lines, 72.6)
    return {PageSide.FRONT: page}


def _numeric(iso: str) -> str:
    return printed_date(iso, "{d}/{m}/{y}")


def _greek(facts: Facts, size_mm: Size) -> Pages:
    return _passport(facts, size_mm, _GREEK)


def _bulgarian(facts: Facts, size_mm: Size) -> Pages:
    return _passport(facts, size_mm, _BULGARIAN)


DESIGNS = {
    "id-ro": Design("identity-card", "TD2", ID2, _romanian, _romanian_zone, "ro", "@@######", cnp),
    "passport-el": Design("passport", "TD3", ID3, _greek, lambda facts: icao_lines(facts, "TD3"), "el", "@@#######"),
    "passport-bg": Design("passport", "TD3", ID3, _bulgarian, lambda facts: icao_lines(facts, "TD3"), "bg", "#########"),
}
