"""Issues the challenges of active checks and takes each back once: random, bound to a session, expiring."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from kiosk.domain.challenge import Assertion, Challenge, ChallengeKind
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Clock

VALID_S = 120.0
FACE_SIZES = (
    Assertion.FACE_SIZE_ZERO,
    Assertion.FACE_SIZE_ONE,
    Assertion.FACE_SIZE_TWO,
    Assertion.FACE_SIZE_THREE,
    Assertion.FACE_SIZE_FOUR,
    Assertion.FACE_SIZE_FIVE,
)
CORNERS = (
    Assertion.EYE_GAZE_TOP_LEFT,
    Assertion.EYE_GAZE_TOP_RIGHT,
    Assertion.EYE_GAZE_BOTTOM_LEFT,
    Assertion.EYE_GAZE_BOTTOM_RIGHT,
)
FLASHES = ("#FF3030", "#30FF30", "#3060FF", "#FFFFFF", "#202020")
"""Far apart in hue, and a light and a dark one."""
_MOST_OPEN = 256
"""Challenges that nobody came back for are dropped, the oldest first."""
UNKNOWN, EXPIRED = "UNKNOWN", "EXPIRED"
"""`params["reason"]` of what is refused."""
_STEPS_APART = 2
_SPAN = 3
"""Of the sizes asked for the largest and the smallest are at least so many apart, else perspective would hardly change."""


@dataclass(slots=True)
class _Issued:
    challenge: Challenge
    expires: float  # monotonic seconds
    begun: bool = False


class ChallengeBook:
    """Holds what was issued until it is redeemed or forgotten. Thread-safe; lives as long as the process: a restart voids all.

    Args:
        clock: its monotonic time decides expiry, so that a wall clock that is set does not.
        random: where chance comes from; a test may give its own.
        turns: how many sides a head turn asks for, one after another.
    """

    def __init__(self, clock: Clock, *, random: Random | None = None, valid_s: float = VALID_S, turns: int = 2) -> None:
        self._clock = clock
        self._random = random or secrets.SystemRandom()
        self._valid_s = valid_s
        self._turns = turns
        self._lock = threading.Lock()
        self._open: dict[str, _Issued] = {}

    def issue(
        self, session: str, kinds: Sequence[ChallengeKind], *, flashes: bool = False, instead_of: Challenge | None = None
    ) -> Challenge:
        """A new challenge of one of `kinds`. Raises BadInput(BAD_ARGUMENT) for no kind or no session.

        Args: `instead_of` one that was left before it was tried: the new one asks for the same, with an id, a nonce and a time of its own.
        """
        if not kinds or not session:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "a challenge needs a session and at least one kind of check")
        kind = self._random.choice(list(kinds)) if instead_of is None else instead_of.kind
        now = self._clock.now_utc()
        challenge = Challenge(
            id=self._hex(16),
            kind=kind,
            session=session,
            steps=self._steps(kind) if instead_of is None else instead_of.steps,
            nonce=self._hex(16),
            issued_at=now,
            expires_at=_later(now, self._valid_s),
            flashes=self._colours() if flashes else (),
        )
        with self._lock:
            self._open[challenge.id] = _Issued(challenge, self._clock.monotonic() + self._valid_s)
            while len(self._open) > _MOST_OPEN:
                del self._open[next(iter(self._open))]
        return challenge

    def begin(self, challenge: Challenge) -> None:
        """A run of it begins: the only one that there will be. It stays open until it is redeemed.

        Raises BadInput(INVALID_DATA) when it is unknown, not as it was issued, begun before or expired; `reason` as `redeem`.
        """
        with self._lock:
            issued = self._known(challenge.id, challenge.session)
            if issued.begun or issued.challenge != challenge:
                raise BadInput(ErrorCode.INVALID_DATA, "the challenge was begun before, or is not as it was issued", reason=UNKNOWN)
            if self._clock.monotonic() >= issued.expires:
                raise BadInput(ErrorCode.INVALID_DATA, "the challenge has expired", reason=EXPIRED)
            issued.begun = True

    def redeem(self, challenge_id: str, session: str) -> Challenge:
        """Takes it back, once. Raises BadInput(INVALID_DATA) when it is unknown, another session's, used or expired.

        Another session's stays open: who guesses an id must not be able to void it. `params["reason"]`: UNKNOWN or EXPIRED.
        """
        with self._lock:
            issued = self._known(challenge_id, session)
            del self._open[challenge_id]
        if self._clock.monotonic() >= issued.expires:
            raise BadInput(ErrorCode.INVALID_DATA, "the challenge has expired", reason=EXPIRED)
        return issued.challenge

    def forget(self, session: str) -> None:
        """The session ended, or asks anew: what was issued to it is void."""
        with self._lock:
            self._open = {known: one for known, one in self._open.items() if one.challenge.session != session}

    def _known(self, challenge_id: str, session: str) -> _Issued:
        issued = self._open.get(challenge_id)
        if issued is None:
            raise BadInput(ErrorCode.INVALID_DATA, "no such challenge is open: unknown, or used before", reason=UNKNOWN)
        if not secrets.compare_digest(issued.challenge.session.encode(), session.encode()):
            raise BadInput(ErrorCode.INVALID_DATA, "the challenge was issued to another session", reason=UNKNOWN)
        return issued

    def _steps(self, kind: ChallengeKind) -> tuple[Assertion, ...]:
        match kind:
            case ChallengeKind.HEAD_TURN:
                sides = (Assertion.TURN_LEFT, Assertion.TURN_RIGHT)
                return tuple(self._random.choice(sides) for _ in range(self._turns))
            case ChallengeKind.SMILE:
                return (Assertion.NEUTRAL, Assertion.SMILE)
            case ChallengeKind.MULTI_RANGE:
                return self._sizes()
            case ChallengeKind.MAGNIFEYE:
                return (Assertion.FRONT, Assertion.MAGNIFEYE)
            case ChallengeKind.EYE_GAZE:
                corners = [self._random.choice(CORNERS)]
                for _ in range(self._random.choice((4, 5)) - 1):
                    corners.append(self._random.choice([corner for corner in CORNERS if corner is not corners[-1]]))
                return tuple(corners)

    def _sizes(self) -> tuple[Assertion, ...]:
        """Three or four different sizes; drawn again until each is far enough from the one before (some tries in a hundred succeed)."""
        count = self._random.choice((3, 4))
        while True:
            drawn = self._random.sample(range(len(FACE_SIZES)), count)
            apart = min(abs(one - other) for one, other in pairwise(drawn))
            if apart >= _STEPS_APART and max(drawn) - min(drawn) >= _SPAN:
                return tuple(FACE_SIZES[index] for index in drawn)

    def _colours(self) -> tuple[str, ...]:
        """Four to six, never one twice in a row."""
        colours = [self._random.choice(FLASHES)]
        for _ in range(self._random.choice((4, 5, 6)) - 1):
            colours.append(self._random.choice([colour for colour in FLASHES if colour != colours[-1]]))
        return tuple(colours)

    def _hex(self, count: int) -> str:
        return self._random.getrandbits(8 * count).to_bytes(count, "big").hex()


def _later(utc: str, seconds: float) -> str:
    moment = datetime.fromisoformat(utc) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
