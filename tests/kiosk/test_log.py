"""Logs hold no personal data: the allow-list, foreign exceptions' texts, and where the lines go."""

from __future__ import annotations

import logging
import logging.handlers
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kiosk.config import SmsConfig
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.gateways.http_sms import HttpSmsCodes
from kiosk.log import set_up_logging
from kiosk.ports import CodeMessage

log = logging.getLogger("kiosk.test")


def written(folder: Path) -> str:
    return (folder / "kiosk.log").read_text(encoding="utf-8")


def test_allowed_fields_are_written_and_others_only_named(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", stderr=False)
    log.info("step committed", extra={"step": "consent", "ms": 12, "surname": "BELL"})
    line = written(tmp_path / "logs")
    assert "INFO kiosk.test step committed ms=12 step=consent (not allowed: surname)" in line
    assert "BELL" not in line


def test_an_allowed_name_does_not_let_a_sentence_through(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", stderr=False)
    log.info("stopped", extra={"reason": "customer Brian Bell left"})
    assert "Brian" not in written(tmp_path / "logs")


def test_a_foreign_exceptions_text_is_left_out_and_its_place_is_kept(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", stderr=False)
    try:
        int("BELL<<BRIAN")
    except ValueError:
        log.info("parsing stopped", exc_info=True)
    text = written(tmp_path / "logs")
    assert "ValueError" in text
    assert "test_log.py" in text
    assert "BELL" not in text


def test_our_own_errors_are_written_with_their_code(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", stderr=False)
    try:
        raise BadInput(ErrorCode.IMAGE_EMPTY, "front.jpg: 0 bytes")
    except BadInput:
        log.info("refused", exc_info=True)
    assert "IMAGE_EMPTY: front.jpg: 0 bytes" in written(tmp_path / "logs")


def test_lines_go_to_stderr_and_never_to_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging(tmp_path / "logs")
    log.info("hello")
    out, err = capsys.readouterr()
    assert out == ""
    assert "hello" in err


def test_setting_up_twice_writes_each_line_once(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", stderr=False)
    set_up_logging(tmp_path / "logs", stderr=False)
    log.info("once")
    assert written(tmp_path / "logs").count("once") == 1


def test_the_file_is_rotated(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", stderr=False, max_bytes=500, files=2)
    for number in range(40):
        log.info("line", extra={"number": number})
    assert sorted(file.name for file in (tmp_path / "logs").iterdir()) == ["kiosk.log", "kiosk.log.1", "kiosk.log.2"]


class _Gateway(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None: ...


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_code_that_is_sent_in_an_address_is_not_in_the_log(tmp_path: Path, level: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs = ("httpx", "httpcore", "httpcore.http11", "httpcore.connection")
    for name in logs:
        logging.getLogger(name).setLevel(logging.NOTSET)  # as in a process of its own
    set_up_logging(tmp_path / "logs", level=level)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/send?to={{number}}&text={{text}}&key={{secret}}"
        gateway = HttpSmsCodes(SmsConfig(url=url, method="GET"), lambda: "TOPSECRET")
        assert gateway.send(CodeMessage("+421905123456", "Code", "12345678")).fault is None
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    log.info("sent")
    text = written(tmp_path / "logs") + capsys.readouterr().err
    assert "sent" in text
    for private in ("905123456", "12345678", "TOPSECRET", "/send"):
        assert private not in text


def test_of_libraries_only_what_goes_wrong_is_kept(tmp_path: Path) -> None:
    set_up_logging(tmp_path / "logs", level="DEBUG", stderr=False)
    foreign = logging.getLogger("another.library")
    foreign.info("GET /?key=TOPSECRET")
    foreign.warning("lost the connection")
    log.debug("ours")
    text = written(tmp_path / "logs")
    assert "TOPSECRET" not in text
    assert "lost the connection" in text
    assert "ours" in text


@pytest.mark.logs_warnings
def test_a_folder_that_cannot_be_written_does_not_stop_the_product(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")
    set_up_logging(tmp_path / "logs")
    assert "log file cannot be written" in capsys.readouterr().err
