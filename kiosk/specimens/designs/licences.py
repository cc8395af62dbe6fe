"""Driving licences without an MRZ: numbered fields in the European manner, a barcode of AAMVA's in the North American one."""

from __future__ import annotations

from kiosk.domain.document import FieldName, PageSide
from kiosk.specimens.canvas import Canvas, Style
from kiosk.specimens.palettes import AZURE, ROSE
from kiosk.specimens.plan import ID1, STATE, Design, Facts, Pages, Size, dotted, printed_date
from kiosk.specimens.symbols import aamva, symbol

_NUMBERED = Style(label=1.9, value=2.6, step=3.0, line=3.0, stretch=0.86, font="DejaVuSans-Bold")


def _european(facts: Facts, size_mm: Size) -> Pages:
    """Fields are numbers only (directive 2006/126/EC, annex I): 1 surname, 2 other names, 3 birth, 4a issue, 4b expiry, 4c authority,
    5 number, 7 signature, 8 address, 9 categories."""
    holder = facts.person
    front = Canvas(size_mm, ROSE, facts.seed, style=_NUMBERED)
    front.text(24.0, 6.6, "DRIVING LICENCE", 3.0, font="DejaVuSans-Bold", ink=ROSE.dark, stretch=0.88)
    front.text(60.0, 6.6, "UTOPIA", 3.0, font="DejaVuSans-Bold", ink=ROSE.dark, stretch=0.88)
    front.text(24.0, 9.6, "Permis de conduire · Führerschein · Vodičský preukaz", 1.5, ink=ROSE.dark, stretch=0.88)
    front.emblem(9.4, 7.2, 8.0)
    front.text(15.2, 8.4, STATE, 2.6, font="DejaVuSans-Bold", ink=ROSE.accent, stretch=0.86)
    front.portrait(facts.portrait, 3.6, 13.4, 22.6, 29.0, facts.portrait_face)
    front.ghost(facts.portrait, 70.6, 33.0, 12.0, 15.4, facts.portrait_face, strength=0.5)
    left = 29.4
    front.entry(left, 14.4, "1.", holder.surname, FieldName.SURNAME, beside=4.0, width=53)
    front.entry(left, 18.4, "2.", holder.given_names, FieldName.GIVEN_NAMES, beside=4.0, width=53)
    front.entry(left, 22.4, "3.", dotted(holder.date_of_birth), FieldName.DATE_OF_BIRTH, value=holder.date_of_birth, beside=4.0)
    front.entry(52.4, 22.4, "", holder.place_of_birth, FieldName.PLACE_OF_BIRTH, beside=0.1, width=30)
    front.entry(left, 26.4, "4a.", dotted(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, beside=4.0)
    front.entry(53.0, 26.4, "4c.", f"DVA {holder.place_of_birth}", FieldName.ISSUING_AUTHORITY, beside=4.0, width=29)
    front.entry(left, 30.4, "4b.", dotted(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, beside=4.0)
    front.entry(left, 34.4, "5.", facts.number, FieldName.DOCUMENT_NUMBER, beside=4.0, font="DejaVuSansMono-Bold")
    front.label(left, 38.8, "7.")
    front.signature(34.0, 39.4, 19.0, facts.seed)
    front.entry(left, 44.4, "8.", ", ".join(holder.address), FieldName.ADDRESS, beside=4.0, width=39, size=2.2)
    front.entry(left, 49.4, "9.", "AM/B1/B", beside=4.0)
    front.stamp(14.8, 48.0, 2.4, 4)

    back = Canvas(size_mm, ROSE, facts.seed + 1, style=Style(label=1.5, value=1.7, stretch=0.86))
    top, row = 4.0, 4.0
    columns = (26.0, 32.0, 50.0, 68.0, 82.0)
    for index, head in enumerate(("9.", "10.", "11.", "12.")):
        back.label(columns[index] + 1.0, top + 2.6, head)
    for line, category in enumerate(("AM", "A1", "A2", "A", "B1", "B", "C1", "BE")):
        base = top + row * (line + 1)
        back.text(27.0, base + 2.8, category, 1.9, font="DejaVuSans-Bold", stretch=0.86)
        if category in ("AM", "B1", "B"):
            back.text(33.0, base + 2.8, printed_date(facts.issued, "{d}.{m}.{yy}"), 1.9, stretch=0.86)
            back.text(51.0, base + 2.8, printed_date(facts.expires, "{d}.{m}.{yy}"), 1.9, stretch=0.86)
    for line in range(10):
        back.rule(26.0, top + row * line, 56.0, 0.12)
    for x in columns:
        back.block(x, top, 0.12, row * 9, ROSE.accent)
    for line, words in enumerate(("1. Surname", "2. Other names", "3. Date, place of birth", "4a. Date of issue", "4b. Date of expiry",
                                  "4c. Issued by", "5. Licence number", "9. Categories")):  # fmt: skip
        back.label(3.6, 8.0 + 2.6 * line, words)
    back.code(26.0, 42.4, 40.0, 7.4, symbol("Code39", facts.number))
    back.label(46.0, 51.8, facts.number, anchor="ms")
    back.emblem(12.0, 36.0, 10.0)
    back.stamp(74.6, 46.0, 2.3, 4)
    return {PageSide.FRONT: front, PageSide.BACK: back}


_AMERICAN_SEX = {"F": "2", "M": "1", "X": "9"}
_EYES = ("BRO", "GRN", "BLU", "HAZ")


def _american(facts: Facts, size_mm: Size) -> Pages:
    """Months first, field numbers before abbreviated labels, PDF417 on the back (AAMVA DL/ID Card Design Standard)."""
    holder = facts.person
    height_in, eyes = 62 + facts.seed * 3 % 12, _EYES[facts.seed % 4]
    style = Style(label=1.5, value=2.5, step=2.9, line=2.8, stretch=0.86, font="DejaVuSans-Bold")
    front = Canvas(size_mm, AZURE, facts.seed, style=style)
    front.block(0, 0, size_mm[0], 9.6, (44, 70, 132))
    front.text(4.0, 6.8, "HALCYON", 4.4, font="DejaVuSerif-Bold", ink=(250, 250, 252), stretch=0.9)
    front.text(81.6, 4.6, "DRIVER LICENSE", 2.5, font="DejaVuSans-Bold", ink=(250, 250, 252), anchor="rs", stretch=0.88)
    front.text(81.6, 7.9, "UTOPIA  UTO", 2.0, font="DejaVuSans-Bold", ink=(230, 234, 246), anchor="rs", stretch=0.88)
    front.portrait(facts.portrait, 3.4, 11.6, 25.0, 32.1, facts.portrait_face)
    front.ghost(facts.portrait, 68.6, 29.6, 14.0, 18.0, facts.portrait_face, strength=0.5)
    left, right = 31.0, 58.6
    front.entry(left, 13.8, "4d DLN", facts.number, FieldName.DOCUMENT_NUMBER, beside=7.4, size=2.9)
    front.entry(
        left, 17.8, "3 DOB", _american_date(holder.date_of_birth), FieldName.DATE_OF_BIRTH, value=holder.date_of_birth, beside=7.4, size=2.9
    )
    front.entry(right + 4.0, 13.8, "9 CLASS", "C", beside=7.4)
    front.entry(right + 4.0, 17.8, "4b EXP", _american_date(facts.expires), FieldName.DATE_OF_EXPIRY, value=facts.expires, beside=6.2)
    front.entry(left, 22.0, "1", holder.surname, FieldName.SURNAME, beside=2.4, width=50)
    front.entry(left, 25.6, "2", holder.given_names, FieldName.GIVEN_NAMES, beside=2.4, width=50)
    address = (holder.address[0], holder.address[1])
    front.entry(left, 29.4, "8", address, FieldName.ADDRESS, value=", ".join(address), beside=2.4, width=36, size=2.2)
    front.entry(left, 36.8, "15 SEX", holder.gender, FieldName.GENDER, beside=6.4)
    front.entry(45.0, 36.8, "18 EYES", eyes, beside=6.8)
    front.entry(left, 40.6, "16 HGT", f"{height_in // 12}'-{height_in % 12:02d}\"", beside=6.4)
    front.entry(48.0, 40.6, "4a ISS", _american_date(facts.issued), FieldName.DATE_OF_ISSUE, value=facts.issued, beside=5.6)
    front.entry(left, 44.4, "5 DD", f"{(facts.seed * 104_729 + 70_412_957) % 10**8:08d}UTO", beside=4.4, size=2.0)
    front.signature(6.0, 49.0, 20.0, facts.seed)
    front.stamp(54.0, 49.2, 2.5, 3)

    back = Canvas(size_mm, AZURE, facts.seed + 1, style=style)
    town, code = holder.address[1].rsplit(" ", 1)
    given = [*holder.given_names.split(" "), ""]
    elements = {
        "DAQ": facts.number, "DCS": holder.surname, "DDE": "N", "DAC": given[0], "DDF": "N",
        "DAD": " ".join(given[1:]).strip() or "NONE", "DDG": "N", "DCA": "C", "DCB": "NONE", "DCD": "NONE",
        "DBD": _eight(facts.issued), "DBB": _eight(holder.date_of_birth), "DBA": _eight(facts.expires),
        "DBC": _AMERICAN_SEX[holder.gender], "DAU": f"{height_in:03d} in", "DAY": eyes,
        "DAG": holder.address[0], "DAI": town, "DAJ": "ZZ", "DAK": f"{code}0000",
        "DCF": f"{(facts.seed * 104_729 + 70_412_957) % 10**8:08d}UTO", "DCG": STATE,
    }  # fmt: skip
    back.code(3.6, 4.0, 78.4, 20.4, symbol("PDF417", aamva(elements), columns=11, ec_level="2"))
    inventory = f"ZZ{facts.number}01"
    back.code(3.6, 25.6, 44.0, 7.6, symbol("Code128", inventory))
    back.label(25.6, 35.8, inventory, anchor="ms")
    back.entry(4.0, 40.6, "12 RESTR", "NONE", beside=9.0)
    back.entry(30.0, 40.6, "9a END", "NONE", beside=8.0)
    back.label(4.0, 46.0, "Specimen licence of a state that does not exist. It permits nobody to drive.")
    back.emblem(68.0, 34.0, 12.0)
    back.stamp(68.0, 47.6, 2.5, 3)
    return {PageSide.FRONT: front, PageSide.BACK: back}


def _american_date(iso: str) -> str:
    return printed_date(iso, "{m}/{d}/{y}")


def _eight(iso: str) -> str:
    return printed_date(iso, "{m}{d}{y}")


DESIGNS = {
    "licence-eu": Design("driving-licence", "", ID1, _european, None, "sk", "@@######"),
    "licence-na": Design("driving-licence", "", ID1, _american, None, "en", "@#######"),
}
