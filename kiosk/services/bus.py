"""Plain publish and subscribe: who publishes knows nobody, who listens is called on the publisher's thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from kiosk.domain.events import Event

_log = logging.getLogger(__name__)

Subscriber = Callable[[Event], None]


class Bus:
    """Thread-safe. Made once by `kiosk.compose`; no thread of its own, no queue: a slow subscriber slows its publisher.

    Subscribers are called in the order of their subscription. One that raises is logged and stops neither the others nor the publisher.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # A new tuple at each change, so that `publish` walks a snapshot and a subscriber may (un)subscribe while it is called.
        self._subscribers: tuple[tuple[object, Subscriber], ...] = ()

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` with every event from now on. Returns what takes it back; calling that twice does no harm."""
        key = object()
        with self._lock:
            self._subscribers = (*self._subscribers, (key, callback))

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(entry for entry in self._subscribers if entry[0] is not key)

        return unsubscribe

    def publish(self, event: Event) -> None:
        """Tell every subscriber, on this thread, before returning."""
        for _key, callback in self._subscribers:
            try:
                callback(event)
            except Exception:
                # The event's own text stays out of the log: a view in it may hold personal data.
                _log.exception("a subscriber failed on %s", type(event).__name__)
