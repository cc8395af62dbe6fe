"""Rows of CSV and elements of XML as streams whose faults name their line, and dates and sexes as lists write them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.services.watchlist.formats import bad
from kiosk.services.watchlist.model import Sex

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LONGEST_FIELD = 4 * 1024 * 1024
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_WRITTEN = ("%d %b %Y", "%d %B %Y", "%d/%m/%Y", "%b %Y", "%B %Y")
_SEXES = {"m": Sex.MALE, "male": Sex.MALE, "f": Sex.FEMALE, "female": Sex.FEMALE}


def rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line, fields). Raises BadInput(INVALID_DATA) for a file cut inside a field, a row of another length, no UTF-8."""
    csv.field_size_limit(_LONGEST_FIELD)
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        width = 0
        try:
            for row in reader:
                if not row or row == ["\x1a"]:  # OFAC's files end in Ctrl-Z
                    continue
                width = width or len(row)
                if len(row) != width:
                    raise bad(reader.line_num, f"{len(row)} fields where the file has {width}")
                yield reader.line_num, row
        except csv.Error as error:
            raise bad(reader.line_num, f"not CSV ({error})") from error
        except UnicodeDecodeError as error:
            raise bad(reader.line_num + 1, "not UTF-8") from error


def elements(path: Path, tags: Sequence[str]) -> Iterator[tuple[Element, bool]]:
    """Elements of these names without their namespace: (element, ended). The start comes too, for its attributes.

    Entities, external or not, are refused. Raises BadInput(INVALID_DATA) with the line where the XML breaks off.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException  # type: ignore[import-untyped,unused-ignore]
    from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped,unused-ignore]

    depth: list[Element] = []
    try:
        for event, element in iterparse(path, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                element.tag = element.tag.rpartition("}")[2]
                depth.append(element)
                if element.tag in tags:
                    yield element, False
                continue
            depth.pop()
            if element.tag in tags:
                yield element, True
                element.clear()
                if depth:
                    depth[-1].remove(element)  # else the root would keep every empty element
    except ParseError as error:
        raise bad(error.position[0], "the XML breaks off or is wrong here") from error
    except DefusedXmlException as error:
        raise bad(1, "the XML holds entities or a document type, which lists do not") from error


def text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def birth(written: str) -> str:
    """YYYY[-MM[-DD]] of "1961-02-03", "03 Feb 1961", "circa 1961"; "" when there is no year."""
    tidy = written.strip()
    if match := _ISO.fullmatch(tidy[:10].removesuffix("-00").removesuffix("-00")):
        return match[0]
    for form in _WRITTEN:
        try:
            day = datetime.strptime(tidy.removeprefix("circa ").strip(), form)
        except ValueError:
            continue
        return day.date().isoformat() if "%d" in form else day.strftime("%Y-%m")
    year = _YEAR.search(tidy)
    return year[1] if year else ""


def sex(written: str) -> Sex:
    return _SEXES.get(written.strip().lower(), Sex.UNKNOWN)


def unique(values: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    """Without doubles and empty ones, in order."""
    return tuple(dict.fromkeys(value.strip() for value in values if value and value.strip()))
