"""Machine readable zones: TD1, TD2, TD3, MRV-A, MRV-B, parsed with every check digit (ICAO 9303 parts 3 to 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MrzFormat(StrEnum):
    TD1 = "TD1"
    TD2 = "TD2"
    TD3 = "TD3"
    MRV_A = "MRV-A"
    MRV_B = "MRV-B"


@dataclass(frozen=True, slots=True)
class MrzRepair:
    """A character that was read one way and taken another, because the alphabet of its place or a check digit says so."""

    line: int
    column: int
    read: str
    taken: str


@dataclass(frozen=True, slots=True)
class Mrz:
    """A parsed MRZ.

    Attributes:
        lines: two or three lines of exactly the format's length, alphabet A-Z 0-9 <.
        values: by DIS names (documentCode, issuingState, surname, givenNames, documentNumber, nationality, dateOfBirth as YYMMDD, gender,
            dateOfExpiry as YYMMDD, optional data …).
        check_digits: name of the check ("documentNumber", "dateOfBirth", "dateOfExpiry", "personalNumber", "composite") -> does it hold.
        confidence: 0..1, the least sure line of the reader.
    """

    format: MrzFormat
    lines: tuple[str, ...]
    values: Mapping[str, str]
    check_digits: Mapping[str, bool]
    repairs: tuple[MrzRepair, ...] = field(default=())
    confidence: float = 1.0

    @property
    def valid(self) -> bool:
        """Every check digit that the format has holds."""
        return all(self.check_digits.values())
