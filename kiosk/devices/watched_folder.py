"""A folder that a scanner writes into, as a scanner."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_log = logging.getLogger(__name__)

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_TEMPORARY_PREFIXES = (".", "~", "_tmp", "tmp-")
_UNENDED_PATIENCE_S = 10.0
_TAIL_BYTES = 64 * 1024
_ENDINGS = {b"\xff\xd8": b"\xff\xd9", b"\x89P": b"IEND"}
"""How a JPEG and a PNG begin and what stands near their end."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One file as it stood at one look. `version` tells a page that was scanned anew under the same name."""

    path: Path
    version: tuple[int, int]  # size, mtime_ns
    node: tuple[int, int]  # device, inode


class WatchedFolder:
    """Scanner port. Used by one thread at a time.

    A file is given once its size and time are the same at two looks at least `settle_s` apart, and, for JPEG and PNG, once its end has been
    written (or nothing has come for ten seconds: then the reader says what is wrong with it). Hidden and temporary names are left alone.
    The folder may vanish and come back, as network shares do; pages given before are not given again.
    """

    def __init__(
        self, folder: Path, *, settle_s: float = 0.3, include_existing: bool = False, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Args: `include_existing` False leaves out what lay there before, because those are other customers' pages."""
        self._folder = folder
        self._settle_s = settle_s
        self._monotonic = monotonic
        self._pending: dict[Path, tuple[_Look, float]] = {}
        self._given: set[tuple[object, tuple[int, int]]] = set()
        self._missing = False
        if not include_existing:
            for look in self._looks():
                self._mark(look)

    def pages(self) -> tuple[Path, ...]:
        now = self._monotonic()
        ready: list[_Look] = []
        pending: dict[Path, tuple[_Look, float]] = {}
        for look in self._looks():
            if (look.path, look.version) in self._given or (look.node, look.version) in self._given:
                continue
            before = self._pending.get(look.path)
            if before is None or before[0].version != look.version:
                pending[look.path] = (look, now)
                continue
            stood_s = now - before[1]
            if stood_s >= self._settle_s and (stood_s >= _UNENDED_PATIENCE_S or _is_ended(look.path)):
                ready.append(look)
            else:
                pending[look.path] = before
        self._pending = pending
        for look in ready:
            self._mark(look)
        return tuple(look.path for look in sorted(ready, key=lambda look: (look.version[1], look.path.name)))

    def is_writing(self) -> bool:
        return bool(self._pending)

    def _mark(self, look: _Look) -> None:
        self._given.add((look.path, look.version))
        if look.node[1]:  # some network file systems have no inode numbers
            self._given.add((look.node, look.version))

    def _looks(self) -> list[_Look]:
        looks = []
        try:
            entries = list(self._folder.iterdir())
        except OSError:
            if not self._missing:
                _log.warning("the watched folder cannot be read")
            self._missing = True
            return []
        self._missing = False
        for path in entries:
            if path.suffix.lower() not in _SUFFIXES or path.name.lower().startswith(_TEMPORARY_PREFIXES):
                continue
            try:
                state = path.stat()
            except OSError:
                continue  # taken away while we looked
            if path.is_file() and state.st_size > 0:
                looks.append(_Look(path, (state.st_size, state.st_mtime_ns), (state.st_dev, state.st_ino)))
        return looks


def _is_ended(path: Path) -> bool:
    """Whether the last bytes that its format asks for are there; True for formats that have none."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
            ending = _ENDINGS.get(start)
            if ending is None:
                return True
            size = file.seek(0, 2)
            file.seek(max(2, size - _TAIL_BYTES))
            return ending in file.read()
    except OSError:
        return False
