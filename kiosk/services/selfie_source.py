"""Whether the "selfie" is a picture of the document itself: the plainest attack, which every face matcher accepts."""

from __future__ import annotations

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.face import Box, Face
from kiosk.imaging.face_align import box_from_points, face_axis
from kiosk.imaging.frame import Image
from kiosk.imaging.page_in_picture import lies_on, page_in_picture

RULE = "page-in-picture"
REASON = "ID_USED_AS_SELFIE"


def is_on_page(page: Image, portrait: Face | None, selfie: Image, face: Face) -> bool:
    """Whether the selfie's face lies on this page.

    Somebody who holds the document beside their face is not meant: then the page is in the picture, and the face is not on it. False
    also when nothing can be told.

    Args: `portrait` on the page: what is around it counts, not it, because the person's own face may look the same.
    """
    quad = page_in_picture(page, selfie, () if portrait is None else (_surroundings(portrait),))
    if quad is None:
        return False
    eyes, mouth, _ = face_axis(face)
    return lies_on(quad, ((eyes[0] + mouth[0]) / 2, (eyes[1] + mouth[1]) / 2))


def refusal(inputs: tuple[str, ...] = ("selfie",), ms: float = 0.0) -> Check:
    """PASSIVE_LIVENESS of a selfie that is a picture of the document."""
    return Check(
        CheckName.PASSIVE_LIVENESS,
        CheckStatus.REJECTED,
        CheckLabel.BELOW_THRESHOLD,
        inputs=inputs,
        model=RULE,
        ms=ms,
        params={"reason": REASON},
    )


def _surroundings(portrait: Face) -> Box:
    """Head and shoulders."""
    return box_from_points(portrait, width=4.2, height=5.4, down=0.6)
