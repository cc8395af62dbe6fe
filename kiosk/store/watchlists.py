"""Staff's verdicts on watchlist hits, kept in the audit chain itself: no line of it can be changed or left out unseen.

A line's customer is the user reference of the screening, or the account that was screened under it: then its detail has the "reference".
Details hold ids and codes only.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from kiosk.store import audit
from kiosk.store.database import Database

T = TypeVar("T")


class SqlScreeningReviews(Generic[T]):
    """`services.watchlist.review.ScreeningReviews` on the audit chain, for whatever form a review has outside. Thread-safe."""

    def __init__(self, database: Database, pack: Callable[[T], Mapping[str, str]], unpack: Callable[[Mapping[str, str]], T]) -> None:
        """Args: `pack` gives a review's fields, with `user_reference` and `at` among them."""
        self._database = database
        self._pack = pack
        self._unpack = unpack

    def add(self, review: T) -> None:
        """Durable when it returns. Raises StoreFault."""
        fields = self._pack(review)
        self._database.write(
            lambda tables: audit.append(
                tables,
                at=fields["at"],
                customer_id=fields["user_reference"],
                event=audit.AuditEvent.SCREENING_REVIEWED,
                detail={name: value for name, value in fields.items() if name not in ("at", "user_reference")},
            )
        )

    def of_user(self, user_reference: str) -> list[T]:
        """In the order they were given. Raises StoreFault."""
        rows = self._database.read(
            lambda tables: tables.execute(
                "SELECT at, detail FROM audit WHERE event = ? AND ? IN (customer_id, json_extract(detail, '$.reference')) ORDER BY seq",
                (audit.AuditEvent.SCREENING_REVIEWED.value, user_reference),
            ).fetchall()
        )
        return [self._unpack({"at": at, "user_reference": user_reference} | json.loads(detail)) for at, detail in rows]
