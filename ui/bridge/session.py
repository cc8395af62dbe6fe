"""What the screens may ask of the session runner. Every call returns at once; what comes of it arrives as events on the bus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from kiosk.domain.events import Event

if TYPE_CHECKING:  # numpy is loaded with the first frame, not with the window
    from kiosk.imaging.frame import Frame


class Session(Protocol):
    """Called on the GUI thread."""

    def start(self) -> None:
        """(Re)enter the first step."""

    def advance(self, **data: object) -> None:
        """The screen's main answer: language="sk" | accepted=bool | edits={FieldName: str} | what `ContactView`, `ProofView` and `ChipView`
        name; others none. Confirms a capture's result."""

    def skip(self) -> None:
        """On without this step, where its view says `optional`; elsewhere nothing happens."""

    def back(self) -> None: ...

    def cancel(self) -> None:
        """Start over; erases the customer."""

    def capture_by_hand(self) -> None: ...

    def retake(self) -> None:
        """After a CaptureResultReady: once more."""

    def call_staff(self) -> None: ...

    def touch(self) -> None:
        """Somebody is here: resets the idle timer and takes "are you still there" away."""


class EventSource(Protocol):
    """The bus, as far as the screens know it."""

    def subscribe(self, callback: Callable[[Event], None], /) -> Callable[[], None]: ...


class FrameSource(Protocol):
    """The capture service, as far as the preview knows it."""

    def newest(self) -> Frame | None: ...
