"""The consolidated lists of the European Union and of the United Nations' Security Council.

EU (FSD export 1.1, namespace eu.europa.ec/fpi/fsd/export): export[@generationDate]/sanctionEntity[@logicalId, @euReferenceNumber] with
subjectType[@code person|enterprise], nameAlias[@wholeName, @gender], birthdate[@birthdate, @year], citizenship[@countryIso2Code],
regulation[@programme]; what is known stands in attributes.
UN: CONSOLIDATED_LIST[@dateGenerated]/INDIVIDUALS/INDIVIDUAL and ENTITIES/ENTITY with DATAID, FIRST_NAME to FOURTH_NAME, GENDER,
UN_LIST_TYPE, NATIONALITY/VALUE, INDIVIDUAL_ALIAS/ALIAS_NAME, INDIVIDUAL_DATE_OF_BIRTH/{DATE, YEAR, FROM_YEAR, TO_YEAR}.
Sources: the files themselves as the publishers describe them (webgate.ec.europa.eu/fsd, scsanctions.un.org/resources/xml).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.services.watchlist.columns import birth, elements, sex, text, unique
from kiosk.services.watchlist.formats import SourceDate, bad
from kiosk.services.watchlist.model import Kind, Listed, Sex
from kiosk.services.watchlist.names import country_code

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_WIDEST_YEARS = 10
"""Years between FROM_YEAR and TO_YEAR that are each taken; a wider range says nothing."""
_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read_eu(path: Path, date: SourceDate) -> Iterator[Listed]:
    """Raises BadInput(INVALID_DATA)."""
    kinds = {"person": Kind.PERSON, "p": Kind.PERSON, "enterprise": Kind.ORGANISATION, "e": Kind.ORGANISATION}
    for element, ended in elements(path, ("export", "sanctionEntity")):
        if element.tag == "export":
            if not ended:
                date.latest(element.get("generationDate", "")[:10])
            continue
        if not ended:
            continue
        number = element.get("logicalId") or element.get("euReferenceNumber") or ""
        aliases = element.findall("nameAlias")
        names = unique([alias.get("wholeName") or _joined(alias) for alias in aliases])
        if not number or not names:
            raise bad(0, "a sanctionEntity without logicalId or nameAlias")
        subject = element.find("subjectType")
        code = "" if subject is None else (subject.get("code") or subject.get("classificationCode") or "").lower()
        births = [birth(item.get("birthdate") or item.get("year") or "") for item in element.iterfind("birthdate")]
        yield Listed(
            number,
            kinds.get(code, Kind.OTHER),
            names,
            unique(births),
            unique([country_code(item.get("countryIso2Code", "")) for item in element.iterfind("citizenship")]),
            next((found for alias in aliases if (found := sex(alias.get("gender", "")))), Sex.UNKNOWN),
            "; ".join(unique([item.get("programme", "") for item in element.iterfind("regulation")])),
        )


def read_un(path: Path, date: SourceDate) -> Iterator[Listed]:
    """Raises BadInput(INVALID_DATA)."""
    for element, ended in elements(path, ("CONSOLIDATED_LIST", "INDIVIDUAL", "ENTITY")):
        if element.tag == "CONSOLIDATED_LIST":
            if not ended:
                date.latest(element.get("dateGenerated", "")[:10])
            continue
        if not ended:
            continue
        person = element.tag == "INDIVIDUAL"
        aliases = element.iterfind(f"{element.tag}_ALIAS/ALIAS_NAME")
        names = unique([" ".join(part for tag in _PARTS if (part := text(element, tag))), *(alias.text or "" for alias in aliases)])
        number = text(element, "DATAID")
        if not number or not names:
            raise bad(0, "an entry without DATAID or name")
        yield Listed(
            number,
            Kind.PERSON if person else Kind.ORGANISATION,
            names,
            unique([day for item in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH") for day in _births(item)]),
            unique([country_code(item.text or "") for item in element.iterfind("NATIONALITY/VALUE")]),
            sex(text(element, "GENDER")),
            text(element, "UN_LIST_TYPE"),
        )


def _joined(alias: Element) -> str:
    return " ".join(part for key in ("firstName", "middleName", "lastName") if (part := alias.get(key, "").strip()))


def _births(item: Element) -> list[str]:
    exact = birth(text(item, "DATE")) or birth(text(item, "YEAR"))
    if exact:
        return [exact]
    first, last = text(item, "FROM_YEAR"), text(item, "TO_YEAR")
    if first.isdigit() and last.isdigit() and 0 <= int(last) - int(first) <= _WIDEST_YEARS:
        return [str(year) for year in range(int(first), int(last) + 1)]
    return []
