"""The face matchers whose files are installed, made as the manifest says."""

from __future__ import annotations

from kiosk.engines.models import ModelInfo, ModelLibrary
from kiosk.engines.providers import Provider
from kiosk.ports import FaceLandmarker, FaceMatcher

TASK = "face_embedding"


def matcher_ids(library: ModelLibrary) -> tuple[str, ...]:
    """Ids of the embedding models whose files are there, the better first."""
    return tuple(model_id for model_id in library.tasks.get(TASK, ()) if library.find(model_id) is not None)


def make_matcher(
    library: ModelLibrary,
    model_id: str,
    landmarker: FaceLandmarker | None,
    *,
    made_up_corners: bool,
    threads: int | None = None,
    provider: Provider = Provider.CPU,
) -> FaceMatcher | None:
    """One matcher.

    Args:
        landmarker: gives the true mouth corners where the face detector makes them up.
        made_up_corners: the detector in use does (BlazeFace): a network that is aligned on five points then needs a landmarker.
        threads, provider: of a network in ONNX Runtime; OpenCV, which runs SFace, has its own.

    Returns None when something that it needs is not installed. Raises BadInput(BAD_ARGUMENT) for an unknown id, ModelFault.
    """
    info = library.info(model_id)
    if library.find(model_id) is None:
        return None
    if model_id.startswith("dlib"):
        return _dlib(library, info, threads, provider)
    if made_up_corners and landmarker is None:
        return None
    mesh = landmarker if made_up_corners else None
    if model_id.startswith("sface"):
        from kiosk.engines.face_sface import BORDERLINE, SFaceMatcher

        borderline = info.parameters.get("borderline", BORDERLINE)
        return SFaceMatcher(library.path(model_id), model_id=model_id, landmarker=mesh, threshold=info.threshold, borderline=borderline)
    from kiosk.engines.face_edgeface import BORDERLINE, EdgeFaceMatcher

    borderline = info.parameters.get("borderline", BORDERLINE)
    return EdgeFaceMatcher(
        library.path(model_id),
        model_id=model_id,
        landmarker=mesh,
        threshold=info.threshold,
        borderline=borderline,
        threads=threads,
        provider=provider,
    )


def _dlib(library: ModelLibrary, info: ModelInfo, threads: int | None, provider: Provider) -> FaceMatcher | None:
    points = library.best("face_points")
    if points is None:
        return None
    from kiosk.engines.face_dlib import BORDERLINE, DlibFaceMatcher

    borderline = info.parameters.get("borderline", BORDERLINE)
    return DlibFaceMatcher(
        library.path(info.id),
        library.path(points.id),
        model_id=info.id,
        threshold=info.threshold,
        borderline=borderline,
        threads=threads,
        provider=provider,
    )
