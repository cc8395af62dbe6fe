"""Whatever is wrong with the frames has its label, an advice, and the same label when the record is judged again.

Real detector and landmarks; a person on film who rests before a SMILE check, and what happens to the film.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from kiosk.domain.challenge import CaptureRecord, ChallengeKind
from kiosk.domain.check import CheckLabel, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Box
from kiosk.domain.guidance import AdviceCode
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.frame import Frame, Image
from kiosk.services.capture_coding import RecordFault
from kiosk.services.capture_record import open_record, origin_of, record_of, seal_record
from kiosk.services.liveness.replay import replay
from kiosk.services.liveness.run import RunRules, active_check
from kiosk.specimens.face_actor import FaceActor
from kiosk.specimens.face_film import FaceFilm, hold
from kiosk.specimens.face_rig import FaceRig
from kiosk.specimens.selfie import framed
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.faces import astronaut
from tests.kiosk.liveness.stage import challenge_of

FPS = 10
BAD = 9
"""From this frame on something is wrong: the check has been under way for half a second."""
KEY = MemoryDeviceKey()
Frames = list[Frame]


@dataclass
class Film:
    """The frames of a person who rests, and what else is wanted for disturbing them."""

    detector: BlazeFaceDetector
    landmarker: FaceMeshLandmarker
    frames: Frames
    photo: Image
    box: Box
    rig: FaceRig


@pytest.fixture(scope="module")
def film(model_library: ModelLibrary) -> Film:
    detector = BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False)
    landmarker = FaceMeshLandmarker(model_library.path("facemesh_468"))
    photo = astronaut()
    box = detector.detect(photo)[0].box
    picture = framed(photo, box, size=(640, 480))
    mesh = landmarker.landmarks(picture, detector.detect(picture)[0])
    rig = FaceRig(picture, mesh)
    scene = FaceFilm(picture, mesh, hold(4), rig=rig)
    return Film(detector, landmarker, [frame(scene(n / FPS), n) for n in range(20)], photo, box, rig)


def frame(pixels: Image, number: int, *, at: float | None = None, camera: str = "camera") -> Frame:
    return Frame(pixels, 100 + number / FPS if at is None else at, camera, number + 1)


# --- what happens to the film; each gets the frames and gives others -------------------------------------------------


def stops(film: Film) -> Frames:
    return [one if n < BAD else replace(one, taken_at=one.taken_at + 2.0) for n, one in enumerate(film.frames)]


def repeats(film: Film) -> Frames:
    return [one if n < BAD else replace(one, pixels=film.frames[BAD].pixels) for n, one in enumerate(film.frames)]


def runs_backwards(film: Film) -> Frames:
    return [one if n < BAD else replace(one, pixels=film.frames[2 * BAD - n - 1].pixels) for n, one in enumerate(film.frames[: 2 * BAD])]


def goes_round(film: Film) -> Frames:
    return [one if n < BAD else replace(one, pixels=film.frames[n - BAD].pixels) for n, one in enumerate(film.frames[: 2 * BAD])]


def changes_size(film: Film) -> Frames:
    return [one if n < BAD else replace(one, pixels=np.ascontiguousarray(one.pixels[:, 40:-40])) for n, one in enumerate(film.frames)]


def clock_set_back(film: Film) -> Frames:
    return [one if n < BAD else replace(one, taken_at=one.taken_at - 3.0) for n, one in enumerate(film.frames)]


def clock_leaps(film: Film) -> Frames:
    return [one if n < BAD else replace(one, taken_at=one.taken_at + 30.0) for n, one in enumerate(film.frames)]


def another_camera(film: Film) -> Frames:
    return [one if n < BAD else replace(one, source="other") for n, one in enumerate(film.frames)]


def opened_anew(film: Film) -> Frames:
    return [one if n < BAD else replace(one, number=n - BAD) for n, one in enumerate(film.frames)]


def face_leaves(film: Film) -> Frames:
    noise = np.random.default_rng(3)
    empty = [np.asarray(noise.normal(130, 4, film.frames[0].pixels.shape).clip(0, 255), np.uint8) for _ in film.frames]
    return [one if n < BAD else replace(one, pixels=empty[n]) for n, one in enumerate(film.frames)]


def second_person(film: Film) -> Frames:
    return [one if n < BAD else replace(one, pixels=beside(film, one.pixels, shift=n)) for n, one in enumerate(film.frames)]


def swap_places(film: Film) -> Frames:
    """Another face where the first was: the customer's own, mirrored and narrower, which no tracker of places can tell."""
    return [one if n < BAD else replace(one, pixels=narrower(one.pixels[:, ::-1])) for n, one in enumerate(film.frames)]


def swap_behind_a_hand(film: Film) -> Frames:
    hidden = face_leaves(film)
    return [hidden[n] if BAD <= n < BAD + 4 else one for n, one in enumerate(swap_places(film))]


def beside(film: Film, pixels: Image, *, shift: int = 0) -> Image:
    """A second face of the same size at the side, `shift` pixels further down."""
    x, y, width, height = (round(value) for value in film.box)
    face = film.photo[y - height // 4 : y + height, x - width // 8 : x + width + width // 8]
    face = np.asarray(cv2.resize(face, (150, 190), interpolation=cv2.INTER_AREA), np.uint8)
    made = pixels.copy()
    top = 20 + 3 * (shift % 5)
    made[top : top + 190, 480:630] = face
    return made


def narrower(pixels: Image) -> Image:
    rows, columns = pixels.shape[:2]
    small = cv2.resize(np.ascontiguousarray(pixels), (round(0.86 * columns), rows), interpolation=cv2.INTER_AREA)
    side = columns - small.shape[1]
    return np.asarray(cv2.copyMakeBorder(small, 0, 0, side // 2, side - side // 2, cv2.BORDER_REPLICATE), np.uint8)


BAD_INPUT = [
    (stops, CheckLabel.FRAMES_STOPPED, AdviceCode.ONCE_MORE),
    (opened_anew, CheckLabel.FRAMES_STOPPED, AdviceCode.ONCE_MORE),
    (repeats, CheckLabel.FRAMES_REPEATED, AdviceCode.ONCE_MORE),
    (runs_backwards, CheckLabel.FRAMES_REPEATED, AdviceCode.ONCE_MORE),
    (goes_round, CheckLabel.FRAMES_REPEATED, AdviceCode.ONCE_MORE),
    (changes_size, CheckLabel.FRAME_SIZE_CHANGED, AdviceCode.ONCE_MORE),
    (clock_set_back, CheckLabel.CLOCK_JUMPED, AdviceCode.ONCE_MORE),
    (clock_leaps, CheckLabel.CLOCK_JUMPED, AdviceCode.ONCE_MORE),
    (another_camera, CheckLabel.SEQUENCE_CUT, AdviceCode.ONCE_MORE),
    (face_leaves, CheckLabel.FACE_LEFT, AdviceCode.SHOW_FACE),
    (second_person, CheckLabel.SEVERAL_FACES, AdviceCode.ONE_PERSON),
    (swap_places, CheckLabel.SEQUENCE_CUT, AdviceCode.ONCE_MORE),
    (swap_behind_a_hand, CheckLabel.SEQUENCE_CUT, AdviceCode.ONCE_MORE),
]


@pytest.mark.parametrize(("disturb", "label", "advice"), BAD_INPUT, ids=[case[0].__name__ for case in BAD_INPUT])
def test_bad_input_has_a_label_an_advice_and_the_same_label_in_the_record(
    film: Film, disturb: Callable[[Film], Frames], label: CheckLabel, advice: AdviceCode
) -> None:
    challenge = challenge_of(ChallengeKind.SMILE, 3)
    strict, patient = (
        active_check(challenge, detector=film.detector, landmarker=film.landmarker, matcher=None, reference=None, rules=rules)
        for rules in (RunRules(restarts=0), RunRules())
    )
    heard: list[AdviceCode] = []
    for one in disturb(film):
        seen = strict._observer.observe(one)
        strict.see(seen, one)
        heard.append(patient.see(seen, one).advice)
    check = strict.check()
    assert (check.status, check.label) == (CheckStatus.REJECTED, label)
    assert advice in heard[BAD:]
    assert advice not in heard[:BAD]
    assert not patient.finished, "one fault is forgiven"
    made = CaptureRecord(challenge.session, challenge.nonce, challenge, ORIGIN, "2026-03-01T10:00:10.000Z", strict.recorded())
    again = replay(made, detector=film.detector, landmarker=film.landmarker, matcher=None, reference=None)
    assert (again.status, again.label) == (check.status, check.label)


ORIGIN = origin_of(KEY, None, "test")


def test_undisturbed_nothing_is_said(film: Film) -> None:
    heard = _heard(film, film.frames)
    assert not set(heard) & {AdviceCode.ONCE_MORE, AdviceCode.SHOW_FACE, AdviceCode.ONE_PERSON}


def test_a_picture_of_a_face_on_the_wall_does_not_stop_the_customer(film: Film) -> None:
    """It is pointed out at first; once it is seen not to move, the check goes on, and can be passed beside it."""
    challenge = challenge_of(ChallengeKind.SMILE, 3)
    run = active_check(challenge, detector=film.detector, landmarker=film.landmarker, matcher=None, reference=None)
    person = FaceActor(film.frames[0].pixels, film.landmarker.landmarks(*_first(film)), seed=2)
    heard: list[AdviceCode] = []
    for number in range(12 * FPS):
        guidance = run.judge(frame(beside(film, person(number / FPS)), number))
        heard.append(guidance.advice)
        if run.finished:
            break
        person.hear(guidance)
    assert AdviceCode.ONE_PERSON in heard
    assert run.check().label is CheckLabel.MODEL_MISSING, "all was right but that nobody vouches for the person"


def test_a_container_cut_short_by_one_byte_is_refused(film: Film) -> None:
    challenge = challenge_of(ChallengeKind.SMILE, 3)
    run = active_check(challenge, detector=film.detector, landmarker=film.landmarker, matcher=None, reference=None)
    for one in film.frames[:BAD]:
        run.judge(one)
    made = record_of(run.recorded(), origin=ORIGIN, made_at="2026-03-01T10:00:10.000Z", session="session", challenge=challenge)
    sealed = seal_record(made, KEY)
    assert open_record(sealed, KEY) == made
    with pytest.raises(BadInput) as caught:
        open_record(sealed[:-1], KEY)
    assert (caught.value.code, caught.value.params["reason"]) == (ErrorCode.INVALID_DATA, RecordFault.TRUNCATED.value)


def _first(film: Film) -> tuple[Image, object]:
    picture = film.frames[0].pixels
    return picture, film.detector.detect(picture)[0]


def _heard(film: Film, frames: Sequence[Frame]) -> list[AdviceCode]:
    run = active_check(
        challenge_of(ChallengeKind.SMILE, 3), detector=film.detector, landmarker=film.landmarker, matcher=None, reference=None
    )
    return [run.judge(one).advice for one in frames]
