"""A second person decides otherwise: kept beside the machine's decision, never in its place, with the reason and both persons' ids."""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.decision import Outcome
from kiosk.domain.erasure import Receipt, Revision
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug
from kiosk.domain.operators import CUSTOMER, operator_id, same_operator
from kiosk.ports import Clock, Json, StoredCustomer
from kiosk.services.accounts import newest_judged
from kiosk.services.erasure import RevisableStore

DECISION_OVERRIDDEN = "DECISION_OVERRIDDEN"
OVERRIDES = "overrides"
SCREENING_REVIEWS = "screening_reviews"
"""Facts of what staff decided after the machine. The second is written by `services.screening_review`."""
EXECUTION = "execution"
"""In an override: the account's execution that it is about."""
STEP = "override"
REASON_CHARACTERS = (10, 500)
"""A reason that nobody can follow later is none."""


@dataclass(frozen=True, slots=True)
class Override:
    """`was`: the outcome in force before. `taken_by`: who took the customer's data, "customer" where they were alone.

    `execution`: of an account, the one that had decided; "" at the screens.
    """

    outcome: Outcome
    was: Outcome
    by: str
    taken_by: tuple[str, ...]
    reason: str
    at: str
    execution: str = ""


def override(
    store: RevisableStore, clock: Clock, customer_id: str, outcome: Outcome, *, by: str, reason: str, taken_by: str = ""
) -> tuple[Override, Receipt]:
    """Decide otherwise than the machine, or than the colleague who overrode it before.

    Args:
        by: id of the person who decides: neither who took the data, nor who has overridden this decision before.
        reason: for whoever looks at it later; stays with the customer, encrypted, and goes with them.
        taken_by: id of the person who took the data, "customer" for nobody; needed where the record does not say, added where it does.

    The audit line says who, from what to what, and holds a hash of the whole entry: a reason that is changed later shows.

    Raises:
        BadInput: CUSTOMER_NOT_FOUND; WRONG_STEP when nothing has been decided; CONSENT_MISSING for an ACCEPT without consent; BAD_ARGUMENT
            for a wrong id, an unfit reason, a person who may not, or an outcome that is in force already.
    """
    person = operator_id(by)
    why = fit_reason(reason)
    named = taken_by if taken_by in ("", CUSTOMER) else operator_id(taken_by)
    at = clock.now_utc()
    made: list[Override] = []

    def plan(customer: StoredCustomer) -> Revision:
        entry = _judged(customer, outcome, person, why, named, at)
        record: dict[str, Json] = {
            "outcome": entry.outcome.value,
            "was": entry.was.value,
            "by": entry.by,
            "takenBy": list(entry.taken_by),
            "reason": entry.reason,
            "at": entry.at,
            EXECUTION: entry.execution,
            # so that nobody can guess the reason from the hash once it is erased
            "salt": secrets.token_hex(16),
        }
        detail: dict[str, object] = {"from": entry.was.value, "to": entry.outcome.value, "by": entry.by, "takenBy": list(entry.taken_by)}
        detail["sha256"] = digest_of(record)
        made.append(entry)
        return Revision(DECISION_OVERRIDDEN, detail, facts={OVERRIDES: [*records_of(customer.facts), record]}, step=STEP)

    receipt = store.revise(customer_id, at, plan)
    if receipt is None:
        raise KioskBug("an override left no receipt")
    return made[-1], receipt


def require_second_person(facts: Mapping[str, Json], person: str, named: str = "") -> tuple[str, ...]:
    """Who took the customer's data, with `named` among them.

    Raises BadInput(BAD_ARGUMENT) when nobody is known, or `person` is one of them.
    """
    takers = taken_by_of(facts)
    if not takers and not named:
        what = "the record does not say who took the customer's data: name them, so that a second person is one (--taken-by)"
        raise BadInput(ErrorCode.BAD_ARGUMENT, what)
    if named and not any(same_operator(named, taker) for taker in takers):
        takers = (*takers, named)
    if any(same_operator(person, taker) for taker in takers):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{person} took the customer's data: a second person has to decide")
    return takers


def overrides_of(facts: Mapping[str, Json]) -> tuple[Override, ...]:
    """All of them, oldest first; also those of an account's executions before its newest."""
    return tuple(_from_json(record) for record in records_of(facts))


def standing_overrides(facts: Mapping[str, Json]) -> tuple[Override, ...]:
    """Those of the decision as it is now, oldest first: what was said of an earlier execution says nothing of a later one."""
    newest = newest_judged(facts)
    return tuple(_from_json(record) for record in records_of(facts) if record.get(EXECUTION, "") == newest)


def outcome_in_force(facts: Mapping[str, Json]) -> Outcome | None:
    """The latest standing override's or screening review's, else the machine's; None when nothing has been decided."""
    overrides, reviews = standing_overrides(facts), records_of(facts, SCREENING_REVIEWS)
    # each review says how many overrides there were before it: times of two clocks prove no order
    if reviews and not is_account(facts) and reviews[-1].get("overrides") == len(overrides_of(facts)):
        return Outcome(str(reviews[-1]["outcome"]))
    return overrides[-1].outcome if overrides else machine_outcome(facts)


def is_account(facts: Mapping[str, Json]) -> bool:
    """Whether workflows are executed on it, each with an outcome of its own, which stays as it was reported."""
    return any(name.startswith("execution.") for name in facts)


def machine_outcome(facts: Mapping[str, Json]) -> Outcome | None:
    """As `domain.decision.decide` gave it, whatever came after."""
    decision = facts.get("decision")
    outcome = decision.get("outcome") if isinstance(decision, dict) else None
    return Outcome(outcome) if isinstance(outcome, str) and outcome in set(Outcome) else None


def unproven(facts: Mapping[str, Json], receipts: tuple[Receipt, ...]) -> tuple[Override, ...]:
    """Overrides that the audit chain does not know as they are now: changed, or put in behind its back.

    Args: `receipts` of this customer, from a chain that was verified.
    """
    known = {receipt.detail.get("sha256") for receipt in receipts if receipt.event == DECISION_OVERRIDDEN}
    return tuple(_from_json(record) for record in records_of(facts) if digest_of(record) not in known)


# --- inside --------------------------------------------------------------------------------------------------------


def _judged(customer: StoredCustomer, outcome: Outcome, person: str, why: str, named: str, at: str) -> Override:
    was = outcome_in_force(customer.facts)
    if was is None:
        raise BadInput(ErrorCode.WRONG_STEP, f"customer {customer.id} has no decision that could be overridden")
    takers = require_second_person(customer.facts, person, named)
    if any(same_operator(person, earlier.by) for earlier in standing_overrides(customer.facts)):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{person} has overridden this decision before: another person has to decide")
    if outcome is was:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"the decision is {was.value} already")
    if outcome is Outcome.ACCEPT and not _consented(customer.facts):
        raise BadInput(ErrorCode.CONSENT_MISSING, "nobody can be accepted who did not consent")
    return Override(outcome, was, person, takers, why, at, newest_judged(customer.facts))


def taken_by_of(facts: Mapping[str, Json]) -> tuple[str, ...]:
    """Who took the customer's data, as the facts say: who recorded the consent, who typed over what was read, whom staff named."""
    found: list[str] = []
    for name, key in (("consent", "recordedBy"), ("review", "by"), ("session", "operator")):
        fact = facts.get(name)
        person = fact.get(key) if isinstance(fact, dict) else None
        if isinstance(person, str) and person:
            found.append(person)
    for record in (*records_of(facts), *records_of(facts, SCREENING_REVIEWS)):
        takers = record.get("takenBy")
        found.extend(str(taker) for taker in (takers if isinstance(takers, list) else []))
    people = [person for person in dict.fromkeys(found) if not same_operator(person, CUSTOMER)]
    return tuple(people) if people or not found else (CUSTOMER,)


def fit_reason(reason: str) -> str:
    """In one line. Raises BadInput(BAD_ARGUMENT) for one that says nothing or too much."""
    least, most = REASON_CHARACTERS
    words = " ".join(reason.split())
    if not least <= len(words) <= most:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"a reason has {least} to {most} characters; this one has {len(words)}")
    if sum(letter.isalpha() for letter in words) < least // 2 or any(unicodedata.category(letter) == "Cc" for letter in words):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "a reason is made of words")
    return words


def _consented(facts: Mapping[str, Json]) -> bool:
    consent = facts.get("consent")
    return isinstance(consent, dict) and consent.get("accepted") is True


def records_of(facts: Mapping[str, Json], fact: str = OVERRIDES) -> list[dict[str, Json]]:
    """The entries of a fact that is a list of them, oldest first."""
    records = facts.get(fact)
    return [record for record in records if isinstance(record, dict)] if isinstance(records, list) else []


def digest_of(record: Mapping[str, Json]) -> str:
    """What the audit line holds of an entry; its "salt" keeps the reason from being guessed once it is erased."""
    return hashlib.sha256(json.dumps(record, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _from_json(record: Mapping[str, Json]) -> Override:
    takers = record.get("takenBy")
    return Override(
        outcome=Outcome(str(record["outcome"])),
        was=Outcome(str(record["was"])),
        by=str(record["by"]),
        taken_by=tuple(str(taker) for taker in takers) if isinstance(takers, list) else (),
        reason=str(record["reason"]),
        at=str(record["at"]),
        execution=str(record.get(EXECUTION, "")),
    )
