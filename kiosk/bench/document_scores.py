"""How far what was read agrees with the truth: MRZ, fields of the visual zone, corners."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import StrEnum

from kiosk.bench.document_cases import PageTruth
from kiosk.domain.document import DATE_FIELDS, DocumentPage, FieldName, Quad, Source
from kiosk.domain.inspection import OCR_THRESHOLD
from kiosk.domain.mrz import Mrz
from kiosk.imaging import geometry
from kiosk.ports import Json
from kiosk.services.document_words import compact

_GOOD_OUTLINE = 0.9
_ALIKE = 0.75
_SHORT = 4


class Loss(StrEnum):
    """Why a printed value was not given as it is: the first that applies.

    NO_PAGE: no document was found. NOT_ASSIGNED: its text was read and not taken for the field's. BAD_OUTLINE: the page was cut askew.
    MISREAD: a line of much the same letters was read. NOT_READ: no such line was.
    """

    NO_PAGE = "noPage"
    NOT_ASSIGNED = "notAssigned"
    BAD_OUTLINE = "badOutline"
    MISREAD = "misread"
    NOT_READ = "notRead"


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
    losses: Counter[str] = field(default_factory=Counter)

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
            counts = self.fields.setdefault(field_name.value, Counter())
            counts[what] += 1
            if what == "exact":
                continue
            certain = what == "wrong" and reading is not None and reading.confidence >= OCR_THRESHOLD
            counts["wrong_certain"] += certain
            loss = loss_of(field_name, value, page, self.ious[-1] if truth.corners is not None else 1.0)
            self.losses[loss] += 1
            self.wrong.append(f"{name}: {field_name.value} {what}{' and certain' if certain else ''}, {loss.value}")

    def report(self) -> dict[str, Json]:
        exact = sum(counts["exact"] for counts in self.fields.values())
        total = sum(_count(counts) for counts in self.fields.values())
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
            # the worse half of what is not exact: a wrong value that nobody is asked to look at
            body["fields_wrong"] = sum(counts["wrong"] for counts in self.fields.values())
            body["fields_wrong_certain"] = sum(counts["wrong_certain"] for counts in self.fields.values())
            body["fields_lost_by"] = {loss.value: self.losses[loss] for loss in Loss if self.losses[loss]}
            body["fields"] = {name: _shares(counts) for name, counts in sorted(self.fields.items())}
        return body


def _count(counts: Mapping[str, int]) -> int:
    return sum(counts.get(what, 0) for what in ("exact", "wrong", "missing"))


def _shares(counts: Mapping[str, int]) -> dict[str, Json]:
    total = _count(counts)
    return {
        "n": total,
        "exact": round(counts.get("exact", 0) / total, 3),
        "wrong": counts.get("wrong", 0),
        "wrong_certain": counts.get("wrong_certain", 0),
        "missing": counts.get("missing", 0),
    }


def loss_of(name: FieldName, value: str, page: DocumentPage | None, overlap: float) -> Loss:
    """Args: `overlap` of the page's outline with the true one, 0..1."""
    if page is None:
        return Loss.NO_PAGE
    forms = _forms_of(name, value)
    lines = [compact(text) for text in page.text_lines]
    words = {compact(word) for text in page.text_lines for word in text.split()}
    whole = any(form in words if len(form) < _SHORT else form in "".join(lines) for form in forms)
    if whole or (name in DATE_FIELDS and _has_date(value, page.text_lines)):
        return Loss.NOT_ASSIGNED
    if overlap < _GOOD_OUTLINE:
        return Loss.BAD_OUTLINE
    return Loss.MISREAD if any(_share(form, line) >= _ALIKE for form in forms for line in lines) else Loss.NOT_READ


def _share(wanted: str, line: str) -> float:
    """Of the letters wanted, those that a line has in their order, in pieces of two at least; a letter by itself is in any line."""
    blocks = SequenceMatcher(None, wanted, line, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) / max(1, len(wanted))


def _forms_of(name: FieldName, value: str) -> tuple[str, ...]:
    """Compact, as it may be printed: a date in three orders."""
    if name not in DATE_FIELDS or len(value) != 10:
        return (compact(value),)
    year, month, day = value.split("-")
    return compact(day + month + year), compact(month + day + year), compact(year + month + day)


def _has_date(value: str, texts: Sequence[str]) -> bool:
    """A date in any order, with its month in digits or as a word."""
    year, month, day = value.split("-")
    for text in texts:
        digits = re.findall(r"\d+", text)
        if day in digits and (year in digits or year[2:] in digits) and (month in digits or any(c.isalpha() for c in text)):
            return True
    return False


def _iou(page: DocumentPage | None, corners: Quad, size: tuple[int, int]) -> float:
    """A page that was taken as it is fills the picture; one that was not found overlaps with nothing."""
    if page is None:
        return 0.0
    return geometry.overlap(page.quad if page.quad is not None else geometry.box_quad(0, 0, *size), corners)
