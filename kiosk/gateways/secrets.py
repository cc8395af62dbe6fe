"""Passwords of gateways: from the environment or the OS keyring, never from the settings file, never kept by us.

`KIOSK_SMTP_PASSWORD` or keyring entry (service "onboarding-kiosk", user "smtp"); `KIOSK_SMS_SECRET` or (…, "sms").
To put one in: `keyring set onboarding-kiosk smtp`, which asks for it.
"""

from __future__ import annotations

import logging
import os

_log = logging.getLogger(__name__)

SERVICE = "onboarding-kiosk"
_VARIABLES = {"smtp": "KIOSK_SMTP_PASSWORD", "sms": "KIOSK_SMS_SECRET"}


def secret(name: str) -> str:
    """The password or token of gateway `name` ("smtp", "sms"); "" when there is none or the keyring is out of reach."""
    given = os.environ.get(_VARIABLES[name], "")
    if given:
        return given
    import keyring  # seconds on some systems, and not needed where the environment says it
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, name) or ""
    except (KeyringError, RuntimeError) as error:  # RuntimeError: the back-end that stands for "no keyring here"
        _log.info("the keyring gave nothing for %s: %s", name, type(error).__name__)
        return ""
