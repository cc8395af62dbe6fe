"""The lists on this machine: imported whole or not at all, versioned, opened when asked for.

folder/<list>/current          name of the version in use, replaced in one step
folder/<list>/<version>/       list.json and the index's files
folder/<list>/.new-…           an import that is not finished; swept by the next one
folder/<list>/source.json      where it is brought up to date from, and how that went the last time (`updating.py`)
folder/.fetch-…, .gone-…       what is being fetched, or was removed; swept by the next one

A list that was here and lost part of its folder is damaged, not missing: a policy may excuse that there is no list, never that one is lost.

Lists are published by their makers and hold nothing of customers: they lie in plain files.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.paths import make_private
from kiosk.ports import Clock
from kiosk.services.watchlist.formats import ListFormat, SourceDate, files_of, found_format
from kiosk.services.watchlist.index import NameIndex, build_index
from kiosk.services.watchlist.model import ListVersion
from kiosk.services.watchlist.readers import reader_of

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_VERSION = re.compile(r"[0-9a-f]{16}")
_BLOCK = 1 << 20
_LEAST_LEFT = 0.5
"""Of the entries of the version before: a file with fewer is taken for a broken one unless said otherwise."""


@dataclass(frozen=True, slots=True)
class OpenList:
    version: ListVersion
    index: NameIndex


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What is known of a list's source.

    Attributes:
        address: where from. The rest belongs to it.
        etag, modified: marks of the version in use, as its publisher wrote them.
        sha256: of the version that came from there.
        checked_at: when the publisher last said that this is the newest, UTC; "" for a folder, whose age says nothing.
        failed_at, failure, why: of the last try, when that failed.
    """

    address: str = ""
    etag: str = ""
    modified: str = ""
    sha256: str = ""
    checked_at: str = ""
    failed_at: str = ""
    failure: str = ""
    why: str = ""


class WatchlistShelf:
    """Owns one folder. Thread-safe; another process may import meanwhile, this one then sees the new version at its next screening."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, OpenList]] = {}

    def import_list(self, path: Path, *, form: ListFormat | None = None, name: str = "", allow_shrink: bool = False) -> ListVersion:
        """Read a list and put it in the place of its older version, which stays in use until the new one is complete.

        Args:
            form: None = found by the file's beginning.
            name: of the list; "" = the format's.
            allow_shrink: take a file with less than half of the entries of the version before.

        Raises:
            BadInput: FILE_NOT_FOUND, BAD_ARGUMENT, INVALID_DATA (with the line). Nothing has changed then.
            StoreFault: STORE_UNAVAILABLE when the folder cannot be written.
        """
        chosen = form or found_format(path)
        label = name or chosen.value
        if not _NAME.fullmatch(label):
            raise BadInput(ErrorCode.BAD_ARGUMENT, "a list's name is 1 to 50 of a-z, 0-9, - and _")
        files = files_of(path, chosen)
        digest = sha256_of(files)
        home = self._folder / label
        try:
            make_private(home)
            for left in home.glob(".new-*"):
                shutil.rmtree(left, ignore_errors=True)
            staging = home / f".new-{secrets.token_hex(4)}"
            staging.mkdir(mode=0o700)
        except OSError as error:
            raise _unwritable(error) from error
        try:
            version = self._build(path, chosen, label, digest, staging)
            before = self._undamaged(label)
            if before is not None and not allow_shrink and version.entries < before[1].entries * _LEAST_LEFT:
                raise BadInput(
                    ErrorCode.INVALID_DATA,
                    f"{version.entries} entries where the version before has {before[1].entries}: half a file? --allow-shrink takes it",
                )
            self._publish(home, staging)
        except OSError as error:
            raise _unwritable(error) from error
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return version

    def version(self, name: str) -> ListVersion | None:
        """Of the list in use; None when there is none. Raises StoreFault(STORE_DAMAGED)."""
        found = self._current(name)
        return None if found is None else found[1]

    def note(self, name: str) -> SourceNote:
        """Empty where there is none, or one that cannot be read: then everything is fetched anew."""
        try:
            body = json.loads((self._folder / name / "source.json").read_text("utf-8"))
            return SourceNote(**{key: str(value) for key, value in body.items()})
        except (OSError, ValueError, TypeError, AttributeError):
            return SourceNote()

    def noted(self) -> list[tuple[str, SourceNote]]:
        """Every list that was once fetched, or tried to be, by name."""
        return [(name, self.note(name)) for name in self._names() if (self._folder / name / "source.json").exists()]

    def keep_note(self, name: str, note: SourceNote) -> None:
        """Raises StoreFault(STORE_UNAVAILABLE)."""
        home = self._folder / name
        try:
            make_private(home)
            temporary = home / "source.tmp"
            temporary.write_text(json.dumps(asdict(note)), "utf-8")
            os.replace(temporary, home / "source.json")
        except OSError as error:
            raise _unwritable(error) from error

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """A folder for what is being fetched, gone afterwards. Raises StoreFault(STORE_UNAVAILABLE)."""
        try:
            make_private(self._folder)
            for left in (*self._folder.glob(".fetch-*"), *self._folder.glob(".gone-*")):
                shutil.rmtree(left, ignore_errors=True)
            place = Path(tempfile.mkdtemp(prefix=".fetch-", dir=self._folder))
        except OSError as error:
            raise _unwritable(error) from error
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def versions(self) -> list[ListVersion]:
        """Of all lists, by name. Raises StoreFault(STORE_DAMAGED)."""
        return [found[1] for name in self._names() if (found := self._current(name)) is not None]

    def open_lists(self) -> list[OpenList]:
        """Of all lists, opened once per version. Raises StoreFault(STORE_DAMAGED)."""
        opened = []
        for name in self._names():
            found = self._current(name)
            if found is None:
                continue
            number, version = found
            with self._lock:
                kept = self._open.get(name)
                if kept is None or kept[0] != number:
                    kept = (number, OpenList(version, NameIndex(self._folder / name / number)))
                    self._open[name] = kept
            opened.append(kept[1])
        return opened

    def remove(self, name: str) -> ListVersion | None:
        """What was in use; None for a list that was damaged, or that was never fetched.

        Raises:
            BadInput: BAD_ARGUMENT when there is no such list.
            StoreFault: STORE_UNAVAILABLE when its files are in use or cannot be moved.
        """
        if not _NAME.fullmatch(name) or name not in self._names():
            raise BadInput(ErrorCode.BAD_ARGUMENT, "no list of that name is installed: kiosk watchlist list")
        found = self._undamaged(name)
        with self._lock:
            self._open.pop(name, None)
        gone = self._folder / f".gone-{secrets.token_hex(8)}"
        try:
            os.rename(self._folder / name, gone)  # in one step: half a list would be a damaged one
        except OSError as error:
            raise _unwritable(error) from error
        shutil.rmtree(gone, ignore_errors=True)
        return None if found is None else found[1]

    def _names(self) -> list[str]:
        """Of every list's folder, whatever is left in it. Raises StoreFault."""
        try:
            with os.scandir(self._folder) as entries:
                return sorted(entry.name for entry in entries if _NAME.fullmatch(entry.name) and entry.is_dir())
        except FileNotFoundError:
            return []
        except OSError as error:  # what cannot be looked into may hold lists
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"the folder of watchlists cannot be read ({error.strerror})") from error

    def _undamaged(self, name: str) -> tuple[str, ListVersion] | None:
        """The version in use, None also where it is damaged: a new one mends that."""
        try:
            return self._current(name)
        except StoreFault:
            return None

    def _was_there(self, name: str) -> bool:
        """Whether a folder without `current` holds what only an import, or an update that came to something, leaves."""
        home = self._folder / name
        try:
            left = {entry.name for entry in home.iterdir()}
        except FileNotFoundError:
            return False
        note = self.note(name)
        # a note of a first try that failed has its address and no version
        return any(_VERSION.fullmatch(entry) for entry in left) or ("source.json" in left and (bool(note.sha256) or not note.address))

    def _current(self, name: str) -> tuple[str, ListVersion] | None:
        home = self._folder / name
        try:
            number = (home / "current").read_text("ascii").strip()
            version = ListVersion.from_json(json.loads((home / number / "list.json").read_text("utf-8")))
        except FileNotFoundError:
            if not (home / "current").exists() and not self._was_there(name):
                return None
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"the watchlist {name} is damaged: import it again") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"the watchlist {name} is damaged: import it again") from error
        note = self.note(name)
        return number, replace(version, checked_at=note.checked_at if note.sha256 == version.sha256 else "")

    def _build(self, path: Path, form: ListFormat, name: str, digest: str, staging: Path) -> ListVersion:
        date = SourceDate()
        entries, spellings = build_index(reader_of(form)(path, date), staging)
        if not spellings:
            raise BadInput(ErrorCode.INVALID_DATA, f"{path.name} holds no entries")
        version = ListVersion(name, form.value, date.day, self._clock.now_utc(), digest, entries, spellings)
        (staging / "list.json").write_text(json.dumps(version.as_json()), "utf-8")
        return version

    def _publish(self, home: Path, staging: Path) -> None:
        number = secrets.token_hex(8)
        os.rename(staging, home / number)
        pointer = home / "current.tmp"
        pointer.write_text(number, "ascii")
        os.replace(pointer, home / "current")
        for old in home.iterdir():
            # mapped files cannot be deleted on Windows: the next import sweeps them
            if old.is_dir() and old.name != number:
                shutil.rmtree(old, ignore_errors=True)


def sha256_of(files: list[Path]) -> str:
    """Of the files, one after the other. Raises BadInput(FILE_NOT_FOUND)."""
    digest = hashlib.sha256()
    for path in files:
        try:
            with open(path, "rb") as file:
                while block := file.read(_BLOCK):
                    digest.update(block)
        except OSError as error:
            raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}: {error.strerror}") from error
    return digest.hexdigest()


def _unwritable(error: OSError) -> StoreFault:
    return StoreFault(ErrorCode.STORE_UNAVAILABLE, f"the folder of watchlists cannot be written ({error.strerror})")
