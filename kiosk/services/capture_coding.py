"""Bytes of a capture record's header and contents: every field in a fixed order, texts and pictures behind their length.

There is exactly one encoding of a record, and nothing is taken at its word: each count and each length is bounded before anything of that
size is read. All numbers are big-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from kiosk.domain.challenge import Assertion, CaptureOrigin, CaptureRecord, Challenge, ChallengeKind, RecordedFrame
from kiosk.domain.check import CheckLabel
from kiosk.domain.errors import BadInput, ErrorCode

MAX_FRAMES = 240
MAX_FRAME_BYTES = 4 * 2**20
MAX_RECORD_BYTES = 64 * 2**20
MAX_TEXT_BYTES = 255
MAX_STEPS = 64

_U8, _U16, _U32, _F64 = struct.Struct(">B"), struct.Struct(">H"), struct.Struct(">I"), struct.Struct(">d")


_Words = TypeVar("_Words", bound=StrEnum)


class RecordFault(StrEnum):
    """Why a record was refused: `params["reason"]` of BadInput(INVALID_DATA). Described in docs/guides/capture-records.md."""

    NOT_A_RECORD = "NOT_A_RECORD"
    VERSION_UNKNOWN = "VERSION_UNKNOWN"
    TRUNCATED = "TRUNCATED"
    EXTENDED = "EXTENDED"
    TOO_LARGE = "TOO_LARGE"
    MALFORMED = "MALFORMED"
    FOREIGN_DEVICE = "FOREIGN_DEVICE"
    CHANGED = "CHANGED"
    FOREIGN_SESSION = "FOREIGN_SESSION"
    OTHER_CHALLENGE = "OTHER_CHALLENGE"
    REPLAYED = "REPLAYED"
    EXPIRED = "EXPIRED"
    FROM_THE_FUTURE = "FROM_THE_FUTURE"
    NO_FRAMES = "NO_FRAMES"
    FRAMES_BACKWARDS = "FRAMES_BACKWARDS"
    TIMES_IMPOSSIBLE = "TIMES_IMPOSSIBLE"
    PICTURE_INVALID = "PICTURE_INVALID"
    OTHER_CAMERA = "OTHER_CAMERA"


_TOLD = {
    RecordFault.NOT_A_RECORD: "the file is not a capture record",
    RecordFault.VERSION_UNKNOWN: "the capture record is of a version that this program does not know",
    RecordFault.TRUNCATED: "the capture record was cut short: copy it again, or make a new one",
    RecordFault.EXTENDED: "the capture record has something behind its end: copy it again, or make a new one",
    RecordFault.TOO_LARGE: "the capture record holds more than one may hold",
    RecordFault.MALFORMED: "the capture record is not built as one",
    RecordFault.FOREIGN_DEVICE: "the capture record was made by another device: only the device that made it can use it",
    RecordFault.CHANGED: "the capture record was changed after it was made: make a new one",
    RecordFault.FOREIGN_SESSION: "the capture record belongs to another session",
    RecordFault.OTHER_CHALLENGE: "the capture record answers another challenge",
    RecordFault.REPLAYED: "the capture record was used before: each is good once",
    RecordFault.EXPIRED: "the capture record is too old: make a new one",
    RecordFault.FROM_THE_FUTURE: "the capture record is dated in the future: set the clock of this machine right",
    RecordFault.NO_FRAMES: "the capture record holds no pictures",
    RecordFault.FRAMES_BACKWARDS: "the pictures of the capture record are not in the order of their times",
    RecordFault.TIMES_IMPOSSIBLE: "the times of the capture record cannot be: it shows more time than passed while it was made",
    RecordFault.PICTURE_INVALID: "a picture of the capture record cannot be read",
    RecordFault.OTHER_CAMERA: "the pictures came from another camera than the one that is on now: capture again",
}


def refusal(fault: RecordFault) -> BadInput:
    """The error that says so: what is wrong and what helps."""
    return BadInput(ErrorCode.INVALID_DATA, _TOLD[fault], reason=fault.value)


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """What may be read without the key. Signed, and bound to the encrypted contents; all texts as in CaptureRecord."""

    purpose: str
    device_id: str
    session: str
    nonce: str
    made_at: str


def encode_header(header: RecordHeader) -> bytes:
    """Raises BadInput(INVALID_DATA), reason TOO_LARGE, MALFORMED (a text that is no Unicode)."""
    writer = _Writer()
    for text in (header.purpose, header.device_id, header.session, header.nonce, header.made_at):
        writer.text(text)
    return bytes(writer.data)


def decode_header(data: bytes) -> RecordHeader:
    """Raises BadInput(INVALID_DATA), reason MALFORMED."""
    reader = _Reader(data)
    header = RecordHeader(reader.text(), reader.text(), reader.text(), reader.text(), reader.text())
    reader.end()
    return header


def encode_contents(record: CaptureRecord) -> bytes:
    """What is encrypted: origin, challenge and frames. Raises BadInput(INVALID_DATA), reason TOO_LARGE."""
    writer = _Writer()
    origin = record.origin
    writer.text(origin.camera)
    writer.number(_U8, int(origin.virtual))
    writer.text(origin.software)
    writer.number(_U8, int(record.challenge is not None))
    if record.challenge is not None:
        _write_challenge(writer, record.challenge)
    writer.count(len(record.frames), MAX_FRAMES)
    for frame in record.frames:
        writer.number(_F64, frame.at_s)
        writer.text(frame.shows.value if frame.shows is not None else "")
        writer.text(frame.colour)
        writer.text(frame.fault.value if frame.fault is not None else "")
        writer.block(frame.jpeg)
    return bytes(writer.data)


def decode_contents(data: bytes, header: RecordHeader) -> CaptureRecord:
    """Raises BadInput(INVALID_DATA), reason MALFORMED or TOO_LARGE."""
    reader = _Reader(data)
    origin = CaptureOrigin(header.device_id, reader.text(), reader.flag(), reader.text())
    challenge = _read_challenge(reader) if reader.flag() else None
    frames = []
    for _ in range(reader.count(MAX_FRAMES)):
        at_s = float(reader.number(_F64))
        shows, colour, fault = reader.text(), reader.text(), reader.text()
        told = (reader.known(Assertion, shows) if shows else None), colour, (reader.known(CheckLabel, fault) if fault else None)
        frames.append(RecordedFrame(reader.block(), at_s, *told))
    reader.end()
    return CaptureRecord(header.session, header.nonce, challenge, origin, header.made_at, tuple(frames))


def _write_challenge(writer: _Writer, challenge: Challenge) -> None:
    for text in (challenge.id, challenge.kind.value, challenge.session, challenge.nonce, challenge.issued_at, challenge.expires_at):
        writer.text(text)
    for texts in (tuple(step.value for step in challenge.steps), challenge.flashes):
        writer.count(len(texts), MAX_STEPS)
        for text in texts:
            writer.text(text)


def _read_challenge(reader: _Reader) -> Challenge:
    challenge_id, kind, session, nonce, issued_at, expires_at = (reader.text() for _ in range(6))
    steps = tuple(reader.known(Assertion, reader.text()) for _ in range(reader.count(MAX_STEPS)))
    flashes = tuple(reader.text() for _ in range(reader.count(MAX_STEPS)))
    return Challenge(challenge_id, reader.known(ChallengeKind, kind), session, steps, nonce, issued_at, expires_at, flashes)


class _Writer:
    def __init__(self) -> None:
        self.data = bytearray()

    def number(self, form: struct.Struct, value: float) -> None:
        self.data += form.pack(value)

    def count(self, value: int, most: int) -> None:
        if value > most:
            raise refusal(RecordFault.TOO_LARGE)
        self.number(_U16, value)

    def text(self, value: str) -> None:
        try:
            encoded = value.encode()
        except UnicodeEncodeError:
            raise refusal(RecordFault.MALFORMED) from None
        self.count(len(encoded), MAX_TEXT_BYTES)
        self.data += encoded

    def block(self, value: bytes) -> None:
        if len(value) > MAX_FRAME_BYTES or len(self.data) + len(value) > MAX_RECORD_BYTES:
            raise refusal(RecordFault.TOO_LARGE)
        self.number(_U32, len(value))
        self.data += value


class _Reader:
    """Never reads past the end, never makes room for what is not there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, form: struct.Struct) -> int | float:
        value: int | float = form.unpack(self._take(form.size))[0]
        return value

    def count(self, most: int, form: struct.Struct = _U16) -> int:
        value = int(self.number(form))
        if value > most:
            raise refusal(RecordFault.TOO_LARGE)
        return value

    def flag(self) -> bool:
        value = self.number(_U8)
        if value not in (0, 1):
            raise refusal(RecordFault.MALFORMED)
        return value == 1

    def text(self) -> str:
        encoded = self._take(self.count(MAX_TEXT_BYTES))
        try:
            return encoded.decode()
        except UnicodeDecodeError:
            raise refusal(RecordFault.MALFORMED) from None

    def block(self) -> bytes:
        return self._take(self.count(MAX_FRAME_BYTES, _U32))

    def known(self, kind: type[_Words], text: str) -> _Words:
        try:
            return kind(text)
        except ValueError:
            raise refusal(RecordFault.MALFORMED) from None

    def end(self) -> None:
        if self._at != len(self._data):
            raise refusal(RecordFault.MALFORMED)

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise refusal(RecordFault.MALFORMED)
        taken = self._data[self._at : end]
        self._at = end
        return taken
