"""Is this person on a list: the search over all lists, the judgement as a `Check`, and the capability's data of the account protocol."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import KioskError
from kiosk.ports import Clock, Json
from kiosk.services.watchlist.matching import THRESHOLD, narrowed
from kiosk.services.watchlist.model import Hit, Kind, ListVersion, Subject
from kiosk.services.watchlist.names import words_of
from kiosk.services.watchlist.review import Review, ScreeningReviews, Verdict, person_mark
from kiosk.services.watchlist.shelf import WatchlistShelf

MODEL = "watchlist-names-1"
OUTDATED_AFTER_DAYS = 30
_LONGEST_REFERENCE = 100
_MOST_GAIN = 0.07
"""What date of birth and country can add to a name's score."""
_MOST_HITS = 50
_NAME = CheckName.WATCHLIST_SCREENING


@dataclass(frozen=True, slots=True)
class Screening:
    """What one screening found.

    Attributes:
        hits: at or above the threshold and not dismissed, the best first.
        dismissed: hits that staff dismissed before, for this person and this version of the entry.
        searched_at: UTC.
        missing: what kept it from running ("userReference", "name", "lists", "engine"); "" when it ran.
    """

    check: Check
    hits: tuple[Hit, ...]
    dismissed: tuple[Hit, ...]
    lists: tuple[ListVersion, ...]
    id: str
    user_reference: str
    searched_at: str
    missing: str = ""
    ms: float = 0.0


class WatchlistScreener:
    """Thread-safe."""

    def __init__(
        self,
        shelf: WatchlistShelf,
        clock: Clock,
        reviews: ScreeningReviews | None = None,
        *,
        threshold: float = THRESHOLD,
        outdated_after_days: int = OUTDATED_AFTER_DAYS,
    ) -> None:
        self._shelf = shelf
        self._clock = clock
        self._reviews = reviews
        self._threshold = threshold
        self._outdated_after_days = outdated_after_days

    def screen(self, subject: Subject, user_reference: str, *, also: Sequence[Review] = ()) -> Screening:
        """Never raises: what could not be done is NOT_EXECUTED with the reason, and never REJECTED.

        Args:
            user_reference: required, 1 to 100 characters, as in workflow 32.
            also: verdicts that are about to be kept.
        """
        if not user_reference.strip() or len(user_reference) > _LONGEST_REFERENCE:
            check = not_executed(_NAME, CheckLabel.PRECONDITION_NOT_FULFILLED)
            return self._result(check, user_reference, missing="userReference")
        began = time.perf_counter()
        try:
            lists = self.lists()
            words = words_of(subject.name, organisation=subject.kind is Kind.ORGANISATION)
            if not any(len(word) > 1 for word in words):
                return self._result(not_executed(_NAME, CheckLabel.INPUT_MISSING), user_reference, lists, missing="name")
            if not lists:
                return self._result(not_executed(_NAME, CheckLabel.LIST_MISSING), user_reference, missing="lists")
            hits = self.find(subject)
            reviews = self._reviews.of_user(user_reference) if self._reviews else []
        except KioskError as error:
            check = not_executed(_NAME, CheckLabel.ENGINE_FAILED, code=error.code.value)
            return self._result(check, user_reference, missing="engine")
        ms = (time.perf_counter() - began) * 1000
        return self._judged(subject, user_reference, hits, [*reviews, *also], lists, ms)

    def find(self, subject: Subject) -> list[Hit]:
        """Entries at or above the threshold in all lists, the best first. Raises StoreFault."""
        words = words_of(subject.name, organisation=subject.kind is Kind.ORGANISATION)
        found: list[Hit] = []
        for opened in self._shelf.open_lists():
            for entry, row, score in opened.index.search(words, least=self._threshold - _MOST_GAIN):
                listed = opened.index.entry(entry)
                if {subject.kind, listed.kind} == {Kind.PERSON, Kind.ORGANISATION} or listed.kind is Kind.OTHER is not subject.kind:
                    continue
                total, reasons = narrowed(score, subject, listed)
                if total >= self._threshold:
                    found.append(Hit(listed, opened.version, total, " ".join(opened.index.words_of_spelling(row)), reasons))
        return sorted(found, key=lambda hit: (-hit.score, hit.source.name, hit.listed.id))[:_MOST_HITS]

    def lists(self) -> tuple[ListVersion, ...]:
        """Raises StoreFault."""
        return tuple(self._shelf.versions())

    def verdicts(self, user_reference: str) -> tuple[Review, ...]:
        """What staff said under this reference, oldest first. Raises StoreFault."""
        return tuple(self._reviews.of_user(user_reference)) if self._reviews else ()

    def is_outdated(self, version: ListVersion) -> bool:
        """By the file's own day, else by the import's; a list that its publisher called the newest is as new as that word."""
        day = max(version.source_date or version.imported_at[:10], version.checked_at[:10])
        try:
            age = date.fromisoformat(self._clock.today()) - date.fromisoformat(day[:10])
        except ValueError:
            return True
        return age.days > self._outdated_after_days

    def _judged(
        self, subject: Subject, reference: str, hits: Sequence[Hit], reviews: Sequence[Review], lists: tuple[ListVersion, ...], ms: float
    ) -> Screening:
        mark = person_mark(subject)
        verdicts = {(one.list_name, one.entry, one.entry_version): one.verdict for one in reviews if mark in one.person.split()}
        said = [(hit, verdicts.get((hit.source.name, hit.listed.id, hit.listed.version))) for hit in hits]
        open_hits = tuple(hit for hit, verdict in said if verdict is not Verdict.DISMISSED)
        dismissed = tuple(hit for hit, verdict in said if verdict is Verdict.DISMISSED)
        status, label = CheckStatus.PASSED, CheckLabel.OK
        if any(verdict is Verdict.CONFIRMED for _, verdict in said):
            status, label = CheckStatus.WARNING, CheckLabel.CONFIRMED
        elif open_hits:
            status, label = CheckStatus.WARNING, CheckLabel.ALERT
        elif any(self.is_outdated(version) for version in lists):
            status, label = CheckStatus.WARNING, CheckLabel.LIST_OUTDATED
        elif dismissed:
            label = CheckLabel.DISMISSED
        best = open_hits or dismissed
        params = {"results": str(len(open_hits))}
        if best:
            params |= {"list": best[0].source.name, "listDate": best[0].source.source_date, "entry": best[0].listed.id}
        check = Check(
            _NAME, status, label, best[0].score if best else None, self._threshold, ("document.name",), MODEL, round(ms, 1), params
        )
        return self._result(check, reference, lists, hits=open_hits, dismissed=dismissed, ms=ms)

    def _result(
        self,
        check: Check,
        reference: str,
        lists: tuple[ListVersion, ...] = (),
        *,
        hits: tuple[Hit, ...] = (),
        dismissed: tuple[Hit, ...] = (),
        missing: str = "",
        ms: float = 0.0,
    ) -> Screening:
        return Screening(check, hits, dismissed, lists, secrets.token_hex(16), reference, self._clock.now_utc(), missing, ms)


_CAPABILITY_LABELS = {
    "userReference": "VALIDATION_FAILED",
    "name": "NOT_ENOUGH_DATA",
    "lists": "INVALID_MERCHANT_SETTINGS",
    "engine": "TECHNICAL_ERROR",
}


def capability_json(screening: Screening) -> dict[str, Json]:
    """The watchlistScreening capability: decision and data. An outdated list with no hit is ALERT: nothing says OK for it.

    The protocol's sample writes SUCCESS where its text has DONE; this follows the text. `searchResultUrl` is left out: there is no page.
    """
    ran = screening.check.status is not CheckStatus.NOT_EXECUTED
    if not ran:
        label = _CAPABILITY_LABELS[screening.missing]
    else:
        label = "OK" if screening.check.status is CheckStatus.PASSED else "ALERT"
    status = "DONE" if ran else "ERROR" if screening.missing == "engine" else "NOT_DONE"
    data: dict[str, Json] = {"searchDate": screening.searched_at, "searchStatus": status}
    if ran:
        data |= {"searchId": screening.id, "searchReference": screening.user_reference, "searchResults": len(screening.hits)}
    return {"decision": {"type": screening.check.status.value, "details": {"label": label}}, "data": data}


def screening_json(screening: Screening) -> dict[str, Json]:
    """Everything, for staff and the command line. Holds personal data."""
    return {
        "status": screening.check.status.value,
        "label": screening.check.label.value,
        "threshold": screening.check.threshold,
        "hits": [hit.as_json() for hit in screening.hits],
        "dismissed": [hit.as_json() for hit in screening.dismissed],
        "lists": [version.as_json() for version in screening.lists],
        "searchedAt": screening.searched_at,
        "timings_ms": {"screening": round(screening.ms, 1)},
    }
