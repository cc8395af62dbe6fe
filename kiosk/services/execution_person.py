"""An account as a customer: what its executions found of the person, in the facts that every reader of customers reads.

fact  customer, checks, decision   of the newest execution that has them
fact  judged                       which execution each of these, and template and crop of the selfie, is of
blob  selfie.crop

Each execution keeps its own `customer`, `checks` and `decision`, so that an earlier one stands again when a later one is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.capability import ExecutionState
from kiosk.ports import Json, StoredCustomer
from kiosk.services.accounts import JUDGED, ExecutionRecord, executions_of, newest_judged
from kiosk.services.execution_order import Judgement
from kiosk.services.override import EXECUTION, OVERRIDES, SCREENING_REVIEWS, records_of
from kiosk.services.records import checks_json, decision_json, document_json, person_json

PERSON = "person"
"""In an execution's result: what it found of the person."""
_CROP, _TEMPLATE = "selfie.crop", "template"
_FORGETS_TEMPLATE = "selfie"
"""The name that the store forgets templates with (`StepCommit`)."""
_GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "customer": ("customer",),
    "decision": ("checks", "decision"),
    _CROP: (_CROP,),
    _TEMPLATE: (_FORGETS_TEMPLATE,),
}
"""Name in `judged` -> facts and blobs of it."""


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Parts of a `StepCommit`."""

    facts: Mapping[str, Json]
    forget: frozenset[str]


def person_of_judgement(account_id: str, judgement: Judgement) -> dict[str, Json]:
    """What an execution keeps, and what stands in the account's facts while it is the newest."""
    found: dict[str, Json] = {
        "checks": checks_json(judgement.checks),
        "decision": decision_json(judgement.decision, judgement.checks),
    }
    if judgement.document is not None:
        found["customer"] = {"id": account_id, **person_json(judgement.document), "document": document_json(judgement.document)}
    return found


def judged_now(account: StoredCustomer, execution_id: str, person: Mapping[str, Json], judgement: Judgement) -> PersonChange:
    """The account after an execution was judged. A new template takes the place of all earlier ones, whatever their model."""
    of = _judged(account) | {name: execution_id for name in ("customer", "decision") if name in person}
    if judgement.selfie_crop is not None:
        of[_CROP] = execution_id
    if judgement.template is not None:
        of[_TEMPLATE] = execution_id
    forget = frozenset({_FORGETS_TEMPLATE} if judgement.template is not None else ())
    return PersonChange({**_kept_beside(account, forget), **person, JUDGED: dict[str, Json](of)}, forget)


def without_execution(account: StoredCustomer, gone: ExecutionRecord) -> PersonChange:
    """The account after an execution was deleted: what was of it is again that of the newest one left, or nothing.

    Of the selfie's template and crop an execution keeps nothing: they go, and come again with the next one.
    """
    left = [one for one in executions_of(account) if one.id != gone.id and one.state is ExecutionState.PROCESSED]
    left.sort(key=lambda one: one.completed_at, reverse=True)
    of = _judged(account)
    facts: dict[str, Json] = {}
    forget: set[str] = set()
    for name in [name for name, execution in of.items() if execution == gone.id]:
        heir = next((one for one in left if name in _person(one)), None)
        if heir is None:
            del of[name]
            forget.update(_GOES_WITH[name])
        else:
            of[name] = heir.id
            facts |= {fact: _person(heir)[fact] for fact in _GOES_WITH[name]}
    if "decision" in forget:
        forget.add(SCREENING_REVIEWS)
    _put(facts, forget, JUDGED, dict[str, Json](of))
    _put(facts, forget, OVERRIDES, [record for record in records_of(account.facts) if record.get(EXECUTION) != gone.id])
    return PersonChange({**_kept_beside(account, frozenset(forget)), **facts}, frozenset(forget))


# --- inside --------------------------------------------------------------------------------------------------------


def _judged(account: StoredCustomer) -> dict[str, str]:
    """Name -> execution. Of accounts from before this was kept: everything is of the execution that decided last."""
    known = account.facts.get(JUDGED)
    if isinstance(known, dict):
        return {name: str(execution) for name, execution in known.items()}
    newest = newest_judged(account.facts)
    return dict.fromkeys(_GOES_WITH, newest) if newest else {}


def _put(facts: dict[str, Json], forget: set[str], name: str, value: Json) -> None:
    if value:
        facts[name] = value
    else:
        forget.add(name)


def _person(record: ExecutionRecord) -> Mapping[str, Json]:
    found = record.result.get(PERSON)
    return found if isinstance(found, dict) else {}


def _kept_beside(account: StoredCustomer, forget: frozenset[str]) -> dict[str, Json]:
    """A customer of the screens has a fact of the name that templates are forgotten with: it stays."""
    return {name: account.facts[name] for name in forget & {_FORGETS_TEMPLATE} if name in account.facts}
