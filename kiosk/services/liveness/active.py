"""What every active check offers to the capture loop, to the verifier of records and to the bench."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from kiosk.domain.challenge import Challenge, RecordedFrame
from kiosk.domain.check import Check
from kiosk.domain.guidance import Guidance
from kiosk.imaging.frame import Frame, Image


class ActiveCheck(Protocol):
    """One run of one challenge; feed it every frame until `finished`, then ask. One thread. All time comes from `Frame.taken_at`."""

    @property
    def challenge(self) -> Challenge: ...
    @property
    def under_way(self) -> bool:
        """Whether the person has begun to do what is asked."""
        ...

    @property
    def finished(self) -> bool:
        """Done, or failed for good."""
        ...

    def judge(self, frame: Frame) -> Guidance: ...
    def check(self) -> Check:
        """ACTIVE_LIVENESS: PASSED, REJECTED with the gravest thing seen, NOT_EXECUTED when nobody was there or an engine is missing.
        Compares faces and may take a moment."""
        ...

    def advisory(self) -> tuple[Check, ...]:
        """FLASH_RESPONSE when colours were shown, and whatever else is a hint only."""
        ...

    @property
    def frames(self) -> tuple[Image, ...]:
        """Some sharp frontal frames, spread over the run, for passive liveness and LIVENESS_MATCH."""
        ...

    @property
    def selfie(self) -> Frame | None:
        """The best frontal, neutral frame: the selfie can be created from it by reference."""
        ...

    def recorded(self) -> tuple[RecordedFrame, ...]:
        """What goes into the capture record: enough frames, at most 60, for `replay` to come to the same judgement."""
        ...


@runtime_checkable
class FromOneCamera(Protocol):
    """An ActiveCheck that knows where its frames came from."""

    @property
    def source(self) -> str:
        """Id of the camera; "" before the first frame."""
        ...
