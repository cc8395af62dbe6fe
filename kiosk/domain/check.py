"""The one vocabulary of judgement: whoever asks, whatever protocol, a judgement is a `Check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class CheckStatus(StrEnum):
    """Three-valued with a shade: a check that could not run is NOT_EXECUTED, never passed and never failed."""

    PASSED = "PASSED"
    WARNING = "WARNING"
    REJECTED = "REJECTED"
    NOT_EXECUTED = "NOT_EXECUTED"


class CheckName(StrEnum):
    """What is judged. The group (document, person, liveness) is `GROUP_OF[name]`."""

    CONSENT = "consent"
    DOCUMENT_USABILITY = "document_usability"  # every page found, whole and good enough to judge
    MRZ_CHECK_DIGITS = "mrz_check_digits"
    DOCUMENT_EXPIRY = "document_expiry"
    DATA_PLAUSIBILITY = "data_plausibility"  # dates in an order that can be, a known country, an age that can be
    DATA_CONSISTENCY = "data_consistency"  # visual zone, MRZ and barcode say the same
    OCR_CONFIDENCE = "ocr_confidence"
    SELFIE_QUALITY = "selfie_quality"
    FACE_MATCH = "face_match"  # document portrait against selfie
    PASSIVE_LIVENESS = "passive_liveness"
    ACTIVE_LIVENESS = "active_liveness"  # the random challenge was met, over the whole sequence of frames; params["challenge"] says which
    LIVENESS_MATCH = "liveness_match"  # selfie against the faces of the liveness sequence: the least similar counts
    CAPTURE_INTEGRITY = "capture_integrity"  # the record is this device's, unchanged, fresh, bound to this session, from a real camera
    FLASH_RESPONSE = "flash_response"  # advisory: the face takes on the colours that the screen shows
    KNOWN_PERSON = "known_person"  # 1:N: has this face been onboarded before
    AGE_CONSISTENCY = "age_consistency"  # estimated age against the date of birth and the portrait's age
    GENDER_CONSISTENCY = "gender_consistency"
    OPERATOR_EDITS = "operator_edits"  # fields that a person typed over what the document says
    WATCHLIST_SCREENING = "watchlist_screening"  # the name on sanctions and other lists: OK or ALERT, never rejected
    PROOF_OF_ADDRESS = "proof_of_address"
    PROOF_OF_FUNDS = "proof_of_funds"
    PHONE_VERIFICATION = "phone_verification"  # the customer read a code that was sent to the number
    EMAIL_VERIFICATION = "email_verification"
    CHIP_READ = "chip_read"  # the document's chip was read; whether it is genuine is another question
    # advisory: whether the page before the camera is the document itself, as it was issued
    SCREEN_RECAPTURE = "screen_recapture"
    PRINT_COPY = "print_copy"
    GREY_COPY = "grey_copy"
    COLOUR_PROFILE = "colour_profile"
    PORTRAIT_SUBSTITUTION = "portrait_substitution"
    TEXT_RETOUCHED = "text_retouched"


class CheckGroup(StrEnum):
    DOCUMENT = "document"
    PERSON = "person"
    LIVENESS = "liveness"
    LISTS = "lists"
    CONTACT = "contact"


GROUP_OF: Mapping[CheckName, CheckGroup] = {
    CheckName.CONSENT: CheckGroup.PERSON,
    CheckName.DOCUMENT_USABILITY: CheckGroup.DOCUMENT,
    CheckName.MRZ_CHECK_DIGITS: CheckGroup.DOCUMENT,
    CheckName.DOCUMENT_EXPIRY: CheckGroup.DOCUMENT,
    CheckName.DATA_PLAUSIBILITY: CheckGroup.DOCUMENT,
    CheckName.DATA_CONSISTENCY: CheckGroup.DOCUMENT,
    CheckName.OCR_CONFIDENCE: CheckGroup.DOCUMENT,
    CheckName.OPERATOR_EDITS: CheckGroup.DOCUMENT,
    CheckName.SCREEN_RECAPTURE: CheckGroup.DOCUMENT,
    CheckName.PRINT_COPY: CheckGroup.DOCUMENT,
    CheckName.GREY_COPY: CheckGroup.DOCUMENT,
    CheckName.COLOUR_PROFILE: CheckGroup.DOCUMENT,
    CheckName.PORTRAIT_SUBSTITUTION: CheckGroup.DOCUMENT,
    CheckName.TEXT_RETOUCHED: CheckGroup.DOCUMENT,
    CheckName.SELFIE_QUALITY: CheckGroup.PERSON,
    CheckName.FACE_MATCH: CheckGroup.PERSON,
    CheckName.PASSIVE_LIVENESS: CheckGroup.LIVENESS,
    CheckName.KNOWN_PERSON: CheckGroup.PERSON,
    CheckName.AGE_CONSISTENCY: CheckGroup.PERSON,
    CheckName.GENDER_CONSISTENCY: CheckGroup.PERSON,
    CheckName.ACTIVE_LIVENESS: CheckGroup.LIVENESS,
    CheckName.LIVENESS_MATCH: CheckGroup.LIVENESS,
    CheckName.CAPTURE_INTEGRITY: CheckGroup.LIVENESS,
    CheckName.FLASH_RESPONSE: CheckGroup.LIVENESS,
    CheckName.WATCHLIST_SCREENING: CheckGroup.LISTS,
    CheckName.PROOF_OF_ADDRESS: CheckGroup.CONTACT,
    CheckName.PROOF_OF_FUNDS: CheckGroup.CONTACT,
    CheckName.PHONE_VERIFICATION: CheckGroup.CONTACT,
    CheckName.EMAIL_VERIFICATION: CheckGroup.CONTACT,
    CheckName.CHIP_READ: CheckGroup.DOCUMENT,
}

ADVISORY: frozenset[CheckName] = frozenset(
    {
        CheckName.SCREEN_RECAPTURE,
        CheckName.PRINT_COPY,
        CheckName.GREY_COPY,
        CheckName.COLOUR_PROFILE,
        CheckName.PORTRAIT_SUBSTITUTION,
        CheckName.TEXT_RETOUCHED,
        CheckName.FLASH_RESPONSE,
        CheckName.AGE_CONSISTENCY,
        CheckName.GENDER_CONSISTENCY,
    }
)
"""Checks that ask a person for a look and prove nothing, raised or not: never REJECTED, and not worth a line where they are silent."""

STAFF_ONLY: frozenset[CheckName] = frozenset(
    {CheckName.KNOWN_PERSON, CheckName.AGE_CONSISTENCY, CheckName.GENDER_CONSISTENCY, CheckName.WATCHLIST_SCREENING}
)
"""Checks whose words are for staff: they tell of another person's record, guess at the customer's body, or would warn whom they concern."""


class CheckLabel(StrEnum):
    """Why the check has its status. With the name it selects the sentence in `domain/sentences.py`."""

    OK = "OK"
    # why something did not run
    MODEL_MISSING = "MODEL_MISSING"
    INPUT_MISSING = "INPUT_MISSING"
    PRECONDITION_NOT_FULFILLED = "PRECONDITION_NOT_FULFILLED"
    NOT_APPLICABLE = "NOT_APPLICABLE"  # the document has no such thing (no MRZ by design, no expiry printed)
    ENGINE_FAILED = "ENGINE_FAILED"
    # consent
    REFUSED = "REFUSED"
    # document
    FRONT_MISSING = "FRONT_MISSING"
    BACK_MISSING = "BACK_MISSING"
    PAGES_DIFFER = "PAGES_DIFFER"  # the pictures show pages of different documents
    LOW_QUALITY = "LOW_QUALITY"
    NOT_A_KNOWN_DOCUMENT = "NOT_A_KNOWN_DOCUMENT"
    CHECK_DIGIT_WRONG = "CHECK_DIGIT_WRONG"
    REPAIRED = "REPAIRED"
    MRZ_UNREADABLE = "MRZ_UNREADABLE"
    EXPIRED = "EXPIRED"
    IMPLAUSIBLE = "IMPLAUSIBLE"
    INCONSISTENT = "INCONSISTENT"
    LOW_CONFIDENCE = "LOW_CONFIDENCE"
    EDITED = "EDITED"
    STANDS_OUT = "STANDS_OUT"  # an advisory check was raised
    DOCUMENT_SMALL = "DOCUMENT_SMALL"  # in the picture: too few pixels to tell
    NO_TEMPLATE = "NO_TEMPLATE"  # how this document looks is not known here
    INCONCLUSIVE = "INCONCLUSIVE"  # looked at, by a rule whose silence says nothing
    # person
    NO_FACE = "NO_FACE"
    SEVERAL_FACES = "SEVERAL_FACES"
    BELOW_THRESHOLD = "BELOW_THRESHOLD"
    BORDERLINE = "BORDERLINE"
    DECLINED = "DECLINED"  # the customer chose the way without biometrics
    FOUND_BEFORE = "FOUND_BEFORE"  # a stored customer has this face
    FOUND_SAME_RECORD = "FOUND_SAME_RECORD"  # … and the same name and date of birth: a returning customer
    # liveness: what was wrong with the sequence as a whole, the gravest that was seen
    CHALLENGE_FAILED = "CHALLENGE_FAILED"  # what was asked for was not done, or something else was
    CHALLENGE_EXPIRED = "CHALLENGE_EXPIRED"
    DIFFERENT_PERSON = "DIFFERENT_PERSON"
    FACE_LEFT = "FACE_LEFT"  # the face left the picture during the challenge
    SEQUENCE_CUT = "SEQUENCE_CUT"  # the face jumped: another take, another person or another picture
    FRAMES_STOPPED = "FRAMES_STOPPED"
    FRAMES_REPEATED = "FRAMES_REPEATED"  # the same pixels again and again: a picture or a loop, not a camera
    FRAME_SIZE_CHANGED = "FRAME_SIZE_CHANGED"
    CLOCK_JUMPED = "CLOCK_JUMPED"  # times that run backwards or leap
    IMPLAUSIBLE_TIMING = "IMPLAUSIBLE_TIMING"  # done sooner than a person can have understood it
    FLAT_FACE = "FLAT_FACE"  # moved, but as a flat picture does
    # lists
    ALERT = "ALERT"  # somebody on a list may be this person: staff confirms or dismisses
    DISMISSED = "DISMISSED"  # staff looked, and it is somebody else
    CONFIRMED = "CONFIRMED"
    LIST_MISSING = "LIST_MISSING"
    LIST_OUTDATED = "LIST_OUTDATED"
    # proofs and contacts
    TOO_OLD = "TOO_OLD"
    NAME_DIFFERS = "NAME_DIFFERS"
    ADDRESS_DIFFERS = "ADDRESS_DIFFERS"
    CODE_WRONG = "CODE_WRONG"
    CODE_EXPIRED = "CODE_EXPIRED"
    TOO_MANY_TRIES = "TOO_MANY_TRIES"
    GATEWAY_FAILED = "GATEWAY_FAILED"
    SKIPPED = "SKIPPED"  # the workflow allows to go on without it
    TRIAL = "TRIAL"  # the code was only shown on this machine: nothing is proven
    DEVICE_MISSING = "DEVICE_MISSING"  # no such reader is connected
    # capture integrity
    RECORD_INVALID = "RECORD_INVALID"
    VIRTUAL_CAMERA = "VIRTUAL_CAMERA"


@dataclass(frozen=True, slots=True)
class Check:
    """One judgement.

    Attributes:
        score: what was measured, in the model's normalised 0..1 (higher is better) unless the card of the model says otherwise.
        threshold: the bound that belongs to `model`; never compared across models.
        inputs: what it was computed from, by fact name ("document.front", "selfie", …).
        model: id in models/manifest.toml, or the rule's own name ("icao9303-3-4.9"); empty when nothing ran.
        ms: how long it took.
        params: what the sentence may insert (a date, a field name). May hold personal data: never logged.
    """

    name: CheckName
    status: CheckStatus
    label: CheckLabel = CheckLabel.OK
    score: float | None = None
    threshold: float | None = None
    inputs: tuple[str, ...] = ()
    model: str = ""
    ms: float = 0.0
    params: Mapping[str, str] = field(default_factory=dict)


def not_executed(name: CheckName, label: CheckLabel, *, inputs: tuple[str, ...] = (), **params: str) -> Check:
    """A check that could not run, with the reason."""
    return Check(name, CheckStatus.NOT_EXECUTED, label, inputs=inputs, params=params)
