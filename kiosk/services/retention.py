"""Erases what has been kept long enough: says first what it would erase, and never what a remote does not have yet."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kiosk.domain.erasure import DataKind, ErasureReason, Receipt, Revision, kind_of_blob
from kiosk.domain.errors import BadInput, ErrorCode, KioskError
from kiosk.ports import Clock, StoredCustomer
from kiosk.services.consent import has_lapsed, lapsed_fact
from kiosk.services.erasure import RevisableStore, biometrics, everything, has_been_sent, kinds
from kiosk.services.retention_rules import RetentionRules

_log = logging.getLogger(__name__)

IsSent = Callable[[StoredCustomer], bool]

IN_PROGRESS = "IN_PROGRESS"
LEAP_DAYS = 90
"""A clock that far ahead of the last thing that happened here is more often wrong than right, and erasing cannot be taken back."""
_BACK = timedelta(minutes=10)
_AFTERWARDS = frozenset({"override", "sent"})
"""Steps of staff and of the program: they do not prolong what the customer agreed to."""
_BY_KIND = (DataKind.PICTURES, DataKind.RECORDS, DataKind.TEMPLATES)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be erased of one customer.

    Attributes:
        kinds: FACTS = everything.
        reason: RETENTION, or CONSENT_EXPIRED: what rested on a consent to biometrics that is three years old.
        since: UTC time that the days are counted from.
        waits: it has to be sent first, and is not erased now.
    """

    customer_id: str
    workflow: str
    kinds: tuple[DataKind, ...]
    reason: ErasureReason
    since: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class RetentionResult:
    """What a run did.

    Attributes:
        failed: customer ids and codes; what failed is as it was, and the next run tries again.
        complete: False where it was told to stop before it had looked at everybody.
    """

    receipts: tuple[Receipt, ...]
    waiting: tuple[Due, ...]
    failed: tuple[tuple[str, ErrorCode], ...]
    complete: bool = True


def sent_rule(rules: RetentionRules) -> IsSent:
    """Without a remote there is nothing to wait for; with one, everybody waits who has not wholly reached it."""
    return has_been_sent if rules.remote else lambda _: True


def preview(store: RevisableStore, clock: Clock, rules: RetentionRules, is_sent: IsSent | None = None) -> tuple[Due, ...]:
    """What a run would erase now, and what would have to wait; erases nothing. Raises StoreFault."""
    templates = store.template_counts()
    now, sent = clock.now_utc(), sent_rule(rules) if is_sent is None else is_sent
    found = (due(customer, rules, now, sent, has_templates=customer.id in templates) for customer in store.customers())
    return tuple(entry for entries in found for entry in entries)


def run(
    store: RevisableStore,
    clock: Clock,
    rules: RetentionRules,
    is_sent: IsSent | None = None,
    *,
    clock_checked: bool = False,
    go_on: Callable[[], bool] = lambda: True,
) -> RetentionResult:
    """Erase what is due, one customer after the other, each wholly or not at all.

    Args:
        clock_checked: somebody has looked at the clock, which is far ahead of the last thing that happened here.
        go_on: asked before each customer; False ends the run there.

    Raises BadInput(BAD_ARGUMENT) when the clock cannot be trusted, StoreFault when the store cannot be read. A customer who cannot be
    erased does not keep the next one from it.
    """
    now, sent = clock.now_utc(), sent_rule(rules) if is_sent is None else is_sent
    _require_plausible(now, store.last_audit_at(), clock_checked)
    receipts: list[Receipt] = []
    waiting: list[Due] = []
    failed: list[tuple[str, ErrorCode]] = []
    complete = True
    for entry in preview(store, clock, rules, sent):
        if not go_on():
            complete = False
            break
        if entry.waits:
            waiting.append(entry)
            continue
        try:
            receipt = store.revise(entry.customer_id, now, _plan(entry, rules, now, sent))
        except KioskError as error:
            if error.code is not ErrorCode.CUSTOMER_NOT_FOUND:  # erased by somebody else meanwhile
                _log.error("customer %s not erased: %s", entry.customer_id, error.code.value)
                failed.append((entry.customer_id, error.code))
            continue
        if receipt is not None:
            receipts.append(receipt)
    if complete and rules.audit is not None and (trimmed := store.trim_audit(_iso(_parsed(now) - timedelta(days=rules.audit)), now)):
        receipts.append(trimmed)
    _log.info("retention: %d receipts, %d wait to be sent, %d failed", len(receipts), len(waiting), len(failed))
    return RetentionResult(tuple(receipts), tuple(waiting), tuple(failed), complete)


def due(customer: StoredCustomer, rules: RetentionRules, now: str, is_sent: IsSent, *, has_templates: bool) -> tuple[Due, ...]:
    """What is due of one customer: everything, or kinds, or what rested on a lapsed consent, or nothing. Pure."""
    durations, since = rules.of(customer.workflow), _since(customer)

    def passed(days: int | None) -> bool:
        return days is not None and _parsed(now) >= _parsed(since) + timedelta(days=days)

    def entry(which: tuple[DataKind, ...], reason: ErasureReason = ErasureReason.RETENTION, *, waits: bool) -> Due:
        return Due(customer.id, customer.workflow, which, reason, since, waits)

    if customer.status == IN_PROGRESS:
        # nothing unfinished is ever sent: there is nothing to wait for
        whole = passed(durations.unfinished) or passed(durations.facts)
        return (entry((DataKind.FACTS,), waits=False),) if whole else ()
    waits = not is_sent(customer)
    if passed(durations.facts):
        return (entry((DataKind.FACTS,), waits=waits),)
    found: list[Due] = []
    which = tuple(kind for kind in _BY_KIND if passed(durations.of(kind)) and _has(customer, kind, has_templates))
    if which:
        found.append(entry(which, waits=waits))
    consent = customer.facts.get("consent")
    if isinstance(consent, dict) and consent.get("biometrics") is True and has_lapsed(consent, now):
        found.append(entry((DataKind.TEMPLATES,), ErasureReason.CONSENT_EXPIRED, waits=waits))
    return tuple(found)


# --- inside --------------------------------------------------------------------------------------------------------


def _plan(entry: Due, rules: RetentionRules, now: str, is_sent: IsSent) -> Callable[[StoredCustomer], Revision | None]:
    def plan(customer: StoredCustomer) -> Revision | None:
        # looked at again within the transaction: a colleague may have gone on with them, or the sending may have lost them
        still = due(customer, rules, now, is_sent, has_templates=DataKind.TEMPLATES in entry.kinds)
        if entry not in still:
            return None
        days = rules.of(customer.workflow)
        kept = days.unfinished if customer.status == IN_PROGRESS else days.facts
        if DataKind.FACTS in entry.kinds:
            return everything(customer, entry.reason, days=kept)
        if entry.reason is ErasureReason.CONSENT_EXPIRED:
            consent = customer.facts["consent"]
            assert isinstance(consent, dict)
            return biometrics(customer, entry.reason, lapsed_fact(consent, now))
        return kinds(customer, entry.kinds, entry.reason, now, days={kind.value: days.of(kind) for kind in entry.kinds})

    return plan


def _since(customer: StoredCustomer) -> str:
    """When the customer last confirmed something."""
    return next((at for step, at in reversed(customer.steps) if step not in _AFTERWARDS), customer.created_at)


def _has(customer: StoredCustomer, kind: DataKind, has_templates: bool) -> bool:
    return (kind is DataKind.TEMPLATES and has_templates) or any(kind_of_blob(name) is kind for name in customer.blobs)


def _require_plausible(now: str, last: str, checked: bool) -> None:
    if not last:
        return
    ahead = _parsed(now) - _parsed(last)
    if ahead < -_BACK:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"the clock says {now}, but something happened here at {last}: set the clock right")
    if ahead > timedelta(days=LEAP_DAYS) and not checked:
        what = f"the clock is {ahead.days} days ahead of the last thing that happened here: look at it, then confirm it (--clock-checked)"
        raise BadInput(ErrorCode.BAD_ARGUMENT, what)


def _parsed(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
