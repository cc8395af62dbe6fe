"""The step for the chip: what is kept of it, how often it is tried."""

from __future__ import annotations

import pytest

from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.domain.errors import BadInput, DeviceFault, ErrorCode
from kiosk.services.answer_step import Move, Reply, Task
from kiosk.services.chip_step import CHIP_TRIES, ChipStep
from tests.contract.test_nfc_reader import document
from tests.fakes.nfc_reader import GROUPS, FakeNfcReader

NO_CHIP = BadInput(ErrorCode.TIMED_OUT, "no chip came")


def done(reply: Reply) -> Move:
    while isinstance(reply, Task):
        assert not reply.engines
        reply = reply.run()()
    return reply


def test_the_files_of_the_chip_are_kept_as_they_are() -> None:
    step = ChipStep(FakeNfcReader(NO_CHIP, GROUPS), document(), optional=False)
    assert done(step.answer({})) is Move.SHOW
    assert step.view().problem == "TIMED_OUT"
    assert done(step.answer({})) is Move.LEAVE
    result = step.result()
    assert result.check.status is CheckStatus.PASSED
    assert result.blobs == {f"chip.{name}": data for name, data in GROUPS.items()}
    assert result.fact == {"groups": ["com", "dg1", "sod"]}


@pytest.mark.parametrize("error", [NO_CHIP, DeviceFault(ErrorCode.INTERNAL, "the reader fell off")])
def test_a_chip_that_cannot_be_read_is_not_executed_after_some_tries(error: BadInput | DeviceFault) -> None:
    step = ChipStep(FakeNfcReader(error), document(), optional=False)
    moves = [done(step.answer({})) for _ in range(CHIP_TRIES)]
    assert moves == [Move.SHOW] * (CHIP_TRIES - 1) + [Move.LEAVE]
    assert (step.result().check.status, step.result().check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_what_is_optional_can_be_skipped() -> None:
    step = ChipStep(FakeNfcReader(GROUPS), document(), optional=True)
    assert step.skip() is Move.LEAVE
    assert (step.result().skipped, step.result().check.label) == (True, CheckLabel.SKIPPED)


@pytest.mark.parametrize("outcome", [GROUPS, NO_CHIP])
def test_what_comes_after_the_step_was_left_out_changes_nothing(outcome: dict[str, bytes] | BadInput) -> None:
    step = ChipStep(FakeNfcReader(outcome), document(), optional=True)
    read = step.answer({})
    assert isinstance(read, Task)
    step.skip()  # which then could not be stored
    assert read.run()() is Move.STAY
    assert step.result().skipped
    assert step.view().problem == ""
