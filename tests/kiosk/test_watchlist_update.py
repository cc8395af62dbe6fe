"""Lists fetched from where they are published: from a real server on this machine, with everything that goes wrong on the way."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kiosk.config import WatchlistsConfig, WatchlistSource, parse_config
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.gateways.published_files import PublishedFiles
from kiosk.ports import FetchFault
from kiosk.services.watchlist.model import Subject
from kiosk.services.watchlist.screening import WatchlistScreener
from kiosk.services.watchlist.shelf import WatchlistShelf
from kiosk.services.watchlist.updating import FAULT_WORDS, ListUpdate, WatchlistUpdater, alternate_names
from tests.fakes.customers import FixedClock
from tests.kiosk.test_gateways import certificate, server_context  # noqa: F401  (a fixture)


def eu(*names: str, day: str = "2026-11-20") -> bytes:
    entries = "".join(
        f'<sanctionEntity logicalId="{number}"><subjectType code="person"/><nameAlias wholeName="{name}"/></sanctionEntity>'
        for number, name in enumerate(names)
    )
    return f'<?xml version="1.0"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{day}">{entries}</export>'.encode()


LIST = eu("Anna Testperson", "Peter Samplemann", "Otto Example")
Answer = Callable[[BaseHTTPRequestHandler], None]


class Publisher:
    """A server on this machine. `answers` by path; `asked`: (path, headers) of every request."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str = "http") -> None:
        self.base = f"{scheme}://127.0.0.1:{server.server_port}"
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.over = threading.Event()

    def gives(self, path: str, body: bytes = LIST, *, status: int = 200, announced: int | None = None, **headers: str) -> None:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Length", str(len(body) if announced is None else announced))
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.end_headers()
            handler.wfile.write(body)

        self.answers[path] = answer


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    yield from _serving()


def _serving(context: ssl.SSLContext | None = None) -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, dict(self.headers)))
            made.answers[self.path](self)

        def log_message(self, *_arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    made = Publisher(server, "https" if context else "http")
    # a test that fails may never come back to close it
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


class Desk:
    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock()
        self.shelf = WatchlistShelf(folder / "watchlists", self.clock)
        self.folder = folder

    def update(self, url: str, *, form: str = "", allow_shrink: bool = False, **limits: Any) -> ListUpdate:
        config = WatchlistsConfig(sources={"eu": WatchlistSource(url, form)}, **limits)
        updater = WatchlistUpdater(self.shelf, PublishedFiles(config), self.clock, config.sources)
        done = updater.update(allow_shrink=allow_shrink)[0]
        assert not list((self.folder / "watchlists").glob(".fetch-*")), "nothing is left of what was fetched"
        return done

    def names(self) -> list[str]:
        screener = WatchlistScreener(self.shelf, self.clock)
        return [hit.listed.names[0] for hit in screener.find(Subject("Anna Testperson"))]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_list_is_fetched_and_asked_for_again_only_when_it_changed(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml", ETag='"1"', Last_Modified="Fri, 20 Nov 2026 10:00:00 GMT")
    first = desk.update(f"{publisher.base}/eu.xml")
    assert (first.outcome, first.name) == ("UPDATED", "eu")
    assert first.version is not None
    assert (first.version.entries, first.version.source_date) == (3, "2026-11-20")
    assert first.version.sha256 == hashlib.sha256(LIST).hexdigest()
    assert desk.names() == ["Anna Testperson"]
    publisher.gives("/eu.xml", b"", status=304)
    desk.clock.go_on(days=1)
    again = desk.update(f"{publisher.base}/eu.xml")
    assert again.outcome == "UNCHANGED"
    headers = publisher.asked[-1][1]
    assert (headers["If-None-Match"], headers["If-Modified-Since"]) == ('"1"', "Fri, 20 Nov 2026 10:00:00 GMT")
    publisher.gives("/eu.xml", eu("Anna Testperson", "Somebody New", day="2026-11-22"), ETag='"2"')
    newer = desk.update(f"{publisher.base}/eu.xml")
    assert newer.outcome == "UPDATED"
    assert newer.version is not None
    assert newer.version.source_date == "2026-11-22"
    desk.update(f"{publisher.base}/eu.xml")
    assert publisher.asked[-1][1]["If-None-Match"] == '"2"'


def test_the_same_bytes_are_not_read_again(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml")
    desk.update(f"{publisher.base}/eu.xml")
    before = [path.name for path in (desk.folder / "watchlists" / "eu").iterdir() if path.is_dir()]
    assert desk.update(f"{publisher.base}/eu.xml").outcome == "UNCHANGED"
    assert [path.name for path in (desk.folder / "watchlists" / "eu").iterdir() if path.is_dir()] == before


def test_a_list_that_its_publisher_calls_the_newest_is_not_outdated(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml", ETag='"1"')
    desk.update(f"{publisher.base}/eu.xml")
    desk.clock.go_on(days=60)
    screener = WatchlistScreener(desk.shelf, desk.clock)
    assert screener.is_outdated(desk.shelf.versions()[0])
    publisher.gives("/eu.xml", b"", status=304)
    desk.update(f"{publisher.base}/eu.xml")
    assert not screener.is_outdated(desk.shelf.versions()[0])


def test_a_list_put_in_by_hand_since_is_fetched_without_marks(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml", ETag='"1"')
    desk.update(f"{publisher.base}/eu.xml")
    (desk.folder / "by-hand.xml").write_bytes(eu("Somebody Else", "Another One"))
    desk.shelf.import_list(desk.folder / "by-hand.xml", name="eu")
    assert desk.update(f"{publisher.base}/eu.xml").outcome == "UPDATED"
    assert "If-None-Match" not in publisher.asked[-1][1]
    assert desk.names() == ["Anna Testperson"]


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(LIST)))
    handler.end_headers()
    handler.wfile.write(LIST[: len(LIST) // 2])


def _cut_unannounced(handler: BaseHTTPRequestHandler) -> None:
    """HTTP/1.0 without a length: only the list itself can tell."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(LIST[: len(LIST) // 2])


def _packed(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Encoding", "gzip")
    handler.end_headers()
    handler.wfile.write(b"\x1f\x8b" + bytes(100))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (_cut, "CUT_OFF"),
        (_cut_unannounced, "INVALID_DATA"),
        (_packed, "REFUSED"),
        ({"status": 500, "body": b"oops"}, "REFUSED"),
        ({"status": 403, "body": b""}, "REFUSED"),
        ({"status": 404, "body": b""}, "NOT_FOUND"),
        ({"status": 304, "body": b""}, None),
        ({"body": b"<html><body>Please log in</body></html>"}, "BAD_ARGUMENT"),
        ({"body": b"{}"}, "INVALID_DATA"),
        ({"body": b""}, "BAD_ARGUMENT"),
        ({"body": eu("Anna Testperson")}, "INVALID_DATA"),
        ({"status": 302, "body": b"", "Location": "http://lists.example.com/eu.xml"}, "NOT_ALLOWED"),
        ({"status": 302, "body": b"", "Location": "file:///etc/passwd"}, "NOT_ALLOWED"),
        ({"status": 302, "body": b"", "Location": "/eu.xml"}, "REFUSED"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)[:30]),
)
def test_what_fails_leaves_the_list_that_was_there(desk: Desk, publisher: Publisher, answer: Any, code: str | None) -> None:
    publisher.gives("/eu.xml")
    before = desk.update(f"{publisher.base}/eu.xml").version
    if callable(answer):
        publisher.answers["/eu.xml"] = answer
    else:
        publisher.gives("/eu.xml", **answer)
    desk.clock.go_on(days=3)
    done = desk.update(f"{publisher.base}/eu.xml")
    if code is None:
        assert done.outcome == "UNCHANGED"
        return
    assert (done.outcome, done.code, done.version) == ("FAILED", code, before)
    assert done.why
    assert desk.names() == ["Anna Testperson"]
    note = desk.shelf.note("eu")
    assert (note.failed_at, note.failure, note.checked_at[:10]) == (desk.clock.now, code, "2026-11-21")
    publisher.gives("/eu.xml", eu("Anna Testperson", "Peter Samplemann"))
    assert desk.update(f"{publisher.base}/eu.xml").outcome == "UPDATED"
    assert desk.shelf.note("eu").failed_at == "", "what was mended is not told any more"


@pytest.mark.parametrize("answer", [{"status": 304, "body": b""}, {"body": b"<html>"}])
def test_a_first_try_that_fails_leaves_no_list_and_is_remembered(desk: Desk, publisher: Publisher, answer: Any) -> None:
    publisher.gives("/eu.xml", **answer)
    done = desk.update(f"{publisher.base}/eu.xml")
    assert (done.outcome, done.version) == ("FAILED", None)
    assert desk.shelf.versions() == []
    assert [name for name, _ in desk.shelf.noted()] == ["eu"]


def test_a_list_that_lost_half_is_taken_when_somebody_says_so(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml")
    desk.update(f"{publisher.base}/eu.xml")
    publisher.gives("/eu.xml", eu("Anna Testperson"))
    assert "half a file" in desk.update(f"{publisher.base}/eu.xml").why
    assert desk.update(f"{publisher.base}/eu.xml", allow_shrink=True).outcome == "UPDATED"


def test_a_file_that_is_too_large_is_not_fetched_to_its_end(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/announced", b"x", announced=2**21)
    assert desk.update(f"{publisher.base}/announced", max_mb=1).code == "TOO_LARGE"

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not publisher.over.is_set():
                handler.wfile.write(bytes(2**16))
        except OSError:
            publisher.over.set()

    publisher.answers["/endless"] = endless
    assert desk.update(f"{publisher.base}/endless", max_mb=1).code == "TOO_LARGE"
    assert publisher.over.wait(30), "the connection was closed"


def test_a_server_that_stops_or_drips_is_given_up(desk: Desk, publisher: Publisher) -> None:
    def stops(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        publisher.over.wait(30)

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not publisher.over.wait(0.02):
                handler.wfile.write(b" ")
        except OSError:
            publisher.over.set()

    publisher.answers |= {"/stops": stops, "/drips": drips}
    assert desk.update(f"{publisher.base}/stops", timeout_s=0.2).code == "TIMED_OUT"
    assert desk.update(f"{publisher.base}/drips", timeout_s=5.0, total_s=0.3).code == "TIMED_OUT"
    assert publisher.over.wait(30)


def test_nothing_is_asked_of_another_machine_without_tls(desk: Desk) -> None:
    for address in ("http://lists.example.com/eu.xml", "ftp://127.0.0.1/eu.xml", "file://server/eu.xml", "eu.xml", "https://"):
        assert desk.update(address).code in ("NOT_ALLOWED", "UNREACHABLE"), address


def test_a_publisher_elsewhere_does_not_lead_to_this_machine(
    desk: Desk,
    publisher: Publisher,
    certificate: Path,  # noqa: F811  (the fixture)
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Elsewhere is a name that the settings trust: here it is this machine's server under another name."""
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *rest, **more: resolve("127.0.0.1" if host == "lists.example.com" else host, *rest, **more)
    )
    publisher.gives("/eu.xml")
    for elsewhere in _serving(server_context(certificate)):
        away = elsewhere.base.replace("127.0.0.1", "lists.example.com")
        for number, target in enumerate((f"{publisher.base}/eu.xml", f"{elsewhere.base}/eu.xml")):
            elsewhere.gives(f"/to{number}", b"", status=302, Location=target)
            assert desk.update(f"{away}/to{number}", ca_file=str(certificate)).code == "NOT_ALLOWED", target
        assert publisher.asked == []
        elsewhere.gives("/eu.xml")
        elsewhere.gives("/near", b"", status=302, Location="/eu.xml")
        assert desk.update(f"{away}/near", ca_file=str(certificate)).outcome == "UPDATED"
        # out of this machine and back in
        publisher.gives("/out", b"", status=302, Location=f"{away}/to0")
        assert desk.update(f"{publisher.base}/out", ca_file=str(certificate)).code == "NOT_ALLOWED"
    publisher.gives("/here", b"", status=302, Location="/eu.xml")
    assert desk.update(f"{publisher.base}/here").outcome == "UPDATED"


def test_a_list_that_was_fetched_once_and_is_lost_is_no_missing_list(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml")
    desk.update(f"{publisher.base}/eu.xml")
    home = desk.folder / "watchlists" / "eu"
    for entry in home.iterdir():
        if entry.name != "source.json":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    with pytest.raises(StoreFault) as caught:
        desk.shelf.versions()
    assert caught.value.code is ErrorCode.STORE_DAMAGED
    assert desk.update(f"{publisher.base}/eu.xml").outcome == "UPDATED"
    assert desk.names() == ["Anna Testperson"]


def test_nobody_there(desk: Desk) -> None:
    assert desk.update("http://127.0.0.1:9/eu.xml").code == "UNREACHABLE"


def test_over_tls_the_certificate_counts(desk: Desk, certificate: Path) -> None:  # noqa: F811  (the fixture)
    for publisher in _serving(server_context(certificate)):
        publisher.gives("/old", b"", status=301, Location=f"{publisher.base}/eu.xml")
        publisher.gives("/eu.xml")
        assert desk.update(f"{publisher.base}/old").code == "TLS_FAILED"
        assert desk.update(f"{publisher.base}/old", ca_file=str(certificate)).outcome == "UPDATED"
        assert desk.update(f"{publisher.base}/old", ca_file=str(desk.folder / "none")).code == "TLS_FAILED"


def test_a_folder_gives_its_newest_list(desk: Desk) -> None:
    share = desk.folder / "share"
    share.mkdir()
    assert desk.update(str(share)).code == "NOT_FOUND"
    for number, (name, content) in enumerate((("old.xml", eu("Somebody Old")), ("eu.xml", LIST), ("readme.txt", b"no list"))):
        (share / name).write_bytes(content)
        os.utime(share / name, (1_000_000 + number, 1_000_000 + number))
    assert desk.update(str(share)).outcome == "UPDATED"
    assert desk.names() == ["Anna Testperson"]
    assert desk.update(share.as_uri()).outcome == "UPDATED", "another address: no marks of it are known"
    again = desk.update(share.as_uri())
    assert again.outcome == "UNCHANGED"
    assert again.version is not None
    assert again.version.checked_at == "", "a folder that nobody fills does not make a list fresh"


def test_ofacs_two_files_come_together(desk: Desk, publisher: Publisher) -> None:
    rest = ",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a"
    publisher.gives("/SDN.CSV", f'101,"TESTPERSON, Anna","individual","TEST"{rest}'.encode())
    publisher.gives("/ALT.CSV", b"", status=404)
    assert desk.update(f"{publisher.base}/SDN.CSV", form="ofac-csv").code == "NOT_FOUND"
    publisher.gives("/ALT.CSV", b'101,1,"aka","EXAMPLENAME, Other",-0- \n\x1a')
    assert desk.update(f"{publisher.base}/SDN.CSV", form="ofac-csv").outcome == "UPDATED"
    assert desk.names() == ["Anna TESTPERSON"]


@pytest.mark.parametrize(
    ("address", "other"),
    [
        ("https://x.example/a/SDN.CSV?b=1", "https://x.example/a/ALT.CSV?b=1"),
        ("https://x.example/sdn.csv", "https://x.example/alt.csv"),
        ("/lists/sdn.csv", "/lists/alt.csv"),
        ("/lists", "/lists/alt.csv"),
    ],
)
def test_alternate_names_lie_beside(address: str, other: str) -> None:
    assert alternate_names(address) == other


def test_one_source_that_fails_does_not_keep_the_next_from_it(desk: Desk, publisher: Publisher) -> None:
    publisher.gives("/eu.xml")
    sources = {"bad": WatchlistSource("http://127.0.0.1:9/"), "good": WatchlistSource(f"{publisher.base}/eu.xml")}
    updater = WatchlistUpdater(desk.shelf, PublishedFiles(WatchlistsConfig()), desk.clock, sources)
    assert [one.outcome for one in updater.update()] == ["FAILED", "UPDATED"]
    assert [one.name for one in updater.update("good")] == ["good"]
    with pytest.raises(BadInput, match="no source is set for other; there are bad, good"):
        updater.update("other")


def test_every_fault_has_words() -> None:
    assert set(FAULT_WORDS) == set(FetchFault)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ({"EU": {"url": "https://x"}}, "a list's name is"),
        ({"eu": {}}, "url is missing"),
        ({"eu": {"url": "https://x", "format": "pdf"}}, "it can be"),
        ({"eu": {"uri": "https://x"}}, "unknown key uri"),
        ({"eu": "https://x"}, "must be tables"),
    ],
)
def test_a_source_that_is_none_is_refused_with_its_name(source: Any, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        parse_config({"watchlists": {"sources": source}})


def test_sources_are_read_from_the_settings() -> None:
    config = parse_config({"watchlists": {"max_mb": 5, "sources": {"eu": {"url": "https://x", "format": "eu-xml"}}}})
    assert config.watchlists.sources == {"eu": WatchlistSource("https://x", "eu-xml")}
