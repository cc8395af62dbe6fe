"""Brings lists up to date from where they are published: `[watchlists.sources]` of the settings.

A new version takes the place of the old one when it was fetched whole, read whole and did not lose half of its entries. What fails leaves
the old one in use, with its age and what failed beside it (folder/<list>/source.json).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from kiosk.config import WatchlistSource
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug, KioskError, StoreFault
from kiosk.ports import Clock, Fetched, FetchFault, FileSource
from kiosk.services.watchlist.formats import ListFormat, files_of, found_format
from kiosk.services.watchlist.model import ListVersion
from kiosk.services.watchlist.shelf import SourceNote, WatchlistShelf, sha256_of

_log = logging.getLogger(__name__)

FAULT_WORDS: Mapping[FetchFault, str] = {
    FetchFault.NOT_ALLOWED: "only https, or a file or folder of this machine",
    FetchFault.NOT_FOUND: "nothing is there",
    FetchFault.UNREACHABLE: "cannot be reached",
    FetchFault.TIMED_OUT: "took too long",
    FetchFault.TLS_FAILED: "its certificate is not trusted",
    FetchFault.REFUSED: "did not give a file",
    FetchFault.TOO_LARGE: "larger than [watchlists] max_mb",
    FetchFault.CUT_OFF: "broke off before its end",
}
_SDN = re.compile("sdn", re.IGNORECASE)


class UpdateOutcome(StrEnum):
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class ListUpdate:
    """What became of one source. `version`: what is in use now, None for nothing. `code`, `why`: of a failure."""

    name: str
    outcome: UpdateOutcome
    version: ListVersion | None
    code: str = ""
    why: str = ""


class WatchlistUpdater:
    """One thread at a time; another process may screen meanwhile."""

    def __init__(self, shelf: WatchlistShelf, source: FileSource, clock: Clock, sources: Mapping[str, WatchlistSource]) -> None:
        self._shelf = shelf
        self._source = source
        self._clock = clock
        self._sources = sources

    def update(self, *names: str, allow_shrink: bool = False) -> tuple[ListUpdate, ...]:
        """All sources, or these, one after the other; one that fails does not keep the next from it.

        Raises BadInput(BAD_ARGUMENT) for a name without a source, StoreFault when the folder cannot be written.
        """
        unknown = sorted(set(names) - set(self._sources))
        if unknown:
            there = ", ".join(self._sources) or "none"
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"no source is set for {', '.join(unknown)}; there are {there} ([watchlists.sources])")
        return tuple(self._update(name, allow_shrink) for name in (names or tuple(self._sources)))

    def _update(self, name: str, allow_shrink: bool) -> ListUpdate:
        source, at = self._sources[name], self._clock.now_utc()
        note = self._shelf.note(name)
        if note.address != source.url:  # marks of another place say nothing
            note = SourceNote(address=source.url)
        try:
            before = self._shelf.version(name)
        except StoreFault:  # damaged: whatever is fetched is better
            before = None
        current = before if before is not None and note.sha256 == before.sha256 else None  # else replaced by hand since
        try:
            outcome, fetched = self._fetched(name, source, current, note, allow_shrink)
        except KioskError as error:
            code = str(error.params.get("fault", error.code.value))
            _log.info("watchlist %s not updated: %s", name, code)
            self._shelf.keep_note(name, replace(note, failed_at=at, failure=code, why=str(error)))
            return ListUpdate(name, UpdateOutcome.FAILED, before, code, str(error))
        version = self._shelf.version(name)
        if version is None:
            raise KioskBug("a list that was updated is not there")
        etag, modified = (note.etag, note.modified) if fetched.unchanged else (fetched.etag, fetched.modified)
        checked = at if fetched.published else ""
        self._shelf.keep_note(name, SourceNote(source.url, etag, modified, version.sha256, checked))
        _log.info("watchlist %s: %s, %d entries", name, outcome.value, version.entries)
        return ListUpdate(name, outcome, self._shelf.version(name))

    def _fetched(
        self, name: str, source: WatchlistSource, current: ListVersion | None, note: SourceNote, allow_shrink: bool
    ) -> tuple[UpdateOutcome, Fetched]:
        """Args: `current` the version in use, where it came from this source. Raises KioskError."""
        marks = (note.etag, note.modified) if current is not None else ("", "")
        with self._shelf.workplace() as folder:
            file = folder / name
            fetched = self._one(source.url, file, *marks)
            if fetched.unchanged:
                if current is None:
                    raise _failed(FetchFault.REFUSED, fetched.status)
                return UpdateOutcome.UNCHANGED, fetched
            form = ListFormat(source.format) if source.format else found_format(file)
            if form is ListFormat.OFAC_CSV:
                # without marks: alt.csv belongs to this very sdn.csv
                file = file.rename(folder / "sdn.csv")
                self._one(alternate_names(source.url), folder / "alt.csv", "", "")
            if current is not None and current.format == form.value and sha256_of(files_of(file, form)) == current.sha256:
                return UpdateOutcome.UNCHANGED, fetched
            self._shelf.import_list(file, form=form, name=name, allow_shrink=allow_shrink)
            return UpdateOutcome.UPDATED, fetched

    def _one(self, address: str, into: Path, etag: str, modified: str) -> Fetched:
        try:
            found = self._source.fetch(address, into, etag=etag, modified=modified)
        except OSError as error:
            raise StoreFault(ErrorCode.STORE_UNAVAILABLE, f"what is fetched cannot be written ({error.strerror})") from error
        if found.fault is not None:
            raise _failed(found.fault, found.status)
        return found


def _failed(fault: FetchFault, status: int) -> BadInput:
    return BadInput(ErrorCode.INVALID_DATA, f"{FAULT_WORDS[fault]}{f' (status {status})' if status else ''}", fault=fault.value)


def alternate_names(address: str) -> str:
    """Where OFAC's alt.csv is: beside sdn.csv, written as that is ("SDN.CSV" and "ALT.CSV")."""
    parts = urlsplit(address)
    head, slash, last = parts.path.replace("\\", "/").rpartition("/")
    other = _SDN.sub(lambda found: "ALT" if found[0].isupper() else "alt", last, count=1)
    if other == last:
        other = "alt.csv"
        if last and "." not in last:  # a folder
            head, slash = f"{head}{slash}{last}", "/"
    return urlunsplit(parts._replace(path=f"{head}{slash}{other}"))
