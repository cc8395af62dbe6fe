"""Live advice during capture: one at a time, the most useful first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.document import Quad


class AdviceCode(StrEnum):
    """What to do now. Words are in `ui/strings.py`; advice, not blame."""

    # document
    SHOW_DOCUMENT = "SHOW_DOCUMENT"
    SHOW_WHOLE_DOCUMENT = "SHOW_WHOLE_DOCUMENT"
    TURN_OVER = "TURN_OVER"
    # both
    COME_CLOSER = "COME_CLOSER"
    MOVE_BACK = "MOVE_BACK"
    TOO_DARK = "TOO_DARK"
    TOO_BRIGHT = "TOO_BRIGHT"
    GLARE = "GLARE"
    BLURRED = "BLURRED"
    HOLD_STILL = "HOLD_STILL"
    # face
    SHOW_FACE = "SHOW_FACE"
    ONE_PERSON = "ONE_PERSON"
    CENTRE_FACE = "CENTRE_FACE"
    LOOK_STRAIGHT = "LOOK_STRAIGHT"
    KEEP_HEAD_UPRIGHT = "KEEP_HEAD_UPRIGHT"
    OPEN_EYES = "OPEN_EYES"
    CLOSE_MOUTH = "CLOSE_MOUTH"
    UNCOVER_FACE = "UNCOVER_FACE"
    LIGHT_BEHIND = "LIGHT_BEHIND"
    # active checks
    NEUTRAL_FACE = "NEUTRAL_FACE"
    SMILE = "SMILE"
    FIT_THE_OVAL = "FIT_THE_OVAL"  # multi-range: come nearer or go back until the face fills the oval shown
    EYES_TO_CAMERA = "EYES_TO_CAMERA"  # MagnifEye: bring the eyes to the camera in one movement
    FOLLOW_THE_DOT = "FOLLOW_THE_DOT"  # eye gaze: eyes only
    ONCE_MORE = "ONCE_MORE"  # something was lost: it begins again
    # head turn
    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    LOOK_BACK = "LOOK_BACK"
    # state
    CAMERA_STARTING = "CAMERA_STARTING"
    TAKEN = "TAKEN"


@dataclass(frozen=True, slots=True)
class Guidance:
    """The verdict on one frame.

    Attributes:
        outline: the page's corners, or the face box as a quad, in 0..1 of frame width and height (not mirrored); None = nothing found.
        steady: the outline may be shown in accent: what is seen is right, hold on.
        progress: 0..1, how full the ring is (capture at 1) or how far the turn has come.
        frame_taken_at: monotonic seconds of the frame judged, so that the age of the advice can be measured.
        face_size: the oval to fill now, as face height / frame height; None = the usual one.
        look_at: where the dot stands, 0..1 of the window above its footer, as the customer sees it (0, 0 is their top left); None = no dot.
        colour: "#RRGGBB" that the screen should shine with around the picture, "" = none.
    """

    advice: AdviceCode
    outline: Quad | None = None
    steady: bool = False
    progress: float = 0.0
    frame_taken_at: float = 0.0
    face_size: float | None = None
    look_at: tuple[float, float] | None = None
    colour: str = ""
