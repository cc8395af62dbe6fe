"""One pure function from checks to a decision. Same checks and policy, same decision, for every door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus


class Outcome(StrEnum):
    ACCEPT = "ACCEPT"
    REVIEW = "REVIEW"
    REJECT = "REJECT"


@dataclass(frozen=True, slots=True)
class Policy:
    """What each check's status means for one kind of user.

    Attributes:
        required: checks that must have been executed for an ACCEPT; one that is absent or NOT_EXECUTED gives REVIEW. A check whose label is
            NOT_APPLICABLE counts as executed: the document has no such thing, and that is known.
        expected: as `required`, but for a check that nothing here can make: its label LIST_MISSING.
        on_rejected: outcome per check when it is REJECTED; REVIEW where not named.
        on_warning: outcome per check when it is WARNING; REVIEW where not named.
        screening: whether the name is looked for on the watchlists.
        one_to_many: whether the face is searched for among all stored customers, and kept for later searches.
    """

    key: str
    required: frozenset[CheckName]
    on_rejected: Mapping[CheckName, Outcome] = field(default_factory=dict)
    on_warning: Mapping[CheckName, Outcome] = field(default_factory=dict)
    one_to_many: bool = False
    screening: bool = False
    expected: frozenset[CheckName] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """One check's part in a decision that is not ACCEPT."""

    check: CheckName
    label: CheckLabel
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome with every reason that pulled it away from ACCEPT, the gravest first."""

    outcome: Outcome
    policy: str
    reasons: tuple[Reason, ...] = ()


_GRAVITY = {Outcome.ACCEPT: 0, Outcome.REVIEW: 1, Outcome.REJECT: 2}


def decide(checks: Iterable[Check], policy: Policy) -> Decision:
    """Any REJECT gives REJECT; else any REVIEW gives REVIEW; else ACCEPT (DIS trust evaluation rule)."""
    reasons: list[Reason] = []
    seen: set[CheckName] = set()
    for check in checks:
        seen.add(check.name)
        outcome = _effect(check, policy)
        if outcome is not Outcome.ACCEPT:
            reasons.append(Reason(check.name, check.label, outcome))
    reasons.extend(Reason(name, CheckLabel.INPUT_MISSING, Outcome.REVIEW) for name in sorted((policy.required | policy.expected) - seen))
    reasons.sort(key=lambda reason: -_GRAVITY[reason.outcome])
    return Decision(reasons[0].outcome if reasons else Outcome.ACCEPT, policy.key, tuple(reasons))


def redecide(decision: Decision, check: Check) -> Decision:
    """The same decision with one check judged anew, by a person: its old part goes, every other stays as it was decided.

    What is judged afterwards asks for a person at most: unless the check has passed, its part is REVIEW.
    """
    reasons = [reason for reason in decision.reasons if reason.check is not check.name]
    if check.status is not CheckStatus.PASSED:
        reasons.append(Reason(check.name, check.label, Outcome.REVIEW))
    reasons.sort(key=lambda reason: -_GRAVITY[reason.outcome])
    return Decision(reasons[0].outcome if reasons else Outcome.ACCEPT, decision.policy, tuple(reasons))


def _effect(check: Check, policy: Policy) -> Outcome:
    match check.status:
        case CheckStatus.PASSED:
            return Outcome.ACCEPT
        case CheckStatus.WARNING:
            return policy.on_warning.get(check.name, Outcome.REVIEW)
        case CheckStatus.REJECTED:
            return policy.on_rejected.get(check.name, Outcome.REVIEW)
        case CheckStatus.NOT_EXECUTED:
            if check.label is CheckLabel.NOT_APPLICABLE:
                return Outcome.ACCEPT
            excused = check.label is CheckLabel.LIST_MISSING and check.name in policy.expected
            missed = check.name in policy.required or (check.name in policy.expected and not excused)
            return Outcome.REVIEW if missed else Outcome.ACCEPT
