"""Pages from a scanner: waits for the first, then for all that arrive with it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Clock, Scanner

QUIET_S = 2.0
"""A document is whole when no page has come for so long: scanners feed the next page faster than a person turns it over by hand."""
MOST_S = 60.0
_LOOK_S = 0.1


def gather_pages(
    scanner: Scanner,
    clock: Clock,
    *,
    wait_s: float,
    quiet_s: float = QUIET_S,
    pause: Callable[[float], None] = time.sleep,
    wanted: Callable[[], bool] = lambda: True,
) -> tuple[Path, ...]:
    """The pages that arrive together, oldest first. Blocks for `wait_s` at most until the first, a minute at most after it.

    Args: `wanted`: asked again and again; as soon as nobody waits any more, what has come so far is given.

    Raises BadInput(TIMED_OUT) when no page came.
    """
    began = clock.monotonic()
    pages: list[Path] = []
    first = last = began
    while wanted():
        arrived = scanner.pages()
        now = clock.monotonic()
        if arrived:
            first = first if pages else now
            pages.extend(arrived)
            last = now
        if pages:
            # one that is being written belongs to the document too, however long it takes
            if (now - last >= quiet_s and not scanner.is_writing()) or now - first >= MOST_S:
                return tuple(pages)
        elif now - began >= wait_s and not (scanner.is_writing() and now - began < wait_s + MOST_S):
            raise BadInput(ErrorCode.TIMED_OUT, f"no page came from the scanner within {wait_s:g} s")
        pause(_LOOK_S)
    return tuple(pages)
