"""Codes by e-mail through a mail server: STARTTLS or TLS, certificates checked, every answer bounded by a time-out."""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from kiosk.config import SmtpConfig
from kiosk.gateways.hosts import is_this_machine
from kiosk.ports import CodeMessage, Delivery, DeliveryFault

_log = logging.getLogger(__name__)

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpCodes:
    """`ports.CodeGateway`. One connection per message; any thread.

    The message goes out as text without the recipient's name. What the server says of an address is not kept: only its status number is.
    """

    name = "smtp"
    is_trial = False

    def __init__(self, config: SmtpConfig, password: Callable[[], str]) -> None:
        """Args: `password` is asked at each login, so that it is held no longer than that."""
        self._config = config
        self._password = password

    def send(self, message: CodeMessage) -> Delivery:
        config = self._config
        if not config.host or not config.sender or (config.security == "none" and not is_this_machine(config.host)):
            return Delivery(DeliveryFault.NOT_SET_UP)
        password = self._password() if config.user else ""
        if config.user and not password:
            return Delivery(DeliveryFault.NOT_SET_UP)
        try:
            self._deliver(_mail(message, config.sender), message.contact, password)
        except smtplib.SMTPAuthenticationError as error:
            return Delivery(DeliveryFault.LOGIN_REFUSED, error.smtp_code)
        except smtplib.SMTPRecipientsRefused as error:
            status = next((answer[0] for answer in error.recipients.values()), 0)
            return Delivery(DeliveryFault.CONTACT_REFUSED, status)
        except smtplib.SMTPNotSupportedError:  # no STARTTLS, or no login
            return Delivery(DeliveryFault.TLS_FAILED if config.security == "starttls" else DeliveryFault.LOGIN_REFUSED)
        except smtplib.SMTPResponseException as error:
            return Delivery(DeliveryFault.REFUSED, error.smtp_code)
        except ssl.SSLError:
            return Delivery(DeliveryFault.TLS_FAILED)
        except TimeoutError:
            return Delivery(DeliveryFault.TIMED_OUT)
        except (OSError, smtplib.SMTPException) as error:
            # smtplib wraps a time-out in the middle of a dialogue into SMTPServerDisconnected
            timed_out = isinstance(error.__context__, TimeoutError)
            return Delivery(DeliveryFault.TIMED_OUT if timed_out else DeliveryFault.UNREACHABLE)
        return Delivery()

    def _deliver(self, mail: EmailMessage, contact: str, password: str) -> None:
        config = self._config
        port = config.port or _PORTS[config.security]
        with self._connected(port) as server:
            if config.security == "starttls":
                server.starttls(context=self._context())
            if config.user:
                server.login(config.user, password)
            server.send_message(mail, from_addr=config.sender, to_addrs=[contact])

    def _connected(self, port: int) -> smtplib.SMTP:
        config = self._config
        if config.security == "tls":
            return smtplib.SMTP_SSL(config.host, port, timeout=config.timeout_s, context=self._context())
        return smtplib.SMTP(config.host, port, timeout=config.timeout_s)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._config.ca_file or None)


def _mail(message: CodeMessage, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = message.contact
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(message.text)
    return mail
