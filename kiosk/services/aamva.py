"""The PDF417 of North American driving licences and identity cards: AAMVA DL/ID Card Design Standard, annex D, versions 1 to 10.

    @ LF RS CR "ANSI " issuer(6) version(2) [jurisdiction version(2), since version 2] entries(2)
    then per entry a designator: type(2) offset(4) length(4); then the subfiles: type, elements "DAQ…" each ended by LF, CR at the end

Version 1 is DL/ID-2000, 2 and 3 the card specifications of 2003 and 2005, 4 to 10 the standards of 2009 to 2020. They differ in the
elements of names (1: DAA or DAB to DAE; 2 and 3: DCS, DCT; since 4: DCS, DAC, DAD and whether each was cut) and in the order of dates.
What issuers get wrong in practice is taken: another file type or separator in the header, offsets that point elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kiosk.domain.countries import is_known
from kiosk.domain.document import Barcode, FieldName, PageSide, Reading, Source

_HEADER = re.compile(r"\s*@\s*[\x1c\x1e]?\s*(?:ANSI |AAMVA)(\d{6})(\d{2})(\d{2})(\d{2})?((?:[A-Z]{2}\d{8})+)")
_DESIGNATOR = re.compile(r"([A-Z]{2})(\d{4})(\d{4})")
_ELEMENT = re.compile(r"([A-Z]{3})(.*)", re.DOTALL)
_SUBFILE_END = re.compile(r"\r(?!\n?[DP][A-Z]{2})")
_PARTS_OF_NAME = re.compile(r"[,@$]")
_SUFFIXES = frozenset({"JR", "SR", "II", "III", "IV"})
_PERSONAL = ("DL", "ID", "EN")
_ABSENT = frozenset({"", "NONE", "UNAVL", "UNAVAIL", "N/A"})

_DATES = {FieldName.DATE_OF_BIRTH: "DBB", FieldName.DATE_OF_ISSUE: "DBD", FieldName.DATE_OF_EXPIRY: "DBA"}
_GENDERS = {"1": "M", "2": "F", "9": "X", "M": "M", "F": "F", "X": "X"}
_CUT = {"DDE": FieldName.SURNAME, "DDF": FieldName.GIVEN_NAMES, "DDG": FieldName.GIVEN_NAMES}
_PROVINCES = frozenset("AB BC MB NB NL NS NT NU ON PE QC SK YT".split())
_STATES = frozenset(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX "
    "UT VT VA WA WV WI WY AS GU MP PR VI".split()
)


@dataclass(frozen=True, slots=True)
class Licence:
    """The content of the barcode.

    Attributes:
        issuer: six digits, the issuer identification number that AAMVA gives.
        version: of the standard, 0 to 99.
        jurisdiction_version: None in version 1, which has none.
        kind: type of the first personal subfile: "DL" licence, "ID" identity card, "EN" enhanced licence.
        elements: of that subfile, by id, as encoded without the blanks at the ends.
        other: elements of the other subfiles (ZVA …).
    """

    issuer: str
    version: int
    jurisdiction_version: int | None
    kind: str
    elements: Mapping[str, str]
    other: Mapping[str, str] = field(default_factory=dict)

    def get(self, code: str) -> str:
        """An element, "" when it is not there or says that there is nothing (NONE, unavl)."""
        text = self.elements.get(code, "")
        return "" if text.upper() in _ABSENT else text

    @property
    def cut(self) -> frozenset[FieldName]:
        """Names that the issuer had to cut (T in DDE, DDF, DDG)."""
        return frozenset(name for code, name in _CUT.items() if self.elements.get(code, "").upper() == "T")

    @property
    def described(self) -> Mapping[str, str]:
        """What it says beside the fields of the customer, as encoded: height ("068 in"), eyes and hair (ANSI D20 codes), weight, suffix."""
        codes = {"height": ("DAU",), "eyeColour": ("DAY",), "hairColour": ("DAZ",), "weight": ("DAW",), "nameSuffix": ("DCU", "DAE")}
        found = {name: next((text for code in options if (text := self.get(code))), "") for name, options in codes.items()}
        return {name: text for name, text in found.items() if text}


def parse_aamva(content: bytes) -> Licence | None:
    """The licence that a barcode's content is, or None when it is something else. Never raises."""
    text = _text(content)
    header = _HEADER.match(text)
    if header is None:
        return None
    personal: dict[str, str] = {}
    other: dict[str, str] = {}
    kind = ""
    designators = _DESIGNATOR.findall(header[5])
    starts = [_start(text, header.end(), name, int(offset)) for name, offset, _length in designators]
    for (name, _offset, _length), start in zip(designators, starts, strict=True):
        if start < 0:
            continue
        elements = _elements(text[start + 2 : _end(text, start, starts)])
        if name in _PERSONAL and not kind:
            kind, personal = name, elements
        else:
            other = elements | other
    if not kind:
        return None
    jurisdiction = int(header[3]) if header[4] is not None else None
    return Licence(header[1], int(header[2]), jurisdiction, kind, personal, other)


def is_aamva(barcode: Barcode) -> bool:
    return parse_aamva(barcode.content) is not None


def barcode_fields(barcodes: Sequence[Barcode], side: PageSide, today: str) -> dict[FieldName, tuple[Reading, ...]]:
    """What the first licence among the barcodes says; contents of other kinds give nothing."""
    for barcode in barcodes:
        licence = parse_aamva(barcode.content)
        if licence is not None:
            return licence_fields(licence, side)
    return {}


def licence_fields(licence: Licence, side: PageSide) -> dict[FieldName, tuple[Reading, ...]]:
    """Fields of the customer, normalised as `Reading.value` asks for; `raw` as encoded."""
    surname, given = _names(licence)
    sex = licence.get("DBC").upper()
    texts: dict[FieldName, tuple[str, str]] = {
        FieldName.SURNAME: (_name(surname), surname),
        FieldName.GIVEN_NAMES: (_name(given), given),
        FieldName.GENDER: (_GENDERS.get(sex, ""), sex),
        FieldName.DOCUMENT_NUMBER: (licence.get("DAQ").upper(), licence.get("DAQ")),
        FieldName.PLACE_OF_BIRTH: (_blanks(licence.get("DCI").replace(",", ", ")).upper(), licence.get("DCI")),
        FieldName.ISSUING_STATE: (_state(licence), licence.get("DCG")),
        FieldName.ADDRESS: _address(licence),
    }
    if not surname and licence.get("DAA"):
        texts[FieldName.FULL_NAME] = (_name(licence.get("DAA")), licence.get("DAA"))
    texts |= {name: (aamva_date(licence.get(code)), licence.get(code)) for name, code in _DATES.items()}
    said = ((name, texts.get(name, ("", ""))) for name in FieldName)
    return {name: (Reading(value, Source.BARCODE, 1.0, side, None, raw),) for name, (value, raw) in said if value}


def aamva_date(text: str) -> str:
    """MMDDCCYY (United States since version 2) or CCYYMMDD (version 1, Canada) -> ISO, "" for what is no date.

    No text is a date both ways: 19 and 20 are no months, 01 to 12 no centuries.
    """
    if len(text) != 8 or not (text.isascii() and text.isdecimal()):
        return ""
    for year, month, day in ((text[4:], text[:2], text[2:4]), (text[:4], text[4:6], text[6:])):
        if "1880" <= year <= "2150":
            try:
                return date(int(year), int(month), int(day)).isoformat()
            except ValueError:
                continue
    return ""


def _text(content: bytes) -> str:
    # the standard says ISO 8859-1; who wrote UTF-8 all the same is understood where it cannot be anything else
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _start(text: str, body: int, name: str, offset: int) -> int:
    """Where the subfile begins, -1 when it is not there. Offsets that point elsewhere are common: then it is sought by its type."""
    if offset >= body and text[offset : offset + 2] == name:
        return offset
    if text[body : body + 2] == name:
        return body
    found = re.compile(rf"[\r\n]{name}(?=[A-Z]{{3}})").search(text, body)
    return found.start() + 1 if found else -1


def _end(text: str, start: int, starts: Sequence[int]) -> int:
    """A CR ends the subfile, unless it ends its elements as well (CR, or CR LF, between them)."""
    ends = [other for other in starts if other > start]
    end = _SUBFILE_END.search(text, start)
    return min([*ends, len(text) if end is None else end.start()])


def _elements(subfile: str) -> dict[str, str]:
    elements: dict[str, str] = {}
    for line in re.split(r"[\r\n]+", subfile):
        found = _ELEMENT.match(line)
        if found:
            elements.setdefault(found[1], found[2].strip())
    return elements


def _names(licence: Licence) -> tuple[str, str]:
    """(surname, given names) as encoded; both empty for a full name that does not say which is which."""
    surname = licence.get("DCS") or licence.get("DAB")
    first = licence.get("DAC") or licence.get("DCT")
    given = " ".join(part for part in (first, licence.get("DAD")) if part)
    parts = [part.strip() for part in _PARTS_OF_NAME.split(licence.get("DAA"))]
    if not surname and len(parts) > 1:
        # last, first, middle, suffix; where there is no middle name some issuers leave its place out
        surname, *rest = parts
        middle = [part for part in rest[1:2] if part.upper().rstrip(".") not in _SUFFIXES]
        given = given or " ".join(part for part in (*rest[:1], *middle) if part)
    return surname, given


def _name(text: str) -> str:
    return _blanks(text.replace(",", " ")).upper()


def _blanks(text: str) -> str:
    return " ".join(text.split())


def _state(licence: Licence) -> str:
    """By its country element; version 1 has none, there the state or province of the address tells."""
    country = licence.get("DCG").upper()
    if country:
        return country if is_known(country) else ""
    region = licence.get("DAJ").upper()
    return "USA" if region in _STATES else "CAN" if region in _PROVINCES else ""


def _address(licence: Licence) -> tuple[str, str]:
    codes = ("DAG", "DAH", "DAI", "DAJ", "DAK") if licence.get("DAG") else ("DAL", "DAM", "DAN", "DAO", "DAP")  # mail, residence
    parts = [licence.get(code) for code in codes]
    raw = ", ".join(part for part in parts if part)
    parts[-1] = _postal(parts[-1])
    return ", ".join(_blanks(part) for part in parts if part).upper(), raw


def _postal(code: str) -> str:
    """Zeros stand for the last four digits of a United States code where they are not known."""
    if len(code) == 9 and code.isascii() and code.isdecimal():
        return code[:5] if code.endswith("0000") else f"{code[:5]}-{code[5:]}"
    return code
