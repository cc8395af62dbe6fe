"""Which files a part may be: kind, size, pixels (protocols 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.capability import Part
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import decode_image
from kiosk.services.capture_coding import MAX_RECORD_BYTES
from kiosk.services.facemap import MAGIC as FACEMAP_MAGIC
from kiosk.services.facemap import MAX_BYTES as FACEMAP_MAX_BYTES

RECORD_MAGIC = b"\x89KCR\r\n\x1a\n"
PICTURE_MAX_BYTES = 10 * 2**20
PICTURE_MAX_SIDE_PX = 8000


@dataclass(frozen=True, slots=True)
class PartLimits:
    max_bytes: int = PICTURE_MAX_BYTES
    max_side_px: int = PICTURE_MAX_SIDE_PX


def check_part(part: Part, data: bytes, limits: PartLimits) -> str:
    """The kind of file: "image/jpeg", "image/png" or "application/octet-stream".

    FRONT and BACK are pictures; FACE a picture or a capture record; FACEMAP a capture record or a facemap. Seals and signatures are judged
    later: that a file is not ours is a finding about the customer, not a wrong call.

    Raises: BadInput: as `decode_image`; INVALID_DATA for a FACEMAP that is neither.
    """
    if part in (Part.FACE, Part.FACEMAP) and data.startswith(RECORD_MAGIC):
        if len(data) > MAX_RECORD_BYTES + 2**20:
            raise BadInput(ErrorCode.INVALID_DATA, "the capture record is larger than one may be")
        return "application/octet-stream"
    if part is Part.FACEMAP:
        if not data.startswith(FACEMAP_MAGIC) or len(data) > FACEMAP_MAX_BYTES:
            raise BadInput(ErrorCode.INVALID_DATA, "this is neither a facemap nor a capture record")
        return "application/octet-stream"
    decode_image(data, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px, name=part.value)
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
