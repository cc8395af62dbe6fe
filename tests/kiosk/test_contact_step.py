"""The step for a contact: real codes, a gateway and a clock in the test's hand. Tasks are done at once."""

from __future__ import annotations

import pytest

from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.ports import DeliveryFault
from kiosk.services.answer_step import Move, Reply, Task
from kiosk.services.contact_step import GATEWAY_TRIES, MOST_CODES, ContactStep
from kiosk.services.contacts import ContactKind
from kiosk.services.one_time_codes import OneTimeCodes
from tests.kiosk.test_one_time_codes import Desk

NUMBER = "0905 123 456"


def done(reply: Reply) -> Move:
    """What comes of it when what it sends for is there at once."""
    while isinstance(reply, Task):
        assert not reply.engines
        reply = reply.run()()
    return reply


@pytest.fixture
def desk() -> Desk:
    return Desk()


def step(desk: Desk, *, optional: bool = False, codes: OneTimeCodes | None = None, sent: dict[str, int] | None = None) -> ContactStep:
    return ContactStep(
        ContactKind.PHONE,
        codes or desk.codes,
        desk.clock,
        region="SK",
        language="sk",
        optional=optional,
        sent={} if sent is None else sent,
    )


def test_a_contact_then_the_code_that_came_to_it(desk: Desk) -> None:
    phone = step(desk)
    view = phone.view()
    assert (view.kind, view.sent_to, view.tries_left, view.problem) == ("phone", "", None, "")
    assert done(phone.answer({"contact": NUMBER})) is Move.SHOW
    view = phone.view()
    assert (view.contact, view.again_in_s, view.valid_s, view.trial) == (NUMBER, 30, 300, False)
    assert "123" not in view.sent_to
    desk.clock.pass_s(12.5)
    assert (phone.view().again_in_s, phone.view().valid_s) == (18, 288)
    assert done(phone.answer({"code": "0000 0001"})) is Move.LEAVE
    result = phone.result()
    assert (result.name, result.check.status) == ("phone", CheckStatus.PASSED)
    assert result.fact == {"value": "+421905123456", "trial": False}


def test_what_could_not_be_stored_can_be_confirmed_again_without_another_code(desk: Desk) -> None:
    phone = step(desk)
    done(phone.answer({"contact": NUMBER}))
    done(phone.answer({"code": "00000001"}))
    assert done(phone.answer({"code": "00000001"})) is Move.LEAVE
    assert phone.result().check.status is CheckStatus.PASSED


def test_what_is_no_number_is_said_and_nothing_is_sent(desk: Desk) -> None:
    phone = step(desk)
    assert done(phone.answer({"contact": "12"})) is Move.SHOW
    assert (phone.view().problem, phone.view().contact, phone.view().sent_to) == ("INVALID_DATA", "12", "")
    assert desk.gateway.sent == []


def test_five_wrong_codes_end_the_step_as_failed(desk: Desk) -> None:
    phone = step(desk)
    done(phone.answer({"contact": NUMBER}))
    for left in (4, 3, 2, 1):
        assert done(phone.answer({"code": "9"})) is Move.SHOW
        assert (phone.view().tries_left, phone.view().problem) == (left, "CODE_WRONG")
    assert done(phone.answer({"code": "9"})) is Move.LEAVE
    check = phone.result().check
    assert (check.status, check.label) == (CheckStatus.REJECTED, CheckLabel.TOO_MANY_TRIES)


def test_an_expired_code_asks_for_another_and_costs_no_try(desk: Desk) -> None:
    phone = step(desk)
    done(phone.answer({"contact": NUMBER}))
    desk.clock.pass_s(301)
    assert done(phone.answer({"code": "00000001"})) is Move.SHOW
    assert (phone.view().problem, phone.view().tries_left, phone.view().again_in_s) == ("CODE_EXPIRED", 5, 0)
    assert done(phone.answer({"again": True})) is Move.SHOW
    assert phone.view().problem == ""
    assert done(phone.answer({"code": "00000002"})) is Move.LEAVE


def test_asked_for_too_soon_the_code_that_was_sent_still_counts(desk: Desk) -> None:
    done(step(desk).answer({"contact": NUMBER}))
    desk.clock.pass_s(10)
    again = step(desk)  # gone back and come again
    assert done(again.answer({"contact": NUMBER})) is Move.SHOW
    view = again.view()
    assert view.sent_to
    assert (view.again_in_s, view.valid_s, view.problem) == (20, 290, "")
    assert len(desk.gateway.sent) == 1
    assert done(again.answer({"code": "00000001"})) is Move.LEAVE


def test_another_contact_can_be_given_instead(desk: Desk) -> None:
    phone = step(desk)
    done(phone.answer({"contact": NUMBER}))
    done(phone.answer({"code": "9"}))
    assert done(phone.answer({"change": True})) is Move.SHOW
    assert (phone.view().sent_to, phone.view().contact, phone.view().tries_left) == ("", NUMBER, None)
    assert phone.answer({"code": "00000001"}) is Move.STAY  # that question is not on any more
    done(phone.answer({"contact": "0905 999 999"}))
    assert done(phone.answer({"code": "00000002"})) is Move.LEAVE
    assert phone.result().fact["value"] == "+421905999999"


@pytest.mark.logs_warnings
@pytest.mark.parametrize(
    ("fault", "problem"), [(DeliveryFault.TIMED_OUT, "GATEWAY_FAILED"), (DeliveryFault.CONTACT_REFUSED, "INVALID_DATA")]
)
def test_a_gateway_that_fails_is_said_and_after_some_tries_a_person_decides(desk: Desk, fault: DeliveryFault, problem: str) -> None:
    phone = step(desk)
    desk.gateway.fault = fault
    for _ in range(GATEWAY_TRIES - 1):
        assert done(phone.answer({"contact": NUMBER})) is Move.SHOW
        assert (phone.view().problem, phone.view().sent_to) == (problem, "")
    assert done(phone.answer({"contact": NUMBER})) is Move.LEAVE
    result = phone.result()
    assert (result.check.status, result.check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.GATEWAY_FAILED)
    assert result.fact["value"] == "+421905123456"


@pytest.mark.logs_warnings
def test_a_code_that_was_sent_survives_a_gateway_that_fails_afterwards(desk: Desk) -> None:
    phone = step(desk)
    done(phone.answer({"contact": NUMBER}))
    desk.clock.pass_s(31)
    desk.gateway.fault = DeliveryFault.UNREACHABLE
    assert done(phone.answer({"again": True})) is Move.SHOW
    assert (phone.view().problem, bool(phone.view().sent_to)) == ("GATEWAY_FAILED", True)
    assert done(phone.answer({"code": "00000001"})) is Move.LEAVE


def test_without_a_gateway_the_contact_is_kept_and_said_not_to_be_confirmed(desk: Desk) -> None:
    phone = step(desk, codes=OneTimeCodes(desk.ledger, {}, desk.clock, brand="Bank"))
    assert (phone.view().problem, phone.view().noted) == ("GATEWAY_FAILED", True)
    assert done(phone.answer({"contact": "12"})) is Move.SHOW
    assert (phone.view().problem, phone.view().noted) == ("INVALID_DATA", True)
    assert done(phone.answer({"contact": NUMBER})) is Move.LEAVE
    assert not step(desk).view().noted
    result = phone.result()
    assert (result.check.status, result.check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.GATEWAY_FAILED)
    assert result.fact["value"] == "+421905123456"


def test_one_customer_gets_so_many_codes_and_no_more_however_often_they_go_back(desk: Desk) -> None:
    sent: dict[str, int] = {}
    for number in range(MOST_CODES):
        assert done(step(desk, sent=sent).answer({"contact": f"090512340{number}"})) is Move.SHOW
    last = step(desk, sent=sent)
    assert done(last.answer({"contact": "0905123409"})) is Move.LEAVE
    assert last.result().check.label is CheckLabel.TOO_MANY_TRIES
    assert len(desk.gateway.sent) == MOST_CODES


def test_a_code_of_the_console_proves_nothing(desk: Desk) -> None:
    desk.gateway.is_trial = True
    phone = step(desk)
    done(phone.answer({"contact": NUMBER}))
    assert phone.view().trial
    assert done(phone.answer({"code": "00000001"})) is Move.LEAVE
    check = phone.result().check
    assert (check.status, check.label) == (CheckStatus.WARNING, CheckLabel.TRIAL)


def test_only_what_is_optional_can_be_skipped(desk: Desk) -> None:
    assert step(desk).skip() is Move.STAY
    phone = step(desk, optional=True)
    done(phone.answer({"contact": NUMBER}))
    assert phone.skip() is Move.LEAVE
    result = phone.result()
    assert (result.skipped, result.check.label, result.fact) == (True, CheckLabel.SKIPPED, {})


@pytest.mark.parametrize("data", [{}, {"code": "1"}, {"again": True}, {"change": True}, {"accepted": True}])
def test_an_answer_to_another_question_changes_nothing(desk: Desk, data: dict[str, object]) -> None:
    assert step(desk).answer(data) is Move.STAY


@pytest.mark.parametrize("late", [{"contact": NUMBER}, {"contact": "12"}, {"code": "00000001"}, {"code": "9"}])
def test_what_comes_after_the_step_was_left_out_changes_nothing(desk: Desk, late: dict[str, object]) -> None:
    sent: dict[str, int] = {}
    phone = step(desk, optional=True, sent=sent)
    if "code" in late:
        done(phone.answer({"contact": NUMBER}))
    task = phone.answer(late)
    assert isinstance(task, Task)
    phone.skip()  # which then could not be stored
    before = phone.view()
    assert task.run()() is Move.STAY
    assert phone.view() == before
    assert phone.answer({"contact": NUMBER}) is Move.LEAVE
    assert phone.result().skipped
    assert sum(sent.values()) == len(desk.gateway.sent)  # what went out is counted all the same
