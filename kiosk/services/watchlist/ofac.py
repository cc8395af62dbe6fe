"""OFAC's list of Specially Designated Nationals: `sdn.csv` with `alt.csv`, and `sdn.xml`.

sdn.csv (no header, "-0-" is empty): ent_num, SDN_Name, SDN_Type, Program, Title, Call_Sign, Vess_type, Tonnage, GRT, Vess_flag, Vess_owner,
Remarks. alt.csv: ent_num, alt_num, alt_type, alt_name, alt_remarks. Names stand "SURNAME, Given"; dates of birth, nationality and sex stand
in Remarks as "DOB 01 Jan 1970; nationality Xland; Gender Male". Source: U.S. Treasury, "SDN data specification" (dat_spec.txt, 09/25/2023).
sdn.xml: sdnList/publshInformation/Publish_Date (the tag is spelled so; MM/DD/YYYY) and sdnEntry with uid, firstName, lastName, sdnType,
programList/program, akaList/aka, dateOfBirthList/dateOfBirthItem/dateOfBirth, nationalityList/nationality/country, citizenshipList.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from kiosk.services.watchlist.columns import birth, elements, rows, sex, text, unique
from kiosk.services.watchlist.formats import ListFormat, SourceDate, bad, files_of
from kiosk.services.watchlist.model import Kind, Listed
from kiosk.services.watchlist.names import country_code

_EMPTY = "-0-"
_SDN_FIELDS, _ALT_FIELDS = 12, 5
_BIRTHS = re.compile(r"(?:alt\. )?DOB ([^;.]+)")
_COUNTRIES = re.compile(r"(?:nationality|citizen) ([^;.]+)", re.IGNORECASE)
_SEX = re.compile(r"Gender (Male|Female)", re.IGNORECASE)


def read_csv(path: Path, date: SourceDate) -> Iterator[Listed]:
    """The CSV does not say its day: the source date stays empty. Raises BadInput(INVALID_DATA, FILE_NOT_FOUND)."""
    del date
    others: dict[str, list[str]] = {}
    sdn, alt = files_of(path, ListFormat.OFAC_CSV)
    for line, row in rows(alt):
        if len(row) != _ALT_FIELDS:
            raise bad(line, f"alt.csv has {_ALT_FIELDS} fields, not {len(row)}")
        others.setdefault(row[0].strip(), []).append(_turned(row[3].strip()))
    for line, row in rows(sdn):
        if len(row) != _SDN_FIELDS or not row[0].strip().isdigit():
            raise bad(line, f"sdn.csv has {_SDN_FIELDS} fields that begin with a number")
        number, name, kind, program, _title, *_ship, remarks = (value.strip() for value in row)
        if name in ("", _EMPTY):
            raise bad(line, "an entry without name")
        person = kind.lower() == "individual"
        yield Listed(
            number,
            Kind.PERSON if person else Kind.ORGANISATION if kind == _EMPTY else Kind.OTHER,
            unique([_turned(name) if person else name, *others.get(number, ())]),
            unique([birth(day) for day in _BIRTHS.findall(remarks)]),
            unique([country_code(place) for place in _COUNTRIES.findall(remarks)]),
            sex(match[1] if (match := _SEX.search(remarks)) else ""),
            program if program != _EMPTY else "",
        )


def read_xml(path: Path, date: SourceDate) -> Iterator[Listed]:
    """Raises BadInput(INVALID_DATA)."""
    kinds = {"individual": Kind.PERSON, "entity": Kind.ORGANISATION}
    for element, ended in elements(path, ("sdnEntry", "Publish_Date")):
        if not ended:
            continue
        if element.tag == "Publish_Date":
            date.latest(_american(element.text or ""))
            continue
        names = [_full(text(element, "firstName"), text(element, "lastName"))]
        names += [_full(text(aka, "firstName"), text(aka, "lastName")) for aka in element.iterfind("akaList/aka")]
        number = text(element, "uid")
        if not number or not any(names):
            raise bad(0, "an entry without uid or name")
        where = ("nationalityList/nationality/country", "citizenshipList/citizenship/country")
        yield Listed(
            number,
            kinds.get(text(element, "sdnType").lower(), Kind.OTHER),
            unique(names),
            unique([birth(item.text or "") for item in element.iterfind("dateOfBirthList/dateOfBirthItem/dateOfBirth")]),
            unique([country_code(item.text or "") for path in where for item in element.iterfind(path)]),
            sex(text(element, "gender")),
            "; ".join(item.text or "" for item in element.iterfind("programList/program")),
        )


def _turned(name: str) -> str:
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma else name


def _full(first: str, last: str) -> str:
    return f"{first} {last}".strip()


def _american(day: str) -> str:
    try:
        return datetime.strptime(day.strip(), "%m/%d/%Y").date().isoformat()
    except ValueError:
        return ""
