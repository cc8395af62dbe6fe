"""What an enrolment comes to: trust factors from HIGH to UNKNOWN, and the decision that sums them up (protocols 3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.document import Document, FieldName
from kiosk.domain.inspection import DocumentInspection
from kiosk.services.age_gender import years_between
from kiosk.services.protocols.applicant import Agreement, ApplicantForm, compare_form


class Level(StrEnum):
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    UNAVAILABLE = "UNAVAILABLE"  # there was nothing to judge: no form, no barcode, no model
    UNKNOWN = "UNKNOWN"  # looked at, and it could not be told


class Factor(StrEnum):
    """The names that the protocol's pages show; where those cut a name off, ours is in full."""

    APPLICANT_INTEGRITY = "Applicant integrity"
    AGE_VERIFICATION = "Age verification"
    BARCODE_CROSS_CHECK = "Barcode cross check"
    CROSS_CHECK = "Cross Check"
    DOCUMENT_EXPIRATION = "Document Expiration"
    DOCUMENT_LIVENESS = "Document Liveness"
    FACE_LIVENESS = "Face Liveness"
    FACE_VERIFICATION = "Face Verification"
    FIELD_CONSISTENCY = "Field Consistency"


NEEDED_OF_DOCUMENT = frozenset({Factor.DOCUMENT_EXPIRATION, Factor.FIELD_CONSISTENCY})
NEEDED_OF_FACE = frozenset({Factor.FACE_LIVENESS})
NEEDED_OF_BOTH = frozenset({Factor.FACE_VERIFICATION})
"""Without these nobody is called HIGH; they are needed only of what the configured steps collect."""

_FORM: Mapping[Agreement, Level] = {
    Agreement.SAME: Level.HIGH,
    Agreement.PART: Level.MEDIUM,
    Agreement.DIFFERENT: Level.LOW,
    Agreement.UNKNOWN: Level.UNKNOWN,
}
_LOOK = (CheckName.SCREEN_RECAPTURE, CheckName.PRINT_COPY, CheckName.GREY_COPY)
_UNAVAILABLE = frozenset({CheckLabel.INPUT_MISSING, CheckLabel.MODEL_MISSING, CheckLabel.NOT_APPLICABLE, CheckLabel.NO_TEMPLATE})


def factors_of(
    checks: Sequence[Check], document: Document, inspection: DocumentInspection, form: ApplicantForm, *, today: str, least_age: int
) -> dict[Factor, Level]:
    """Every factor, each exactly once."""
    found: dict[CheckName, Check] = {check.name: check for check in checks}
    return {
        Factor.APPLICANT_INTEGRITY: Level.UNAVAILABLE if form.skip or form.is_empty else _FORM[compare_form(form, document)],
        Factor.AGE_VERIFICATION: _age(document, found, today, least_age),
        Factor.BARCODE_CROSS_CHECK: _barcodes(inspection),
        Factor.CROSS_CHECK: _level(found.get(CheckName.DATA_CONSISTENCY)),
        Factor.DOCUMENT_EXPIRATION: _level(found.get(CheckName.DOCUMENT_EXPIRY)),
        Factor.DOCUMENT_LIVENESS: _looks(found),
        Factor.FACE_LIVENESS: _level(found.get(CheckName.PASSIVE_LIVENESS)),
        Factor.FACE_VERIFICATION: _level(found.get(CheckName.FACE_MATCH)),
        Factor.FIELD_CONSISTENCY: _worst([found.get(name) for name in (CheckName.MRZ_CHECK_DIGITS, CheckName.DATA_PLAUSIBILITY)]),
    }


def decision_of(factors: Mapping[Factor, Level], needed: frozenset[Factor]) -> Level:
    """LOW when any factor is; MEDIUM when any is, or a needed one could not be judged; else HIGH."""
    if Level.LOW in factors.values():
        return Level.LOW
    unsure = any(factors.get(name, Level.UNAVAILABLE) in (Level.UNAVAILABLE, Level.UNKNOWN) for name in needed)
    return Level.MEDIUM if unsure or Level.MEDIUM in factors.values() else Level.HIGH


def _level(check: Check | None) -> Level:
    if check is None:
        return Level.UNAVAILABLE
    match check.status:
        case CheckStatus.PASSED:
            return Level.HIGH
        case CheckStatus.WARNING:
            return Level.MEDIUM
        case CheckStatus.REJECTED:
            return Level.LOW
        case CheckStatus.NOT_EXECUTED:
            return Level.UNAVAILABLE if check.label in _UNAVAILABLE else Level.UNKNOWN


def _worst(checks: Sequence[Check | None]) -> Level:
    """The lowest of what was judged."""
    levels = [_level(check) for check in checks]
    judged = [level for level in (Level.LOW, Level.MEDIUM, Level.HIGH) if level in levels]
    return judged[0] if judged else Level.UNKNOWN if Level.UNKNOWN in levels else Level.UNAVAILABLE


def _looks(found: Mapping[CheckName, Check]) -> Level:
    """Whether the page before the camera looked like the document itself. HIGH says that no signal was raised, no more."""
    return _worst([found.get(name) for name in _LOOK])


def _barcodes(inspection: DocumentInspection) -> Level:
    if inspection.inconsistent_with_barcodes is None:
        return Level.UNAVAILABLE
    return Level.LOW if inspection.inconsistent_with_barcodes else Level.HIGH


def _age(document: Document, found: Mapping[CheckName, Check], today: str, least_age: int) -> Level:
    """By the date of birth; a face that looks far from that age is for a person to see."""
    years = years_between(document.value(FieldName.DATE_OF_BIRTH), today)
    if years is None:
        return Level.UNAVAILABLE
    if int(years) < least_age:
        return Level.LOW
    guess = found.get(CheckName.AGE_CONSISTENCY)
    return Level.MEDIUM if guess is not None and guess.status is CheckStatus.WARNING else Level.HIGH
