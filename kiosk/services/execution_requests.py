"""What starts an execution, and whether the workflow allows it (protocols 2.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.domain.capability import Category
from kiosk.domain.errors import BadInput
from kiosk.flow.definition import TOKEN_LEAST_S, TOKEN_MOST_S, CredentialRule, Definition, Preset
from kiosk.ports import Json, StoredCustomer
from kiosk.services.accounts import ExecutionFault, fault
from kiosk.services.consent import may_still_compare, require_biometric_consent, user_consent

_F = ExecutionFault
_LIFETIME = re.compile(r"(\d{1,7})([smhd])")
_UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = {"customerInternalReference": 100, "userReference": 100, "reportingCriteria": 255, "callbackUrl": 255}


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """A credential as the request names it. `id`: one on file; presets None = as the workflow has them."""

    category: Category
    id: str = ""
    countries: Preset | None = None
    types: Preset | None = None


@dataclass(frozen=True, slots=True)
class InitiateRequest:
    """What starts an execution.

    Attributes:
        workflow: key of the workflow's file.
        credentials: empty = as the workflow has them.
        consented: the customer agreed to be read and compared; without it nothing is acquired.
        user_consent: the protocol's `userConsent`, kept as it came, and enforced when a face is handed in.
        consent_fact: what `services.consent.consent_fact` made of the answer; empty = the plain answer is stored.
        token_lifetime: "600s", "30m", "1d"; "" = as the workflow says.
    """

    workflow: str
    credentials: tuple[CredentialRequest, ...] = ()
    customer_internal_reference: str = ""
    user_reference: str = ""
    reporting_criteria: str = ""
    callback_url: str = ""
    token_lifetime: str = ""
    consented: bool = False
    user_consent: Mapping[str, Json] = field(default_factory=dict)
    consent_fact: Mapping[str, Json] = field(default_factory=dict)


def check_request(request: InitiateRequest, definition: Definition) -> None:
    """Raises BadInput: USER_REFERENCE_MISSING, REQUEST_INVALID."""
    if definition.needs_user_reference and not request.user_reference.strip():
        raise fault(_F.USER_REFERENCE_MISSING, f"workflow {request.workflow} needs a userReference, to find the screening again")
    texts = {
        "customerInternalReference": request.customer_internal_reference,
        "userReference": request.user_reference,
        "reportingCriteria": request.reporting_criteria,
        "callbackUrl": request.callback_url,
    }
    for name, text in texts.items():
        if len(text) > _LONGEST[name]:
            raise fault(_F.REQUEST_INVALID, f"{name} is longer than {_LONGEST[name]} characters")


def wanted(request: InitiateRequest, definition: Definition) -> list[tuple[CredentialRequest, CredentialRule]]:
    """Each credential of the execution with its rule. What the request leaves out is asked for as the workflow has it."""
    if definition.combinations and request.credentials:
        asked = tuple(sorted(one.category for one in request.credentials))
        if asked not in definition.combinations:
            known = "; ".join(" and ".join(one) for one in definition.combinations)
            raise fault(_F.REQUEST_INVALID, f"this workflow takes {known}")
        return [(one, definition.rule_of(one.category)) for one in request.credentials]
    named: dict[Category, CredentialRequest] = {}
    for one in request.credentials:
        if one.category in named:
            raise fault(_F.REQUEST_INVALID, f"{one.category.value} is named twice")
        if one.category not in {rule.category for rule in definition.credentials if not rule.reference}:
            raise fault(_F.REQUEST_INVALID, f"this workflow collects no {one.category.value}")
        named[one.category] = one
    return [
        (CredentialRequest(rule.category) if rule.reference else named.get(rule.category, CredentialRequest(rule.category)), rule)
        for rule in definition.credentials
    ]


def lifetime_s(text: str, default_s: int) -> int:
    if not text:
        return default_s
    found = _LIFETIME.fullmatch(text)
    seconds = int(found.group(1)) * _UNIT_S[found.group(2)] if found else 0
    if not TOKEN_LEAST_S <= seconds <= TOKEN_MOST_S:
        raise fault(_F.REQUEST_INVALID, 'tokenLifetime is written "600s", "30m" or "1d", from 5 minutes to 60 days')
    return seconds


def consent_facts(request: InitiateRequest, definition: Definition, account: StoredCustomer | None, at: str) -> dict[str, Json]:
    """The fact "consent" that this request brings; none where the account has one that stands and covers what is to be done."""
    if request.consent_fact:
        return {"consent": dict(request.consent_fact)}
    earlier = account.facts.get("consent") if account is not None else None
    stands = isinstance(earlier, dict) and earlier.get("accepted") is True and not earlier.get("withdrawn")
    compared = account is not None and may_still_compare(account, at)
    if account is not None and (not request.consented or (stands and (compared or not definition.is_biometric))):
        return {}
    return {"consent": {"accepted": request.consented, "biometrics": request.consented and definition.is_biometric, "at": at}}


def require_consent(request: Mapping[str, Json], category: Category, now: str) -> None:
    """Before a part is kept. Raises BadInput(CONSENT_MISSING): no consent, or a biometric one whose rules do not hold."""
    if request.get("consented") is not True:
        raise fault(_F.CONSENT_MISSING, "the customer has not consented: nothing is read or kept")
    said = request.get("userConsent")
    if category in (Category.SELFIE, Category.FACEMAP) and isinstance(said, dict) and said:
        try:
            require_biometric_consent(user_consent(said), now)
        except BadInput as error:
            raise fault(_F.CONSENT_MISSING, str(error)) from error
