"""Consent: the words a customer was shown, their answer, and the rules for comparing faces (protocols: Jumio `userConsent`).

A text is known by purpose, version and language, and proved by its SHA-256: what was agreed to can be shown years later, word by word.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from kiosk.domain.countries import is_known

BIOMETRIC = "biometric"
"""The purpose that the comparing of faces rests on. Every set of texts has it."""

CONTINUOUS_YEARS = 3
"""A continuous consent to biometrics holds for at most three years from when it was given; then the customer is asked again."""


class WithdrawalEffect(StrEnum):
    """What rests on a purpose, and so is erased when the consent to it is withdrawn."""

    EVERYTHING = "everything"
    BIOMETRICS = "biometrics"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What is shown for one purpose, in one language.

    Attributes:
        choice: the words beside the way without this purpose; "" where it cannot be left out.
    """

    purpose: str
    version: str
    language: str
    heading: str
    text: str
    choice: str = ""

    @property
    def sha256(self) -> str:
        """Over all of it, as a JSON list in UTF-8, so that no two texts give the same bytes."""
        words = [self.purpose, self.version, self.language, self.heading, self.text, self.choice]
        return hashlib.sha256(json.dumps(words, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of a version.

    Attributes:
        required: one cannot be onboarded without it.
        withdrawal: what is erased when the consent to it is withdrawn.
        one_to_many: its words say that the face is searched for among earlier customers, and kept for that. Of BIOMETRIC alone.
    """

    key: str
    required: bool
    withdrawal: WithdrawalEffect
    one_to_many: bool = False


@dataclass(frozen=True, slots=True)
class ConsentPlace:
    """Where the customer stands. `country` ISO 3166-1 alpha-3, `state` of the USA, Canada and Australia, `site` the branch's own name."""

    country: str = ""
    state: str = ""
    site: str = ""
    ip: str = ""


class Obtained(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "na"


@dataclass(frozen=True, slots=True)
class BiometricConsent:
    """A customer's answer about comparing faces. `obtained_at` ISO 8601 UTC; `obtained` None = nobody said."""

    place: ConsentPlace
    obtained: Obtained | None = None
    obtained_at: str = ""


class BiometricVerdict(StrEnum):
    """Whether faces may be compared, and if not, why."""

    ALLOWED = "ALLOWED"
    COUNTRY_MISSING = "COUNTRY_MISSING"
    COUNTRY_UNKNOWN = "COUNTRY_UNKNOWN"
    STATE_MISSING = "STATE_MISSING"
    STATE_UNKNOWN = "STATE_UNKNOWN"
    ANSWER_MISSING = "ANSWER_MISSING"
    TIME_MISSING = "TIME_MISSING"
    TIME_WRONG = "TIME_WRONG"  # no time at all, without a zone, or in the future
    IP_MISSING = "IP_MISSING"
    IP_WRONG = "IP_WRONG"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"


VERDICT_SENTENCES = {
    BiometricVerdict.ALLOWED: "Faces may be compared.",
    BiometricVerdict.COUNTRY_MISSING: "The country where the customer is has to be known before faces are compared.",
    BiometricVerdict.COUNTRY_UNKNOWN: "The country is no ISO 3166-1 code of three letters.",
    BiometricVerdict.STATE_MISSING: "In the USA, Canada and Australia the state has to be known, too.",
    BiometricVerdict.STATE_UNKNOWN: "There is no such state in this country.",
    BiometricVerdict.ANSWER_MISSING: "The customer has not been asked whether their face may be compared.",
    BiometricVerdict.TIME_MISSING: "It is not known when the customer agreed.",
    BiometricVerdict.TIME_WRONG: "The time when the customer agreed cannot be: it has no time zone, or lies in the future.",
    BiometricVerdict.IP_MISSING: "The customer's network address has to be known before faces are compared.",
    BiometricVerdict.IP_WRONG: "The customer's network address is none.",
    BiometricVerdict.REFUSED: "The customer does not want their face to be compared: a colleague compares the pictures.",
    BiometricVerdict.EXPIRED: "The customer agreed more than three years ago and has to be asked again.",
}
"""For staff and the command line."""

_STATES = {
    # 50 states, the district and the territories with a postal code
    "USA": frozenset(
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX "
        "UT VT VA WA WV WI WY DC AS GU MP PR VI".split()
    ),
    "CAN": frozenset("AB BC MB NB NL NS NT NU ON PE QC SK YT".split()),
    # ISO 3166-2 has two or three letters here, the protocol asks for two: both are taken
    "AUS": frozenset("ACT NSW NT QLD SA TAS VIC WA AC NS QL TS VI".split()),
}


def judge_biometric(consent: BiometricConsent, now: str, *, need_ip: bool = False) -> BiometricVerdict:
    """Whether faces may be compared now.

    Args:
        now: ISO 8601 UTC.
        need_ip: the customer is elsewhere (a remote door): their address belongs to the record.

    The answer is required in the USA; elsewhere none counts as not applicable. A refusal always counts, and so does the age of a yes.
    """
    place = consent.place
    if not place.country:
        return BiometricVerdict.COUNTRY_MISSING
    if len(place.country) != 3 or not is_known(place.country):
        return BiometricVerdict.COUNTRY_UNKNOWN
    states = _STATES.get(place.country)
    if states is not None:
        if not place.state:
            return BiometricVerdict.STATE_MISSING
        if place.state not in states:
            return BiometricVerdict.STATE_UNKNOWN
    if place.ip or need_ip:
        if not place.ip:
            return BiometricVerdict.IP_MISSING
        try:
            ipaddress.ip_address(place.ip)
        except ValueError:
            return BiometricVerdict.IP_WRONG
    if consent.obtained is None and place.country == "USA":
        return BiometricVerdict.ANSWER_MISSING
    if consent.obtained is Obtained.NO:
        return BiometricVerdict.REFUSED
    if consent.obtained is Obtained.YES:
        return _judge_time(consent.obtained_at, now)
    return BiometricVerdict.ALLOWED


def valid_until(obtained_at: str) -> str:
    """When a consent given then ends, ISO 8601 UTC with milliseconds. A 29 February ends on the 28th. Raises ValueError."""
    return _iso(_in_three_years(_parsed(obtained_at)))


def is_expired(obtained_at: str, now: str) -> bool:
    """Raises ValueError when one of them is no time with a zone."""
    return _parsed(now) >= _in_three_years(_parsed(obtained_at))


def _judge_time(obtained_at: str, now: str) -> BiometricVerdict:
    if not obtained_at:
        return BiometricVerdict.TIME_MISSING
    try:
        given = _parsed(obtained_at)
        if given > _parsed(now):
            return BiometricVerdict.TIME_WRONG
        return BiometricVerdict.EXPIRED if is_expired(obtained_at, now) else BiometricVerdict.ALLOWED
    except ValueError:
        return BiometricVerdict.TIME_WRONG


def _parsed(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _in_three_years(moment: datetime) -> datetime:
    try:
        return moment.replace(year=moment.year + CONTINUOUS_YEARS)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + CONTINUOUS_YEARS, day=28)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
