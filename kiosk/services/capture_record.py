"""The capture record as bytes: what the camera saw during one check, encrypted and signed with the key of this device.

    magic 8 | version u16 | header length u16 | contents length u32 | header | contents: nonce 12, ciphertext, tag 16 | signature 64

Ed25519 signs everything before it; AES-256-GCM binds everything before the contents. The header can be read and proved by whoever has the
device's public key, the pictures only by the device itself. Format and reasons: docs/guides/capture-records.md.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator, Sequence

import numpy as np

from kiosk.domain.challenge import Assertion, CaptureOrigin, CaptureRecord, Challenge, RecordedFrame
from kiosk.domain.errors import BadInput
from kiosk.imaging.decode import decode_image
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import CameraInfo, DeviceKey
from kiosk.services.capture_coding import (
    MAX_FRAME_BYTES,
    MAX_RECORD_BYTES,
    MAX_TEXT_BYTES,
    RecordFault,
    RecordHeader,
    decode_contents,
    decode_header,
    encode_contents,
    encode_header,
    refusal,
)

PURPOSE = "capture-record"
MEDIA_TYPE = "application/octet-stream"
MAX_FRAME_SIDE_PX = 4096
_LOOKED_AT = 12

_MAGIC = b"\x89KCR\r\n\x1a\n"  # as PNG's: a transfer that changes line ends or strips the eighth bit is seen at once
_VERSION = 2
_PREFIX = struct.Struct(">8sHHI")
_SEAL_BYTES, _SIGNATURE_BYTES = 12 + 16, 64
_MAX_HEADER_BYTES = 5 * (2 + MAX_TEXT_BYTES)


def new_nonce() -> str:
    """For a passive record: 128 random bits, hexadecimal. An active one repeats its challenge's."""
    return secrets.token_hex(16)


def origin_of(key: DeviceKey, camera: CameraInfo | None, software: str) -> CaptureOrigin:
    """Args: `camera` None when it is not known any more; `software` name and version of the program."""
    name, virtual = (camera.name, camera.virtual) if camera is not None else ("", False)
    return CaptureOrigin(key.device_id, name.encode(errors="replace")[:MAX_TEXT_BYTES].decode(errors="ignore"), virtual, software)


def record_of(
    frames: Sequence[RecordedFrame],
    *,
    origin: CaptureOrigin,
    made_at: str,
    session: str,
    challenge: Challenge | None = None,
    nonce: str = "",
) -> CaptureRecord:
    """A record to be sealed.

    Args:
        made_at: now, UTC, ISO 8601.
        nonce: of a passive record (`challenge` None); an active one takes its challenge's.
    """
    return CaptureRecord(session, challenge.nonce if challenge is not None else nonce, challenge, origin, made_at, tuple(frames))


def seal_record(record: CaptureRecord, key: DeviceKey) -> bytes:
    """The container.

    Raises:
        BadInput: INVALID_DATA; reason FOREIGN_DEVICE when `record.origin` names another device than `key`'s, TOO_LARGE.
    """
    if record.origin.device_id != key.device_id:
        raise refusal(RecordFault.FOREIGN_DEVICE)
    header = encode_header(RecordHeader(PURPOSE, key.device_id, record.session, record.nonce, record.made_at))
    contents = encode_contents(record)
    start = _PREFIX.pack(_MAGIC, _VERSION, len(header), len(contents) + _SEAL_BYTES) + header
    body = start + key.seal(contents, PURPOSE, start)
    return body + key.sign(body)


def open_record(data: bytes, key: DeviceKey) -> CaptureRecord:
    """What this device sealed, proved to be whole and unchanged; whether it is fresh, and this session's, is `RecordVerifier`'s to say.

    Nothing is parsed before the signature holds.

    Raises:
        BadInput: INVALID_DATA; reason NOT_A_RECORD, VERSION_UNKNOWN, TRUNCATED, EXTENDED, TOO_LARGE, FOREIGN_DEVICE, CHANGED, MALFORMED.
    """
    start_end = _checked_lengths(data)
    body, signature = data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]
    if not key.verify(body, signature):
        raise refusal(_why_not_ours(data, start_end, key))
    header = decode_header(data[_PREFIX.size : start_end])
    if header.purpose != PURPOSE:
        raise refusal(RecordFault.MALFORMED)
    try:
        contents = key.unseal(body[start_end:], PURPOSE, data[:start_end])
    except BadInput:
        raise refusal(RecordFault.CHANGED) from None
    return decode_contents(contents, header)


def read_header(data: bytes) -> RecordHeader:
    """What a record says of itself, without proof: for showing it.

    Raises:
        BadInput: INVALID_DATA; reason NOT_A_RECORD, VERSION_UNKNOWN, TRUNCATED, EXTENDED, TOO_LARGE, MALFORMED.
    """
    return decode_header(data[_PREFIX.size : _checked_lengths(data)])


def _checked_lengths(data: bytes) -> int:
    """Where the header ends, in a container that is as long as it says."""
    if len(data) > MAX_RECORD_BYTES + 2**20:
        raise refusal(RecordFault.TOO_LARGE)
    if len(data) < _PREFIX.size:
        raise refusal(RecordFault.TRUNCATED if _MAGIC.startswith(data[: len(_MAGIC)]) and data else RecordFault.NOT_A_RECORD)
    magic, version, header_bytes, contents_bytes = _PREFIX.unpack_from(data)
    if magic != _MAGIC:
        raise refusal(RecordFault.NOT_A_RECORD)
    if version != _VERSION:
        raise refusal(RecordFault.VERSION_UNKNOWN)
    if header_bytes > _MAX_HEADER_BYTES or contents_bytes > MAX_RECORD_BYTES + _SEAL_BYTES:
        raise refusal(RecordFault.TOO_LARGE)
    if contents_bytes < _SEAL_BYTES:
        raise refusal(RecordFault.MALFORMED)
    start_end = _PREFIX.size + int(header_bytes)
    beyond = len(data) - (start_end + int(contents_bytes) + _SIGNATURE_BYTES)
    if beyond:
        raise refusal(RecordFault.TRUNCATED if beyond < 0 else RecordFault.EXTENDED)
    return start_end


def _why_not_ours(data: bytes, start_end: int, key: DeviceKey) -> RecordFault:
    """For the message only: the record is refused either way."""
    try:
        header = decode_header(data[_PREFIX.size : start_end])
    except BadInput:
        return RecordFault.CHANGED
    return RecordFault.CHANGED if header.device_id == key.device_id else RecordFault.FOREIGN_DEVICE


# --- its pictures --------------------------------------------------------------------------------------------------


def picture_of(frame: RecordedFrame) -> Image:
    """Decoded, BGR, with bounds on bytes and pixels. Raises BadInput(INVALID_DATA), reason PICTURE_INVALID."""
    if not frame.jpeg.startswith(b"\xff\xd8\xff"):
        raise refusal(RecordFault.PICTURE_INVALID)
    try:
        return decode_image(frame.jpeg, max_bytes=MAX_FRAME_BYTES, max_side_px=MAX_FRAME_SIDE_PX, name="frame")
    except BadInput as error:
        raise refusal(RecordFault.PICTURE_INVALID) from error


def frames_of(record: CaptureRecord) -> Iterator[Frame]:
    """Its frames as a camera gives them, decoded one by one; `taken_at` counts from the record's first. Raises as `picture_of`."""
    for number, frame in enumerate(record.frames):
        yield Frame(picture_of(frame), frame.at_s, record.origin.camera, number)


def selfie_from_record(record: CaptureRecord) -> Image:
    """The selfie by reference: the sharpest frame that was taken for a neutral or frontal look, else the sharpest of those that were
    taken for nothing in particular, else the sharpest of all.

    Raises:
        BadInput: INVALID_DATA; reason NO_FRAMES, PICTURE_INVALID.
    """
    if not record.frames:
        raise refusal(RecordFault.NO_FRAMES)
    wanted = [frame for frame in record.frames if frame.shows in (Assertion.NEUTRAL, Assertion.FRONT)]
    wanted = wanted or [frame for frame in record.frames if frame.shows is None] or list(record.frames)
    # a dozen spread over the run are choice enough; one decoded picture at a time, not all: sixty of 1280 x 720 would be 160 MB
    best, best_sharpness = None, -1.0
    for frame in wanted[:: -(-len(wanted) // _LOOKED_AT)]:
        picture = picture_of(frame)
        sharpness = _sharpness(picture)
        if sharpness > best_sharpness:
            best, best_sharpness = picture, sharpness
    if best is None:
        raise refusal(RecordFault.NO_FRAMES)
    return best


def _sharpness(picture: Image) -> float:
    """Mean step between neighbours over the middle of the picture, against its contrast: to compare frames of one capture only."""
    height, width = picture.shape[:2]
    middle = picture[height // 6 : height - height // 6, width // 4 : width - width // 4, 1].astype(np.float32)
    contrast = float(middle.std())
    return float(np.abs(np.diff(middle, axis=1)).mean()) / contrast if contrast > 0 else 0.0
