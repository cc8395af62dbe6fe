"""One record of the customer store per protocol session: guarded, expiring, its pages kept so that they can be judged again later."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from kiosk.domain.document import Document, DocumentPage, PageSide, Region
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import decode_image, encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.ports import Clock, CustomerStore, Json, StepCommit, StoredCustomer
from kiosk.services.document_rules import DocumentRules
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.reading import PageResult
from kiosk.services.template_match import Advice

_log = logging.getLogger(__name__)

FINISHED = "FINISHED"
LIMITS = "limits"
"""A fact {"until": UTC ISO 8601}: the record ends then, however lately it was changed."""
_SIDES = (PageSide.FRONT, PageSide.BACK, PageSide.UNKNOWN)


class _Guard:
    """A lock that can be held weakly: those of records that nobody uses go by themselves."""

    def __init__(self) -> None:
        self.lock = threading.RLock()


class CaseFiles:
    """Records of one protocol in the store. Thread-safe; everything that is known of a session is in the store, nothing only here.

    Args:
        workflow: what the records are kept under; records of others are not found.
        keep_s: so long after its last change an unfinished record is kept; then it is erased, at the next touch or by `sweep`.
    """

    def __init__(self, store: CustomerStore, clock: Clock, *, workflow: str, keep_s: float) -> None:
        self.clock = clock
        self._store = store
        self._workflow = workflow
        self._keep = timedelta(seconds=keep_s)
        self._guards: WeakValueDictionary[str, _Guard] = WeakValueDictionary()
        self._guards_lock = threading.Lock()

    @contextmanager
    def guarded(self, case_id: str) -> Iterator[None]:
        """One thread at a time per record: what is looked at inside still holds when it is committed."""
        with self._guards_lock:
            guard = self._guards.setdefault(case_id, _Guard())
        with guard.lock:
            yield

    def begin(self, case_id: str, facts: Mapping[str, Json]) -> None:
        """Raises BadInput(BAD_ARGUMENT) when the id is taken, by whatever; StoreFault."""
        at = self.clock.now_utc()
        self._store.begin(case_id, self._workflow, at)
        # a record without a step is taken for the remains of a crash and dropped at the next start
        self._store.commit(StepCommit(case_id, "created", at, facts, {}))

    def load(self, case_id: str) -> StoredCustomer:
        """Raises BadInput(CUSTOMER_NOT_FOUND), also for a record whose time is over: it is erased. StoreFault."""
        found = self._store.load(case_id)
        if found.workflow != self._workflow:
            raise BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"no customer {case_id}")
        if self._is_over(found):
            self.erase(case_id)
            raise BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"no customer {case_id}")
        return found

    def commit(
        self,
        case_id: str,
        step: str,
        *,
        facts: Mapping[str, Json] | None = None,
        blobs: Mapping[str, bytes] | None = None,
        forget: frozenset[str] = frozenset(),
        status: str | None = None,
    ) -> None:
        """One transaction. Raises BadInput(CUSTOMER_NOT_FOUND), StoreFault."""
        self._store.commit(StepCommit(case_id, step, self.clock.now_utc(), facts or {}, blobs or {}, forget, status))

    def blob(self, case_id: str, name: str) -> bytes:
        return self._store.blob(case_id, name)

    def image(self, case: StoredCustomer, name: str) -> Image | None:
        """A stored picture, BGR; None when there is none of this name."""
        return decode_image(self._store.blob(case.id, name), name=name) if name in case.blobs else None

    def erase(self, case_id: str) -> None:
        """Key, facts and pictures; an id that is not there is fine. Raises StoreFault."""
        try:
            self._store.delete(case_id, self.clock.now_utc())
        except BadInput as error:
            if error.code is not ErrorCode.CUSTOMER_NOT_FOUND:
                raise

    def all(self) -> tuple[StoredCustomer, ...]:
        return tuple(customer for customer in self._store.customers() if customer.workflow == self._workflow)

    def sweep(self) -> int:
        """Erases every record whose time is over; returns how many. To be called now and then, and at the start."""
        count = 0
        for case in self.all():
            if self._is_over(case):
                with self.guarded(case.id):
                    self.erase(case.id)
                count += 1
        if count:
            _log.info("%d %s records erased: their time was over", count, self._workflow)
        return count

    def _is_over(self, case: StoredCustomer) -> bool:
        if case.status == FINISHED:  # handed over: retention decides, not the cache
            return False
        now = datetime.fromisoformat(self.clock.now_utc())
        last = fact(case, LIMITS).get("until")
        if isinstance(last, str) and now >= datetime.fromisoformat(last):
            return True
        return now - datetime.fromisoformat(case.updated_at) >= self._keep


# --- facts ---------------------------------------------------------------------------------------------------------


def fact(case: StoredCustomer, name: str) -> dict[str, Json]:
    """A fact that is an object; empty when there is none."""
    value = case.facts.get(name)
    return dict(value) if isinstance(value, dict) else {}


# --- pages ---------------------------------------------------------------------------------------------------------


def page_facts(result: PageResult, side: PageSide) -> dict[str, Json]:
    """The page as one fact, complete enough to be merged and inspected again."""
    return {f"page.{side.value}": {"page": to_json(result.page)}}


def page_blobs(result: PageResult, side: PageSide, picture: bytes) -> dict[str, bytes]:
    """The picture as it was handed in, the straightened page, and the pictures on it."""
    name = f"document.{side.value}"
    blobs = {f"{name}.picture": picture, f"{name}.page": encode_jpeg(result.straightened)}
    blobs |= {f"{name}.{region.value}": encode_jpeg(crop) for region, crop in result.crops.items() if region is not Region.PORTRAIT}
    if result.portrait is not None:
        blobs[f"{name}.{Region.PORTRAIT.value}"] = encode_jpeg(result.portrait)
    return blobs


def page_names(side: PageSide) -> frozenset[str]:
    """What to forget of a page."""
    return frozenset({f"page.{side.value}", f"document.{side.value}."})


def stored_pages(case: StoredCustomer) -> dict[PageSide, DocumentPage]:
    """Front first. Raises StoreFault(STORE_DAMAGED)."""
    found = {side: fact(case, f"page.{side.value}") for side in _SIDES}
    return {side: from_json(DocumentPage, data["page"]) for side, data in found.items() if data}


def stored_document(case: StoredCustomer, rules: DocumentRules, advice: Advice | None = None) -> Document:
    """All pages merged; without any page an empty document. Raises StoreFault(STORE_DAMAGED)."""
    return rules.merge(list(stored_pages(case).values()), advice)


def region_blob(case: StoredCustomer, region: Region) -> str | None:
    """The name of the picture of this region, of the first page that has one."""
    names = (f"document.{side.value}.{region.value}" for side in _SIDES)
    return next((name for name in names if name in case.blobs), None)
