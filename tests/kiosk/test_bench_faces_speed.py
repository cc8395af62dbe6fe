"""The speed benchmark measures what it says, on the installed engines."""

from __future__ import annotations

import numpy as np
import pytest

from kiosk.bench.faces_speed import guidance_speed
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.models import ModelLibrary
from tests.fakes.faces import astronaut


def test_each_part_is_measured_on_every_frame_and_the_verdict_looks_a_few_times_a_second(model_library: ModelLibrary) -> None:
    detector = BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False)
    landmarker = FaceMeshLandmarker(model_library.path("facemesh_468"))
    figures = guidance_speed(astronaut(), {"blazeface_short": detector}, landmarker, frames=12)["blazeface_short"]
    assert isinstance(figures, dict)
    counts = {}
    for name, part in figures.items():
        if isinstance(part, dict):
            counts[name] = part["n"]
    looked = counts.pop("verdict_looking")
    assert counts == dict.fromkeys(("detection", "landmarks_and_pose", "detection_and_pose", "quality", "verdict"), 12)
    assert isinstance(looked, int)
    assert 1 <= looked <= 4
    assert figures["lost"] == 0


def test_a_picture_without_a_face_is_refused(model_library: ModelLibrary) -> None:
    detector = BlazeFaceDetector(model_library.path("blazeface_short"), thorough=False)
    landmarker = FaceMeshLandmarker(model_library.path("facemesh_468"))
    with pytest.raises(ValueError, match="no face"):
        guidance_speed(np.full((200, 200, 3), 90, np.uint8), {"one": detector}, landmarker, frames=2)
