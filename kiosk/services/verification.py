"""Who is it: finds the faces of portrait and selfie, judges the selfie, compares the two, and asks whether the selfie is live."""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.face import Embedding, Face, FaceIssue, FaceQuality, Similarity
from kiosk.imaging.face_fitness import comparison_obstacle_by_mesh
from kiosk.imaging.face_pose import Mesh
from kiosk.imaging.face_quality import eye_span, frame_light_issue, quality_by_mesh, quality_score, refusals
from kiosk.imaging.frame import Image
from kiosk.ports import FaceDetector, FaceLandmarker, FaceMatcher, PassiveLiveness
from kiosk.services import passive_liveness
from kiosk.services.face_tracking import SECOND_FACE
from kiosk.services.side_by_side import side_by_side
from kiosk.services.still_faces import AS_LARGE, is_same_place

_log = logging.getLogger(__name__)

SURE = 0.9
"""Detector score from which a face needs no second opinion: patterns of security print reach 0.8."""
LARGE_FACE = 0.25
"""Share of the picture's shorter side from which a find of the quick detector is the largest face: nothing larger escapes it."""
LIVENESS_MIN_SHARPNESS = 0.12
LIVENESS_MIN_EYES_PX = 24.0
"""Below these the pixels that tell skin from paper are gone, whatever a model says."""
_PORTRAIT, _SELFIE, _LIVENESS = "document.front", "selfie", "liveness"


@dataclass(frozen=True, slots=True)
class SelfieResult:
    """A selfie that can be used.

    Attributes:
        face: the largest.
        faces: how many count (see SECOND_FACE).
        check: SELFIE_QUALITY: PASSED, WARNING or REJECTED with LOW_QUALITY, or WARNING with SEVERAL_FACES.
    """

    face: Face
    quality: FaceQuality
    check: Check
    faces: int = 1


@dataclass(frozen=True, slots=True)
class ComparedFace:
    """Under what conditions a face was compared.

    Attributes:
        faces: how many count in its picture; the largest was compared.
        eyes_px: distance between the eyes, pixels, as if it looked straight ahead.
        issues: what would stand against this picture as a selfie.
    """

    faces: int
    eyes_px: float
    issues: tuple[FaceIssue, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures, whatever they are: two documents, two selfies, one of each."""

    similarity: Similarity
    faces: tuple[ComparedFace, ComparedFace]


class Verifier:
    """Holds no customer: a template goes with its picture. Called by one thread at a time; it looks at several pictures side by side:
    its engines are called from two threads at once, as `kiosk.ports` says they must be able to.

    Without a landmarker, pose and eyes are not judged.
    """

    def __init__(
        self,
        detector: FaceDetector,
        landmarker: FaceLandmarker | None = None,
        matcher: FaceMatcher | None = None,
        liveness: PassiveLiveness | None = None,
        *,
        quick_detector: FaceDetector | None = None,
    ) -> None:
        """Args: `quick_detector` for pictures in which a face is large; what it does not find `detector` looks for."""
        self._detector = detector
        self._landmarker = landmarker
        self._matcher = matcher
        self._liveness = liveness
        self._quick_detector = quick_detector
        # one decision asks for the selfie's face and template several times
        self._kept: dict[int, tuple[weakref.ref[Image], Embedding | FaceIssue]] = {}
        self._found: dict[int, tuple[weakref.ref[Image], Face | None]] = {}
        self._meshes: dict[int, tuple[weakref.ref[Image], Face, Mesh]] = {}

    def portrait_face(self, image: Image) -> Face | None:
        """The largest face of a document page or of a crop of it, however tight; None when there is none. Kept with its picture."""
        key = id(image)
        known = self._found.get(key)
        if known is not None and known[0]() is image:
            return known[1]
        face = self._largest(image)
        self._found[key] = (weakref.ref(image, lambda _gone: self._found.pop(key, None)), face)
        return face

    def _largest(self, image: Image) -> Face | None:
        if self._quick_detector is not None:
            # the tiles of a thorough look are for small faces, and for a second person
            quick = self._quick_detector.detect(image)
            if quick and quick[0].box[2] >= LARGE_FACE * min(image.shape[:2]) and self._is_face(image, quick[0]):
                return quick[0]
        faces = self._faces(image)
        return faces[0] if faces else None

    def selfie(self, image: Image, *, strict: bool, pictures: Sequence[Face] = ()) -> SelfieResult:
        """Judges a selfie. Its face is not kept for later: passive liveness cuts by the quick detector's boxes, as it was measured.

        Args:
            strict: refuses several faces; else the largest is taken and the check says so.
            pictures: faces that the frames before showed to be pictures on a wall (`FaceGuide.pictures`); they do not count, unless they
                are as large as the largest: then nobody can tell from this picture who is meant.
        Raises: BadInput(NO_FACE_DETECTED | MULTIPLE_FACES_DETECTED).
        """
        began = time.perf_counter()
        faces = _without(pictures, self._counted(image))
        if strict:
            _require_one(faces, "the picture")
        quality = self._quality(image, faces[0], several=len(faces) > 1)
        status, label = _selfie_verdict(quality)
        check = Check(
            CheckName.SELFIE_QUALITY,
            status,
            label,
            score=round(quality_score(quality), 4),
            threshold=0.5,
            inputs=(_SELFIE,),
            model=self._detector.model_id if self._landmarker is None else self._landmarker.model_id,
            ms=_ms_since(began),
            params={"issues": ", ".join(issue.value for issue in quality.issues)} if quality.issues else {},
        )
        return SelfieResult(faces[0], quality, check, len(faces))

    def faces(self, image: Image) -> tuple[Face, ...]:
        """Those that count (see SECOND_FACE), the largest first. Raises BadInput(NO_FACE_DETECTED)."""
        return self._counted(image)

    # --- comparing -------------------------------------------------------------------------------------------------

    def face_match(
        self, portrait_image: Image | None, selfie_image: Image | None, *, inputs: tuple[str, ...] = (_PORTRAIT, _SELFIE)
    ) -> Check:
        """FACE_MATCH of the largest face of each: a portrait (of the page or the chip) and a selfie, two documents, or two selfies.

        PASSED, WARNING/BORDERLINE just above the threshold, REJECTED/BELOW_THRESHOLD; NOT_EXECUTED with the reason, also when a face is too
        poor to be compared. `inputs`: where the two come from.
        """
        if portrait_image is None or selfie_image is None:
            return not_executed(CheckName.FACE_MATCH, CheckLabel.INPUT_MISSING, inputs=inputs)
        if self._matcher is None:
            return not_executed(CheckName.FACE_MATCH, CheckLabel.MODEL_MISSING, inputs=inputs)
        began = time.perf_counter()
        try:
            portrait, selfie = self._templates(self._matcher, (portrait_image, selfie_image))
            if isinstance(portrait, FaceIssue):
                return _not_comparable(CheckName.FACE_MATCH, portrait, inputs[0], inputs)
            if isinstance(selfie, FaceIssue):
                return _not_comparable(CheckName.FACE_MATCH, selfie, inputs[-1], inputs)
            return _match_check(CheckName.FACE_MATCH, self._matcher.compare(portrait, selfie), inputs, began)
        except ModelFault as error:
            return _engine_failed(CheckName.FACE_MATCH, error, inputs)

    def liveness_match(self, selfie: Image | None, frames: Sequence[Image], *, inputs: tuple[str, ...] = (_SELFIE, _LIVENESS)) -> Check:
        """LIVENESS_MATCH: the selfie against the faces of the liveness frames. The least similar counts: it must be one person throughout.

        Frames whose face is missing or too poor to compare are left out; when none is left the check is not executed.
        params["frames"]: how many were compared.
        """
        name = CheckName.LIVENESS_MATCH
        if selfie is None or not frames:
            return not_executed(name, CheckLabel.INPUT_MISSING, inputs=inputs)
        if self._matcher is None:
            return not_executed(name, CheckLabel.MODEL_MISSING, inputs=inputs)
        began = time.perf_counter()
        try:
            own, *found = self._templates(self._matcher, (selfie, *frames))
            if isinstance(own, FaceIssue):
                return _not_comparable(name, own, inputs[0], inputs)
            usable = [template for template in found if not isinstance(template, FaceIssue)]
            if not usable:
                poor = [issue for issue in found if isinstance(issue, FaceIssue) and issue is not FaceIssue.NO_FACE]
                return _not_comparable(name, poor[0] if poor else FaceIssue.NO_FACE, inputs[-1], inputs)
            worst = min((self._matcher.compare(own, one) for one in usable), key=lambda similarity: similarity.score)
        except ModelFault as error:
            return _engine_failed(name, error, inputs)
        return _match_check(name, worst, inputs, began, frames=str(len(usable)))

    def embed_selfie(self, image: Image) -> Embedding | None:
        """The template of the largest face, for 1:N search and facemaps; None without a matcher, a face, or a face that can be compared.

        Raises ModelFault.
        """
        if self._matcher is None:
            return None
        template = self._template(self._matcher, image)
        return None if isinstance(template, FaceIssue) else template

    def usable_template(self, image: Image) -> Embedding | FaceIssue:
        """The template of the largest face, or what keeps it from being compared. Raises ModelFault(MODEL_MISSING …)."""
        return self._template(self._needed_matcher(), image)

    def similarity(self, one: Image, other: Image) -> Similarity:
        """Two pictures of one face each, whatever they are: portrait and selfie, two documents, two selfies.

        Raises: BadInput(NO_FACE_DETECTED | MULTIPLE_FACES_DETECTED | FACE_QUALITY_LOW), ModelFault(MODEL_MISSING).
        """
        matcher = self._needed_matcher()
        return matcher.compare(*(self.template(image, f"the {which} picture") for which, image in (("first", one), ("second", other))))

    def template(self, image: Image, what: str = "the picture") -> Embedding:
        """The template of the one face of a picture.

        Raises: BadInput(NO_FACE_DETECTED | MULTIPLE_FACES_DETECTED | FACE_QUALITY_LOW), ModelFault(MODEL_MISSING).
        """
        matcher = self._needed_matcher()
        face = self._one(image, what)[0]
        obstacle = comparison_obstacle_by_mesh(image, face, self._mesh(image, face))
        if obstacle is not None:
            raise BadInput(ErrorCode.FACE_QUALITY_LOW, f"the face in {what} cannot be compared: {obstacle.value}", issue=obstacle.value)
        return matcher.embed(image, face)

    def comparison(self, one: Image, other: Image) -> Comparison:
        """As `similarity`, of the largest face of each: a page may show its portrait once more, smaller (a ghost image).

        Raises: BadInput(NO_FACE_DETECTED | FACE_QUALITY_LOW), MULTIPLE_FACES_DETECTED when the second is all but as large as the first:
            who is meant cannot be told. ModelFault(MODEL_MISSING).
        """
        self._needed_matcher()
        first, second = (self._compared(image, f"the {which} picture") for which, image in (("first", one), ("second", other)))
        return Comparison(self.similarity_of(first[0], second[0]), (first[1], second[1]))

    def _compared(self, image: Image, what: str) -> tuple[Embedding, ComparedFace]:
        faces = self._counted(image, what)
        if len(faces) > 1 and faces[1].box[2] >= AS_LARGE * faces[0].box[2]:
            raise BadInput(ErrorCode.MULTIPLE_FACES_DETECTED, f"{len(faces)} faces in {what}, two of one size", count=len(faces))
        mesh = self._mesh(image, faces[0])
        obstacle = comparison_obstacle_by_mesh(image, faces[0], mesh)
        if obstacle is not None:
            raise BadInput(ErrorCode.FACE_QUALITY_LOW, f"the face in {what} cannot be compared: {obstacle.value}", issue=obstacle.value)
        quality = quality_by_mesh(image, faces[0], mesh)
        return self._needed_matcher().embed(image, faces[0]), ComparedFace(len(faces), eye_span(faces[0]), quality.issues)

    def similarity_of(self, one: Embedding, other: Embedding) -> Similarity:
        """Two templates of this verifier's matcher. Raises BadInput when they are of another, ModelFault(MODEL_MISSING)."""
        return self._needed_matcher().compare(one, other)

    def _needed_matcher(self) -> FaceMatcher:
        if self._matcher is None:
            raise ModelFault(ErrorCode.MODEL_MISSING, "no face embedding model is installed: kiosk models install")
        return self._matcher

    def _templates(self, matcher: FaceMatcher, images: Sequence[Image]) -> list[Embedding | FaceIssue]:
        return side_by_side(lambda image: self._template(matcher, image), images)

    def _template(self, matcher: FaceMatcher, image: Image) -> Embedding | FaceIssue:
        """Of the largest face, or what keeps it from being compared. Kept for as long as the caller keeps the picture."""
        known = self._kept.get(id(image))
        if known is not None and known[0]() is image:
            return known[1]
        face = self.portrait_face(image)
        found: Embedding | FaceIssue = FaceIssue.NO_FACE
        if face is not None:
            found = comparison_obstacle_by_mesh(image, face, self._mesh(image, face)) or matcher.embed(image, face)
        key = id(image)
        self._kept[key] = (weakref.ref(image, lambda _gone: self._kept.pop(key, None)), found)
        return found

    def _mesh(self, image: Image, face: Face) -> Mesh:
        """Empty when the landmarker sees no face there, or there is no landmarker. The last one of a picture is kept with it."""
        if self._landmarker is None:
            return ()
        key = id(image)
        known = self._meshes.get(key)
        if known is not None and known[0]() is image and known[1] == face:
            return known[2]
        mesh = self._landmarker.landmarks(image, face)
        self._meshes[key] = (weakref.ref(image, lambda _gone: self._meshes.pop(key, None)), face, mesh)
        return mesh

    # --- liveness --------------------------------------------------------------------------------------------------

    def passive_liveness(self, images: Sequence[Image], *, inputs: tuple[str, ...] = (_SELFIE,)) -> Check:
        """PASSIVE_LIVENESS of one person over one or more frames (`services.passive_liveness.judge`); `inputs`: the fact they come from."""
        return passive_liveness.judge(images, find=self.portrait_face, model=self._liveness, inputs=inputs)

    def liveness(self, image: Image) -> Check:
        """PASSIVE_LIVENESS of one picture. Raises BadInput(NO_FACE_DETECTED | MULTIPLE_FACES_DETECTED)."""
        if self._liveness is not None:
            self._one(image)
        return self.passive_liveness((image,))

    def _faces(self, image: Image) -> tuple[Face, ...]:
        """What the detector is sure of, and what it is less sure of when the landmarker sees a face there, too."""
        faces = self._detector.detect(image)
        if self._landmarker is None:
            return faces
        return tuple(face for face in faces if self._is_face(image, face))

    def _is_face(self, image: Image, face: Face) -> bool:
        return face.score >= SURE or (self._landmarker is not None and len(self._mesh(image, face)) > 0)

    def _counted(self, image: Image, what: str = "the picture") -> tuple[Face, ...]:
        """At least one face, the largest first; those too small beside it are left out."""
        faces = self._faces(image)
        if not faces:
            issue = frame_light_issue(image)
            why = {FaceIssue.TOO_DARK: ": it is too dark", FaceIssue.TOO_BRIGHT: ": it is too bright", None: ""}.get(issue, "")
            raise BadInput(ErrorCode.NO_FACE_DETECTED, f"no face in {what}{why}")
        return tuple(face for face in faces if face.box[2] >= SECOND_FACE * faces[0].box[2])

    def _one(self, image: Image, what: str = "the picture") -> tuple[Face, ...]:
        faces = self._counted(image, what)
        _require_one(faces, what)
        return faces

    def _quality(self, image: Image, face: Face, *, several: bool) -> FaceQuality:
        return quality_by_mesh(image, face, self._mesh(image, face), several=several)


def _require_one(faces: Sequence[Face], what: str) -> None:
    if len(faces) > 1:
        raise BadInput(ErrorCode.MULTIPLE_FACES_DETECTED, f"{len(faces)} faces in {what}, one is wanted", count=len(faces))


def _without(pictures: Sequence[Face], faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """`faces`, the largest first, less those that are where a picture is known to hang."""
    largest, *others = faces
    hang = [
        face
        for face in others
        if face.box[2] < AS_LARGE * largest.box[2] and any(is_same_place(picture.box, face.box) for picture in pictures)
    ]
    return tuple(face for face in faces if face not in hang)


def _selfie_verdict(quality: FaceQuality) -> tuple[CheckStatus, CheckLabel]:
    """Half and covered faces first, then several: the picture may be of the wrong person. Light and blur that leave no features reject;
    the rest is a warning."""
    if not quality.issues:
        return CheckStatus.PASSED, CheckLabel.OK
    if refusals(quality):
        return CheckStatus.REJECTED, CheckLabel.LOW_QUALITY
    if FaceIssue.SEVERAL_FACES in quality.issues:
        return CheckStatus.WARNING, CheckLabel.SEVERAL_FACES
    return (CheckStatus.WARNING if _can_judge_liveness(quality) else CheckStatus.REJECTED), CheckLabel.LOW_QUALITY


def _can_judge_liveness(quality: FaceQuality) -> bool:
    if quality.face is None or FaceIssue.TOO_DARK in quality.issues:
        return False
    return quality.sharpness >= LIVENESS_MIN_SHARPNESS and eye_span(quality.face) >= LIVENESS_MIN_EYES_PX


def _match_check(name: CheckName, similarity: Similarity, inputs: tuple[str, ...], began: float, **params: str) -> Check:
    if similarity.is_borderline:
        status, label = CheckStatus.WARNING, CheckLabel.BORDERLINE
    elif similarity.is_match:
        status, label = CheckStatus.PASSED, CheckLabel.OK
    else:
        status, label = CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD
    return Check(
        name,
        status,
        label,
        score=round(similarity.score, 4),
        threshold=similarity.threshold,
        inputs=inputs,
        model=similarity.model,
        ms=_ms_since(began),
        params=params,
    )


def _not_comparable(name: CheckName, issue: FaceIssue, of: str, inputs: tuple[str, ...]) -> Check:
    """A face that is not there or cannot carry a comparison: no score is better than one that means nothing."""
    if issue is FaceIssue.NO_FACE:
        return not_executed(name, CheckLabel.NO_FACE, inputs=inputs, of=of)
    return not_executed(name, CheckLabel.LOW_QUALITY, inputs=inputs, of=of, issues=issue.value)


def _engine_failed(name: CheckName, error: ModelFault, inputs: tuple[str, ...]) -> Check:
    _log.error("%s could not run: %s", name.value, error.code.value)
    return not_executed(name, CheckLabel.ENGINE_FAILED, inputs=inputs)


def _ms_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
