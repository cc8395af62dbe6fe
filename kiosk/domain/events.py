"""What happened, told to whoever listens (the Qt bridge, the demo recorder, a test). Published on the publisher's thread.

A screen shows what `StepEntered.view` holds and what the later events add; it never asks the session.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.errors import ErrorCode
from kiosk.domain.guidance import Guidance
from kiosk.domain.views import CaptureResult, StepProgress, View


@dataclass(frozen=True, slots=True)
class StepEntered:
    """A step is on. The window shows `screen` with `view`. `generation` counts entries: later events of an older one are stale.

    Attributes:
        timeout_s: idle seconds after which the runner asks "are you still there" (StillThere) and then leaves.
    """

    step: str
    screen: str
    view: View
    progress: StepProgress
    can_go_back: bool
    generation: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class FrameReady:
    """A newer frame is in the capture slot; take it with `CaptureService.newest()`. Frames themselves never travel in events."""

    number: int


@dataclass(frozen=True, slots=True)
class GuidanceGiven:
    guidance: Guidance
    generation: int


@dataclass(frozen=True, slots=True)
class PictureTaken:
    """The shutter moment: flash and sound now; the result follows as CaptureResultReady."""

    generation: int


@dataclass(frozen=True, slots=True)
class CaptureResultReady:
    """What became of the picture: shown in the same screen for "continue" or "take again"."""

    result: CaptureResult
    generation: int


@dataclass(frozen=True, slots=True)
class Busy:
    """Work that takes longer than a moment began (label) or ended (None). Labels: READING, COMPARING, SAVING, DECIDING,
    SENDING, LOADING."""

    label: str | None


@dataclass(frozen=True, slots=True)
class CameraStateChanged:
    """`error` None = frames are coming again."""

    camera: str
    error: ErrorCode | None


@dataclass(frozen=True, slots=True)
class StillThere:
    """Nobody has touched anything: show a countdown over whatever is on. `seconds_left` None takes it away."""

    seconds_left: int | None


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """Something that the customer or staff can mend, over the current screen; the step goes on."""

    code: ErrorCode


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """BCP 47: "en", "sk"."""

    language: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """All that was held of the customer in memory is wiped; screens must drop what they show."""


Event = (
    StepEntered
    | FrameReady
    | GuidanceGiven
    | PictureTaken
    | CaptureResultReady
    | Busy
    | CameraStateChanged
    | StillThere
    | ProblemShown
    | LanguageChosen
    | SessionEnded
)
