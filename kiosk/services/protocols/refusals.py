"""What the protocols answer when they refuse: their own codes, carried by one error type of ours.

BadInput
 └─ ProtocolRefusal          a code of the protocol, the HTTP status that belongs to it, and our own code beneath
     ├─ DisRefusal           dis-openapi 1.65, ErrorResponse
     ├─ EnrolmentRefusal     web enrolment, `error` in the body (protocols 3.2 and 3.3)
     └─ SessionRefusal       server-driven session, {error: {type, message}} (protocols 4.1)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json


class DisCode(StrEnum):
    """Those of the enumeration that can happen on a device; the others speak of templates and downloads that it does not have."""

    NOT_FOUND = "NOT_FOUND"
    INVALID_ID = "INVALID_ID"
    INVALID_IMAGE = "INVALID_IMAGE"
    INVALID_REQUEST_BODY = "INVALID_REQUEST_BODY"
    INVALID_REQUEST_PARAMETER = "INVALID_REQUEST_PARAMETER"
    CONFLICT = "CONFLICT"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    DATA_DOWNLOADER_DISABLED = "DATA_DOWNLOADER_DISABLED"
    UNEXPECTED_ERROR = "UNEXPECTED_ERROR"
    FORBIDDEN = "FORBIDDEN"  # not in the enumeration: HTTP 403 has an empty body


class EnrolmentCode(StrEnum):
    """Of the session, the document call and the complete call; the face call's picture codes are `EnrolmentFaceCode`."""

    SESSION_ALREADY_COMPLETED = "SESSION_ALREADY_COMPLETED"
    SESSION_UNAUTHORIZED = "SESSION_UNAUTHORIZED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    DOCUMENT_NOT_RECOGNIZED = "DOCUMENT_NOT_RECOGNIZED"
    FACE_QUALITY_LOW = "FACE_QUALITY_LOW"
    WRONG_SIDE = "WRONG_SIDE"
    MISSING_DOCUMENT_AND_FACE = "MISSING_DOCUMENT_AND_FACE"


class SessionCode(StrEnum):
    """`error.type` of the server-driven session. The protocol's own words are not public; the statuses are."""

    NOT_FOUND = "not_found"
    GONE = "gone"
    TOO_LARGE = "payload_too_large"
    UNSUPPORTED_MEDIA = "unsupported_media_type"
    UNPROCESSABLE = "unprocessable_entity"


_DIS_STATUS: Mapping[DisCode, int] = {
    DisCode.NOT_FOUND: 404,
    DisCode.CONFLICT: 409,
    DisCode.ALREADY_EXISTS: 422,
    DisCode.UNEXPECTED_ERROR: 500,
    DisCode.FORBIDDEN: 403,
}
_SESSION_STATUS: Mapping[SessionCode, int] = {
    SessionCode.NOT_FOUND: 404,
    SessionCode.GONE: 410,
    SessionCode.TOO_LARGE: 413,
    SessionCode.UNSUPPORTED_MEDIA: 415,
    SessionCode.UNPROCESSABLE: 422,
}


class ProtocolRefusal(BadInput):
    """`answer` is the protocol's code, `status` the HTTP status that a door over HTTP gives it."""

    answer: StrEnum
    status: int

    def body(self) -> dict[str, Json]:
        """The JSON body of the refusal."""
        raise NotImplementedError


class DisRefusal(ProtocolRefusal):
    def __init__(self, answer: DisCode, message: str, code: ErrorCode = ErrorCode.BAD_ARGUMENT) -> None:
        super().__init__(code, message)
        self.answer, self.status = answer, _DIS_STATUS.get(answer, 400)

    def body(self) -> dict[str, Json]:
        return {} if self.status == 403 else {"errorCode": self.answer.value, "errorMessage": str(self)}


class EnrolmentRefusal(ProtocolRefusal):
    """Answers are HTTP 200 with `hasError`, but for a token that opens nothing."""

    def __init__(self, answer: StrEnum, message: str, code: ErrorCode = ErrorCode.INVALID_DATA) -> None:
        super().__init__(code, message)
        self.answer, self.status = answer, 401 if answer is EnrolmentCode.SESSION_UNAUTHORIZED else 200

    def body(self) -> dict[str, Json]:
        return {"hasError": True, "error": self.answer.value}


class SessionRefusal(ProtocolRefusal):
    def __init__(self, answer: SessionCode, message: str, code: ErrorCode = ErrorCode.BAD_ARGUMENT) -> None:
        super().__init__(code, message)
        self.answer, self.status = answer, _SESSION_STATUS[answer]

    def body(self) -> dict[str, Json]:
        return {"error": {"type": self.answer.value, "message": str(self)}}
