"""One-time codes: that a telephone number or an e-mail address is the customer's own.

    send ──> code drawn, its hash kept as pending ──> gateway takes it ──> pending becomes current, what was current is void
                                                 └─> gateway fails ────> pending is dropped, what was current still counts
    check ──> expired? tries left? ──> compare ──> right: done, hash erased │ wrong: one try less │ last one: the process is over

A process is all that happens for one contact from the first code until it is confirmed, its tries are used up, its sends are used up
or three hours have passed. Tries belong to the process, not to the code: sending again gives no new ones. So somebody who guesses has
tries x processes a day, 25 of 100,000,000, whoever they say they are. The protocol names no limits; these are the ones in public
use (docs/decisions/0035).

A code is kept as scrypt of it and a random salt. It has eight digits, which any quick hash would give away in a second to whoever reads
the database; scrypt (16 MiB, about 50 ms) makes all of them take weeks, and the code counts for minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypedDict, cast

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.ports import Clock, CodeGateway, CodeLedger, CodeRecord, DeliveryFault, Json
from kiosk.services.code_messages import code_message
from kiosk.services.contacts import Contact, ContactKind, ledger_key

_log = logging.getLogger(__name__)

CHECK_OF: Mapping[ContactKind, CheckName] = {
    ContactKind.PHONE: CheckName.PHONE_VERIFICATION,
    ContactKind.EMAIL: CheckName.EMAIL_VERIFICATION,
}
RULE = "one-time-code"
"""`Check.model` of what is judged here."""
_DAY = timedelta(hours=24)
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P, _HASH_BYTES, _SALT_BYTES = 2**14, 8, 1, 32, 16
_UNUSED_SALT = bytes(_SALT_BYTES)


@dataclass(frozen=True, slots=True)
class CodeRules:
    """`sends`: codes of one process; `process_s`: how long it lasts; the rest as in `config.CodesConfig`."""

    digits: int = 8
    life_s: int = 300
    tries: int = 5
    resend_s: int = 30
    per_day: int = 5
    sends: int = 5
    process_s: int = 3 * 3600


class SendOutcome(StrEnum):
    SENT = "SENT"
    TOO_SOON = "TOO_SOON"  # `wait_s` says when
    TOO_MANY_PROCESSES = "TOO_MANY_PROCESSES"  # of this contact, today
    GATEWAY_FAILED = "GATEWAY_FAILED"  # nothing lost: a code sent before still counts, another try is allowed at once


@dataclass(frozen=True, slots=True)
class CodeSending:
    """What became of `send`.

    Attributes:
        wait_s: seconds until another may be sent; 0 = now.
        life_s: seconds that the code counts, 0 when none was sent.
        fault: of the gateway.
        trial: the code was shown on this machine, nothing was sent.
    """

    outcome: SendOutcome
    wait_s: int = 0
    life_s: int = 0
    fault: DeliveryFault | None = None
    trial: bool = False


@dataclass(frozen=True, slots=True)
class CodeAnswer:
    """What a typed code gave. `tries_left`: 0 = only a new process helps."""

    check: Check
    tries_left: int


class _Code(TypedDict):
    salt: str
    hash: str
    sent_at: str
    expires_at: str


class _State(TypedDict):
    """JSON of one contact. `began`: processes of the last day; `open`: the last of them is not over; `tries`, `sends`: of it."""

    began: list[str]
    open: bool
    tries: int
    sends: int
    current: _Code | None
    pending: _Code | None


class OneTimeCodes:
    """Thread-safe: what is counted is changed in the ledger alone, in one transaction each. Holds no code."""

    def __init__(
        self,
        ledger: CodeLedger,
        gateways: Mapping[ContactKind, CodeGateway],
        clock: Clock,
        *,
        brand: str,
        rules: CodeRules | None = None,
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        """
        Args:
            gateways: kinds without one cannot be confirmed.
            brand: who the message says that it is for.
            draw: a random whole number below its argument; a test's own draws known codes.
        """
        self._ledger = ledger
        self._gateways = gateways
        self._clock = clock
        self._brand = brand
        self.rules = rules or CodeRules()
        self._draw = draw

    def _is_trial(self, kind: ContactKind) -> bool:
        gateway = self._gateways.get(kind)
        return gateway is not None and gateway.is_trial

    def can_send(self, kind: ContactKind) -> bool:
        return kind in self._gateways

    def send(self, contact: Contact, *, language: str) -> CodeSending:
        """Draw a code and hand it to the gateway; blocks for its time-out at most. Raises StoreFault."""
        gateway = self._gateways.get(contact.kind)
        if gateway is None:
            return CodeSending(SendOutcome.GATEWAY_FAILED, fault=DeliveryFault.NOT_SET_UP)
        code = str(self._draw(10**self.rules.digits)).zfill(self.rules.digits)
        drawn = self._hashed(code)
        refused = self._reserve(contact, drawn)
        if refused is not None:
            return refused
        message = code_message(contact.value, code, language=language, brand=self._brand, life_s=self.rules.life_s)
        delivery = gateway.send(message)
        self._settle(contact, drawn, sent=delivery.fault is None)
        if delivery.fault is not None:
            _log.warning("a code by %s was not sent: %s, status %d", gateway.name, delivery.fault.value, delivery.status)
            return CodeSending(SendOutcome.GATEWAY_FAILED, fault=delivery.fault)
        _log.info("a code was sent by %s", gateway.name)
        return CodeSending(SendOutcome.SENT, self.rules.resend_s, self.rules.life_s, trial=gateway.is_trial)

    def check(self, contact: Contact, typed: str) -> CodeAnswer:
        """Compare what the customer typed; blanks and dashes do not count. A wrong code costs a try. Raises StoreFault."""
        name = CHECK_OF[contact.kind]
        digits = "".join(character for character in typed if character.isascii() and character.isdigit())
        known = _state(self._ledger.read(ledger_key(contact)))
        # hashed before the transaction, so that nobody waits for it; the salt is compared inside
        salt = bytes.fromhex(known["current"]["salt"]) if known["current"] else _UNUSED_SALT
        hashed = _hash(digits, salt)
        answer: list[CodeAnswer] = []

        def judge(kept: Mapping[str, Json] | None) -> CodeRecord | None:
            state, now = _state(kept), self._now()
            current = state["current"]
            left = max(0, self.rules.tries - state["tries"]) if state["open"] else 0
            if current is None:
                over = state["tries"] >= self.rules.tries
                label = CheckLabel.TOO_MANY_TRIES if over else CheckLabel.INPUT_MISSING
                answer.append(CodeAnswer(_check(name, label), left))
                return self._record(state) if kept is not None else None
            if not _time(current["sent_at"]) <= now < _time(current["expires_at"]):  # also when the clock was set back
                answer.append(CodeAnswer(_check(name, CheckLabel.CODE_EXPIRED), left))
            elif hmac.compare_digest(hashed, bytes.fromhex(current["hash"])) and salt.hex() == current["salt"]:
                # used once: the hash goes, the process is over
                state["current"], state["open"], state["tries"] = None, False, 0
                answer.append(CodeAnswer(_check(name, CheckLabel.TRIAL if self._is_trial(contact.kind) else CheckLabel.OK), 0))
            else:
                state["tries"] += 1
                left = max(0, self.rules.tries - state["tries"])
                if not left:
                    state["current"], state["open"] = None, False
                answer.append(CodeAnswer(_check(name, CheckLabel.CODE_WRONG if left else CheckLabel.TOO_MANY_TRIES), left))
            return self._record(state)

        self._ledger.change(ledger_key(contact), judge, now=self._clock.now_utc())
        _log.info("a code by %s was judged: %s", contact.kind.value, answer[-1].check.label.value)
        return answer[-1]

    # --- the ledger ------------------------------------------------------------------------------------------------

    def _reserve(self, contact: Contact, drawn: _Code) -> CodeSending | None:
        """Keep the drawn code as pending, unless a limit speaks against it: then what to say."""
        said: list[CodeSending] = []

        def reserve(kept: Mapping[str, Json] | None) -> CodeRecord | None:
            now = self._now()
            state = _of_today(_state(kept), now)
            sent = [code["sent_at"] for code in (state["current"], state["pending"]) if code is not None]
            waits = [self.rules.resend_s - (now - _time(at)).total_seconds() for at in sent]
            wait = max([wait for wait in waits if wait <= self.rules.resend_s], default=0.0)  # a later "now" than sent_at only
            if wait > 0:
                said.append(CodeSending(SendOutcome.TOO_SOON, wait_s=-int(-wait // 1)))
            elif not self._continues(state, now) and len(state["began"]) >= self.rules.per_day:
                oldest = min(_time(at) for at in state["began"])
                said.append(CodeSending(SendOutcome.TOO_MANY_PROCESSES, wait_s=max(1, round((oldest + _DAY - now).total_seconds()))))
            if said:
                return self._record(state) if kept is not None else None
            state["pending"] = drawn
            return self._record(state)

        self._ledger.change(ledger_key(contact), reserve, now=self._clock.now_utc())
        return said[-1] if said else None

    def _settle(self, contact: Contact, drawn: _Code, *, sent: bool) -> None:
        def settle(kept: Mapping[str, Json] | None) -> CodeRecord | None:
            state, now = _state(kept), self._now()
            if state["pending"] == drawn:
                state["pending"] = None
            if not sent:
                return self._record(state) if state["began"] or state["current"] else None
            if not self._continues(state, now):
                state["began"].append(drawn["sent_at"])
                state["open"], state["tries"], state["sends"] = True, 0, 0
            state["sends"] += 1
            state["current"] = drawn
            return self._record(state)

        self._ledger.change(ledger_key(contact), settle, now=self._clock.now_utc())

    def _continues(self, state: _State, now: datetime) -> bool:
        """Whether another code belongs to the last process."""
        if not state["open"] or not state["began"] or state["tries"] >= self.rules.tries or state["sends"] >= self.rules.sends:
            return False
        return timedelta(0) <= now - _time(state["began"][-1]) < timedelta(seconds=self.rules.process_s)

    def _record(self, state: _State) -> CodeRecord:
        now = self._now()
        return CodeRecord(cast("Mapping[str, Json]", _of_today(state, now)), _iso(now + _DAY))

    def _hashed(self, code: str) -> _Code:
        salt = secrets.token_bytes(_SALT_BYTES)
        now = self._now()
        expires = _iso(now + timedelta(seconds=self.rules.life_s))
        return _Code(salt=salt.hex(), hash=_hash(code, salt).hex(), sent_at=_iso(now), expires_at=expires)

    def _now(self) -> datetime:
        return _time(self._clock.now_utc())


def _check(name: CheckName, label: CheckLabel) -> Check:
    inputs = ("phone" if name is CheckName.PHONE_VERIFICATION else "email",)
    if label is CheckLabel.OK:
        return Check(name, CheckStatus.PASSED, label, inputs=inputs, model=RULE)
    if label is CheckLabel.TRIAL:  # whoever stands at this machine could read it: nothing is proven of the contact
        return Check(name, CheckStatus.WARNING, label, inputs=inputs, model=RULE)
    if label in (CheckLabel.CODE_WRONG, CheckLabel.TOO_MANY_TRIES):
        return Check(name, CheckStatus.REJECTED, label, inputs=inputs, model=RULE)
    return not_executed(name, label, inputs=inputs)  # nothing was compared


def _hash(code: str, salt: bytes) -> bytes:
    return hashlib.scrypt(code.encode(), salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, dklen=_HASH_BYTES)


def _state(kept: Mapping[str, Json] | None) -> _State:
    if kept is None:
        return _State(began=[], open=False, tries=0, sends=0, current=None, pending=None)
    return cast("_State", {**kept, "began": list(cast("list[str]", kept["began"]))})


def _of_today(state: _State, now: datetime) -> _State:
    """Without the processes of more than a day ago (or, after the clock was set back, ahead)."""
    state["began"] = [at for at in state["began"] if abs(now - _time(at)) < _DAY]
    return state


def _time(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
