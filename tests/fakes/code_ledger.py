"""A ledger of one-time codes that forgets everything when the program ends. Obeys `ports.CodeLedger`."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping

from kiosk.ports import CodeRecord, Json


class MemoryCodeLedger:
    """`kept`: contact -> (JSON text, keep until)."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, str]] = {}
        self._lock = threading.Lock()

    def read(self, contact: str) -> Mapping[str, Json] | None:
        with self._lock:
            return self._read(contact)

    def change(self, contact: str, change: Callable[[Mapping[str, Json] | None], CodeRecord | None], *, now: str) -> None:
        with self._lock:
            dropped = {name: record for name, record in self.kept.items() if record[1] <= now}
            known = None if contact in dropped else self._read(contact)
            made = change(known)
            self.kept = {name: record for name, record in self.kept.items() if name not in dropped}
            if made is None:
                self.kept.pop(contact, None)
            else:
                self.kept[contact] = (json.dumps(made.state), made.keep_until)

    def _read(self, contact: str) -> Mapping[str, Json] | None:
        found = self.kept.get(contact)
        return None if found is None else json.loads(found[0])
