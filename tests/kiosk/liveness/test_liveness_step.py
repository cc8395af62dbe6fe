"""A challenge is good for its session, for one run, and in time; what came of the run is sealed whatever it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from kiosk.domain.challenge import Challenge, ChallengeKind, RecordedFrame
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.domain.views import CaptureResult
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import CameraInfo
from kiosk.services.bus import Bus
from kiosk.services.capture_record import open_record
from kiosk.services.capture_steps import CaptureSteps, Taken, Work
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.liveness_step import LivenessOutcome, LivenessStep
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.performer import picture_of
from tests.kiosk.liveness.stage import StillClock

KEY = MemoryDeviceKey()
CAMERA = CameraInfo("usb-1", "HD Webcam")


@dataclass
class Done:
    """ActiveCheck that was met."""

    challenge: Challenge
    finished: bool = True
    under_way: bool = True
    frames: tuple[Image, ...] = ()
    selfie: Frame | None = None
    status: CheckStatus = CheckStatus.PASSED
    label: CheckLabel = CheckLabel.OK
    source: str = CAMERA.id

    def judge(self, frame: Frame) -> Guidance:
        return Guidance(AdviceCode.TAKEN)

    def check(self) -> Check:
        return Check(CheckName.ACTIVE_LIVENESS, self.status, self.label)

    def advisory(self) -> tuple[Check, ...]:
        return ()

    def recorded(self) -> tuple[RecordedFrame, ...]:
        return tuple(RecordedFrame(encode_jpeg(picture_of(n)), 0.1 * n) for n in range(4))


@dataclass
class Engines:
    made: list[Done] = field(default_factory=list)
    next_finished: bool = True

    def active_check(self, challenge: Challenge, reference: Image | None) -> ActiveCheck:
        self.made.append(Done(challenge, finished=self.next_finished))
        return self.made[-1]


class Quiet:
    """kiosk.services.capture_steps.Listener."""

    def activity(self) -> None: ...
    def busy(self, work: Work, label: str) -> None: ...
    def offered(self, work: Work, taken: Taken | None, view: CaptureResult) -> None: ...
    def checked(self, work: Work, outcome: LivenessOutcome) -> None: ...


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def step(clock: StillClock) -> LivenessStep:
    return LivenessStep(Engines(), KEY, clock, kinds=[ChallengeKind.SMILE])


def verdict(outcome: LivenessOutcome) -> tuple[CheckStatus, CheckLabel]:
    return outcome.check.status, outcome.check.label


def test_a_run_in_time_counts_and_is_sealed(step: LivenessStep, clock: StillClock) -> None:
    challenge = step.issue("s")
    run = step.begin(challenge, None)
    clock.seconds += 20
    outcome = step.finish(run, CAMERA)
    assert verdict(outcome) == (CheckStatus.PASSED, CheckLabel.OK)
    assert outcome.others[0].status is CheckStatus.PASSED
    assert outcome.record is not None
    assert open_record(outcome.record, KEY).challenge == challenge


@pytest.mark.logs_warnings
def test_a_run_that_ends_after_its_challenge_expired_is_rejected(step: LivenessStep, clock: StillClock) -> None:
    """However late its first frame came: the challenge counts from its issue."""
    run = step.begin(step.issue("s"), None)
    clock.seconds += 121
    assert verdict(step.finish(run, CAMERA)) == (CheckStatus.REJECTED, CheckLabel.CHALLENGE_EXPIRED)


def test_a_challenge_that_expired_before_the_run_began_is_refused(step: LivenessStep, clock: StillClock) -> None:
    challenge = step.issue("s")
    clock.seconds += 121
    with pytest.raises(BadInput) as caught:
        step.begin(challenge, None)
    assert (caught.value.code, caught.value.params["reason"]) == (ErrorCode.INVALID_DATA, "EXPIRED")


def test_of_two_runs_of_one_challenge_the_second_does_not_begin(step: LivenessStep) -> None:
    challenge = step.issue("s")
    step.begin(challenge, None)
    with pytest.raises(BadInput):
        step.begin(challenge, None)


@pytest.mark.logs_warnings
def test_a_run_counts_once(step: LivenessStep) -> None:
    run = step.begin(step.issue("s"), None)
    step.finish(run, CAMERA)
    again = step.finish(run, CAMERA)
    assert verdict(again) == (CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)
    assert again.others[0].params["reason"] == "REPLAYED"


@pytest.mark.logs_warnings
def test_who_cancels_in_the_middle_begins_with_another_challenge(step: LivenessStep) -> None:
    cancelled = step.begin(step.issue("s"), None)
    step.begin(step.issue("s"), None)
    assert verdict(step.finish(cancelled, CAMERA)) == (CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)


@pytest.fixture
def many_kinds(clock: StillClock) -> LivenessStep:
    return LivenessStep(Engines(), KEY, clock, kinds=tuple(ChallengeKind))


def test_who_leaves_before_doing_anything_is_asked_for_the_same_again(many_kinds: LivenessStep) -> None:
    """Else one could go back and forth, at no cost, until a challenge is drawn that fits the film at hand."""
    asked = [many_kinds.issue("s")]
    for _ in range(30):
        many_kinds.begin(asked[-1], None)
        asked.append(many_kinds.issue("s"))
    assert len({(one.kind, one.steps) for one in asked}) == 1
    assert len({one.id for one in asked}) == len({one.nonce for one in asked}) == len(asked)


@pytest.mark.parametrize("end", ["tried", "finished"])
def test_after_a_try_the_next_challenge_is_drawn_anew(many_kinds: LivenessStep, end: str) -> None:
    asked = set()
    for _ in range(30):
        challenge = many_kinds.issue("s")
        asked.add((challenge.kind, challenge.steps))
        run = many_kinds.begin(challenge, None)
        if end == "tried":
            many_kinds.tried(challenge)
        else:
            many_kinds.finish(run, CAMERA)
    assert len(asked) > 5


def test_who_leaves_once_it_is_under_way_has_tried(many_kinds: LivenessStep) -> None:
    """The screens' loop says so with the first frame on which something was done, not only at the end."""

    class Camera:
        camera = CAMERA

        def wait_newer(self, number: int, _timeout_s: float) -> Frame | None:
            if number > 0:
                work.stop.set()
                return None
            return Frame(picture_of(1), 0.0, CAMERA.id, number + 2)

    asked = set()
    for _ in range(30):
        challenge, work = many_kinds.issue("s"), Work(1, threading.Event())
        asked.add((challenge.kind, challenge.steps))
        many_kinds._engines.next_finished = False  # type: ignore[attr-defined]
        steps = CaptureSteps(None, Camera(), Bus(), Quiet())  # type: ignore[arg-type]  # nothing else is asked of them
        steps.active_check(work, many_kinds, challenge, None)
        assert work.under_way.is_set()
    assert len(asked) > 5


def test_what_another_session_left_does_not_decide_what_this_one_is_asked(many_kinds: LivenessStep) -> None:
    asked = set()
    for number in range(30):
        one = many_kinds.issue(f"session {number}")
        asked.add((one.kind, one.steps))
    assert len(asked) > 5


def test_another_sessions_run_goes_on_when_this_one_begins_anew(step: LivenessStep) -> None:
    other = step.begin(step.issue("other"), None)
    step.issue("s")
    assert verdict(step.finish(other, CAMERA)) == (CheckStatus.PASSED, CheckLabel.OK)


@pytest.mark.parametrize(
    "change", [{"session": "mine"}, {"id": "00"}, {"nonce": "11"}, {"steps": ()}, {"expires_at": "2027-01-01T00:00:00.000Z"}]
)
def test_a_challenge_that_is_not_as_it_was_issued_is_refused(step: LivenessStep, change: dict[str, object]) -> None:
    with pytest.raises(BadInput) as caught:
        step.begin(replace(step.issue("s"), **change), None)  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.INVALID_DATA


@pytest.mark.logs_warnings
def test_a_run_of_a_challenge_that_nobody_issued_does_not_pass(step: LivenessStep) -> None:
    run = Done(replace(step.issue("s"), id="ff"))
    assert verdict(step.finish(run, CAMERA)) == (CheckStatus.REJECTED, CheckLabel.CHALLENGE_FAILED)


def test_a_record_does_not_vouch_for_a_camera_that_saw_nothing_of_it(step: LivenessStep) -> None:
    """A camera of software for the run, a real one for its end."""
    run = step.begin(step.issue("s"), None)
    assert isinstance(run, Done)
    run.source = "virtual:film"
    integrity = step.finish(run, CAMERA).others[0]
    assert (integrity.status, integrity.params["reason"]) == (CheckStatus.REJECTED, "OTHER_CAMERA")


def test_a_failed_run_is_sealed_too(step: LivenessStep) -> None:
    run = step.begin(step.issue("s"), None)
    assert isinstance(run, Done)
    run.status, run.label = CheckStatus.REJECTED, CheckLabel.FLAT_FACE
    outcome = step.finish(run, CAMERA)
    assert verdict(outcome) == (CheckStatus.REJECTED, CheckLabel.FLAT_FACE)
    assert outcome.record is not None


def test_nobody_there_stays_not_executed_when_the_challenge_is_good(step: LivenessStep) -> None:
    run = step.begin(step.issue("s"), None)
    assert isinstance(run, Done)
    run.status, run.label = CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING
    assert verdict(step.finish(run, CAMERA)) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)
