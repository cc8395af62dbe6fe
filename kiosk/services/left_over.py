"""Customers whose session ended without its goodbye: a crash, a power cut."""

from __future__ import annotations

import logging
from datetime import datetime

from kiosk.ports import Clock, CustomerStore
from kiosk.services.onboarding import IN_PROGRESS

_log = logging.getLogger(__name__)

LEFT_OVER_S = 300
"""An unfinished customer not touched for so long belongs to nobody who is still there."""


def erase_left_over(store: CustomerStore, workflow: str, clock: Clock) -> None:
    """Erases the unfinished customers of this workflow whom nobody comes back to. Raises StoreFault."""
    now = clock.now_utc()
    for left in store.customers():
        idle = datetime.fromisoformat(now) - datetime.fromisoformat(left.updated_at)
        if left.status == IN_PROGRESS and left.workflow == workflow and idle.total_seconds() > LEFT_OVER_S:
            store.delete(left.id, now)
            _log.info("an unfinished customer was erased")
