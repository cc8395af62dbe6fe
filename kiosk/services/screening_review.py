"""Staff looks at the hits of a stored customer: each is confirmed or dismissed with a reason, and the customer is decided anew.

The lists are asked again as they are today; what was found at the decision stays beside it. A verdict is a line of the audit chain (codes,
who, a hash) and an entry with the customer (the reason in words, encrypted, gone with them), in one transaction. Dismissed hits leave the
decision to what else there is; a confirmed one is for a person, whatever was decided before. Nothing here rejects anybody: that is an
override (`services.override`).

An account of workflow 32 was screened under its caller's user reference, of another workflow under its own id: a verdict holds for the next
execution under it. What an execution came to stays as it was reported.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.countries import alpha3
from kiosk.domain.decision import Decision, Outcome, Reason, redecide
from kiosk.domain.document import FieldName
from kiosk.domain.erasure import Receipt, Revision
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, StoreFault
from kiosk.domain.operators import CUSTOMER, operator_id, same_operator
from kiosk.domain.sentences import sentence
from kiosk.ports import Clock, Json, StoredCustomer
from kiosk.services.erasure import RevisableStore
from kiosk.services.override import (
    SCREENING_REVIEWS,
    digest_of,
    fit_reason,
    is_account,
    machine_outcome,
    outcome_in_force,
    overrides_of,
    records_of,
    require_second_person,
)
from kiosk.services.stored_person import stored_person, stored_value
from kiosk.services.watchlist.model import Hit, ListVersion, Sex, Subject
from kiosk.services.watchlist.review import Review, ReviewReason, Verdict, judged, review_fields
from kiosk.services.watchlist.screening import Screening, WatchlistScreener

SCREENING_REVIEWED = "SCREENING_REVIEWED"
STEP = "screening_review"
_NAME = CheckName.WATCHLIST_SCREENING
_GRAVEST_FIRST = (CheckStatus.WARNING, CheckStatus.NOT_EXECUTED, CheckStatus.PASSED)


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit as staff sees it. `verdict` None = nobody has looked yet; `by` and `at` of the newest verdict."""

    hit: Hit
    subjects: tuple[Subject, ...]
    verdict: Verdict | None = None
    by: str = ""
    at: str = ""

    @property
    def reference(self) -> str:
        """How staff names it: the list and the list's own number of the entry."""
        return f"{self.hit.source.name}:{self.hit.listed.id}"


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whom the lists are asked about, under which user reference, and what the last screening of them said."""

    reference: str
    subjects: tuple[Subject, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Screened:
    """A stored customer against the lists of today.

    Attributes:
        check: what the screening says now, with all verdicts.
        hits: all of them, the best first, also those that staff has looked at.
    """

    customer: StoredCustomer
    check: Check
    hits: tuple[HitView, ...]
    lists: tuple[ListVersion, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A verdict that was kept. `was`, `outcome`: the decision in force before and after it."""

    hit: HitView
    verdict: Verdict
    was: Outcome
    outcome: Outcome
    check: Check


def screened(store: RevisableStore, screener: WatchlistScreener, customer_id: str) -> Screened:
    """Ask the lists about a stored customer. Changes nothing.

    Raises:
        BadInput: CUSTOMER_NOT_FOUND; WRONG_STEP when nothing has been decided; NOT_ENOUGH_DATA without a list or without a name.
        StoreFault: STORE_DAMAGED when a list cannot be read.
    """
    return _screened(store.load(customer_id), screener)


def review(
    store: RevisableStore,
    screener: WatchlistScreener,
    clock: Clock,
    customer_id: str,
    hit: str,
    verdict: Verdict,
    *,
    by: str,
    reason: str,
    because: ReviewReason | None = None,
    taken_by: str = "",
) -> tuple[Reviewed, Receipt]:
    """Confirm or dismiss one hit, and decide anew.

    Args:
        hit: its reference (LIST:ENTRY), or the entry alone where one list has it.
        by: id of who decides: not who took the customer's data, and not who gave this hit its last verdict.
        reason: a sentence, for whoever looks at it later.
        because: the reason as a code, which the audit chain keeps; None = in words only.
        taken_by: id of who took the data, where the record does not say.

    Raises as `screened`, and BadInput: BAD_ARGUMENT for an unknown hit, a wrong id, an unfit reason, a person who may not, or the verdict
    that the hit has already; WRONG_STEP when somebody else has decided meanwhile.
    """
    person, why = operator_id(by), fit_reason(reason)
    named = taken_by if taken_by in ("", CUSTOMER) else operator_id(taken_by)
    seen = store.load(customer_id)
    found = _screened(seen, screener)
    chosen = _chosen(found, hit)
    if chosen.verdict is verdict:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{chosen.reference} is {verdict.value} already")
    if chosen.verdict is not None and same_operator(person, chosen.by):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{person} gave the last verdict on {chosen.reference}: another person has to change it")
    at = clock.now_utc()
    code = because or (ReviewReason.SAME_PERSON if verdict is Verdict.CONFIRMED else ReviewReason.IN_WORDS)
    asked = _asked(seen)
    entry = judged(chosen.hit, chosen.subjects, asked.reference, verdict, code, person, at)
    check = _gravest([screener.screen(subject, asked.reference, also=(entry,)) for subject in asked.subjects]).check
    made: list[Reviewed] = []

    def plan(customer: StoredCustomer) -> Revision:
        takers = require_second_person(customer.facts, person, named)
        if customer.facts != seen.facts:
            raise BadInput(ErrorCode.WRONG_STEP, f"somebody else has decided on customer {customer_id} meanwhile: look again")
        was = outcome_in_force(customer.facts)
        if was is None:
            raise BadInput(ErrorCode.WRONG_STEP, f"customer {customer_id} has not been decided")
        outcome = was if is_account(customer.facts) else _outcome(customer.facts, was, check)
        made.append(Reviewed(chosen, verdict, was, outcome, check))
        record = _record(made[-1], entry, why, takers, len(overrides_of(customer.facts)))
        detail: dict[str, object] = {name: value for name, value in review_fields(entry).items() if name not in ("at", "user_reference")}
        if asked.reference != customer_id:
            detail["reference"] = asked.reference
        detail |= {"from": was.value, "to": outcome.value, "takenBy": list(takers), "sha256": digest_of(record)}
        facts = {SCREENING_REVIEWS: [*records_of(customer.facts, SCREENING_REVIEWS), record]}
        return Revision(SCREENING_REVIEWED, detail, facts=facts, step=STEP)

    receipt = store.revise(customer_id, at, plan)
    if receipt is None:
        raise KioskBug("a review left no receipt")
    return made[-1], receipt


def waiting(customers: Sequence[StoredCustomer]) -> tuple[StoredCustomer, ...]:
    """Those whose last screening found somebody whom nobody has looked at yet."""
    found = []
    for customer in customers:
        try:
            if _asked(customer).label == CheckLabel.ALERT.value:
                found.append(customer)
        except BadInput:  # not decided
            continue
    return tuple(found)


def unproven_reviews(facts: Mapping[str, Json], receipts: Sequence[Receipt]) -> int:
    """How many verdicts the audit chain does not know as they stand now: changed, or put in behind its back.

    Args: `receipts` of this customer, from a chain that was verified.
    """
    known = {receipt.detail.get("sha256") for receipt in receipts if receipt.event == SCREENING_REVIEWED}
    return sum(digest_of(record) not in known for record in records_of(facts, SCREENING_REVIEWS))


# --- inside --------------------------------------------------------------------------------------------------------


def _screened(customer: StoredCustomer, screener: WatchlistScreener) -> Screened:
    asked = _asked(customer)
    screenings = {subject: screener.screen(subject, asked.reference) for subject in asked.subjects}
    gravest = _gravest(tuple(screenings.values()))
    match gravest.missing:
        case "engine":
            raise StoreFault(ErrorCode.STORE_DAMAGED, "a watchlist cannot be read: import it again")
        case "lists":
            raise BadInput(ErrorCode.NOT_ENOUGH_DATA, "no list is installed: kiosk watchlist import FILE")
        case "name":
            raise BadInput(ErrorCode.NOT_ENOUGH_DATA, f"customer {customer.id} has no name that could be looked for")
    found: dict[tuple[str, str], list[tuple[Subject, Hit]]] = {}
    for subject, screening in screenings.items():
        for hit in (*screening.hits, *screening.dismissed):
            found.setdefault((hit.source.name, hit.listed.id), []).append((subject, hit))
    views = [_view(pairs, screener.verdicts(asked.reference)) for pairs in found.values()]
    views.sort(key=lambda view: (-view.hit.score, view.reference))
    return Screened(customer, gravest.check, tuple(views), gravest.lists)


def _view(pairs: Sequence[tuple[Subject, Hit]], verdicts: Sequence[Review]) -> HitView:
    best = max((hit for _, hit in pairs), key=lambda hit: hit.score)
    subjects = tuple(subject for subject, _ in pairs)
    given = [one for one in verdicts if one.is_of(best, subjects)]
    if not given:
        return HitView(best, subjects)
    return HitView(best, subjects, given[-1].verdict, given[-1].by, given[-1].at)


def _asked(customer: StoredCustomer) -> _Asked:
    """Raises BadInput(WRONG_STEP) for who has neither been decided nor screened by an execution."""
    executions = [fact for name, fact in customer.facts.items() if name.startswith("execution.") and isinstance(fact, dict)]
    for execution in sorted(executions, key=lambda one: str(one.get("completed_at")), reverse=True):
        data, labels = _of_capability(execution, "extraction"), _of_capability(execution, "watchlistScreening")
        request = execution.get("request")
        if labels and isinstance(request, dict) and (reference := request.get("userReference")):
            later = [one for one in records_of(customer.facts, SCREENING_REVIEWS) if str(one["at"]) >= str(execution.get("completed_at"))]
            return _Asked(str(reference), (_extracted(data),), _label_of(later[-1]) if later else labels["label"])
        if execution.get("completed_at") and _check_label(customer.facts):
            break  # a workflow without the capability is screened where its policy screens: under the account's own id, as at the screens
    if machine_outcome(customer.facts) is None:
        raise BadInput(ErrorCode.WRONG_STEP, f"customer {customer.id} has not been decided: there is nothing to review")
    return _Asked(customer.id, _subjects(customer), _last_label(customer.facts))


def _of_capability(execution: Mapping[str, Json], name: str) -> dict[str, str]:
    """What was extracted, or searched, with the decision's label. Empty when the execution has no such capability."""
    result = execution.get("result")
    capabilities = result.get("capabilities") if isinstance(result, dict) else None
    entries = capabilities.get(name) if isinstance(capabilities, dict) else None
    found: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else []:
        data, decision = (entry.get("data"), entry.get("decision")) if isinstance(entry, dict) else (None, None)
        found |= {key: value for key, value in data.items() if isinstance(value, str)} if isinstance(data, dict) else {}
        details = decision.get("details") if isinstance(decision, dict) else None
        found["label"] = str(details.get("label")) if isinstance(details, dict) else ""
    return found


def _extracted(data: Mapping[str, str]) -> Subject:
    """As `person_checks.subject_of` makes it of the document, out of the protocol's words for it."""
    name = " ".join(part for part in (data.get("firstName"), data.get("lastName")) if part)
    nationality, sex = data.get("nationality", ""), data.get("gender", "")
    return Subject(name, data.get("dateOfBirth", ""), (nationality,) if nationality else (), Sex(sex) if sex in ("M", "F") else Sex.UNKNOWN)


def _subjects(customer: StoredCustomer) -> tuple[Subject, ...]:
    """As the document says, and with what was typed over it: neither leads past the lists."""
    return tuple(dict.fromkeys(_subject(customer, typed) for typed in (False, True)))


def _subject(customer: StoredCustomer, typed: bool) -> Subject:
    person = stored_person(customer, typed=typed)
    nationality = stored_value(customer, FieldName.NATIONALITY, typed=typed)
    sex = stored_value(customer, FieldName.GENDER, typed=typed)
    countries = (alpha3(nationality),) if nationality else ()
    return Subject(person.name, person.date_of_birth, countries, Sex(sex) if sex in ("M", "F") else Sex.UNKNOWN)


def _gravest(screenings: Sequence[Screening]) -> Screening:
    confirmed = [one for one in screenings if one.check.label is CheckLabel.CONFIRMED]
    return confirmed[0] if confirmed else min(screenings, key=lambda one: _GRAVEST_FIRST.index(one.check.status))


def _chosen(found: Screened, hit: str) -> HitView:
    fitting = [view for view in found.hits if hit in (view.reference, view.hit.listed.id)]
    if len(fitting) != 1:
        why = "there is no hit" if not fitting else "several lists have a hit"
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{why} of that name: take it from kiosk watchlist review {found.customer.id}")
    return fitting[0]


def _outcome(facts: Mapping[str, Json], was: Outcome, check: Check) -> Outcome:
    """A colleague's override stands, but nobody stays accepted who is on a list."""
    if overrides_of(facts):
        return Outcome.REVIEW if check.label is CheckLabel.CONFIRMED and was is Outcome.ACCEPT else was
    return redecide(_machines(facts), check).outcome


def _machines(facts: Mapping[str, Json]) -> Decision:
    body = facts.get("decision")
    decision = body if isinstance(body, dict) else {}
    reasons: list[Reason] = []
    listed = decision.get("reasons")
    for row in listed if isinstance(listed, list) else []:
        if isinstance(row, dict):
            reasons.append(Reason(CheckName(str(row["check"])), CheckLabel(str(row["label"])), Outcome(str(row["outcome"]))))
    return Decision(Outcome(str(decision["outcome"])), str(decision.get("policy", "")), tuple(reasons))


def _record(made: Reviewed, entry: Review, why: str, takers: tuple[str, ...], overrides: int) -> dict[str, Json]:
    hit = made.hit.hit
    screening: dict[str, Json] = {
        "name": _NAME.value,
        "status": made.check.status.value,
        "label": made.check.label.value,
        "sentence": sentence(made.check),
    }
    return {
        "verdict": made.verdict.value,
        "because": entry.reason.value,
        "reason": why,
        "by": entry.by,
        "takenBy": list(takers),
        "at": entry.at,
        "hit": hit.as_json(),
        "screening": screening,
        "was": made.was.value,
        "outcome": made.outcome.value,
        "overrides": overrides,
        # so that nobody can guess the reason from the hash once it is erased
        "salt": secrets.token_hex(16),
    }


def _last_label(facts: Mapping[str, Json]) -> str:
    records = records_of(facts, SCREENING_REVIEWS)
    if records:
        return _label_of(records[-1])
    return _check_label(facts)


def _check_label(facts: Mapping[str, Json]) -> str:
    """Of the checks of the last decision; "" when it was made without screening."""
    checks = facts.get("checks")
    found = [one for one in checks if isinstance(one, dict) and one.get("name") == _NAME.value] if isinstance(checks, list) else []
    return str(found[-1].get("label")) if found else ""


def _label_of(record: Mapping[str, Json]) -> str:
    screening = record.get("screening")
    return str(screening.get("label")) if isinstance(screening, dict) else ""
