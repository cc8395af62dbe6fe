"""The step for a telephone number or an e-mail address: the contact, a code to it, the code typed.

contact ──> code sent ──> typed: right ─> PASSED │ wrong ─> again, five times in all ─> REJECTED, a person decides later
   │            └── another code, another contact
   └── no gateway, or it fails three times ─> NOT_EXECUTED, with the contact as it was given
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace

from kiosk.domain.check import Check, CheckLabel, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug
from kiosk.domain.views import ContactView
from kiosk.ports import Clock, DeliveryFault
from kiosk.services.answer_step import Move, Reply, Task
from kiosk.services.contacts import Contact, ContactKind, contact, shown
from kiosk.services.one_time_codes import CHECK_OF, CodeAnswer, CodeSending, OneTimeCodes, SendOutcome
from kiosk.services.step_answers import StepAnswer, left_out

GATEWAY_TRIES = 3
MOST_CODES = 6
"""To whatever contacts, of one customer and one kind: a kiosk in a public place must not become a machine for sending messages."""


class ContactStep:
    """An `AnswerStep`.

    Args:
        codes: None, or without a gateway for this kind: the contact is asked for and kept, and not confirmed.
        region: country of numbers without their country code. language: BCP 47, of the message.
        sent: how many codes this customer was sent by kind; counted here, so that going back begins no new count.
    """

    def __init__(
        self,
        kind: ContactKind,
        codes: OneTimeCodes | None,
        clock: Clock,
        *,
        region: str,
        language: str,
        optional: bool,
        sent: MutableMapping[str, int],
    ) -> None:
        self._kind = kind
        self._codes = codes if codes is not None and codes.can_send(kind) else None
        self._clock = clock
        self._region = region
        self._language = language
        self._optional = optional
        self._sent = sent
        self._typed = ""
        self._contact: Contact | None = None
        self._sending: CodeSending | None = None
        self._sent_at = 0.0
        self._tries_left: int | None = None
        self._problem = "" if self._codes is not None else CheckLabel.GATEWAY_FAILED.value
        self._failures = 0
        self._check: Check | None = None
        self._skipped = False

    def view(self) -> ContactView:
        sending, now = self._sending, self._clock.monotonic()
        on_its_way = sending is not None and self._contact is not None
        return ContactView(
            kind=self._kind.value,
            contact=self._typed,
            sent_to=shown(self._contact) if on_its_way and self._contact is not None else "",
            again_in_s=_left(sending.wait_s, now - self._sent_at) if sending is not None else 0,
            valid_s=_left(sending.life_s, now - self._sent_at) if sending is not None else 0,
            tries_left=self._tries_left,
            optional=self._optional,
            problem=self._problem,
            trial=sending is not None and sending.trial,
            noted=self._codes is None,
        )

    def answer(self, data: Mapping[str, object]) -> Reply:
        if self._check is not None or self._skipped:
            return Move.LEAVE  # it could not be stored the first time
        if "contact" in data:
            return self._send_to(str(data["contact"]))
        if self._sending is None or self._contact is None:
            return Move.STAY
        if data.get("change"):
            self._sending, self._tries_left, self._problem = None, None, ""
            return Move.SHOW
        if data.get("again"):
            return self._send_to(self._contact.value)
        if "code" in data:
            return self._compare(self._contact, str(data["code"]))
        return Move.STAY

    def skip(self) -> Reply:
        if not self._optional:
            return Move.STAY
        self._skipped = self._check is None
        return Move.LEAVE

    def result(self) -> StepAnswer:
        if self._skipped:
            return left_out(self._kind.value)
        if self._check is None:
            raise KioskBug("a contact step was left without a result")
        trial = self._sending is not None and self._sending.trial
        return StepAnswer(self._kind.value, self._check, {"value": "" if self._contact is None else self._contact.value, "trial": trial})

    # --- inside ----------------------------------------------------------------------------------------------------

    def _send_to(self, text: str) -> Reply:
        codes, kind, region, language = self._codes, self._kind, self._region, self._language
        if codes is not None and self._sent.get(kind.value, 0) >= MOST_CODES:
            return self._not_executed(CheckLabel.TOO_MANY_TRIES)

        def run() -> Callable[[], Reply]:
            try:
                to = contact(kind, text, region=region)
            except BadInput as error:
                code = error.code
                return lambda: self._refused(text, code)
            if codes is None:
                return lambda: self._kept_unconfirmed(to)
            sending = codes.send(to, language=language)
            return lambda: self._was_sent(text, to, sending)

        return Task("SENDING", run)

    # what comes after the step was left out, which then could not be stored, changes nothing any more

    def _refused(self, text: str, code: ErrorCode) -> Reply:
        if self._skipped:
            return Move.STAY
        self._typed, self._sending, self._problem = text, None, code.value
        return Move.SHOW

    def _kept_unconfirmed(self, to: Contact) -> Reply:
        if self._skipped:
            return Move.STAY
        self._contact = to
        return self._not_executed(CheckLabel.GATEWAY_FAILED)

    def _was_sent(self, text: str, to: Contact, sending: CodeSending) -> Reply:
        if sending.outcome is SendOutcome.SENT:
            self._sent[self._kind.value] = self._sent.get(self._kind.value, 0) + 1
        if self._skipped:
            return Move.STAY
        same = self._contact == to and self._sending is not None
        self._typed, self._contact = text, to
        match sending.outcome:
            case SendOutcome.SENT:
                self._sending, self._sent_at, self._failures, self._problem = sending, self._clock.monotonic(), 0, ""
                self._tries_left = self._tries_left if same else None
            case SendOutcome.TOO_SOON:  # one that was sent before is still good: for another entry of this step, perhaps
                before = self._sending if same and self._sending is not None else sending
                self._sending = replace(before, wait_s=sending.wait_s, life_s=self._life_left(sending.wait_s))
                self._sent_at, self._problem = self._clock.monotonic(), ""
            case SendOutcome.TOO_MANY_PROCESSES:
                self._failures += 1
                if self._failures >= GATEWAY_TRIES:
                    return self._not_executed(CheckLabel.TOO_MANY_TRIES)
                self._sending, self._problem = None, sending.outcome.value
            case SendOutcome.GATEWAY_FAILED:
                self._failures += 1
                if self._failures >= GATEWAY_TRIES or sending.fault is DeliveryFault.NOT_SET_UP:
                    return self._not_executed(CheckLabel.GATEWAY_FAILED)
                if not same:
                    self._sending = None
                refused = sending.fault is DeliveryFault.CONTACT_REFUSED
                self._problem = ErrorCode.INVALID_DATA.value if refused else CheckLabel.GATEWAY_FAILED.value
        return Move.SHOW

    def _life_left(self, wait_s: int) -> int:
        """Seconds that a code still counts after which another may be sent in `wait_s`."""
        if self._codes is None:
            return 0
        return max(0, self._codes.rules.life_s - self._codes.rules.resend_s + wait_s)

    def _compare(self, to: Contact, typed: str) -> Reply:
        codes = self._codes
        if codes is None:
            raise KioskBug("a code without a gateway")

        def run() -> Callable[[], Reply]:
            answer = codes.check(to, typed)
            return lambda: self._was_compared(answer)

        return Task("LOADING", run)

    def _was_compared(self, answer: CodeAnswer) -> Reply:
        if self._skipped:
            return Move.STAY
        over = answer.check.status is not CheckStatus.NOT_EXECUTED and not answer.tries_left
        if over:  # right, or wrong for the last time
            self._check = answer.check
            return Move.LEAVE
        self._tries_left, self._problem = answer.tries_left, answer.check.label.value
        return Move.SHOW

    def _not_executed(self, label: CheckLabel) -> Reply:
        self._check = not_executed(CHECK_OF[self._kind], label, inputs=(self._kind.value,))
        return Move.LEAVE


def _left(seconds: int, passed_s: float) -> int:
    return max(0, math.ceil(seconds - passed_s))
