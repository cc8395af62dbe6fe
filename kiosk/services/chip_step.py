"""The step for the chip of the document: held to the reader, its data groups kept. Whether they are genuine is judged elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.document import Document
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode, KioskBug
from kiosk.domain.views import ChipView
from kiosk.ports import NfcReader
from kiosk.services.answer_step import Move, Reply, Task
from kiosk.services.step_answers import StepAnswer, left_out

CHIP_TRIES = 3
NAME = "chip"


class ChipStep:
    """An `AnswerStep`. Args: `document`: what its access key is made of. Without a reader the step is passed over (`Answering`)."""

    def __init__(self, reader: NfcReader, document: Document, *, optional: bool) -> None:
        self._reader = reader
        self._document = document
        self._optional = optional
        self._failures = 0
        self._problem = ""
        self._groups: Mapping[str, bytes] = {}
        self._check: Check | None = None
        self._skipped = False

    def view(self) -> ChipView:
        return ChipView(self._optional, self._problem)

    def answer(self, data: Mapping[str, object]) -> Reply:
        if self._check is not None or self._skipped:
            return Move.LEAVE
        reader, document = self._reader, self._document

        def run() -> Callable[[], Reply]:
            try:
                groups = reader.read(document)
            except (BadInput, DeviceFault) as error:
                code = error.code
                return lambda: self._failed(code)
            return lambda: self._was_read(groups)

        return Task("READING", run)

    def skip(self) -> Reply:
        if not self._optional:
            return Move.STAY
        self._skipped = self._check is None
        return Move.LEAVE

    def result(self) -> StepAnswer:
        if self._skipped:
            return left_out(NAME)
        if self._check is None:
            raise KioskBug("a chip step was left without a result")
        blobs = {f"{NAME}.{name}": data for name, data in self._groups.items()}
        return StepAnswer(NAME, self._check, {"groups": [*sorted(self._groups)]}, blobs)

    # --- inside ----------------------------------------------------------------------------------------------------

    # what comes after the step was left out, which then could not be stored, changes nothing any more

    def _was_read(self, groups: Mapping[str, bytes]) -> Reply:
        if self._skipped:
            return Move.STAY
        self._groups = groups
        return self._ended(Check(CheckName.CHIP_READ, CheckStatus.PASSED, inputs=(NAME,), model="chip-reader"))

    def _failed(self, code: ErrorCode) -> Reply:
        if self._skipped:
            return Move.STAY
        self._failures += 1
        self._problem = code.value
        if self._failures >= CHIP_TRIES:
            return self._ended(not_executed(CheckName.CHIP_READ, CheckLabel.INPUT_MISSING, inputs=(NAME,), fault=code.value))
        return Move.SHOW

    def _ended(self, check: Check) -> Reply:
        self._check = check
        return Move.LEAVE
