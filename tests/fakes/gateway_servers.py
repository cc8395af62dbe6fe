"""A mail server and an SMS gateway on this machine, from which a test reads the codes that the product sent."""

from __future__ import annotations

import json
import re
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

from kiosk.config import SmsConfig, SmtpConfig

_CODE = re.compile(r"\d{4} \d{4}")


class PortOfChoice(Controller):
    """aiosmtpd looks for itself at the port that it was given, which is 0 here: the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class GatewayServers:
    """Both; `close` them. `codes`: by contact, the latest last.

    Attributes:
        held: while it is not set, the SMS gateway takes a message and does not answer.
        status: HTTP status that the SMS gateway answers with.
    """

    def __init__(self) -> None:
        self.codes: dict[str, list[str]] = {}
        self.held = threading.Event()
        self.held.set()
        self.asked = threading.Event()
        self.status = 200
        self._mail = PortOfChoice(self, hostname="127.0.0.1", port=0, ready_timeout=10)
        self._mail.start()
        outer = self

        class Gateway(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.set()
                outer.held.wait(30)
                if outer.status == 200:
                    outer._keep(body["to"], body["text"])
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self._sms = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        self._thread = threading.Thread(target=self._sms.serve_forever, name="sms-gateway", daemon=True)
        self._thread.start()

    @property
    def smtp(self) -> SmtpConfig:
        return SmtpConfig(host="127.0.0.1", port=self._mail.port, security="none", sender="kiosk@bank.example")

    @property
    def sms(self) -> SmsConfig:
        return SmsConfig(url=f"http://127.0.0.1:{self._sms.server_address[1]}/send")

    @property
    def toml(self) -> str:
        """The settings that name both."""
        smtp = self.smtp
        return (
            f'[codes]\nphone = "http"\nemail = "smtp"\n[sms]\nurl = "{self.sms.url}"\n'
            f'[smtp]\nhost = "{smtp.host}"\nport = {smtp.port}\nsecurity = "none"\nsender = "{smtp.sender}"\n'
        )

    def last(self, contact: str) -> str:
        return self.codes[contact][-1]

    def close(self) -> None:
        self.held.set()
        self._mail.stop()
        self._sms.shutdown()
        self._sms.server_close()
        self._thread.join()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        self._keep(envelope.rcpt_tos[0], "" if body is None else body.get_content())
        return "250 OK"

    def _keep(self, contact: str, text: str) -> None:
        found = _CODE.search(text)
        self.codes.setdefault(contact, []).append(found[0] if found else "")
