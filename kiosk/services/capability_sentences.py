"""Why an execution came out as it did, in English sentences for whoever reads it to the customer."""

from __future__ import annotations

from collections.abc import Sequence

from kiosk.domain.capability import Capability, CapabilityName
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Decision, Outcome
from kiosk.domain.sentences import sentence

_C = CapabilityName
WHAT = {
    _C.USABILITY: "The pictures can be used",
    _C.IMAGE_CHECKS: "The document looks as it was issued",
    _C.EXTRACTION: "The data was read",
    _C.DATA_CHECKS: "The data is right",
    _C.LIVENESS: "A live person is there",
    _C.SIMILARITY: "The faces are of one person",
    _C.AUTHENTICATION: "It is the person of the facemap",
    _C.WATCHLIST_SCREENING: "The name is on no list",
}
_ANSWER = {
    CheckStatus.PASSED: "yes",
    CheckStatus.WARNING: "not for certain",
    CheckStatus.REJECTED: "no",
    CheckStatus.NOT_EXECUTED: "not checked",
}
_HEAD = {
    Outcome.ACCEPT: "Accepted: everything that this workflow asks for is in order.",
    Outcome.REVIEW: "A colleague decides, because of this:",
    Outcome.REJECT: "Rejected, because of this:",
}
_FACEMAP = {
    CheckStatus.PASSED: "The selfie shows the person of the facemap.",
    CheckStatus.WARNING: "It is not certain that the selfie shows the person of the facemap.",
    CheckStatus.REJECTED: "The selfie does not look like the person of the facemap.",
}
_PAIR = {
    CheckStatus.PASSED: "The two pictures show the same person.",
    CheckStatus.WARNING: "It is not certain that the two pictures show the same person.",
    CheckStatus.REJECTED: "The two pictures do not show the same person.",
}


def capability_line(capability: Capability) -> str:
    """One line: the question, the answer, and the protocol's label where the answer is not a plain yes."""
    on = "/".join(dict.fromkeys(ref.category.value for ref in capability.credentials))
    label = "" if capability.status is CheckStatus.PASSED else f" ({capability.label})"
    return f"{WHAT[capability.name]} ({on}): {_ANSWER[capability.status]}{label}."


def explanation(capabilities: Sequence[Capability], checks: Sequence[Check], decision: Decision) -> tuple[str, ...]:
    """The decision first with the sentence of each reason, then a line per capability. May hold personal data: never logged."""
    lines = [_HEAD[decision.outcome]]
    for reason in decision.reasons:
        fitting = [check for check in checks if check.name is reason.check and check.label is reason.label]
        said = check_sentence(fitting[0]) if fitting else "Something that is needed was not checked."
        if said not in lines:
            lines.append(said)
    return (*lines, *(capability_line(one) for one in capabilities))


def check_sentence(check: Check) -> str:
    """As `domain.sentences.sentence`, where faces other than a document's and a selfie's were compared in their own words."""
    if check.name is CheckName.FACE_MATCH and check.label is CheckLabel.RECORD_INVALID:
        return "The facemap to compare with was changed, or was not made by this device."
    if check.name is CheckName.FACE_MATCH and check.status in _PAIR:
        if "facemap" in check.inputs:
            return _FACEMAP[check.status]
        if len(set(check.inputs)) == 1 and len(check.inputs) == 2:
            return _PAIR[check.status]
    return sentence(check)
