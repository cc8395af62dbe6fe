"""A customer made of a specimen document and a portrait: what the cameras see of them at each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.domain.challenge import Assertion
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.face_actor import FaceActor
from kiosk.specimens.face_film import film_for
from kiosk.specimens.head_turn import head_turn
from kiosk.specimens.scene import SIZE, Size, showing, turning_over
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, Specimen, astronaut, specimen

Scene = Callable[[float], Image]
STEPS = ("document_front", "document_back", "selfie", "liveness")


class DemoCustomer:
    """Made once per demo run; scenes are drawn anew at each call and hold no state but what they have drawn before.

    Attributes:
        specimen: the document with its truth.
        selfie_frame: the frame at the end of the selfie scene, BGR. The 468 landmarks for "liveness" are those of its face.
    """

    def __init__(
        self,
        design: str = "td1",
        *,
        portrait: Image | None = None,
        portrait_face: Box | None = None,
        selfie: Image | None = None,
        selfie_face: Box | None = None,
        seed: int = 0,
        expired: bool = False,
        misprint: bool = False,
        size: Size = SIZE,
    ) -> None:
        """Args:
            portrait, portrait_face: for the document, as in `specimen`; the astronaut when None.
            selfie, selfie_face: for the selfie, with its detector's face box; the document's portrait when None.
        Raises BadInput(BAD_ARGUMENT) for a design that is not there, or a picture for the selfie without its face.
        """
        if portrait is None:
            portrait, portrait_face = astronaut(), ASTRONAUT_FACE
        if selfie is None:
            selfie, selfie_face = portrait, portrait_face
        if selfie_face is None:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "the selfie scene needs the place of the face in its photograph")
        self.specimen: Specimen = specimen(
            design, portrait=portrait, portrait_face=portrait_face, seed=seed, expired=expired, misprint=misprint
        )
        self._selfie = selfie
        self._selfie_face = selfie_face
        self._size = size
        self._seed = seed
        self.selfie_frame = SelfieScene(selfie, selfie_face, size=size, story="still").at_rest

    @property
    def has_back(self) -> bool:
        return PageSide.BACK in self.specimen.pages

    def scene_for(
        self,
        step: str,
        *,
        story: str = "full",
        pace: float = 1.0,
        side: str = "left",
        landmarks: Sequence[tuple[float, float, float]] = (),
        seconds: float = 4.0,
        steps: Sequence[Assertion] = (),
    ) -> Scene:
        """What the camera sees at a step ("document_front", "document_back", "selfie", "liveness"): callable(seconds since its start).

        Args:
            story: "full" tells of coming closer, glare and turning over; "brief" is for tests; "still" is the good picture at once.
            pace: 2 = twice as slow.
            landmarks: for "liveness": the 468 landmarks of `selfie_frame`.
            steps: for "liveness": what is done, one after the other, without listening; `answering` gives a person who listens.
            side, seconds: for "liveness" without steps: one turn of the head to a side (the person's own) and how long it takes. It is
                repeated until another scene is played.
        Raises BadInput(BAD_ARGUMENT) for a step that is not there, a document without a back, or liveness without landmarks.
        """
        pages = self.specimen.pages
        if step == "document_front":
            return showing(pages[PageSide.FRONT], story=story, pace=pace, size=self._size, seed=self._seed)
        if step == "document_back":
            if not self.has_back:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"specimen {self.specimen.truth.design} has no back")
            return turning_over(pages[PageSide.FRONT], pages[PageSide.BACK], story=story, pace=pace, size=self._size, seed=self._seed)
        if step == "selfie":
            return SelfieScene(self._selfie, self._selfie_face, size=self._size, story=story, pace=pace)
        if step == "liveness":
            if len(landmarks) < 468:
                raise BadInput(ErrorCode.BAD_ARGUMENT, "an active check needs the 468 landmarks of selfie_frame")
            if steps:
                return film_for(steps, self.selfie_frame, landmarks, pace=pace, size=self._size)
            turn = head_turn(self.selfie_frame, landmarks, side, seconds=seconds * pace)
            turn.prepare()
            return turn
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no scene for step {step!r}; there are {', '.join(STEPS)}")

    def answering(self, landmarks: Sequence[tuple[float, float, float]], *, pace: float = 1.0) -> FaceActor:
        """The customer before an active check of any kind; tell it each guidance (`hear`). Takes a third of a second to make.

        Raises BadInput(BAD_ARGUMENT) without the 468 landmarks of `selfie_frame`.
        """
        if len(landmarks) < 468:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "an active check needs the 468 landmarks of selfie_frame")
        return FaceActor(self.selfie_frame, landmarks, pace=pace, seed=self._seed)
