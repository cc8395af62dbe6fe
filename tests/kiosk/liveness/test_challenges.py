"""Challenges are random, bound to a session, good once, and expire."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from kiosk.domain.challenge import Assertion, Challenge, ChallengeKind
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.liveness.challenges import FACE_SIZES, ChallengeBook
from tests.kiosk.liveness.stage import StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def book(clock: StillClock) -> ChallengeBook:
    return ChallengeBook(clock)


def many(kind: ChallengeKind, count: int = 200) -> list[Challenge]:
    book = ChallengeBook(StillClock(), random=random.Random(1))
    return [book.issue("session", [kind]) for _ in range(count)]


def test_a_challenge_is_redeemed_once_by_its_own_session(book: ChallengeBook) -> None:
    challenge = book.issue("session", list(ChallengeKind))
    assert book.redeem(challenge.id, "session") is challenge
    with pytest.raises(BadInput) as caught:
        book.redeem(challenge.id, "session")
    assert caught.value.code is ErrorCode.INVALID_DATA


def test_another_session_cannot_redeem_it_nor_void_it(book: ChallengeBook) -> None:
    challenge = book.issue("session", [ChallengeKind.SMILE])
    with pytest.raises(BadInput, match="another session"):
        book.redeem(challenge.id, "another")
    assert book.redeem(challenge.id, "session") is challenge


def test_an_unknown_id_is_refused(book: ChallengeBook) -> None:
    with pytest.raises(BadInput) as caught:
        book.redeem("00" * 16, "session")
    assert caught.value.code is ErrorCode.INVALID_DATA


def test_it_expires_after_two_minutes(book: ChallengeBook, clock: StillClock) -> None:
    early, late = book.issue("session", [ChallengeKind.SMILE]), book.issue("session", [ChallengeKind.SMILE])
    assert late.expires_at == "2026-03-01T10:02:00.000Z"
    clock.seconds = 119.9
    book.redeem(early.id, "session")
    clock.seconds = 120.0
    with pytest.raises(BadInput, match="expired"):
        book.redeem(late.id, "session")


def test_a_challenge_needs_a_kind_and_a_session(book: ChallengeBook) -> None:
    with pytest.raises(BadInput):
        book.issue("session", [])
    with pytest.raises(BadInput):
        book.issue("", [ChallengeKind.SMILE])


def test_only_allowed_kinds_are_drawn_and_all_of_them(book: ChallengeBook) -> None:
    kinds = [ChallengeKind.SMILE, ChallengeKind.MULTI_RANGE]
    assert {book.issue("session", kinds).kind for _ in range(60)} == set(kinds)


def test_ids_and_nonces_do_not_repeat() -> None:
    challenges = many(ChallengeKind.SMILE)
    assert len({challenge.id for challenge in challenges} | {challenge.nonce for challenge in challenges}) == 400


def test_sizes_are_different_in_random_order_and_neighbours_at_least_two_apart() -> None:
    drawn = {challenge.steps for challenge in many(ChallengeKind.MULTI_RANGE)}
    assert len(drawn) > 30
    for steps in drawn:
        numbers = [FACE_SIZES.index(step) for step in steps]
        assert 3 <= len(numbers) <= 4
        assert len(set(numbers)) == len(numbers)
        assert min(abs(one - other) for one, other in pairwise(numbers)) >= 2
        assert max(numbers) - min(numbers) >= 3


def test_a_head_turn_asks_for_two_random_sides() -> None:
    assert len({challenge.steps for challenge in many(ChallengeKind.HEAD_TURN)}) == 4


def test_gaze_has_four_or_five_corners_and_never_one_twice_in_a_row() -> None:
    for challenge in many(ChallengeKind.EYE_GAZE):
        assert len(challenge.steps) in (4, 5)
        assert all(one is not other for one, other in pairwise(challenge.steps))


def test_smile_and_magnifeye_have_the_steps_of_the_protocol() -> None:
    assert many(ChallengeKind.SMILE, 1)[0].steps == (Assertion.NEUTRAL, Assertion.SMILE)
    assert many(ChallengeKind.MAGNIFEYE, 1)[0].steps == (Assertion.FRONT, Assertion.MAGNIFEYE)


def test_colours_come_only_when_asked_for_and_change_each_time(book: ChallengeBook) -> None:
    assert book.issue("session", [ChallengeKind.SMILE]).flashes == ()
    flashes = book.issue("session", [ChallengeKind.SMILE], flashes=True).flashes
    assert len(flashes) >= 4
    assert all(one != other for one, other in pairwise(flashes))
