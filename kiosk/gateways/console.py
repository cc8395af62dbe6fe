"""Shows the code on this machine: for trials without a gateway. Proves nothing about the contact, and says so."""

from __future__ import annotations

import sys
from typing import TextIO

from kiosk.ports import CodeMessage, Delivery

BANNER = "TRIAL: nothing was sent. The message would be:"


class ConsoleCodes:
    """`ports.CodeGateway` onto a text stream. Any thread. The code is meant to be seen: this is no log."""

    name = "console"
    is_trial = True

    def __init__(self, stream: TextIO | None = None) -> None:
        """Args: `stream` None = stderr as it is when a code is sent."""
        self._stream = stream

    def send(self, message: CodeMessage) -> Delivery:
        stream = self._stream or sys.stderr
        stream.write(f"{BANNER}\n  {message.text}\n")
        stream.flush()
        return Delivery()
