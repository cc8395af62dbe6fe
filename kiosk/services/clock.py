"""The machine's own clock behind the port, so that a test can move time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime


class SystemClock:
    """ports.Clock on the operating system's clocks."""

    def now_utc(self) -> str:
        return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return date.today().isoformat()

    def monotonic(self) -> float:
        return time.monotonic()
