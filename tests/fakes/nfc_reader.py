"""A reader of chips in place of the hardware that a test machine lacks."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.document import Document, FieldName
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode

GROUPS: Mapping[str, bytes] = {"com": b"\x60\x04", "dg1": b"\x61\x05chip", "sod": b"\x77\x03sod"}
_KEY = (FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_EXPIRY)


class FakeNfcReader:
    """Gives `outcomes` one after the other, the last one for ever: files of a chip, or an error to raise."""

    def __init__(self, *outcomes: Mapping[str, bytes] | BadInput | DeviceFault) -> None:
        self._outcomes = list(outcomes)
        self.asked = 0

    def read(self, document: Document) -> Mapping[str, bytes]:
        self.asked += 1
        if not all(document.value(name) for name in _KEY):
            raise BadInput(ErrorCode.NOT_ENOUGH_DATA, "the key of the chip is made of number and dates")
        outcome = self._outcomes.pop(0) if len(self._outcomes) > 1 else self._outcomes[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
