"""Lists as they are published, read as a stream: which format a file is, and its entries.

opensanctions-csv   targets.simple.csv of any OpenSanctions data set      (opensanctions.py)
opensanctions-json  entities.ftm.json, one FollowTheMoney entity a line   (opensanctions.py)
ofac-csv            sdn.csv with alt.csv beside it                        (ofac.py)
ofac-xml            sdn.xml                                               (ofac.py)
eu-xml              EU consolidated financial sanctions list, FSD export  (council_lists.py)
un-xml              UN Security Council consolidated list                 (council_lists.py)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from kiosk.domain.errors import BadInput, ErrorCode


class ListFormat(StrEnum):
    OPENSANCTIONS_CSV = "opensanctions-csv"
    OPENSANCTIONS_JSON = "opensanctions-json"
    OFAC_CSV = "ofac-csv"
    OFAC_XML = "ofac-xml"
    EU_XML = "eu-xml"
    UN_XML = "un-xml"


@dataclass(slots=True)
class SourceDate:
    """What a reader learns of the file's own day on its way; complete when the entries are at their end."""

    day: str = field(default="")

    def latest(self, day: str) -> None:
        self.day = max(self.day, day)


def bad(line: int, why: str) -> BadInput:
    """A file that is not what it should be. `why` never quotes the file; line 0 = not known."""
    return BadInput(ErrorCode.INVALID_DATA, f"line {line}: {why}" if line else why, line=line)


def found_format(path: Path) -> ListFormat:
    """By the beginning of the file. Raises BadInput(FILE_NOT_FOUND, BAD_ARGUMENT)."""
    try:
        with open(path, "rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}: {error.strerror}") from error
    text = head.decode("utf-8-sig", "replace").lstrip()
    marks: Mapping[str, ListFormat] = {
        "<CONSOLIDATED_LIST": ListFormat.UN_XML,
        "<sdnList": ListFormat.OFAC_XML,
        "eu.europa.ec/fpi/fsd/export": ListFormat.EU_XML,
        "<export": ListFormat.EU_XML,
    }
    if text.startswith("<"):
        for mark, form in marks.items():
            if mark in text:
                return form
    elif text.startswith("{"):
        return ListFormat.OPENSANCTIONS_JSON
    elif text.replace('"', "").startswith("id,schema,name"):
        return ListFormat.OPENSANCTIONS_CSV
    elif text[:1].isdigit() and text.splitlines()[0].count(",") >= 11:
        return ListFormat.OFAC_CSV
    raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name} is none of the known lists: {', '.join(ListFormat)}")


def files_of(path: Path, form: ListFormat) -> list[Path]:
    """The file, and alt.csv beside OFAC's sdn.csv. Raises BadInput(FILE_NOT_FOUND) when that is not there."""
    if form is not ListFormat.OFAC_CSV:
        return [path]
    other = path.with_name(path.name.lower().replace("sdn", "alt"))
    for candidate in (other, other.with_name(other.name.upper()), path.with_name("alt.csv")):
        if candidate.is_file() and candidate != path:
            return [path, candidate]
    raise BadInput(ErrorCode.FILE_NOT_FOUND, f"alt.csv is not beside {path.name}: without it the other names would be missing")
