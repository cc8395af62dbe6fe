"""Capabilities and credentials of numbered workflows (protocols 2.3 to 2.6): names, decisions, and which labels each may carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.domain.check import CheckName, CheckStatus
from kiosk.domain.errors import KioskBug


class Category(StrEnum):
    """What a customer hands in."""

    ID = "ID"
    SELFIE = "SELFIE"
    FACEMAP = "FACEMAP"
    DOCUMENT = "DOCUMENT"


class Part(StrEnum):
    """One upload of a credential."""

    FRONT = "FRONT"
    BACK = "BACK"
    FACE = "FACE"
    FACEMAP = "FACEMAP"


PARTS_OF: Mapping[Category, tuple[Part, ...]] = {
    Category.ID: (Part.FRONT, Part.BACK),
    Category.SELFIE: (Part.FACE,),
    Category.FACEMAP: (Part.FACEMAP,),
    Category.DOCUMENT: (Part.FRONT,),
}
FIRST_PART: Mapping[Category, Part] = {category: parts[0] for category, parts in PARTS_OF.items()}
"""Without this part the credential is NOT_UPLOADED; others may be missing."""


class Channel(StrEnum):
    """How a part comes in. SDK is this device: its screens, its cameras, its own records."""

    API = "API"
    SDK = "SDK"
    WEB = "WEB"


class ExecutionState(StrEnum):
    """INITIATED -> ACQUIRED (finalised) -> PROCESSED; the other two are ends that nothing came of."""

    INITIATED = "INITIATED"
    ACQUIRED = "ACQUIRED"
    PROCESSED = "PROCESSED"
    SESSION_EXPIRED = "SESSION_EXPIRED"  # idle for too long after the first part
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # not finalised while the transaction's token lived


class CapabilityName(StrEnum):
    """What a workflow judges. The order is that of the protocol's guide."""

    USABILITY = "usability"
    IMAGE_CHECKS = "imageChecks"
    EXTRACTION = "extraction"
    DATA_CHECKS = "dataChecks"
    LIVENESS = "liveness"
    SIMILARITY = "similarity"
    AUTHENTICATION = "authentication"
    WATCHLIST_SCREENING = "watchlistScreening"


_DOCUMENT_FAULTS = """
BAD_QUALITY BLURRED BAD_QUALITY_IMAGE PART_OF_DOCUMENT_MISSING PART_OF_DOCUMENT_HIDDEN DAMAGED_DOCUMENT GLARE MISSING_MANDATORY_DATAPOINTS
BLACK_WHITE MISSING_PAGE MISSING_SIGNATURE NOT_A_DOCUMENT PHOTOCOPY
"""
_FORGERIES = """
DIGITAL_COPY WATERMARK MANIPULATED_DOCUMENT MANIPULATED_DOCUMENT_PHOTO MANIPULATED_DOCUMENT_EXPIRY MANIPULATED_DOCUMENT_NAME
MANIPULATED_DOCUMENT_ADDRESS MANIPULATED_DOCUMENT_SECURITY_CHECKS MANIPULATED_DOCUMENT_SIGNATURE MANIPULATED_DOCUMENT_PERSONAL_NUMBER
MANIPULATED_DOCUMENT_PLACE_OF_BIRTH MANIPULATED_DOCUMENT_GENDER MANIPULATED_DOCUMENT_ISSUING_DATE MANIPULATED_DOCUMENT_DOCUMENT_NUMBER
OTHER_REJECTION GHOST_IMAGE_DIFFERENT PUNCHED SAMPLE FAKE CHIP_MISSING DIGITAL_MANIPULATION MISMATCH_FRONT_BACK FAILED
"""
_ALWAYS = "PRECONDITION_NOT_FULFILLED TECHNICAL_ERROR"

LABELS: Mapping[CapabilityName, Mapping[CheckStatus, frozenset[str]]] = {
    name: {CheckStatus(status): frozenset(labels.split()) for status, labels in by_status.items()}
    for name, by_status in {
        CapabilityName.USABILITY: {
            "NOT_EXECUTED": f"{_ALWAYS} NOT_UPLOADED",
            "PASSED": "OK",
            "REJECTED": _DOCUMENT_FAULTS,
            "WARNING": "LIVENESS_UNDETERMINED UNSUPPORTED_COUNTRY UNSUPPORTED_DOCUMENT_TYPE",
        },
        CapabilityName.IMAGE_CHECKS: {
            "NOT_EXECUTED": _ALWAYS,
            "PASSED": "OK",
            "REJECTED": _FORGERIES,
            "WARNING": "DIFFERENT_PERSON REPEATED_FACE",
        },
        CapabilityName.EXTRACTION: {"NOT_EXECUTED": _ALWAYS, "PASSED": "OK", "REJECTED": "", "WARNING": ""},
        CapabilityName.DATA_CHECKS: {
            "NOT_EXECUTED": _ALWAYS,
            "PASSED": "OK",
            "REJECTED": """NFC_CERTIFICATE MISMATCHING_DATAPOINTS MRZ_CHECKSUM MISMATCHING_DATA_REPEATED_FACE MISMATCH_HRZ_MRZ_DATA
                HIGH_FRAUD_RISK CUSTOMER_FEEDBACK ID_DATA_MISMATCH LOOKUPS_HIGH_RISK_SAME_DATA""",
            "WARNING": "DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT LOOKUPS_MEDIUM_RISK_IP_ADDRESS LOOKUPS_MEDIUM_RISK_DEVICE",
        },
        CapabilityName.LIVENESS: {
            "NOT_EXECUTED": _ALWAYS,
            "PASSED": "OK",
            "REJECTED": """LIVENESS_UNDETERMINED ID_USED_AS_SELFIE MULTIPLE_PEOPLE DIGITAL_COPY PHOTOCOPY MANIPULATED NO_FACE_PRESENT
                FACE_NOT_FULLY_VISIBLE BLACK_WHITE""",
            "WARNING": "AGE_DIFFERENCE BAD_QUALITY",
        },
        CapabilityName.SIMILARITY: {"NOT_EXECUTED": _ALWAYS, "PASSED": "MATCH", "REJECTED": "NO_MATCH", "WARNING": "NOT_POSSIBLE"},
        CapabilityName.AUTHENTICATION: {"NOT_EXECUTED": _ALWAYS, "PASSED": "OK", "REJECTED": "FAILED", "WARNING": ""},
        CapabilityName.WATCHLIST_SCREENING: {
            "NOT_EXECUTED": f"""{_ALWAYS} NOT_ENOUGH_DATA VALIDATION_FAILED INVALID_MERCHANT_SETTINGS EXTRACTION_NOT_DONE
                NO_VALID_ID_CREDENTIAL""",
            "PASSED": "OK",
            "REJECTED": "",
            "WARNING": "ALERT",
        },
    }.items()
}
"""Every label that the protocol documents, by capability and type."""

EXTENSIONS: Mapping[CapabilityName, Mapping[CheckStatus, frozenset[str]]] = {
    # a doubt carries the label of what is doubted, as a WARNING: no signal of ours is sure enough to reject by itself
    CapabilityName.USABILITY: {
        CheckStatus.WARNING: frozenset({"BAD_QUALITY", "GLARE", "BLURRED", "PART_OF_DOCUMENT_HIDDEN", "MISSING_PAGE", "NOT_A_DOCUMENT"})
        | frozenset({"MISSING_MANDATORY_DATAPOINTS"})
    },
    CapabilityName.IMAGE_CHECKS: {
        CheckStatus.WARNING: frozenset({"DIGITAL_COPY", "MANIPULATED_DOCUMENT_PHOTO", "MANIPULATED_DOCUMENT", "OTHER_REJECTION"})
        | frozenset({"MISMATCH_FRONT_BACK"})
    },
    CapabilityName.DATA_CHECKS: {CheckStatus.WARNING: frozenset({"MRZ_CHECKSUM", "MISMATCHING_DATAPOINTS", "MISMATCH_HRZ_MRZ_DATA"})},
}
"""Labels that we add, each documented by the protocol for the same capability under another type. docs/guides/workflows.md says why."""

CREDENTIALS_OF: Mapping[CapabilityName, frozenset[Category]] = {
    CapabilityName.USABILITY: frozenset(Category),
    CapabilityName.IMAGE_CHECKS: frozenset({Category.ID}),
    CapabilityName.EXTRACTION: frozenset({Category.ID}),
    CapabilityName.DATA_CHECKS: frozenset({Category.ID}),
    CapabilityName.LIVENESS: frozenset({Category.SELFIE, Category.FACEMAP}),
    CapabilityName.SIMILARITY: frozenset({Category.ID, Category.SELFIE}),
    CapabilityName.AUTHENTICATION: frozenset({Category.SELFIE, Category.FACEMAP}),
    CapabilityName.WATCHLIST_SCREENING: frozenset({Category.ID}),
}
"""What a capability can judge; a workflow may name fewer."""

_N = CheckName
CHECKS_OF: Mapping[CapabilityName, tuple[CheckName, ...]] = {
    CapabilityName.USABILITY: (_N.DOCUMENT_USABILITY, _N.SELFIE_QUALITY, _N.CAPTURE_INTEGRITY),
    CapabilityName.IMAGE_CHECKS: (
        _N.SCREEN_RECAPTURE, _N.PRINT_COPY, _N.GREY_COPY, _N.COLOUR_PROFILE, _N.PORTRAIT_SUBSTITUTION, _N.TEXT_RETOUCHED, _N.KNOWN_PERSON,
    ),
    CapabilityName.EXTRACTION: (_N.OCR_CONFIDENCE,),
    CapabilityName.DATA_CHECKS: (_N.MRZ_CHECK_DIGITS, _N.DOCUMENT_EXPIRY, _N.DATA_PLAUSIBILITY, _N.DATA_CONSISTENCY),
    CapabilityName.LIVENESS: (
        _N.PASSIVE_LIVENESS, _N.ACTIVE_LIVENESS, _N.LIVENESS_MATCH, _N.CAPTURE_INTEGRITY, _N.FLASH_RESPONSE, _N.AGE_CONSISTENCY,
        _N.GENDER_CONSISTENCY,
    ),
    CapabilityName.SIMILARITY: (_N.FACE_MATCH,),
    CapabilityName.AUTHENTICATION: (
        _N.FACE_MATCH, _N.PASSIVE_LIVENESS, _N.ACTIVE_LIVENESS, _N.LIVENESS_MATCH, _N.CAPTURE_INTEGRITY,
    ),
    CapabilityName.WATCHLIST_SCREENING: (_N.WATCHLIST_SCREENING,),
}  # fmt: skip
"""The checks that a capability is decided by."""


@dataclass(frozen=True, slots=True)
class CredentialRef:
    id: str
    category: Category


@dataclass(frozen=True, slots=True)
class Capability:
    """One decided capability.

    Attributes:
        id: of this entry.
        credentials: what it was decided on.
        status: the protocol's `decision.type`.
        label: one of LABELS or EXTENSIONS of its name and status; anything else is a KioskBug.
        checks: names of the checks that made the decision, for the explanation.
        data: the protocol's `data`, JSON values.
    """

    id: str
    name: CapabilityName
    credentials: tuple[CredentialRef, ...]
    status: CheckStatus
    label: str
    checks: tuple[CheckName, ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not may_carry(self.name, self.status, self.label):
            raise KioskBug(f"{self.name.value} has no {self.status.value} {self.label}")

    @property
    def holds(self) -> bool:
        """What depends on it may be executed."""
        return self.status in (CheckStatus.PASSED, CheckStatus.WARNING)


def may_carry(name: CapabilityName, status: CheckStatus, label: str) -> bool:
    """Whether the vocabulary has this label there."""
    return label in LABELS[name][status] or label in EXTENSIONS.get(name, {}).get(status, frozenset())
