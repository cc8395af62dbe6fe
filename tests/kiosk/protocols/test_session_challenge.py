"""One try of a server-driven session's live check is one challenge: none is drawn without a try, and no try is counted twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.challenge import CaptureOrigin, CaptureRecord, Challenge, RecordedFrame
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.imaging.frame import Image
from kiosk.paths import find_paths
from kiosk.services.capture_record import record_of, seal_record
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.guided_session import GuidedSessions
from kiosk.services.protocols.levels import Show, parse_level
from kiosk.services.workflows import load_policy
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore
from tests.kiosk.protocols.conftest import MovableClock

LEVEL = """
title = "t"
policy = "kiosk"
[[screen]]
show = "consent_screen"
[[screen]]
show = "scan_id_document_front_screen"
tries = 1
[[screen]]
show = "liveness_screen"
tries = 3
"""
Replay = Callable[[CaptureRecord, Image | None], object]


class Session:
    """A session at its liveness screen; what comes of judging a record is the test's to say."""

    def __init__(self, sessions: GuidedSessions, store: MemoryCustomerStore, key: MemoryDeviceKey, clock: MovableClock) -> None:
        self.sessions, self._store, self._key, self._clock = sessions, store, key, clock
        self.id = str(sessions.create("live", {})["session_id"])
        sessions.consent(self.id, True)

    def start(self) -> Challenge:
        return from_json(Challenge, self.sessions.start_liveness(self.id))

    def sealed(self, challenge: Challenge, *, virtual: bool = False) -> bytes:
        jpeg = cv2.imencode(".jpg", np.full((120, 160, 3), 128, np.uint8))[1].tobytes()
        frames = tuple(RecordedFrame(jpeg, 0.2 * number) for number in range(5))
        origin = CaptureOrigin(self._key.device_id, "camera", virtual, "test")
        made = record_of(frames, origin=origin, made_at=self._clock.now_utc(), session=self.id, challenge=challenge)
        return seal_record(made, self._key)

    def hand_in(self, record: bytes) -> str:
        """Why the screen is on again; "" when it is not."""
        payload = self.sessions.complete_liveness(self.id, record)
        return str(payload["message"]["extra_data"].get("again", ""))  # type: ignore[index, call-overload, union-attr]

    @property
    def tries(self) -> int:
        state = self._store.load(self.id).facts["session"]
        tries: Mapping[str, int] = state["tries"]  # type: ignore[index, call-overload, assignment]
        return tries.get(Show.LIVENESS.value, 0)


@pytest.fixture
def session(
    store: MemoryCustomerStore,
    engines: Engines,
    key: MemoryDeviceKey,
    clock: MovableClock,
    pictures: Mapping[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> Session:
    sessions = GuidedSessions(
        store,
        key=key,
        clock=clock,
        policies=lambda policy: load_policy(find_paths().resources, policy),
        tell=lambda _event, _session: None,
        levels={"live": parse_level("live", LEVEL)},
        engines=engines,
    )
    made = Session(sessions, store, key, clock)
    sessions.upload_media(made.id, Show.DOCUMENT_FRONT.value, pictures["wall"])
    judging(made, monkeypatch, BadInput(ErrorCode.NOT_ENOUGH_DATA, "too few frames"))
    return made


def judging(session: Session, monkeypatch: pytest.MonkeyPatch, error: Exception, before: Callable[[], object] | None = None) -> None:
    def replay(_record: CaptureRecord, _reference: Image | None) -> object:
        if before is not None:
            before()
        raise error

    monkeypatch.setattr(session.sessions._desk, "replay", replay)


def test_a_record_of_a_virtual_camera_is_a_try_and_the_next_one_has_a_challenge_of_its_own(session: Session) -> None:
    first = session.start()
    assert session.hand_in(session.sealed(first, virtual=True)) == "VIRTUAL_CAMERA"
    second = session.start()
    assert second.nonce != first.nonce
    assert session.hand_in(session.sealed(second)) == "NOT_ENOUGH_DATA", "an honest record is judged, not called replayed"
    assert session.tries == 2


def test_a_record_that_could_not_be_judged_is_no_try_and_may_be_handed_in_again(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    record = session.sealed(session.start())
    judging(session, monkeypatch, ModelFault(ErrorCode.MODEL_CORRUPT, "no memory"))
    with pytest.raises(ModelFault):
        session.hand_in(record)
    assert session.tries == 0
    judging(session, monkeypatch, BadInput(ErrorCode.NOT_ENOUGH_DATA, "too few frames"))
    assert session.hand_in(record) == "NOT_ENOUGH_DATA"
    assert session.tries == 1


def test_a_late_record_costs_one_try(session: Session, clock: MovableClock) -> None:
    challenge = session.start()
    clock.pass_s(130)
    assert session.hand_in(session.sealed(challenge)) == "RECORD_INVALID"
    session.start()
    assert session.tries == 1


def test_what_is_no_record_costs_a_try_and_leaves_the_challenge(session: Session) -> None:
    """A record that was garbled on its way may be sent again."""
    first = session.start()
    assert session.hand_in(b"no record") == "RECORD_INVALID"
    assert session.start() == first
    assert session.hand_in(session.sealed(first)) == "NOT_ENOUGH_DATA"
    assert session.tries == 2


def test_a_slow_judgement_leaves_the_challenge_alone_that_stands_by_then(
    session: Session, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = session.start()
    clock.pass_s(115)
    later: list[Challenge] = []

    def take_long() -> None:
        clock.pass_s(10)
        later.append(session.start())

    judging(session, monkeypatch, BadInput(ErrorCode.NOT_ENOUGH_DATA, "too few frames"), take_long)
    session.hand_in(session.sealed(first))
    assert session.start() == later[0]
    assert session.tries == 1
