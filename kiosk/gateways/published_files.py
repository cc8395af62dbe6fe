"""Fetches published files: over https, or from a file or folder of this machine. Bounded in size and time."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from kiosk.config import WatchlistsConfig
from kiosk.gateways.hosts import is_this_machine
from kiosk.ports import Fetched, FetchFault

if TYPE_CHECKING:
    import httpx

_BLOCK = 1 << 20
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ENDINGS = (".csv", ".json", ".xml")
_COMPANIONS = "alt."
"""Files that belong to another one: OFAC's alt.csv is never the list itself."""


class PublishedFiles:
    """`ports.FileSource`. Any thread; no proxy of the environment; redirects to https only, and never from elsewhere to this machine.

    Compressed answers are not asked for, and refused: how large they are would be known too late.
    """

    def __init__(self, config: WatchlistsConfig, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._max_bytes = config.max_mb * 2**20
        self._timeout_s = config.timeout_s
        self._total_s = config.total_s
        self._ca_file = config.ca_file
        self._monotonic = monotonic

    def fetch(self, address: str, into: Path, *, etag: str = "", modified: str = "") -> Fetched:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https"):
            return self._over_http(address, into, etag, modified)
        if parts.scheme == "file":
            return self._copied(Path(_local_path(parts.path)), into, modified) if parts.netloc in ("", "localhost") else _NOT_ALLOWED
        path = Path(address)  # also a drive's letter, which urlsplit takes for a scheme
        return self._copied(path, into, modified) if path.is_absolute() else _NOT_ALLOWED

    # --- over the network ------------------------------------------------------------------------------------------

    def _over_http(self, address: str, into: Path, etag: str, modified: str) -> Fetched:
        import httpx  # only who fetches pays for it

        headers = {"Accept-Encoding": "identity"}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        until = self._monotonic() + self._total_s
        try:
            context = ssl.create_default_context(cafile=self._ca_file or None)
        except OSError:
            return Fetched(FetchFault.TLS_FAILED)
        try:
            with httpx.Client(timeout=self._timeout_s, follow_redirects=False, trust_env=False, verify=context) as client:
                may_be_local = True  # the settings may name this machine, and this machine itself
                for _ in range(_MOST_REDIRECTS + 1):
                    if not _is_allowed(address, may_be_local=may_be_local):
                        return _NOT_ALLOWED
                    may_be_local = _is_local(address)
                    with client.stream("GET", address, headers=headers) as answer:
                        if answer.status_code in _REDIRECTS and "location" in answer.headers:
                            address = urljoin(address, answer.headers["location"])
                            continue
                        return self._answered(answer, into, until)
                return Fetched(FetchFault.REFUSED)
        except httpx.TimeoutException:
            return Fetched(FetchFault.TIMED_OUT)
        except httpx.RemoteProtocolError:  # the connection ended within the body
            return Fetched(FetchFault.CUT_OFF)
        except httpx.ConnectError as error:
            return Fetched(FetchFault.TLS_FAILED if _is_tls(error) else FetchFault.UNREACHABLE)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):  # ValueError: an address that is none
            return Fetched(FetchFault.UNREACHABLE)

    def _answered(self, answer: httpx.Response, into: Path, until: float) -> Fetched:
        status = answer.status_code
        if status == 304:
            return Fetched(unchanged=True, status=status, published=True)
        if status in (404, 410):
            return Fetched(FetchFault.NOT_FOUND, status=status)
        if status != 200 or answer.headers.get("content-encoding", "identity") != "identity":
            return Fetched(FetchFault.REFUSED, status=status)
        announced = answer.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > self._max_bytes:
            return Fetched(FetchFault.TOO_LARGE, status=status)
        size = 0
        with open(into, "wb") as file:
            for block in answer.iter_raw():
                size += len(block)
                if size > self._max_bytes:
                    return Fetched(FetchFault.TOO_LARGE, status=status)
                if self._monotonic() > until:
                    return Fetched(FetchFault.TIMED_OUT, status=status)
                file.write(block)
        if announced.isdigit() and size != int(announced):
            return Fetched(FetchFault.CUT_OFF, status=status)
        etag, modified = (answer.headers.get(name, "") for name in ("etag", "last-modified"))
        return Fetched(etag=etag, modified=modified, status=status, published=True)

    # --- on this machine -------------------------------------------------------------------------------------------

    def _copied(self, path: Path, into: Path, modified: str) -> Fetched:
        """Of a folder the newest file that may be a list. The mark is name, size and time of change."""
        try:
            file = _newest(path) if path.is_dir() else path
            if file is None:
                return Fetched(FetchFault.NOT_FOUND)
            stat = file.stat()
            mark = f"{file.name} {stat.st_size} {stat.st_mtime_ns}"
            if mark == modified:
                return Fetched(unchanged=True)
            if stat.st_size > self._max_bytes:
                return Fetched(FetchFault.TOO_LARGE)
            source = open(file, "rb")  # apart from what follows: a full disk here is no fault of the source
        except FileNotFoundError:
            return Fetched(FetchFault.NOT_FOUND)
        except OSError:
            return Fetched(FetchFault.UNREACHABLE)
        with source, open(into, "wb") as target:
            while block := source.read(_BLOCK):
                target.write(block)
        return Fetched(modified=mark)


_NOT_ALLOWED = Fetched(FetchFault.NOT_ALLOWED)


def _is_allowed(address: str, *, may_be_local: bool) -> bool:
    """A publisher elsewhere must not make us ask services of this machine, which trust whoever asks from here."""
    if _is_local(address):
        return may_be_local and urlsplit(address).scheme in ("http", "https")
    return urlsplit(address).scheme == "https"


def _is_local(address: str) -> bool:
    return is_this_machine(urlsplit(address).hostname or "")


def _local_path(path: str) -> str:
    plain = unquote(path)
    # file:///C:/lists on Windows
    return plain[1:] if len(plain) > 2 and plain[0] == "/" and plain[2] == ":" else plain


def _newest(folder: Path) -> Path | None:
    files = [
        file
        for file in folder.iterdir()
        if file.suffix.lower() in _ENDINGS and not file.name.lower().startswith((".", _COMPANIONS)) and file.is_file()
    ]
    return max(files, key=lambda file: (file.stat().st_mtime_ns, file.name), default=None)


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
