"""Codes that confirm a contact: what counts, for how long, how often; and what a failing gateway may not break."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import CodeLedger, CodeMessage, Delivery, DeliveryFault
from kiosk.services.code_messages import LANGUAGES, code_message
from kiosk.services.contacts import Contact, ContactKind, email, phone, shown
from kiosk.services.one_time_codes import CodeRules, OneTimeCodes, SendOutcome
from kiosk.store.customers import open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.code_ledger import MemoryCodeLedger

NUMBER = Contact(ContactKind.PHONE, "+421905123456")
MAIL = Contact(ContactKind.EMAIL, "anna@example.com")


class MovedClock:
    """`ports.Clock` that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2025, 6, 1, 10, tzinfo=UTC)

    def now_utc(self) -> str:
        return self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return self.at.date().isoformat()

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class FaultyGateway:
    """A gateway whose faults a test sets; keeps what it was given."""

    name = "faulty"
    is_trial = False

    def __init__(self) -> None:
        self.fault: DeliveryFault | None = None
        self.sent: list[CodeMessage] = []

    def send(self, message: CodeMessage) -> Delivery:
        if self.fault is None:
            self.sent.append(message)
        return Delivery(self.fault)


class Desk:
    """Codes with a clock and a gateway in the test's hand. Codes are 00000001, 00000002, …"""

    def __init__(self, ledger: CodeLedger | None = None) -> None:
        self.clock, self.gateway = MovedClock(), FaultyGateway()
        self.ledger = ledger or MemoryCodeLedger()
        self.drawn = 0
        self.codes = self.opened()

    def opened(self) -> OneTimeCodes:
        gateways = {ContactKind.PHONE: self.gateway, ContactKind.EMAIL: self.gateway}
        return OneTimeCodes(self.ledger, gateways, self.clock, brand="Bank", draw=self._draw)

    def _draw(self, below: int) -> int:
        assert below == 10**8
        self.drawn += 1
        return self.drawn

    def send(self, to: Contact = NUMBER) -> SendOutcome:
        return self.codes.send(to, language="en").outcome

    def label(self, typed: str, of: Contact = NUMBER) -> CheckLabel:
        return self.codes.check(of, typed).check.label


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_code_that_was_sent_confirms_the_contact(desk: Desk) -> None:
    assert desk.send() is SendOutcome.SENT
    assert "0000 0001" in desk.gateway.sent[0].text
    answer = desk.codes.check(NUMBER, " 0000-0001 ")
    assert (answer.check.name, answer.check.status) == (CheckName.PHONE_VERIFICATION, CheckStatus.PASSED)


def test_a_code_confirms_once_and_only_its_own_contact(desk: Desk) -> None:
    desk.send()
    assert desk.label("00000001", MAIL) is CheckLabel.INPUT_MISSING
    assert desk.label("00000001") is CheckLabel.OK
    assert desk.label("00000001") is CheckLabel.INPUT_MISSING


def test_before_a_code_was_sent_nothing_is_judged(desk: Desk) -> None:
    answer = desk.codes.check(MAIL, "12345678")
    assert (answer.check.name, answer.check.status) == (CheckName.EMAIL_VERIFICATION, CheckStatus.NOT_EXECUTED)


@pytest.mark.parametrize(("seconds", "label"), [(299.9, CheckLabel.OK), (300, CheckLabel.CODE_EXPIRED), (-1, CheckLabel.CODE_EXPIRED)])
def test_a_code_counts_for_five_minutes_and_not_when_the_clock_was_set_back(desk: Desk, seconds: float, label: CheckLabel) -> None:
    desk.send()
    desk.clock.pass_s(seconds)
    assert desk.label("00000001") is label


def test_the_fifth_wrong_code_ends_the_process_even_for_the_right_one(desk: Desk) -> None:
    desk.send()
    lefts = [desk.codes.check(NUMBER, "99999999").tries_left for _ in range(5)]
    assert lefts == [4, 3, 2, 1, 0]
    answer = desk.codes.check(NUMBER, "00000001")
    assert (answer.check.label, answer.tries_left) == (CheckLabel.TOO_MANY_TRIES, 0)


def test_a_wrong_code_is_rejected_and_says_how_many_tries_are_left(desk: Desk) -> None:
    desk.send()
    answer = desk.codes.check(NUMBER, "1")
    assert (answer.check.status, answer.check.label, answer.tries_left) == (CheckStatus.REJECTED, CheckLabel.CODE_WRONG, 4)


def test_another_code_gives_no_new_tries(desk: Desk) -> None:
    desk.send()
    for _ in range(4):
        desk.label("99999999")
    desk.clock.pass_s(30)
    assert desk.send() is SendOutcome.SENT
    assert desk.label("99999999") is CheckLabel.TOO_MANY_TRIES


def test_another_code_voids_the_one_before(desk: Desk) -> None:
    desk.send()
    desk.clock.pass_s(30)
    desk.send()
    assert desk.label("00000001") is CheckLabel.CODE_WRONG
    assert desk.label("00000002") is CheckLabel.OK


def test_another_code_is_sent_after_thirty_seconds_not_before(desk: Desk) -> None:
    desk.send()
    desk.clock.pass_s(29.5)
    sending = desk.codes.send(NUMBER, language="en")
    assert (sending.outcome, sending.wait_s) == (SendOutcome.TOO_SOON, 1)
    assert len(desk.gateway.sent) == 1
    desk.clock.pass_s(0.5)
    assert desk.send() is SendOutcome.SENT


def test_five_processes_a_day_and_the_sixth_the_next_day(desk: Desk) -> None:
    for _ in range(5):
        assert desk.send() is SendOutcome.SENT
        for _ in range(5):
            desk.label("99999999")
        desk.clock.pass_s(60)
    sending = desk.codes.send(NUMBER, language="en")
    assert sending.outcome is SendOutcome.TOO_MANY_PROCESSES
    assert sending.wait_s == 24 * 3600 - 300, "counted from the first"
    assert desk.send(MAIL) is SendOutcome.SENT
    desk.clock.pass_s(sending.wait_s)
    assert desk.send() is SendOutcome.SENT


def test_sending_again_and_again_uses_processes_up(desk: Desk) -> None:
    outcomes = []
    for _ in range(26):
        outcomes.append(desk.send())
        desk.clock.pass_s(30)
    assert outcomes == [SendOutcome.SENT] * 25 + [SendOutcome.TOO_MANY_PROCESSES]


def test_spellings_of_one_mailbox_count_together(desk: Desk) -> None:
    desk.send(MAIL)
    assert desk.send(email("ANNA@Example.com")) is SendOutcome.TOO_SOON


@pytest.mark.logs_warnings
def test_a_failing_gateway_loses_nothing_and_counts_for_nothing(desk: Desk) -> None:
    desk.send()
    desk.clock.pass_s(40)
    desk.gateway.fault = DeliveryFault.TIMED_OUT
    sending = desk.codes.send(NUMBER, language="en")
    assert (sending.outcome, sending.fault) == (SendOutcome.GATEWAY_FAILED, DeliveryFault.TIMED_OUT)
    assert desk.label("00000002") is CheckLabel.CODE_WRONG, "a code that was not sent counts"
    assert desk.label("00000001") is CheckLabel.OK, "the code before was lost"
    for _ in range(10):
        desk.codes.send(MAIL, language="en")
    desk.gateway.fault = None
    assert desk.send(MAIL) is SendOutcome.SENT, "a failure made somebody wait"


def test_without_a_gateway_it_says_so() -> None:
    codes = OneTimeCodes(MemoryCodeLedger(), {}, MovedClock(), brand="Bank")
    sending = codes.send(NUMBER, language="en")
    assert (sending.outcome, sending.fault) == (SendOutcome.GATEWAY_FAILED, DeliveryFault.NOT_SET_UP)
    assert not codes.can_send(ContactKind.PHONE)


def test_codes_and_counts_survive_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    desk = Desk(store.code_ledger)
    desk.send()
    desk.label("99999999")
    store.close()
    store = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    try:
        desk.ledger = store.code_ledger
        desk.codes = desk.opened()
        assert desk.codes.check(NUMBER, "99999999").tries_left == 3
        assert desk.label("00000001") is CheckLabel.OK
    finally:
        store.close()


def test_neither_code_nor_contact_is_kept_or_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        desk.send()
        desk.label("99999999")
        assert isinstance(desk.ledger, MemoryCodeLedger)
        assert "00000001" not in str(list(desk.ledger.kept.values()))
        desk.label("00000001")
    assert "hash" not in str(list(desk.ledger.kept.values()))
    assert "00000001" not in caplog.text
    assert "905123456" not in caplog.text


def test_codes_are_drawn_from_all_of_eight_digits() -> None:
    gateway = FaultyGateway()
    codes = OneTimeCodes(MemoryCodeLedger(), {ContactKind.EMAIL: gateway}, MovedClock(), brand="Bank", rules=CodeRules())
    for number in range(8):
        codes.send(Contact(ContactKind.EMAIL, f"a{number}@example.com"), language="en")
    texts = [message.text[:9] for message in gateway.sent]
    assert len(set(texts)) == 8
    assert all(text[:4].isdigit() and text[4] == " " and text[5:].isdigit() for text in texts)


# --- contacts and words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "region", "kept"),
    [
        ("0905 123 456", "SK", "+421905123456"),
        ("+421 905/123-456", "DE", "+421905123456"),
        ("00421905123456", "SK", "+421905123456"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("601 123 456", "CZ", "+420601123456"),
    ],
)
def test_numbers_are_kept_in_e164(typed: str, region: str, kept: str) -> None:
    assert phone(typed, region=region).value == kept


@pytest.mark.parametrize("typed", ["", "abc", "123", "+421", "0905 123 45", "+999123456789", "+421905123456789012"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        phone(typed, region="SK")
    assert caught.value.code is ErrorCode.INVALID_DATA
    assert not typed or typed not in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Anna.Nova@Example.COM", "Anna.Nova@example.com"), (" a+b@x-y.sk ", "a+b@x-y.sk"), ("a@žltý.sk", "a@xn--lt-1ka72c.sk")],
)
def test_addresses_are_kept_with_a_small_domain(typed: str, kept: str) -> None:
    assert email(typed).value == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a",
        "@x.sk",
        "a@",
        "a@x",
        "a..b@x.sk",
        ".a@x.sk",
        "a b@x.sk",
        "a@-x.sk",
        "a@x.1",
        "a@b@x.sk",
        "a\r\nBcc: b@x.sk",
        "a" * 65 + "@x.sk",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        email(typed)
    assert caught.value.code is ErrorCode.INVALID_DATA


def test_a_screen_shows_only_enough_to_know_ones_own() -> None:
    assert shown(NUMBER) == "+421 ••• 456"
    assert shown(MAIL) == "a•••@example.com"


@pytest.mark.parametrize("language", [*LANGUAGES, "sk-SK", "fr"])
def test_a_message_carries_the_code_and_nothing_of_the_customer(language: str) -> None:
    message = code_message(MAIL.value, "12345678", language=language, brand="Bank", life_s=300)
    assert "1234 5678" in message.text
    assert "5 min" in message.text
    assert "anna" not in (message.subject + message.text).lower()
    assert "1234" not in message.subject, "lock screens show subjects"


def test_messages_are_in_the_customers_language() -> None:
    assert code_message("x", "1", language="sk", brand="B", life_s=120).text.startswith("1 je váš kód pre B. Platí 2 minúty.")
    assert code_message("x", "1", language="en", brand="B", life_s=60).text.startswith("1 is your code for B. It counts for 1 minute.")
