"""Speed of face guidance: detection, landmarks with pose, and the whole verdict on a frame, per installed detector."""

from __future__ import annotations

import time

from kiosk.bench.machine import summary
from kiosk.domain.face import Face
from kiosk.imaging.face_pose import head_pose
from kiosk.imaging.face_quality import quality_by_mesh
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import FaceDetector, FaceLandmarker, Json
from kiosk.services.face_guide import FaceGuide
from kiosk.services.face_tracking import find_faces
from kiosk.specimens.selfie import SelfieScene

WIDTH, HEIGHT = 640, 480
FPS = 30.0
_WARM_UP = 5
TARGETS_MS: dict[str, float] = {"detection_and_pose": 12, "verdict": 25}
"""Medians on two idle cores at 640x480."""


def guidance_speed(
    photo: Image,
    detectors: dict[str, FaceDetector],
    landmarker: FaceLandmarker,
    *,
    frames: int = 60,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> dict[str, Json]:
    """Milliseconds per detector (by name).

    Args: `photo` BGR with one face, shown at `size` as a webcam shows somebody who sways a little; `detectors` made for live frames.
    Each figure is a summary over `frames` frames:
        detection: one look of the detector. landmarks_and_pose: the mesh of a known face and its pose.
        detection_and_pose: both, one after the other. quality: light, sharpness, covers, the rest.
        verdict: FaceGuide.judge at 30 frames a second, which looks five times a second and follows in between.
        verdict_looking: only those of its frames on which the detector ran.
    Raises ValueError when the first detector finds no face in the photograph.
    """
    shown = _frames(photo, next(iter(detectors.values())), frames + _WARM_UP, size)
    result: dict[str, Json] = {"size": f"{size[0]}x{size[1]}", "frames": frames, "targets_ms": dict[str, Json](TARGETS_MS)}
    for name, detector in detectors.items():
        result[name] = _of_detector(detector, landmarker, shown)
    return result


def with_targets(figures: Json) -> list[tuple[str, Json, float]]:
    """Of what `guidance_speed` gives: name, summary and target of each figure that has one."""
    assert isinstance(figures, dict)
    return [
        (f"{detector}: {part}", parts.get(part), target)
        for detector, parts in figures.items()
        if isinstance(parts, dict) and detector != "targets_ms"
        for part, target in TARGETS_MS.items()
    ]


class _Counted:
    """Passes on to a detector and remembers whether it was asked."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self.asked = False

    @property
    def model_id(self) -> str:
        return self._detector.model_id

    def detect(self, image: Image) -> tuple[Face, ...]:
        self.asked = True
        return self._detector.detect(image)


def _of_detector(detector: FaceDetector, landmarker: FaceLandmarker, shown: list[Image]) -> dict[str, Json]:
    parts: dict[str, list[float]] = {"detection": [], "landmarks_and_pose": [], "detection_and_pose": [], "quality": []}
    lost = 0
    for image in shown:
        began = time.perf_counter()
        faces = find_faces(detector, image)
        found = time.perf_counter()
        mesh = landmarker.landmarks(image, faces[0]) if faces else ()
        if not mesh:
            lost += 1
            continue
        head_pose(mesh)
        posed = time.perf_counter()
        quality_by_mesh(image, faces[0], mesh)
        spans = (found - began, posed - found, posed - began, time.perf_counter() - posed)
        for name, span in zip(parts, spans, strict=True):
            parts[name].append(1000 * span)
    figures: dict[str, Json] = {name: summary(values[_WARM_UP:]) for name, values in parts.items()}
    return figures | _of_guide(detector, landmarker, shown) | {"lost": lost}


def _of_guide(detector: FaceDetector, landmarker: FaceLandmarker, shown: list[Image]) -> dict[str, Json]:
    counted = _Counted(detector)
    guide = FaceGuide(counted, landmarker)
    verdicts: list[float] = []
    looking: list[float] = []
    for number, image in enumerate(shown):
        counted.asked = False
        began = time.perf_counter()
        guide.judge(Frame(image, number / FPS, "bench", number))
        span = 1000 * (time.perf_counter() - began)
        if number >= _WARM_UP:
            verdicts.append(span)
            if counted.asked:
                looking.append(span)
    return {"verdict": summary(verdicts), "verdict_looking": summary(looking)}


def _frames(photo: Image, detector: FaceDetector, count: int, size: tuple[int, int]) -> list[Image]:
    """Somebody who stands before the camera and sways."""
    faces = detector.detect(photo)
    if not faces:
        raise ValueError("no face in the photograph to measure with")
    scene = SelfieScene(photo, faces[0].box, size=size, story="still")
    return [scene(number / FPS) for number in range(count)]
