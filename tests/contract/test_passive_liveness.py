"""What PassiveLiveness keeps: live passes, print and screen fail, whichever detector found the face."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.face import Face
from kiosk.engines.face_detector import BlazeFaceDetector
from kiosk.engines.face_yunet import YuNetDetector
from kiosk.engines.models import ModelLibrary
from kiosk.engines.passive_liveness import MinifasLiveness
from kiosk.imaging.decode import load_image
from kiosk.imaging.face_align import scaled
from kiosk.ports import FaceDetector
from tests.fakes.faces import astronaut

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "samples" / "liveness"
pytestmark = pytest.mark.full_models


@pytest.fixture(scope="module")
def liveness(full_model_library: ModelLibrary) -> MinifasLiveness:
    return MinifasLiveness(full_model_library.path("minifas_v2se"))


@pytest.fixture(scope="module", params=["blazeface_short", "yunet_n_640"])
def detector(full_model_library: ModelLibrary, request: pytest.FixtureRequest) -> FaceDetector:
    path = full_model_library.path(str(request.param))
    return BlazeFaceDetector(path) if request.param == "blazeface_short" else YuNetDetector(path)


@pytest.mark.parametrize(("name", "live"), [("image_T1.jpg", True), ("image_F1.jpg", False), ("image_F2.jpg", False)])
def test_a_live_face_passes_and_attacks_fail(liveness: MinifasLiveness, detector: FaceDetector, name: str, live: bool) -> None:
    if not SAMPLES.is_dir():
        pytest.skip("the sample pictures beside the project are not here")
    image = load_image(SAMPLES / name)
    result = liveness.assess(image, detector.detect(image)[0])
    assert (result.score >= result.threshold) is live
    assert result.model == "minifas_v2se"


def test_a_photograph_of_a_person_reads_as_live_with_either_detector(liveness: MinifasLiveness, detector: FaceDetector) -> None:
    assert liveness.assess(astronaut(), detector.detect(astronaut())[0]).score > 0.9


def test_a_face_outside_the_picture_gives_a_number_and_no_crash(liveness: MinifasLiveness, detector: FaceDetector) -> None:
    face = detector.detect(astronaut())[0]
    far: Face = scaled(face, 1, (2000, 2000))
    assert 0 <= liveness.assess(astronaut(), far).score <= 1


def test_a_wrong_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "junk.onnx").write_bytes(b"no model" * 100)
    with pytest.raises(ModelFault) as caught:
        MinifasLiveness(tmp_path / "junk.onnx")
    assert caught.value.code is ErrorCode.MODEL_CORRUPT
