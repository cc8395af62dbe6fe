"""What a list says of somebody, whom we ask about, and what was found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kiosk.ports import Json


class Kind(StrEnum):
    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"
    OTHER = "OTHER"  # ships, aircraft, and what a list does not name


class Sex(StrEnum):
    MALE = "M"
    FEMALE = "F"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of a list.

    Attributes:
        id: the list's own.
        names: the main name first, then the others.
        births: YYYY, YYYY-MM or YYYY-MM-DD; several when the list is not sure.
        countries: ISO 3166-1 alpha-3 of nationality, citizenship or residence.
        note: programmes or datasets, for staff.
    """

    id: str
    kind: Kind
    names: tuple[str, ...]
    births: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    note: str = ""

    def packed(self) -> bytes:
        """One line of JSON, always the same for the same entry."""
        row = [self.id, self.kind.value, self.names, self.births, self.countries, self.sex.value, self.note]
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def unpacked(cls, line: bytes) -> Listed:
        entry, kind, names, births, countries, sex, note = json.loads(line)
        return cls(entry, Kind(kind), tuple(names), tuple(births), tuple(countries), Sex(sex), note)

    @property
    def version(self) -> str:
        """16 hex digits that change whenever the list says anything else of this entry."""
        return hashlib.sha256(self.packed()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a screening asks about. What is not known is empty and counts neither for nor against.

    Attributes:
        birth: YYYY, YYYY-MM or YYYY-MM-DD.
        countries: alpha-3.
    """

    name: str
    birth: str = ""
    countries: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    kind: Kind = Kind.PERSON


@dataclass(frozen=True, slots=True)
class ListVersion:
    """One import of one list.

    Attributes:
        source_date: what the file says of its own day, YYYY-MM-DD; "" when it says none.
        imported_at: UTC, ISO 8601.
        sha256: of the file (of both files, one after the other, for OFAC's CSV).
        checked_at: when its publisher last said that there is no newer one, UTC; "" when nobody asked.
    """

    name: str
    format: str
    source_date: str
    imported_at: str
    sha256: str
    entries: int
    spellings: int
    checked_at: str = ""

    def as_json(self) -> dict[str, Json]:
        return {
            "name": self.name,
            "format": self.format,
            "sourceDate": self.source_date or None,
            "importedAt": self.imported_at,
            "checkedAt": self.checked_at or None,
            "sha256": self.sha256,
            "entries": self.entries,
            "names": self.spellings,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Json]) -> ListVersion:
        """Raises KeyError, ValueError, TypeError."""
        entries, spellings = body["entries"], body["names"]
        if not isinstance(entries, int) or not isinstance(spellings, int):
            raise TypeError("counts are not numbers")
        return cls(
            str(body["name"]),
            str(body["format"]),
            str(body["sourceDate"] or ""),
            str(body["importedAt"]),
            str(body["sha256"]),
            entries,
            spellings,
        )


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that may be the person.

    Attributes:
        score: 0..1, of `services/watchlist/matching.py`.
        name: the spelling on the list that is most like the person's.
        reasons: what agrees and what does not, as codes ("NAME", "BIRTH_SAME", …).
    """

    listed: Listed
    source: ListVersion
    score: float
    name: str
    reasons: tuple[str, ...]

    def as_json(self) -> dict[str, Json]:
        return {
            "list": self.source.name,
            "listDate": self.source.source_date or None,
            "listImportedAt": self.source.imported_at,
            "id": self.listed.id,
            "recordVersion": self.listed.version,
            "kind": self.listed.kind.value,
            "matchedName": self.name,
            "names": list(self.listed.names),
            "births": list(self.listed.births),
            "countries": list(self.listed.countries),
            "sex": self.listed.sex.value or None,
            "note": self.listed.note or None,
            "score": round(self.score, 4),
            "reasons": list(self.reasons),
        }
