"""What every adapter that looks at faces keeps: several threads are told what one is told (`kiosk.ports`)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from kiosk.domain.face import Face
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_edgeface import EdgeFaceMatcher
from kiosk.engines.face_landmarker import FaceMeshLandmarker
from kiosk.engines.face_sface import SFaceMatcher
from kiosk.engines.face_yunet import YuNetDetector
from kiosk.engines.models import ModelLibrary
from kiosk.engines.passive_liveness import MinifasLiveness
from kiosk.imaging.frame import Image
from tests.fakes.faces import astronaut
from tests.fakes.onnx_file import pooled_projection

Look = Callable[[Image, Face], object]
THREADS, ROUNDS = 4, 2


def whole() -> Image:
    return astronaut()


def others() -> tuple[Image, ...]:
    """The same face in pictures of other sizes: what one call leaves behind would show in another."""
    return (
        whole(),
        np.ascontiguousarray(whole()[:, ::-1]),
        np.ascontiguousarray(whole()[:300, 60:400]),
        np.ascontiguousarray(whole()[::2, ::2]),
    )


def made(name: str, library: ModelLibrary, folder: Path, request: pytest.FixtureRequest) -> Look:
    if name == "blazeface":
        blazeface = BlazeFaceDetector(library.path("blazeface_short"))
        return lambda image, _face: blazeface.detect(image)
    if name == "facemesh":
        return FaceMeshLandmarker(library.path("facemesh_468")).landmarks
    if name == "dlib":
        return DlibFaceMatcher(library.path("dlib_resnet_v1"), library.path("dlib_5_landmarks")).embed
    if name in ("sface", "edgeface"):
        path = folder / f"{name}.onnx"
        path.write_bytes(pooled_projection("data", size=128 if name == "sface" else 512))
        return (SFaceMatcher(path) if name == "sface" else EdgeFaceMatcher(path)).embed
    full: ModelLibrary = request.getfixturevalue("full_model_library")
    if name == "minifas":
        return MinifasLiveness(full.path("minifas_v2se")).assess
    yunet = YuNetDetector(full.path("yunet_n_640"))
    return lambda image, _face: yunet.detect(image)


@pytest.mark.parametrize(
    "name",
    [
        "blazeface",
        "facemesh",
        "dlib",
        "sface",
        "edgeface",
        pytest.param("minifas", marks=pytest.mark.full_models),
        pytest.param("yunet", marks=pytest.mark.full_models),
    ],
)
def test_several_threads_are_told_what_one_is_told(
    name: str, model_library: ModelLibrary, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    look, detector = made(name, model_library, tmp_path, request), BlazeFaceDetector(model_library.path("blazeface_short"))
    shown = [(picture, detector.detect(picture)[0]) for picture in others()]
    alone = [look(*one) for one in shown]
    assert alone[0] != alone[1], "the test must compare something"
    with ThreadPoolExecutor(THREADS) as pool:
        together = list(pool.map(lambda one: look(*one), shown * ROUNDS))
    assert together == alone * ROUNDS
