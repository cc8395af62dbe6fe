"""What staff said of a hit: confirmed or dismissed, why and by whom. A dismissal holds for this person and this version of the entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.watchlist.model import Hit, Subject
from kiosk.services.watchlist.names import words_of


class Verdict(StrEnum):
    CONFIRMED = "CONFIRMED"
    DISMISSED = "DISMISSED"


class ReviewReason(StrEnum):
    """Codes, not free text: the audit chain outlives the customer and holds no personal data."""

    SAME_PERSON = "SAME_PERSON"
    OTHER_BIRTH = "OTHER_BIRTH"
    OTHER_NATIONALITY = "OTHER_NATIONALITY"
    OTHER_SEX = "OTHER_SEX"
    OTHER_NAME = "OTHER_NAME"
    OTHER_PERSON_BY_PICTURE = "OTHER_PERSON_BY_PICTURE"
    DELISTED = "DELISTED"
    CLEARED_BY_COMPLIANCE = "CLEARED_BY_COMPLIANCE"
    IN_WORDS = "IN_WORDS"  # the reason is a sentence, which stays with the customer


@dataclass(frozen=True, slots=True)
class Review:
    """One verdict.

    Attributes:
        user_reference: whose screening it was; no personal data by its protocol.
        person: `person_mark` of what was asked about: another name or date of birth under the same reference is looked at afresh. Of
            several (as read, and as typed over) the marks with a space between.
        by: id of the member of staff.
        at: UTC.
    """

    user_reference: str
    person: str
    list_name: str
    entry: str
    entry_version: str
    verdict: Verdict
    reason: ReviewReason
    by: str
    at: str

    def is_of(self, hit: Hit, subjects: Iterable[Subject]) -> bool:
        """Whether it holds for this entry, as the list has it now, and for all of these."""
        named = (self.list_name, self.entry, self.entry_version) == (hit.source.name, hit.listed.id, hit.listed.version)
        return named and {person_mark(subject) for subject in subjects} <= set(self.person.split())


class ScreeningReviews(Protocol):
    """Keeps verdicts; the newest of a person and an entry counts."""

    def add(self, review: Review) -> None: ...

    def of_user(self, user_reference: str) -> list[Review]:
        """In the order they were given."""
        ...


def person_mark(subject: Subject) -> str:
    """8 hex digits: enough to see that the person asked about has changed, too few to find a name by trying."""
    parts = [*sorted(words_of(subject.name)), subject.birth, *sorted(subject.countries), subject.sex.value]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def judged(
    hit: Hit, subject: Subject | Iterable[Subject], user_reference: str, verdict: Verdict, reason: ReviewReason, by: str, at: str
) -> Review:
    """Args: `subject` whoever was asked about when this entry was found.

    Raises BadInput(BAD_ARGUMENT) without a member of staff or with a reason that does not go with the verdict.
    """
    if not by.strip() or not user_reference.strip():
        raise BadInput(ErrorCode.BAD_ARGUMENT, "a review needs the user reference and who gave it")
    if (verdict is Verdict.CONFIRMED) is not (reason is ReviewReason.SAME_PERSON):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{reason.value} is no reason for {verdict.value}")
    listed = hit.listed
    person = " ".join(map(person_mark, (subject,) if isinstance(subject, Subject) else subject))
    return Review(user_reference, person, hit.source.name, listed.id, listed.version, verdict, reason, by, at)


def review_fields(review: Review) -> dict[str, str]:
    """For `store.watchlists.SqlScreeningReviews`."""
    return {name: str(getattr(review, name)) for name in Review.__slots__}


def review_of(fields: Mapping[str, str]) -> Review:
    """What `review_fields` gave."""
    plain = {name: fields[name] for name in Review.__slots__ if name not in ("verdict", "reason")}
    return Review(**plain, verdict=Verdict(fields["verdict"]), reason=ReviewReason(fields["reason"]))
