"""One customer of DIS in the store, as every part of the protocol sees it: found, guarded, and its refusals in the protocol's words."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from kiosk.domain.errors import BadInput, ErrorCode, KioskError
from kiosk.imaging.decode import MAX_BYTES, MAX_SIDE_PX, decode_image, encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.imaging.scale import fit
from kiosk.ports import Clock, DeviceKey, Json, StoredCustomer
from kiosk.services.protocols.case_files import FINISHED, CaseFiles, fact
from kiosk.services.protocols.engine_desk import EngineDesk
from kiosk.services.protocols.refusals import DisCode, DisRefusal, ProtocolRefusal

BASE = "/api/v1/customers"
SESSION = "dis.session"
"""Fact {"id": …}: the request session that the customer is bound to."""


@dataclass(frozen=True, slots=True)
class DisSettings:
    """What an installation may set.

    Attributes:
        cache_s: everything of a customer is erased so long after the last change; the protocol names no default.
        max_bytes, max_side_px: of a picture.
        allow_virtual_cameras: records from cameras made of software are as good as others (demo, tests).
    """

    cache_s: float = 3600.0
    max_bytes: int = MAX_BYTES
    max_side_px: int = MAX_SIDE_PX
    challenge_s: float = 120.0
    allow_virtual_cameras: bool = False


class MayEnter(Protocol):
    def __call__(self, case: StoredCustomer, token: str) -> None:
        """Raises DisRefusal(FORBIDDEN)."""
        ...


@dataclass(frozen=True, slots=True)
class DisAccess:
    """A customer and what works on it. Holds no state of the customer: each call loads it. Thread-safe."""

    id: str
    token: str
    files: CaseFiles
    desk: EngineDesk
    key: DeviceKey
    settings: DisSettings
    may_enter: MayEnter

    @property
    def clock(self) -> Clock:
        return self.files.clock

    @property
    def base(self) -> str:
        return f"{BASE}/{self.id}"

    def load(self) -> StoredCustomer:
        """Raises DisRefusal: NOT_FOUND, FORBIDDEN."""
        with told():
            case = self.files.load(self.id)
        self.may_enter(case, self.token)
        return case

    def image(self, data: bytes) -> Image:
        """BGR. Raises DisRefusal(INVALID_IMAGE)."""
        try:
            return decode_image(data, max_bytes=self.settings.max_bytes, max_side_px=self.settings.max_side_px)
        except BadInput as error:
            raise DisRefusal(DisCode.INVALID_IMAGE, str(error), error.code) from error

    @contextmanager
    def changing(self) -> Iterator[StoredCustomer]:
        """The customer as it is now, nobody else changing it inside the block. Raises DisRefusal: as `load`; CONFLICT once handed over."""
        with self.files.guarded(self.id):
            case = self.load()
            if case.status == FINISHED:
                raise DisRefusal(DisCode.CONFLICT, "the customer was handed over as finished: nothing is added or changed")
            with told():
                yield case

    def crop(self, name: str, case: StoredCustomer, width: int | None = None, height: int | None = None) -> dict[str, Json]:
        """DIS `ImageCrop` of a stored picture. Raises DisRefusal: NOT_FOUND, INVALID_REQUEST_PARAMETER."""
        if name not in case.blobs:
            raise DisRefusal(DisCode.NOT_FOUND, f"the customer has no {name}")
        if any(side is not None and side < 1 for side in (width, height)):
            raise DisRefusal(DisCode.INVALID_REQUEST_PARAMETER, "width and height are whole numbers of 1 or more")
        with told():
            data = self.files.blob(self.id, name)
        if width is not None or height is not None or not data.startswith(b"\xff\xd8"):
            picture = self.image(data)
            rows, columns = picture.shape[:2]
            data = encode_jpeg(fit(picture, width or columns, height or rows))
        return {"data": base64.b64encode(data).decode("ascii")}


@contextmanager
def told() -> Iterator[None]:
    """Our own errors in the protocol's words; faults of engines and store go on as they are (`answer_of` turns them into 500)."""
    try:
        yield
    except ProtocolRefusal:
        raise
    except BadInput as error:
        answer = DisCode.NOT_FOUND if error.code is ErrorCode.CUSTOMER_NOT_FOUND else DisCode.INVALID_REQUEST_BODY
        raise DisRefusal(answer, str(error), error.code) from error


def answer_of(error: KioskError) -> DisRefusal:
    """For a door: any error as DIS tells it. What is our fault is UNEXPECTED_ERROR and says no more than its code."""
    if isinstance(error, DisRefusal):
        return error
    if isinstance(error, BadInput):
        return DisRefusal(DisCode.INVALID_REQUEST_BODY, str(error), error.code)
    return DisRefusal(DisCode.UNEXPECTED_ERROR, error.code.value, error.code)


def valid_id(text: str) -> str:
    """A UUID in its usual form. Raises DisRefusal(INVALID_ID)."""
    try:
        if str(uuid.UUID(text)) == text.lower():
            return text.lower()
    except ValueError:
        pass
    raise DisRefusal(DisCode.INVALID_ID, "the id is not a UUID")


_BASE64 = re.compile(r"(?:data:image/[a-z]+;base64,)?([A-Za-z0-9+/=\s]+)")


def image_bytes(image: Mapping[str, Json], *, fetch: Callable[[str], bytes] | None = None) -> bytes:
    """Of DIS `Image`: {"data": base64} or {"url": …}.

    Args: `fetch` gets what an address names; None = this device fetches nothing.
    Raises: DisRefusal: INVALID_REQUEST_BODY, DATA_DOWNLOADER_DISABLED.
    """
    data, url = image.get("data"), image.get("url")
    if isinstance(data, str) and url is None:
        return decoded(data)
    if isinstance(url, str) and data is None:
        if fetch is None:
            raise DisRefusal(DisCode.DATA_DOWNLOADER_DISABLED, "pictures are not fetched from addresses here")
        return fetch(url)
    raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "an image is data or url, one of the two")


def decoded(text: str) -> bytes:
    """Base64, with or without a data: prefix and line breaks. Raises DisRefusal(INVALID_REQUEST_BODY)."""
    found = _BASE64.fullmatch(text)
    try:
        if found:
            return base64.b64decode("".join(found.group(1).split()), validate=True)
    except binascii.Error:
        pass
    raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "the image is not base64")


def session_of(case: StoredCustomer) -> str:
    return str(fact(case, SESSION).get("id", ""))
