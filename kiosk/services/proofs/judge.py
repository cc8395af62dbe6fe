"""A proof against the customer: the check PROOF_OF_ADDRESS or PROOF_OF_FUNDS, and what it rests on.

    nothing to read, or nothing to compare with        NOT_EXECUTED
    surely older than allowed                          REJECTED  TOO_OLD
    surely another name                                WARNING   NAME_DIFFERS
    surely another address (proof of address)          WARNING   ADDRESS_DIFFERS
    something was not found, or not for certain        WARNING   LOW_CONFIDENCE
    all the same, and recent                           PASSED

"Surely" asks for a reading above `SURE` and, for dates, that every reading of them agrees (06/08/2025 has two).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.services.proofs.address import Address, addresses_alike, parse_address
from kiosk.services.proofs.alike import Alike, names_alike
from kiosk.services.proofs.reading import DateRole, Found, FoundAddress, FoundAmount, FoundDate, ProofReading, is_prose
from kiosk.services.proofs.words import latin

SURE = 0.8
"""Confidence of a line from which on a difference in it counts as one; below, it may be the reader's. Chosen, not fitted."""
_NEAR_WORDS = 24
"""Behind the name, within which the address of a sentence stands."""
RULE = "proof-rules-1"


class ProofKind(StrEnum):
    ADDRESS = "address"
    FUNDS = "funds"


CHECK_OF = {ProofKind.ADDRESS: CheckName.PROOF_OF_ADDRESS, ProofKind.FUNDS: CheckName.PROOF_OF_FUNDS}


@dataclass(frozen=True, slots=True)
class ProofSubject:
    """The customer as their document says. `address`: lines, or one with commas; needed for a proof of address alone."""

    name: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProofResult:
    """The check and the findings that it rests on; None = not found. `alike`: of name and address with the customer's."""

    kind: ProofKind
    check: Check
    name: Found | None = None
    name_alike: Alike | None = None
    address: FoundAddress | None = None
    address_alike: Alike | None = None
    issued: FoundDate | None = None
    age_days: int | None = None
    issuer: Found | None = None
    amounts: tuple[FoundAmount, ...] = ()


def judge_proof(reading: ProofReading, subject: ProofSubject, kind: ProofKind, *, today: str, max_age_days: int = 90) -> ProofResult:
    """Pure. Args: `today` YYYY-MM-DD."""
    at = time.perf_counter()
    name = CHECK_OF[kind]
    inputs = (f"proof.{kind.value}",)
    theirs = parse_address(subject.address)
    if not any(page.pieces for page in reading.pages):
        return ProofResult(kind, not_executed(name, CheckLabel.LOW_QUALITY, inputs=inputs))
    if not latin(subject.name) or (kind is ProofKind.ADDRESS and not theirs.is_whole):
        return ProofResult(kind, not_executed(name, CheckLabel.INPUT_MISSING, inputs=inputs))
    holder, holder_alike = _name(reading, subject.name)
    home, home_alike = _address(reading, theirs) if theirs.is_whole else (None, None)
    if not reading.names and (in_text := _in_text(reading, subject, kind)) is not None:
        holder, holder_alike = in_text, Alike.SAME
        home_alike = Alike.SAME if kind is ProofKind.ADDRESS else home_alike
    issued, age = _issued(reading.dates, today)
    status, label = _verdict(reading, kind, holder_alike, home_alike, _ages(issued, today), max_age_days)
    params = {"max_days": str(max_age_days)}
    if issued:
        params |= {"date": issued[0].date.value}
    check = Check(name, status, label, inputs=inputs, model=RULE, ms=(time.perf_counter() - at) * 1000, params=params)
    balances = tuple(one for one in reading.amounts if one.role in ("balance", "total"))
    first = issued[0] if issued else None
    return ProofResult(kind, check, holder, holder_alike, home, home_alike, first, age, reading.issuer, balances or reading.amounts)


def _verdict(
    reading: ProofReading, kind: ProofKind, holder: Alike | None, home: Alike | None, ages: Sequence[int], most: int
) -> tuple[CheckStatus, CheckLabel]:
    if ages and min(ages) > most:
        return CheckStatus.REJECTED, CheckLabel.TOO_OLD
    if holder is Alike.DIFFERENT:
        return CheckStatus.WARNING, CheckLabel.NAME_DIFFERS
    if kind is ProofKind.ADDRESS and home is Alike.DIFFERENT:
        return CheckStatus.WARNING, CheckLabel.ADDRESS_DIFFERS
    needed = [holder is Alike.SAME, bool(ages) and 0 <= min(ages) and max(ages) <= most]
    if kind is ProofKind.ADDRESS:
        needed.append(home is Alike.SAME)
    else:
        needed.append(any(one.role in ("balance", "total") for one in reading.amounts))
    return (CheckStatus.PASSED, CheckLabel.OK) if all(needed) else (CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE)


def _name(reading: ProofReading, name: str) -> tuple[Found | None, Alike | None]:
    """The holder who is likest; a difference that was not read for certain is none."""
    judged = [(names_alike(name, found.text), found) for found in reading.names]
    if not judged:
        return None, None
    alike, found = max(judged, key=lambda one: (one[0], one[1].confidence))
    if alike is Alike.DIFFERENT and max(one.confidence for _, one in judged) < SURE:
        return found, Alike.UNSURE
    return found, alike


def _address(reading: ProofReading, home: Address) -> tuple[FoundAddress | None, Alike | None]:
    judged = [(addresses_alike(home, found.address), found) for found in reading.addresses if not found.supplier]
    if not judged:
        return None, None
    alike, found = max(judged, key=lambda one: (one[0], one[1].address.is_whole, one[1].found.confidence))
    if alike is Alike.DIFFERENT and found.found.confidence < SURE:
        return found, Alike.UNSURE
    return found, alike


def _in_text(reading: ProofReading, subject: ProofSubject, kind: ProofKind) -> Found | None:
    """A letter that says it in a sentence: the customer's whole name and, for a proof of address, near it their whole address."""
    name = latin(subject.name).split()
    home = parse_address(subject.address)
    if len(name) < 2:
        return None
    for page in reading.pages:
        words = [(word, piece) for piece in page.pieces for word in latin(piece.text).split()]
        for start in range(len(words) - len(name) + 1):
            if sorted(word for word, _ in words[start : start + len(name)]) != sorted(name):
                continue
            piece = words[start][1]
            near = [word for word, _ in words[start + len(name) : start + len(name) + _NEAR_WORDS]]
            if is_prose(piece.text) and (kind is ProofKind.FUNDS or _stands_in(home, near)):
                return Found(subject.name, piece.confidence, page.number, piece.quad)
    return None


def _stands_in(home: Address, words: Sequence[str]) -> bool:
    wanted = (*home.street, *home.houses[:1], *home.town)
    return home.postcode.lower() in "".join(words) and all(any(word.startswith(want) for word in words) for want in wanted)


def _issued(dates: Sequence[FoundDate], today: str) -> tuple[tuple[FoundDate, ...], int | None]:
    """Dates that are the proof's own: those labelled so; else the one without a label; else the end of its period."""
    sure = [one for one in dates if one.found.confidence >= SURE]
    issued = [one for one in sure if one.role is DateRole.ISSUED]
    if not issued:
        bare = [one for one in sure if one.role is DateRole.UNLABELLED]
        issued = bare if len({one.date.value for one in bare}) == 1 else []
    if not issued and not any(one.role is DateRole.UNLABELLED for one in sure):
        periods = [one for one in sure if one.role is DateRole.PERIOD and one.date.value <= today]
        issued = [max(periods, key=lambda one: one.date.value)] if periods else []
    return tuple(issued), _days(issued[0].date.value, today) if issued else None


def _ages(issued: Sequence[FoundDate], today: str) -> tuple[int, ...]:
    """Days since, for every reading of every date of issue."""
    values = {value for one in issued for value in (one.date.value, one.date.other) if value}
    ages = {value: _days(value, today) for value in values}
    # the reading that lies ahead is not the one that was meant, where the other does not
    past = [one for one in issued if one.date.other and (ages[one.date.value] < 0) != (ages[one.date.other] < 0)]
    for one in past:
        ahead = one.date.value if ages[one.date.value] < 0 else one.date.other
        if not any(other is not one and other.date.value == ahead for other in issued):
            values.discard(ahead)
    return tuple(ages[value] for value in values)


def _days(value: str, today: str) -> int:
    return (date.fromisoformat(today) - date.fromisoformat(value)).days
