"""Gateways against real servers on this machine: aiosmtpd and http.server, with and without TLS."""

from __future__ import annotations

import io
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kiosk.config import SmsConfig, SmtpConfig
from kiosk.gateways.console import BANNER, ConsoleCodes
from kiosk.gateways.hosts import is_this_machine
from kiosk.gateways.http_sms import HttpSmsCodes
from kiosk.gateways.secrets import secret
from kiosk.gateways.smtp import SmtpCodes
from kiosk.ports import CodeMessage, DeliveryFault
from tests.fakes.gateway_servers import PortOfChoice

MAIL = CodeMessage("anna@example.com", "Váš kód", "1234 5678 je váš kód.")
SMS = CodeMessage("+421905123456", "Váš kód", 'kód "1234 5678" & {number}\nriadok')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of 127.0.0.1 and lists.example.com in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    names = [x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("lists.example.com")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# --- SMTP ----------------------------------------------------------------------------------------------------------


class Mailbox:
    """aiosmtpd's handler: keeps what came; `answer` overrides the one to RCPT or DATA."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], bytes]] = []
        self.to = self.data = "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.to.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.data.startswith("250"):
            self.mails.append((envelope.rcpt_tos, envelope.content))
        return self.data


Started = Callable[..., tuple[Mailbox, int]]


@pytest.fixture
def mail_server(certificate: Path) -> Iterator[Started]:
    running: list[Controller] = []

    def start(security: str, *, user: str = "", password: str = "") -> tuple[Mailbox, int]:
        box = Mailbox()
        options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0, "ready_timeout": 10}
        if security == "starttls":
            options |= {"tls_context": server_context(certificate), "require_starttls": True}
        if security == "tls":
            options |= {"ssl_context": server_context(certificate)}
        if user:

            def judge(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
                right = (login.login, login.password) == (user.encode(), password.encode())
                return AuthResult(success=right, handled=False)

            options |= {"authenticator": judge, "auth_require_tls": security == "starttls"}
        controller = PortOfChoice(box, **options)
        controller.start()
        running.append(controller)
        return box, controller.server.sockets[0].getsockname()[1]

    yield start
    for controller in running:
        controller.stop()


def smtp(port: int, security: str, certificate: Path | None, *, user: str = "", password: str = "", timeout_s: float = 5.0) -> SmtpCodes:
    ca = str(certificate) if certificate else ""
    config = SmtpConfig("127.0.0.1", port, security, "codes@bank.example", user, ca, timeout_s)
    return SmtpCodes(config, lambda: password)


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_arrives_with_the_code_and_only_the_address(mail_server: Started, certificate: Path, security: str) -> None:
    box, port = mail_server(security)
    assert smtp(port, security, certificate).send(MAIL).fault is None
    recipients, content = box.mails[0]
    mail = message_from_bytes(content, policy=policy.default)
    assert recipients == ["anna@example.com"]
    assert (mail["To"], mail["From"], mail["Subject"]) == ("anna@example.com", "codes@bank.example", "Váš kód")
    assert mail.get_content().strip() == MAIL.text


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_whose_certificate_is_not_trusted_gets_nothing(mail_server: Started, security: str) -> None:
    box, port = mail_server(security)
    assert smtp(port, security, None).send(MAIL).fault is DeliveryFault.TLS_FAILED
    assert box.mails == []


def test_a_server_without_starttls_gets_nothing_when_it_was_asked_for(mail_server: Started, certificate: Path) -> None:
    box, port = mail_server("none")
    assert smtp(port, "starttls", certificate).send(MAIL).fault is DeliveryFault.TLS_FAILED
    assert box.mails == []


@pytest.mark.parametrize(("password", "fault"), [("right", None), ("wrong", DeliveryFault.LOGIN_REFUSED), ("", DeliveryFault.NOT_SET_UP)])
def test_the_login_is_made_with_the_password_of_the_keyring(
    mail_server: Started, certificate: Path, password: str, fault: DeliveryFault | None
) -> None:
    box, port = mail_server("starttls", user="kiosk", password="right")
    assert smtp(port, "starttls", certificate, user="kiosk", password=password).send(MAIL).fault is fault
    assert len(box.mails) == (fault is None)


def test_what_the_server_refuses_is_told_apart(mail_server: Started) -> None:
    box, port = mail_server("none")
    box.to = "550 no such mailbox"
    assert smtp(port, "none", None).send(MAIL).fault is DeliveryFault.CONTACT_REFUSED
    box.to, box.data = "250 OK", "451 later"
    delivery = smtp(port, "none", None).send(MAIL)
    assert (delivery.fault, delivery.status) == (DeliveryFault.REFUSED, 451)


def test_a_silent_mail_server_costs_its_time_out_and_a_closed_one_nothing(silent: int, closed: int) -> None:
    assert smtp(silent, "none", None, timeout_s=0.2).send(MAIL).fault is DeliveryFault.TIMED_OUT
    assert smtp(silent, "tls", None, timeout_s=0.2).send(MAIL).fault is DeliveryFault.TIMED_OUT
    assert smtp(closed, "none", None).send(MAIL).fault is DeliveryFault.UNREACHABLE


def test_without_tls_mail_goes_to_this_machine_only() -> None:
    config = SmtpConfig("mail.example.com", 25, "none", "codes@bank.example")
    assert SmtpCodes(config, lambda: "").send(MAIL).fault is DeliveryFault.NOT_SET_UP


# --- SMS over HTTP -------------------------------------------------------------------------------------------------


class Requests:
    """What a local gateway was asked; `status` is its answer."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status = 202
        self.port = 0


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sms_server(scheme: str, certificate: Path) -> Iterator[Requests]:
    requests = Requests()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.got.append((self.command, self.path, dict(self.headers), body))
            self.send_response(requests.status)
            if requests.status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, format: str, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if scheme == "https":
        server.socket = server_context(certificate).wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that hangs up at the certificate is meant to
    requests.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield requests
    server.shutdown()
    server.server_close()
    thread.join()


def sms(server: Requests, scheme: str, certificate: Path | None, *, secret: str = "s3cret", **settings: Any) -> HttpSmsCodes:
    path = settings.pop("path", "/send")
    ca = str(certificate) if certificate else ""
    return HttpSmsCodes(SmsConfig(url=f"{scheme}://127.0.0.1:{server.port}{path}", ca_file=ca, timeout_s=5.0, **settings), lambda: secret)


def test_json_bodies_hold_what_was_put_in_whatever_its_letters(sms_server: Requests, scheme: str, certificate: Path) -> None:
    gateway = sms(sms_server, scheme, certificate, headers=("Authorization: Bearer {secret}",))
    assert gateway.send(SMS).fault is None
    command, path, headers, body = sms_server.got[0]
    assert (command, path) == ("POST", "/send")
    assert json.loads(body) == {"to": SMS.contact, "text": SMS.text}
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer s3cret", "application/json")


def test_forms_and_addresses_hold_what_was_put_in(sms_server: Requests, scheme: str, certificate: Path) -> None:
    form = sms(
        sms_server, scheme, certificate, content_type="form", body="to={number}&text={text}&from={sender}&key={secret}", sender="B & K"
    )
    assert form.send(SMS).fault is None
    expected = {"to": [SMS.contact], "text": [SMS.text], "from": ["B & K"], "key": ["s3cret"]}
    assert parse_qs(sms_server.got[0][3].decode()) == expected
    get = sms(sms_server, scheme, certificate, method="GET", path="/send?to={number}&text={text}")
    assert get.send(SMS).fault is None
    assert parse_qs(urlsplit(sms_server.got[1][1]).query) == {"to": [SMS.contact], "text": [SMS.text]}
    assert sms_server.got[1][3] == b""


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (200, None),
        (302, DeliveryFault.REFUSED),
        (401, DeliveryFault.LOGIN_REFUSED),
        (429, DeliveryFault.REFUSED),
        (500, DeliveryFault.REFUSED),
    ],
)
def test_only_success_is_success_and_redirects_are_not_followed(
    sms_server: Requests, scheme: str, certificate: Path, status: int, fault: DeliveryFault | None
) -> None:
    sms_server.status = status
    delivery = sms(sms_server, scheme, certificate).send(SMS)
    assert (delivery.fault, delivery.status) == (fault, status)
    assert len(sms_server.got) == 1


@pytest.mark.parametrize("scheme", ["https"], indirect=True)
def test_a_gateway_whose_certificate_is_not_trusted_gets_nothing(sms_server: Requests, scheme: str) -> None:
    assert sms(sms_server, scheme, None).send(SMS).fault is DeliveryFault.TLS_FAILED
    assert sms_server.got == []


@pytest.mark.parametrize("url", ["", "http://sms.example.com/send", "ftp://127.0.0.1/", "http://127.0.0.1.example.com/"])
def test_codes_go_unencrypted_to_this_machine_only(url: str) -> None:
    assert HttpSmsCodes(SmsConfig(url=url), lambda: "").send(SMS).fault is DeliveryFault.NOT_SET_UP


def test_a_template_that_names_a_secret_needs_one() -> None:
    config = SmsConfig(url="https://127.0.0.1/", headers=("X-Key: {secret}",))
    assert HttpSmsCodes(config, lambda: "").send(SMS).fault is DeliveryFault.NOT_SET_UP


def test_a_silent_gateway_costs_its_time_out_and_a_closed_one_nothing(silent: int, closed: int) -> None:
    for port, fault in ((silent, DeliveryFault.TIMED_OUT), (closed, DeliveryFault.UNREACHABLE)):
        config = SmsConfig(url=f"http://127.0.0.1:{port}/", timeout_s=0.2)
        assert HttpSmsCodes(config, lambda: "").send(SMS).fault is fault


# --- console, secrets, hosts ---------------------------------------------------------------------------------------


def test_the_console_says_that_it_is_a_trial() -> None:
    stream = io.StringIO()
    gateway = ConsoleCodes(stream)
    assert gateway.is_trial
    assert gateway.send(MAIL).fault is None
    assert stream.getvalue() == f"{BANNER}\n  {MAIL.text}\n"


def test_a_secret_of_the_environment_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KIOSK_SMS_SECRET", raising=False)
    assert secret("sms") == "", "the tests' keyring gives nothing"
    monkeypatch.setenv("KIOSK_SMS_SECRET", "token")
    assert secret("sms") == "token"


@pytest.mark.parametrize(
    ("host", "mine"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_own_names_alone(host: str, mine: bool) -> None:
    assert is_this_machine(host) is mine
