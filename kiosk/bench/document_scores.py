"""How far what was read agrees with the truth: MRZ, fields of the visual zone, corners."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.bench.document_cases import PageTruth
from kiosk.domain.document import DocumentPage, Quad, Source
from kiosk.domain.mrz import Mrz
from kiosk.imaging import geometry
from kiosk.ports import Json


class MrzOutcome(StrEnum):
    """WRONG_VALID is the worst there is: a wrong reading that is called valid. EQUAL includes a misprint that is reported as one.
    IN_DOUBT: every character is right and the digits hold, but the reader says that a character might be another."""

    EQUAL = "equal"
    IN_DOUBT = "inDoubt"
    REFUSED = "refused"
    WRONG_INVALID = "wrongInvalid"
    WRONG_VALID = "wrongValid"


def mrz_outcome(read: Mrz | None, truth: PageTruth) -> MrzOutcome | None:
    """None where nothing is known. An MRZ read where there is none is wrong; none read where there is none is equal."""
    if truth.mrz_lines is None:
        return None
    if read is None:
        return MrzOutcome.REFUSED if truth.mrz_lines else MrzOutcome.EQUAL
    if tuple(read.lines) == truth.mrz_lines and truth.mrz_valid and read.in_doubt:
        return MrzOutcome.IN_DOUBT
    if tuple(read.lines) == truth.mrz_lines:
        return MrzOutcome.EQUAL if read.valid == truth.mrz_valid else MrzOutcome.WRONG_VALID if read.valid else MrzOutcome.WRONG_INVALID
    return MrzOutcome.WRONG_VALID if read.valid else MrzOutcome.WRONG_INVALID


@dataclass(slots=True)
class Scores:
    """Counts over many pages; one for all, one per kind."""

    pages: int = 0
    found: int = 0
    mrz: Counter[str] = field(default_factory=Counter)
    with_mrz: int = 0
    fields: dict[str, Counter[str]] = field(default_factory=dict)
    ious: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, name: str, truth: PageTruth, page: DocumentPage | None, size: tuple[int, int]) -> None:
        """Args: `page` None = no document was found; `size` width and height of the picture, pixels."""
        self.pages += 1
        self.found += page is not None
        outcome = mrz_outcome(page.mrz if page is not None else None, truth)
        if outcome is not None and (truth.mrz_lines or outcome is not MrzOutcome.EQUAL):
            self.with_mrz += 1
            self.mrz[outcome] += 1
            if outcome not in (MrzOutcome.EQUAL, MrzOutcome.IN_DOUBT):
                self.wrong.append(f"{name}: MRZ {outcome.value}")
        if truth.corners is not None:
            self.ious.append(_iou(page, truth.corners, size))
        readings = {} if page is None else {entry.name: entry.of(Source.VISUAL_ZONE) for entry in page.fields}
        for field_name, value in truth.fields.items():
            reading = readings.get(field_name)
            what = "missing" if reading is None else "exact" if reading.value == value else "wrong"
            self.fields.setdefault(field_name.value, Counter())[what] += 1
            if what != "exact":
                self.wrong.append(f"{name}: {field_name.value} {what}")

    def report(self) -> dict[str, Json]:
        exact = sum(counts["exact"] for counts in self.fields.values())
        total = sum(sum(counts.values()) for counts in self.fields.values())
        body: dict[str, Json] = {"pages": self.pages, "found": self.found}
        if self.ious:
            ordered = sorted(self.ious)
            body["iou"] = {
                "mean": round(sum(ordered) / len(ordered), 4),
                "median": round(ordered[len(ordered) // 2], 4),
                "below_0.9": sum(iou < 0.9 for iou in ordered),
            }
        if self.with_mrz:
            body["mrz"] = {"n": self.with_mrz, **{outcome.value: self.mrz[outcome] for outcome in MrzOutcome}}
            body["mrz_exact"] = round((self.mrz[MrzOutcome.EQUAL] + self.mrz[MrzOutcome.IN_DOUBT]) / self.with_mrz, 4)
        if total:
            body["fields_exact"] = round(exact / total, 4)
            body["fields"] = {name: _shares(counts) for name, counts in sorted(self.fields.items())}
        return body


def _shares(counts: Mapping[str, int]) -> dict[str, Json]:
    total = sum(counts.values())
    return {
        "n": total,
        "exact": round(counts.get("exact", 0) / total, 3),
        "wrong": counts.get("wrong", 0),
        "missing": counts.get("missing", 0),
    }


def _iou(page: DocumentPage | None, corners: Quad, size: tuple[int, int]) -> float:
    """A page that was taken as it is fills the picture; one that was not found overlaps with nothing."""
    if page is None:
        return 0.0
    return geometry.overlap(page.quad if page.quad is not None else geometry.box_quad(0, 0, *size), corners)
