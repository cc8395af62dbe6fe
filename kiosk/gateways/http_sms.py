"""Codes by SMS through any gateway with an HTTP interface, described by templates in the settings."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

from kiosk.config import SmsConfig
from kiosk.gateways.hosts import is_this_machine
from kiosk.ports import CodeMessage, Delivery, DeliveryFault

_PLACE = re.compile(r"\{(number|text|sender|secret)\}")
_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_LOGIN = frozenset({401, 403})


class HttpSmsCodes:
    """`ports.CodeGateway`. One request per message, no redirects, no proxy of the environment; any thread.

    Success is a status of 200 to 299. The answer's text is not read: some gateways repeat the message in it.
    """

    name = "http_sms"
    is_trial = False

    def __init__(self, config: SmsConfig, secret: Callable[[], str]) -> None:
        """Args: `secret` is asked at each message, and only when a template names it."""
        self._config = config
        self._secret = secret

    def send(self, message: CodeMessage) -> Delivery:
        import httpx  # only who sends pays for it

        config = self._config
        address = urlsplit(config.url)
        if address.scheme != "https" and not (address.scheme == "http" and is_this_machine(address.hostname or "")):
            return Delivery(DeliveryFault.NOT_SET_UP)
        values = {"number": message.contact, "text": message.text, "sender": config.sender}
        if any("{secret}" in template for template in (config.url, config.body, *config.headers)):
            values["secret"] = self._secret()
            if not values["secret"]:
                return Delivery(DeliveryFault.NOT_SET_UP)
        headers = {
            name.strip(): value.strip() for name, _, value in (_filled(line, values, _one_line).partition(":") for line in config.headers)
        }
        body: bytes | None = None
        if config.method != "GET":
            body = _filled(config.body, values, _in_json if config.content_type == "json" else _in_url).encode()
            headers.setdefault("Content-Type", _TYPES[config.content_type])
        try:
            context = ssl.create_default_context(cafile=config.ca_file or None)
            with httpx.Client(timeout=config.timeout_s, follow_redirects=False, trust_env=False, verify=context) as client:
                status = client.request(config.method, _filled(config.url, values, _in_url), headers=headers, content=body).status_code
        except httpx.TimeoutException:
            return Delivery(DeliveryFault.TIMED_OUT)
        except httpx.ConnectError as error:
            return Delivery(DeliveryFault.TLS_FAILED if _is_tls(error) else DeliveryFault.UNREACHABLE)
        except (httpx.HTTPError, httpx.InvalidURL):
            return Delivery(DeliveryFault.UNREACHABLE)
        except OSError:  # the file of certificates
            return Delivery(DeliveryFault.NOT_SET_UP)
        if 200 <= status < 300:
            return Delivery(status=status)
        return Delivery(DeliveryFault.LOGIN_REFUSED if status in _LOGIN else DeliveryFault.REFUSED, status)


def _filled(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """In one pass: braces in what is put in are not taken for places."""
    return _PLACE.sub(lambda place: written(values[place[1]]), template)


def _in_json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _in_url(value: str) -> str:
    return quote(value, safe="")


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n]+", " ", value)


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
