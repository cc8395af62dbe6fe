"""Which matcher serves: made from the model library for whatever detector and landmarker are there."""

from __future__ import annotations

from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.engines.face_dlib import BORDERLINE as DLIB_BORDERLINE
from kiosk.engines.face_dlib import DlibFaceMatcher
from kiosk.engines.face_edgeface import BORDERLINE as EDGEFACE_BORDERLINE
from kiosk.engines.face_edgeface import EdgeFaceMatcher
from kiosk.engines.face_sface import BORDERLINE as SFACE_BORDERLINE
from kiosk.engines.face_sface import SFaceMatcher
from kiosk.engines.models import ModelInfo, ModelLibrary
from kiosk.ports import FaceLandmarker, FaceMatcher

TASK = "face_embedding"


def best_matcher(
    library: ModelLibrary, detector_id: str, landmarker: FaceLandmarker | None, *, threads: int | None = None
) -> FaceMatcher | None:
    """The first of the task's order that is installed and can be aligned here; None when there is none.

    Raises ModelFault(MODEL_CORRUPT): a better engine whose file was changed is told, not replaced by a weaker one.
    """
    for model_id in library.tasks.get(TASK, ()):
        if why_not(library, model_id, detector_id, landmarker) is None:
            return matcher_of(library, model_id, detector_id, landmarker, threads=threads)
    return None


def installed_matchers(
    library: ModelLibrary, detector_id: str, landmarker: FaceLandmarker | None, *, threads: int | None = None
) -> tuple[FaceMatcher, ...]:
    """All that can serve here, the preferred first: for `kiosk bench faces`."""
    ids = [one for one in library.tasks.get(TASK, ()) if why_not(library, one, detector_id, landmarker) is None]
    return tuple(matcher_of(library, model_id, detector_id, landmarker, threads=threads) for model_id in ids)


def why_not(library: ModelLibrary, model_id: str, detector_id: str, landmarker: FaceLandmarker | None) -> str | None:
    """Why this embedding model cannot serve, in a few words; None when it can."""
    if library.find(model_id) is None:
        return "not installed"
    if _is_dlib(model_id):
        return None if library.best("face_points") is not None else "face_points is not installed"
    if _makes_up_corners(detector_id) and landmarker is None:
        return f"{detector_id} gives no mouth corners and face_landmarks is not installed"
    return None


def matcher_of(
    library: ModelLibrary, model_id: str, detector_id: str, landmarker: FaceLandmarker | None, *, threads: int | None = None
) -> FaceMatcher:
    """This one. Raises ModelFault(MODEL_MISSING | MODEL_CORRUPT), BadInput for an id that the manifest does not name."""
    info, path = library.info(model_id), library.path(model_id)
    if _is_dlib(model_id):
        points = library.best("face_points")
        if points is None:
            raise ModelFault(ErrorCode.MODEL_MISSING, "no model for face_points is installed: kiosk models install")
        borderline = _borderline(info, DLIB_BORDERLINE)
        return DlibFaceMatcher(path, library.path(points.id), model_id=info.id, threshold=info.threshold, borderline=borderline)
    mesh = landmarker if _makes_up_corners(detector_id) else None
    if model_id.startswith("sface"):
        borderline = _borderline(info, SFACE_BORDERLINE)
        return SFaceMatcher(path, model_id=info.id, threshold=info.threshold, borderline=borderline, landmarker=mesh)
    borderline = _borderline(info, EDGEFACE_BORDERLINE)
    return EdgeFaceMatcher(path, model_id=info.id, threshold=info.threshold, borderline=borderline, landmarker=mesh, threads=threads)


def _borderline(info: ModelInfo, otherwise: float) -> float:
    return info.parameters.get("borderline", otherwise)


def _is_dlib(model_id: str) -> bool:
    return model_id.startswith("dlib")


def _makes_up_corners(detector_id: str) -> bool:
    """BlazeFace gives one mouth point; see its adapter."""
    return detector_id.startswith("blazeface")
