"""From checks to the decisions of capabilities: one table, pure. docs/guides/workflows.md shows the same table (a test compares them)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.domain.capability import CHECKS_OF, Capability, CapabilityName, Category, CredentialRef
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Policy
from kiosk.flow.definition import CapabilityRule, CredentialRule, Definition

_C, _N, _L = CapabilityName, CheckName, CheckLabel
_PASSED, _WARNING, _REJECTED, _NOT = CheckStatus.PASSED, CheckStatus.WARNING, CheckStatus.REJECTED, CheckStatus.NOT_EXECUTED
NOT_UPLOADED, PRECONDITION, TECHNICAL = "NOT_UPLOADED", "PRECONDITION_NOT_FULFILLED", "TECHNICAL_ERROR"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: this check with this status and label makes that decision. The first line that fits counts.

    Attributes:
        label: None = any.
        said: a word that must stand among the check's params; "" = none.
    """

    capability: CapabilityName
    check: CheckName
    status: CheckStatus
    label: CheckLabel | None
    decision: CheckStatus
    to: str
    said: str = ""


TABLE: tuple[Row, ...] = (
    # usability
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _REJECTED, _L.NOT_A_KNOWN_DOCUMENT, _REJECTED, "NOT_A_DOCUMENT"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _REJECTED, None, _REJECTED, "BAD_QUALITY"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.NOT_A_KNOWN_DOCUMENT, _WARNING, "UNSUPPORTED_DOCUMENT_TYPE"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.FRONT_MISSING, _WARNING, "MISSING_PAGE"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.BACK_MISSING, _WARNING, "MISSING_PAGE"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.MRZ_UNREADABLE, _WARNING, "MISSING_MANDATORY_DATAPOINTS"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.LOW_QUALITY, _WARNING, "PART_OF_DOCUMENT_HIDDEN", "DOCUMENT_OUT_OF_IMAGE"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.LOW_QUALITY, _WARNING, "GLARE", "HOTSPOTS_SCORE_HIGH"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.LOW_QUALITY, _WARNING, "BLURRED", "SHARPNESS_LOW"),
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, _L.PAGES_DIFFER, _PASSED, "OK"),  # the pictures are good; imageChecks has the rest
    Row(_C.USABILITY, _N.DOCUMENT_USABILITY, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.USABILITY, _N.SELFIE_QUALITY, _REJECTED, _L.NO_FACE, _WARNING, "LIVENESS_UNDETERMINED"),  # liveness says that there is no face
    Row(_C.USABILITY, _N.SELFIE_QUALITY, _REJECTED, None, _REJECTED, "BAD_QUALITY"),
    Row(_C.USABILITY, _N.SELFIE_QUALITY, _WARNING, _L.SEVERAL_FACES, _WARNING, "LIVENESS_UNDETERMINED"),
    Row(_C.USABILITY, _N.SELFIE_QUALITY, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.USABILITY, _N.CAPTURE_INTEGRITY, _REJECTED, None, _REJECTED, "BAD_QUALITY", "FACEMAP"),  # the file is no facemap of this device
    Row(_C.USABILITY, _N.FACE_MATCH, _NOT, _L.RECORD_INVALID, _REJECTED, "BAD_QUALITY"),  # nor is what the customer is to be compared with
    Row(_C.USABILITY, _N.CAPTURE_INTEGRITY, _REJECTED, None, _WARNING, "LIVENESS_UNDETERMINED"),  # liveness says what is wrong
    Row(_C.USABILITY, _N.CAPTURE_INTEGRITY, _WARNING, None, _WARNING, "LIVENESS_UNDETERMINED"),
    # imageChecks: our signals are advisory, so the type is WARNING
    Row(_C.IMAGE_CHECKS, _N.DOCUMENT_USABILITY, _WARNING, _L.PAGES_DIFFER, _WARNING, "MISMATCH_FRONT_BACK"),
    Row(_C.IMAGE_CHECKS, _N.SCREEN_RECAPTURE, _WARNING, None, _WARNING, "DIGITAL_COPY"),
    Row(_C.IMAGE_CHECKS, _N.PORTRAIT_SUBSTITUTION, _WARNING, None, _WARNING, "MANIPULATED_DOCUMENT_PHOTO"),
    Row(_C.IMAGE_CHECKS, _N.TEXT_RETOUCHED, _WARNING, None, _WARNING, "MANIPULATED_DOCUMENT"),
    Row(_C.IMAGE_CHECKS, _N.PRINT_COPY, _WARNING, None, _WARNING, "OTHER_REJECTION"),
    Row(_C.IMAGE_CHECKS, _N.GREY_COPY, _WARNING, None, _WARNING, "OTHER_REJECTION"),
    Row(_C.IMAGE_CHECKS, _N.COLOUR_PROFILE, _WARNING, None, _WARNING, "OTHER_REJECTION"),
    Row(_C.IMAGE_CHECKS, _N.KNOWN_PERSON, _WARNING, None, _WARNING, "REPEATED_FACE"),
    # dataChecks
    Row(_C.DATA_CHECKS, _N.MRZ_CHECK_DIGITS, _REJECTED, None, _REJECTED, "MRZ_CHECKSUM"),
    Row(_C.DATA_CHECKS, _N.MRZ_CHECK_DIGITS, _WARNING, None, _WARNING, "MRZ_CHECKSUM"),
    Row(_C.DATA_CHECKS, _N.DATA_CONSISTENCY, _REJECTED, None, _REJECTED, "MISMATCH_HRZ_MRZ_DATA"),
    Row(_C.DATA_CHECKS, _N.DATA_CONSISTENCY, _WARNING, None, _WARNING, "MISMATCH_HRZ_MRZ_DATA"),
    Row(_C.DATA_CHECKS, _N.DATA_PLAUSIBILITY, _REJECTED, None, _REJECTED, "MISMATCHING_DATAPOINTS"),
    Row(_C.DATA_CHECKS, _N.DATA_PLAUSIBILITY, _WARNING, None, _WARNING, "MISMATCHING_DATAPOINTS"),
    # the protocol has no label for an expired document but this one, as a WARNING; the decision rejects by the policy
    Row(_C.DATA_CHECKS, _N.DOCUMENT_EXPIRY, _REJECTED, None, _WARNING, "DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT"),
    Row(_C.DATA_CHECKS, _N.DOCUMENT_EXPIRY, _WARNING, None, _WARNING, "MISMATCHING_DATAPOINTS"),
    # liveness
    Row(_C.LIVENESS, _N.PASSIVE_LIVENESS, _REJECTED, None, _REJECTED, "ID_USED_AS_SELFIE", "ID_USED_AS_SELFIE"),
    Row(_C.LIVENESS, _N.CAPTURE_INTEGRITY, _REJECTED, _L.VIRTUAL_CAMERA, _REJECTED, "DIGITAL_COPY"),
    Row(_C.LIVENESS, _N.CAPTURE_INTEGRITY, _REJECTED, None, _REJECTED, "MANIPULATED"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.SEVERAL_FACES, _REJECTED, "MULTIPLE_PEOPLE"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.FACE_LEFT, _REJECTED, "FACE_NOT_FULLY_VISIBLE"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.FLAT_FACE, _REJECTED, "PHOTOCOPY"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.FRAMES_REPEATED, _REJECTED, "DIGITAL_COPY"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.DIFFERENT_PERSON, _REJECTED, "MANIPULATED"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.SEQUENCE_CUT, _REJECTED, "MANIPULATED"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.CLOCK_JUMPED, _REJECTED, "MANIPULATED"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, _L.FRAME_SIZE_CHANGED, _REJECTED, "MANIPULATED"),
    Row(_C.LIVENESS, _N.ACTIVE_LIVENESS, _REJECTED, None, _REJECTED, "LIVENESS_UNDETERMINED"),
    Row(_C.LIVENESS, _N.LIVENESS_MATCH, _REJECTED, None, _REJECTED, "MANIPULATED"),
    Row(_C.LIVENESS, _N.SELFIE_QUALITY, _REJECTED, _L.NO_FACE, _REJECTED, "NO_FACE_PRESENT"),
    Row(_C.LIVENESS, _N.SELFIE_QUALITY, _WARNING, _L.SEVERAL_FACES, _REJECTED, "MULTIPLE_PEOPLE"),
    Row(_C.LIVENESS, _N.PASSIVE_LIVENESS, _REJECTED, None, _REJECTED, "LIVENESS_UNDETERMINED"),
    Row(_C.LIVENESS, _N.PASSIVE_LIVENESS, _NOT, _L.NO_FACE, _REJECTED, "NO_FACE_PRESENT"),
    Row(_C.LIVENESS, _N.PASSIVE_LIVENESS, _NOT, _L.LOW_QUALITY, _REJECTED, "LIVENESS_UNDETERMINED"),
    Row(_C.LIVENESS, _N.PASSIVE_LIVENESS, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.LIVENESS, _N.CAPTURE_INTEGRITY, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.LIVENESS, _N.LIVENESS_MATCH, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.LIVENESS, _N.FLASH_RESPONSE, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.LIVENESS, _N.SELFIE_QUALITY, _WARNING, None, _WARNING, "BAD_QUALITY"),
    Row(_C.LIVENESS, _N.AGE_CONSISTENCY, _WARNING, None, _WARNING, "AGE_DIFFERENCE"),
    # similarity
    Row(_C.SIMILARITY, _N.FACE_MATCH, _PASSED, None, _PASSED, "MATCH"),
    Row(_C.SIMILARITY, _N.FACE_MATCH, _REJECTED, None, _REJECTED, "NO_MATCH"),
    Row(_C.SIMILARITY, _N.FACE_MATCH, _WARNING, None, _WARNING, "NOT_POSSIBLE"),
    Row(_C.SIMILARITY, _N.FACE_MATCH, _NOT, _L.NO_FACE, _WARNING, "NOT_POSSIBLE"),
    Row(_C.SIMILARITY, _N.FACE_MATCH, _NOT, _L.LOW_QUALITY, _WARNING, "NOT_POSSIBLE"),
    Row(_C.SIMILARITY, _N.FACE_MATCH, _NOT, _L.INPUT_MISSING, _WARNING, "NOT_POSSIBLE"),  # a page without a portrait: its back, say
    # authentication has no doubt: who is not recognised for certain is not
    Row(_C.AUTHENTICATION, _N.FACE_MATCH, _REJECTED, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.FACE_MATCH, _WARNING, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.PASSIVE_LIVENESS, _REJECTED, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.ACTIVE_LIVENESS, _REJECTED, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.LIVENESS_MATCH, _REJECTED, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.LIVENESS_MATCH, _WARNING, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.CAPTURE_INTEGRITY, _REJECTED, None, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.FACE_MATCH, _NOT, _L.NO_FACE, _REJECTED, "FAILED"),
    Row(_C.AUTHENTICATION, _N.FACE_MATCH, _NOT, _L.LOW_QUALITY, _REJECTED, "FAILED"),
    # watchlistScreening: an alert is for staff, never a rejection
    Row(_C.WATCHLIST_SCREENING, _N.WATCHLIST_SCREENING, _WARNING, None, _WARNING, "ALERT"),
    Row(_C.WATCHLIST_SCREENING, _N.WATCHLIST_SCREENING, _REJECTED, None, _WARNING, "ALERT"),
    Row(_C.WATCHLIST_SCREENING, _N.WATCHLIST_SCREENING, _NOT, _L.LIST_MISSING, _NOT, "INVALID_MERCHANT_SETTINGS"),
    Row(_C.WATCHLIST_SCREENING, _N.WATCHLIST_SCREENING, _NOT, _L.INPUT_MISSING, _NOT, "NOT_ENOUGH_DATA"),
    Row(_C.WATCHLIST_SCREENING, _N.WATCHLIST_SCREENING, _NOT, _L.PRECONDITION_NOT_FULFILLED, _NOT, "VALIDATION_FAILED"),
)  # fmt: skip

ESSENTIAL: Mapping[CapabilityName, frozenset[CheckName]] = {
    _C.USABILITY: frozenset({_N.DOCUMENT_USABILITY, _N.SELFIE_QUALITY}),
    _C.IMAGE_CHECKS: frozenset(),
    _C.EXTRACTION: frozenset(),
    _C.DATA_CHECKS: frozenset({_N.MRZ_CHECK_DIGITS, _N.DOCUMENT_EXPIRY, _N.DATA_PLAUSIBILITY, _N.DATA_CONSISTENCY}),
    _C.LIVENESS: frozenset({_N.PASSIVE_LIVENESS}),
    _C.SIMILARITY: frozenset({_N.FACE_MATCH}),
    _C.AUTHENTICATION: frozenset({_N.FACE_MATCH, _N.PASSIVE_LIVENESS}),
    _C.WATCHLIST_SCREENING: frozenset({_N.WATCHLIST_SCREENING}),
}
"""When one of these could not run (and the document is not merely without such a thing) the capability was not executed either."""

_FAULTS = frozenset({_L.MODEL_MISSING, _L.ENGINE_FAILED})
_GRAVITY = {_PASSED: 0, _WARNING: 1, _NOT: 2, _REJECTED: 3}


def decide_capability(
    name: CapabilityName,
    credentials: Sequence[CredentialRef],
    checks: Sequence[Check],
    *,
    id: str,
    data: Mapping[str, object] | None = None,
) -> Capability:
    """The gravest of what the table says of these checks; what it does not name has no say.

    REJECTED before NOT_EXECUTED before WARNING before PASSED. NOT_EXECUTED is TECHNICAL_ERROR when the fault is ours (a model that is not
    there or failed), else PRECONDITION_NOT_FULFILLED. Nothing executed at all is NOT_EXECUTED, too: silence is not approval.
    """
    verdicts = [(check, *verdict) for check in checks if (verdict := _verdict(name, check)) is not None]
    executed = any(check.status is not _NOT for check in checks if check.name in _named(name))
    worst = max(verdicts, key=lambda one: _GRAVITY[one[1]], default=None)
    own: tuple[CheckName, ...]
    if worst is not None and worst[1] is not _PASSED:
        status, label, own = worst[1], worst[2], (worst[0].name,)
    elif executed:
        status, label, own = _PASSED, "MATCH" if name is _C.SIMILARITY else "OK", ()
    else:
        fault = any(check.label in _FAULTS for check in checks)
        status, label, own = _NOT, TECHNICAL if fault else PRECONDITION, tuple(check.name for check in checks)
    return Capability(id, name, tuple(credentials), status, label, own, dict(data or {}))


def _named(name: CapabilityName) -> frozenset[CheckName]:
    return frozenset({row.check for row in TABLE if row.capability is name} | set(CHECKS_OF[name]))


def _verdict(name: CapabilityName, check: Check) -> tuple[CheckStatus, str] | None:
    words = " ".join(check.params.values())
    for row in TABLE:
        fits = row.capability is name and row.check is check.name and row.status is check.status
        if fits and row.label in (None, check.label) and row.said in words:
            return row.decision, row.to
    if check.status is _NOT and check.name in ESSENTIAL[name] and check.label is not _L.NOT_APPLICABLE:
        return _NOT, TECHNICAL if check.label in _FAULTS else PRECONDITION
    return None


def not_executed_capability(name: CapabilityName, credentials: Sequence[CredentialRef], label: str, *, id: str) -> Capability:
    return Capability(id, name, tuple(credentials), _NOT, label)


def extraction(credentials: Sequence[CredentialRef], data: Mapping[str, object], *, id: str) -> Capability:
    """PASSED with what was read; without a single value NOT_EXECUTED: the protocol knows no other."""
    values = {key for key in data if key not in ("type", "subType", "issuingCountry")}
    if not values:
        return not_executed_capability(_C.EXTRACTION, credentials, PRECONDITION, id=id)
    return Capability(id, _C.EXTRACTION, tuple(credentials), _PASSED, "OK", (), dict(data))


def is_blocked(rule: CapabilityRule, credentials: Sequence[CredentialRef], decided: Sequence[Capability], optional: frozenset[str]) -> bool:
    """Whether a predecessor does not hold on a credential that this capability judges.

    Args:
        optional: ids of credentials that need not be handed in; their absence blocks nothing.
    """
    own = {ref.id for ref in credentials}
    for before in rule.after:
        entries = [one for one in decided if one.name is before]
        shared = [one for one in entries if own & {ref.id for ref in one.credentials}] or entries
        counted = [one for one in shared if not (one.label == NOT_UPLOADED and {ref.id for ref in one.credentials} <= optional)]
        if not counted or not all(one.holds for one in counted):
            return True
    return False


def policy_for(policy: Policy, definition: Definition, collected: Collection[Category] = ()) -> Policy:
    """The policy, asked only for what the workflow judges; what its capabilities cannot do without is always required.

    So a workflow that only stores a document can accept, and none can leave out the judgement that it is made for. Where the policy
    screens, whoever hands in a document is screened, whatever the workflow judges besides: no choice of a workflow leads past the lists.

    Args: `collected` by this execution, where the workflow leaves a choice; empty = all that it may collect.
    """
    names = {rule.name for rule in definition.capabilities}
    judged = {check for name in names if name is not _C.USABILITY for check in CHECKS_OF[name]} | {_N.CONSENT}
    if takes_names(definition):
        judged |= {_N.WATCHLIST_SCREENING}
    categories = set(collected) or {category for rule in definition.capabilities for category in rule.credentials}
    usable = {
        check for category, check in ((Category.ID, _N.DOCUMENT_USABILITY), (Category.SELFIE, _N.SELFIE_QUALITY)) if category in categories
    }
    required = (policy.required & (judged | usable)) | {_N.CONSENT} | usable
    for name in names - {_C.USABILITY}:
        required |= ESSENTIAL[name]
    screens = (policy.screening and takes_names(definition)) or _C.WATCHLIST_SCREENING in names
    return replace(policy, required=frozenset(required), screening=screens, expected=policy.expected & judged)


def takes_names(definition: Definition) -> bool:
    """Whether somebody's identity is taken from a document that they hand in.

    Not where two pictures are compared, nor where the document is on file: there it was taken, and screened, by an earlier execution.
    """
    return not definition.combinations and any(rule.category is Category.ID and not rule.stored for rule in definition.credentials)


def refs_for(rule: CapabilityRule, handed: Sequence[tuple[CredentialRef, CredentialRule]]) -> tuple[tuple[CredentialRef, ...], ...]:
    """The credentials of each entry that this capability makes: one per credential for what looks at one thing alone, else one for all."""
    fitting = [ref for ref, _ in handed if ref.category in rule.credentials]
    if rule.name in _ONE_BY_ONE:
        return tuple((ref,) for ref in fitting)
    return (tuple(fitting),) if fitting else ()


_ONE_BY_ONE = frozenset({_C.USABILITY, _C.IMAGE_CHECKS, _C.EXTRACTION, _C.DATA_CHECKS, _C.WATCHLIST_SCREENING})
