"""The model library: which models the manifest names, which are installed and verified, and which one serves a task.

CONTRACT (the ground helper fills this in; engines rely on these names only):

    library = ModelLibrary(manifest_path, models_dir)
    library.models                      -> Mapping[str, ModelInfo]
    library.path("yunet_n_640")         -> Path of its verified file; ModelFault(MODEL_MISSING | MODEL_CORRUPT)
    library.best("face_detection")      -> ModelInfo of the first in the task's order that is installed, or None
    library.verify("yunet_n_640")       -> ModelState INSTALLED | MISSING | CORRUPT
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One model of models/manifest.toml.

    Attributes:
        task: "face_detection", "face_landmarks", "face_embedding", "face_points", "passive_liveness", "text_detection", "text_recognition".
        threshold: the operating point of the score that its engine reports; None when the task has none.
        parameters: the rest of its input contract and operating point, numbers by name (crop scale, score mapping …).
        default: belongs to the set that PyPI alone gives.
    """

    id: str
    task: str
    file: str
    sha256: str
    size: int
    licence: str
    default: bool
    threshold: float | None
    parameters: Mapping[str, float]
