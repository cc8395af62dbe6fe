"""The error tree: one root with a stable code and two audiences.

    KioskError
     ├─ BadInput        what the customer or caller can mend: a wrong file, no face, a wrong argument
     ├─ DeviceFault     a camera or scanner failed; `retryable` says whether trying again may help
     ├─ StoreFault      the encrypted store failed: key, damage, disk
     ├─ ModelFault      a model file is missing, changed or refused
     └─ KioskBug        we are to blame

`str(error)` is one English line for the operator and the command line: what and why, never personal data.
Customers see words chosen by `code` in `ui/strings.py`. Poor image quality is not an error: it is advice.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable codes, unique across the product; they appear in logs, support calls and JSON. Described in docs/errors.md."""

    # input
    BAD_ARGUMENT = "BAD_ARGUMENT"
    FILE_NOT_FOUND = "FILE_NOT_FOUND"
    IMAGE_EMPTY = "IMAGE_EMPTY"
    IMAGE_UNREADABLE = "IMAGE_UNREADABLE"
    IMAGE_TRUNCATED = "IMAGE_TRUNCATED"
    IMAGE_FORMAT_UNSUPPORTED = "IMAGE_FORMAT_UNSUPPORTED"
    IMAGE_ANIMATED = "IMAGE_ANIMATED"
    PDF_UNSUPPORTED = "PDF_UNSUPPORTED"
    IMAGE_BLANK = "IMAGE_BLANK"
    IMAGE_BYTES_EXCEEDED = "IMAGE_BYTES_EXCEEDED"
    IMAGE_PIXELS_EXCEEDED = "IMAGE_PIXELS_EXCEEDED"
    NO_DOCUMENT_DETECTED = "NO_DOCUMENT_DETECTED"
    SEVERAL_DOCUMENTS = "SEVERAL_DOCUMENTS"
    NO_FACE_DETECTED = "NO_FACE_DETECTED"
    MULTIPLE_FACES_DETECTED = "MULTIPLE_FACES_DETECTED"
    CONSENT_MISSING = "CONSENT_MISSING"
    CUSTOMER_NOT_FOUND = "CUSTOMER_NOT_FOUND"
    WORKFLOW_INVALID = "WORKFLOW_INVALID"
    TEMPLATE_INVALID = "TEMPLATE_INVALID"
    WRONG_STEP = "WRONG_STEP"
    INVALID_DATA = "INVALID_DATA"
    NOT_ENOUGH_DATA = "NOT_ENOUGH_DATA"
    FACE_QUALITY_LOW = "FACE_QUALITY_LOW"
    VIRTUAL_CAMERA = "VIRTUAL_CAMERA"
    TIMED_OUT = "TIMED_OUT"
    # devices
    CAMERA_NOT_FOUND = "CAMERA_NOT_FOUND"
    CAMERA_LOST = "CAMERA_LOST"
    # store
    STORE_FULL = "STORE_FULL"
    STORE_KEY_WRONG = "STORE_KEY_WRONG"
    STORE_KEY_MISSING = "STORE_KEY_MISSING"
    STORE_DAMAGED = "STORE_DAMAGED"
    STORE_TOO_NEW = "STORE_TOO_NEW"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    # models
    MODEL_MISSING = "MODEL_MISSING"
    MODEL_CORRUPT = "MODEL_CORRUPT"
    MODEL_SOURCE_UNREACHABLE = "MODEL_SOURCE_UNREACHABLE"
    MANIFEST_INVALID = "MANIFEST_INVALID"
    # ours
    INTERNAL = "INTERNAL"


class KioskError(Exception):
    """Root of all errors that the product raises on purpose."""

    def __init__(self, code: ErrorCode, message: str, **params: str | int | float) -> None:
        """Args: `message` one English line for the operator, without personal data; `params` what a translation may insert."""
        super().__init__(message)
        self.code = code
        self.params = params


class BadInput(KioskError):
    """The caller or the customer can mend it."""


class DeviceFault(KioskError):
    """A device failed. `retryable` False stops the worker that keeps it alive."""

    def __init__(self, code: ErrorCode, message: str, *, retryable: bool = True, **params: str | int | float) -> None:
        super().__init__(code, message, **params)
        self.retryable = retryable


class StoreFault(KioskError):
    """The store could not do what was asked; what was committed before is still there."""


class ModelFault(KioskError):
    """A model file is missing, changed or cannot be fetched."""


class KioskBug(KioskError):
    """A broken promise of our own code."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.INTERNAL, message)
