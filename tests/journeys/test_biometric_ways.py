"""Ways around and through the face checks: without comparing faces, a live check that fails three times, a camera made of software."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kiosk.compose.kiosk import Kiosk
from kiosk.compose.setup import load_setup
from kiosk.config import SessionConfig
from kiosk.devices.virtual_camera import VirtualCamera
from kiosk.domain.challenge import Challenge, RecordedFrame
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.errors import ErrorCode
from kiosk.domain.events import CameraStateChanged, CaptureResultReady, StepEntered
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import AssistView, DecisionView, LivenessView
from kiosk.imaging.frame import Frame, Image
from kiosk.specimens.customer import DemoCustomer
from tests.journeys.walker import Walker

pytestmark = pytest.mark.usefixtures("kiosk_models")


class FailedRun:
    """An active check that a person did not meet; the real ones take forty seconds to give up."""

    finished = under_way = True
    frames: tuple[Image, ...] = ()
    selfie: Frame | None = None

    def __init__(self, challenge: Challenge) -> None:
        self.challenge = challenge

    def judge(self, frame: Frame) -> Guidance:
        return Guidance(AdviceCode.ONCE_MORE, frame_taken_at=frame.taken_at)

    def check(self) -> Check:
        return Check(CheckName.ACTIVE_LIVENESS, CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)

    def advisory(self) -> tuple[Check, ...]:
        return ()

    def recorded(self) -> tuple[RecordedFrame, ...]:
        return ()


@pytest.fixture
def walker() -> Iterator[Walker]:
    made = Walker(DemoCustomer("td3"))  # a passport: no back
    yield made
    made.close()


def test_who_refuses_the_comparing_of_faces_is_onboarded_for_review_and_shows_no_face(walker: Walker) -> None:
    step = walker.walk_to("consent")
    assert step.view.without_biometrics  # type: ignore[union-attr]  # the consent's view
    walker.runner.advance(accepted=True, biometrics=False)
    page = walker.at("document_front")
    walker.show(page)
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    assert walker.wait(StepEntered).step == "review"
    walker.runner.advance(edits={})
    decided = walker.at("decision").view
    assert isinstance(decided, DecisionView)
    assert decided.outcome is Outcome.REVIEW
    left_out = {check.name for check in decided.checks if check.label is CheckLabel.DECLINED}
    assert left_out >= {CheckName.SELFIE_QUALITY, CheckName.FACE_MATCH, CheckName.PASSIVE_LIVENESS, CheckName.ACTIVE_LIVENESS}
    stored = walker.kiosk.store.customers()[0]
    assert not any("selfie" in name or "liveness" in name for name in stored.blobs)
    assert stored.facts["consent"]["biometrics"] is False  # type: ignore[index,call-overload]  # a fact is JSON
    ids, _ = walker.kiosk.store.templates("dlib_resnet_v1")
    assert ids == ()


def test_three_failures_lead_to_a_colleague_who_may_allow_another_try(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = walker.kiosk.engines
    with monkeypatch.context() as failing:
        failing.setattr(engines, "active_check", lambda challenge, _reference: FailedRun(challenge))
        first = walker.walk_to("liveness")
        assert isinstance(first.view, LivenessView)
        assert (first.view.attempt, first.view.attempts) == (1, 3)
        for attempt in (2, 3):
            assert not walker.wait(CaptureResultReady).result.usable
            walker.runner.retake()
            again = walker.at("liveness").view
            assert isinstance(again, LivenessView)
            assert again.attempt == attempt
        helped = walker.at("assist").view
    assert helped == AssistView("CHALLENGE_FAILED", can_go_on=True, can_retry=True)
    walker.runner.retake()
    fresh = walker.at("liveness")
    assert isinstance(fresh.view, LivenessView)
    assert fresh.view.attempt == 1
    walker.show(fresh)
    assert walker.at("review")


def test_going_on_after_three_failures_is_for_a_colleague_to_decide(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walker.kiosk.engines, "active_check", lambda challenge, _reference: FailedRun(challenge))
    walker.walk_to("liveness")
    for _ in range(2):
        walker.wait(CaptureResultReady)
        walker.runner.retake()
        walker.at("liveness")
    walker.at("assist")
    walker.runner.advance()
    walker.at("review")
    walker.runner.advance(edits={})
    decided = walker.at("decision").view
    assert isinstance(decided, DecisionView)
    assert decided.outcome is Outcome.REVIEW
    active = next(check for check in decided.checks if check.name is CheckName.ACTIVE_LIVENESS)
    assert (active.status, active.label) == (CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)


def test_self_service_takes_no_pictures_from_a_camera_made_of_software() -> None:
    setup = load_setup()
    setup = replace(setup, config=replace(setup.config, session=SessionConfig("kiosk")))
    camera = VirtualCamera(lambda _seconds: DemoCustomer("td3").selfie_frame, fps=20, camera_id="fake", name="fake")
    kiosk = Kiosk(setup, virtual=[camera], use_real=False, camera="fake")
    told: list[ErrorCode | None] = []
    kiosk.bus.subscribe(lambda event: told.append(event.error) if isinstance(event, CameraStateChanged) else None)
    try:
        kiosk.capture.start("fake")
        assert kiosk.capture.wait_newer(-1, 2.0) is None
        assert kiosk.capture.error is ErrorCode.VIRTUAL_CAMERA
        assert told == [ErrorCode.VIRTUAL_CAMERA]
    finally:
        kiosk.close()
