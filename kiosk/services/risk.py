"""The risk score of an execution, 0..100, and the decision by its bands (protocols 2.6). Pure; the rule is in docs/guides/workflows.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.capability import Capability
from kiosk.domain.check import CheckStatus
from kiosk.domain.decision import Decision, Outcome
from kiosk.flow.definition import Bands

NOT_EXECUTED = -1
_BASE = {Outcome.ACCEPT: 0, Outcome.REVIEW: 40, Outcome.REJECT: 80}
_TOP = {Outcome.ACCEPT: 30, Outcome.REVIEW: 70, Outcome.REJECT: 100}
_STEP = 5
_BANDS = Bands()
_TYPE_OF = {Outcome.ACCEPT: CheckStatus.PASSED, Outcome.REVIEW: CheckStatus.WARNING, Outcome.REJECT: CheckStatus.REJECTED}
_GRAVITY = {CheckStatus.PASSED: 0, CheckStatus.WARNING: 1, CheckStatus.REJECTED: 2}


@dataclass(frozen=True, slots=True)
class Risk:
    """`score` -1 = not executed, else 0..100; `status` the protocol's decision.type; `label` its details.label."""

    score: int
    status: CheckStatus
    label: str


def risk_of(decision: Decision, capabilities: Sequence[Capability], bands: Bands = _BANDS) -> Risk:
    """Score and decision of a processed execution.

    The policy's outcome gives the base (ACCEPT 0, REVIEW 40, REJECT 80); each further reason of the same gravity, and each capability that
    is not PASSED where the outcome is ACCEPT, adds 5, up to 30, 70 and 100. The bands then give the type, but never a milder one than the
    policy: bands can send a customer to a colleague, not past one.
    """
    if not any(one.status in _GRAVITY for one in capabilities):
        return drop_out("NOT_EXECUTED")
    outcome = decision.outcome
    if outcome is Outcome.ACCEPT:
        more = sum(one.status is not CheckStatus.PASSED and one.label != "NOT_UPLOADED" for one in capabilities)
    else:
        more = sum(reason.outcome is outcome for reason in decision.reasons) - 1
    score = min(_TOP[outcome], _BASE[outcome] + _STEP * max(0, more))
    status = max(by_bands(score, bands), _TYPE_OF[outcome], key=_GRAVITY.__getitem__)
    return Risk(score, status, status.value)


def by_bands(score: int, bands: Bands) -> CheckStatus:
    if score < 0:
        return CheckStatus.NOT_EXECUTED
    if score < bands.warning_from:
        return CheckStatus.PASSED
    return CheckStatus.WARNING if score < bands.rejected_from else CheckStatus.REJECTED


def drop_out(label: str) -> Risk:
    """An execution that came to nothing: TOKEN_EXPIRED, SESSION_EXPIRED."""
    return Risk(NOT_EXECUTED, CheckStatus.NOT_EXECUTED, label)
