"""What the services need of the world. Adapters live in engines, devices and store; `kiosk.compose` picks them.

Every port has a contract suite in tests/contract that each of its adapters, and each fake, passes.
All calls are synchronous; an adapter is used by one thread at a time unless its port says that it must be thread-safe. FaceDetector,
FaceLandmarker, FaceMatcher and PassiveLiveness must be: pictures of one decision are looked at side by side, a document is read meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from kiosk.domain.document import Barcode, Document, Quad
from kiosk.domain.face import AgeGender, Embedding, Face, LivenessScore, Similarity
from kiosk.imaging.frame import Frame, Image

# --- devices -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """`id` is stable across reconnects where the system allows it; `virtual` cameras are named as such to staff."""

    id: str
    name: str
    virtual: bool = False


class Camera(Protocol):
    """open / read / close. May fail or vanish at any time: DeviceFault(CAMERA_LOST or CAMERA_NOT_FOUND, retryable)."""

    @property
    def info(self) -> CameraInfo: ...
    def open(self) -> None: ...
    def read(self) -> Frame:
        """The next frame; blocks at most a second or two, then raises DeviceFault(CAMERA_LOST)."""
        ...

    def close(self) -> None:
        """Idempotent; after it `open` works again."""
        ...


class CameraFinder(Protocol):
    """Lists the cameras that are there now and opens one by id or name."""

    def cameras(self) -> tuple[CameraInfo, ...]: ...
    def camera(self, id_or_name: str) -> Camera:
        """Raises DeviceFault(CAMERA_NOT_FOUND)."""
        ...


class Scanner(Protocol):
    """Gives pages as encoded image files, one call per page."""

    def pages(self) -> tuple[Path, ...]:
        """New, completely written pages since the last call, oldest first. Never a half-written file, never the same one twice."""
        ...

    def is_writing(self) -> bool:
        """Whether a page was on its way at the last call of `pages`."""
        ...


class NfcReader(Protocol):
    """Reads the chip of a travel document (ICAO 9303-10). Blocks until one was read, or for its own time-out; one thread at a time."""

    def read(self, document: Document) -> Mapping[str, bytes]:
        """The files of the chip as they are, by name ("com", "dg1", "dg2", "sod" …); nothing is verified.

        Args: `document`: number, dates of birth and expiry, or access number: the key of the chip is made of them.
        Raises BadInput: NOT_ENOUGH_DATA when no key can be made, TIMED_OUT when no chip came, INVALID_DATA when it refused the key;
        DeviceFault when the reader itself failed.
        """
        ...


# --- documents -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageLocation:
    """A page found in a picture. `quad` pixels of that picture; `touches_border` = part of the page may be outside."""

    quad: Quad
    confidence: float
    touches_border: bool = False


class PageLocator(Protocol):
    @property
    def model_id(self) -> str: ...
    def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
        """Every page in the picture, the surest first; empty when there is none. Corner order: clockwise, start arbitrary.

        `quick`: for a preview's frames, without the further looks that find pages which are small or hard to see.
        """
        ...


@dataclass(frozen=True, slots=True)
class LetterDoubt:
    """A letter that may have another mark (É, Ė) or none: its `place` in the text, `sure` 0..1 that it is this letter under whatever mark,
    `ways` with their shares of that, the one that was read first; those that hardly count are left out."""

    place: int
    sure: float
    ways: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class TextLine:
    """`quad` in pixels of the picture that was read, `confidence` 0..1, `least` that of the least sure letter where the engine tells it.

    `marks`: how sure the least sure accent is, given its letter; `doubts`: the letters that may have others, where the engine tells them;
    `rest`: as `least`, of the letters that none of them names, None where the engine does not tell.
    """

    text: str
    confidence: float
    quad: Quad
    least: float = 1.0
    marks: float = 1.0
    doubts: tuple[LetterDoubt, ...] = ()
    rest: float | None = None


class TextReader(Protocol):
    @property
    def model_id(self) -> str: ...
    def read(self, image: Image, *, max_side_px: int = 736) -> tuple[TextLine, ...]:
        """All text lines, top to bottom. No text is an empty result; a broken engine raises. `max_side_px` bounds the detector's input."""
        ...

    def find_lines(self, image: Image, *, max_side_px: int = 736) -> tuple[Quad, ...]:
        """Quads of the text lines in pixels of `image`, top to bottom, not recognised; the longer edge first."""
        ...

    def read_at(self, image: Image, quads: Sequence[Quad]) -> tuple[TextLine, ...]:
        """Recognise the lines at these places, each upright along its quad's first edge; what cannot be read is left out."""
        ...

    def read_lines(self, lines: Sequence[Image]) -> tuple[tuple[str, float], ...]:
        """Recognise crops that hold one upright line each: (text, confidence) per crop, no detection."""
        ...


@dataclass(frozen=True, slots=True)
class LineSteps:
    """What a recogniser sees along one line, left to right.

    Attributes:
        probabilities: steps x (1 + characters of the alphabet), column 0 is "no character here".
        step_px: width of one step in pixels of the crop; step i covers [i, i + 1) * step_px.
    """

    probabilities: npt.NDArray[np.float32]
    step_px: float


class LineReader(Protocol):
    """What zones with a known alphabet (the MRZ) need beyond plain text: places of lines, and doubts character by character."""

    @property
    def model_id(self) -> str: ...
    def find_lines(self, image: Image, *, max_side_px: int = 736) -> tuple[Quad, ...]:
        """Quads of the text lines in pixels of `image`, not recognised; the longer edge first."""
        ...

    def read_steps(self, lines: Sequence[Image], alphabet: str) -> tuple[LineSteps, ...]:
        """Per crop of one upright line, the probabilities along it within `alphabet`; foreign characters count for nothing."""
        ...


class BarcodeReader(Protocol):
    @property
    def model_id(self) -> str: ...
    def read(self, image: Image) -> tuple[Barcode, ...]: ...


# --- faces ---------------------------------------------------------------------------------------------------------


class FaceDetector(Protocol):
    """Thread-safe; a library that takes one call at a time is given a lock."""

    @property
    def model_id(self) -> str: ...
    def detect(self, image: Image) -> tuple[Face, ...]:
        """All faces, the largest first; empty when there is none."""
        ...


class FaceLandmarker(Protocol):
    """Thread-safe, as FaceDetector."""

    @property
    def model_id(self) -> str: ...
    def landmarks(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        """468 MediaPipe face mesh points (x, y in pixels of `image`, z in the same scale, smaller is nearer); empty when not found."""
        ...


class FaceMatcher(Protocol):
    """Thread-safe, as FaceDetector."""

    @property
    def model_id(self) -> str: ...
    def embed(self, image: Image, face: Face) -> Embedding: ...
    def compare(self, one: Embedding, other: Embedding) -> Similarity:
        """Raises BadInput when the two are not of this model."""
        ...


class PassiveLiveness(Protocol):
    """Thread-safe, as FaceDetector."""

    @property
    def model_id(self) -> str: ...
    def assess(self, image: Image, face: Face) -> LivenessScore: ...


class AgeGenderEstimator(Protocol):
    """Used by one thread at a time."""

    @property
    def model_id(self) -> str: ...
    def estimate(self, image: Image, face: Face) -> AgeGender: ...


# --- device identity -----------------------------------------------------------------------------------------------


class DeviceKey(Protocol):
    """The key pair and the secret of this device. Thread-safe; never gives the secrets away."""

    @property
    def device_id(self) -> str:
        """Fingerprint of the public key: 32 hexadecimal digits of its SHA-256."""
        ...

    @property
    def public_pem(self) -> bytes:
        """The public key in PEM (SubjectPublicKeyInfo): with it a server proves what this device signed."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Ed25519, 64 bytes."""
        ...

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether this device signed it."""
        ...

    def seal(self, plain: bytes, purpose: str, header: bytes) -> bytes:
        """AES-256-GCM under a key of this device and `purpose`; `header` is bound, not hidden. Nonce first, then ciphertext and tag."""
        ...

    def unseal(self, sealed: bytes, purpose: str, header: bytes) -> bytes:
        """Raises BadInput(INVALID_DATA) when it was changed, is another device's or another purpose's."""
        ...


# --- store ---------------------------------------------------------------------------------------------------------

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class StepCommit:
    """What one confirmed step changes, committed in one transaction together with its audit line.

    Attributes:
        facts: fact name ("consent", "document.front", "checks", "decision", …) -> JSON value; replaces what was there.
        blobs: blob name ("document.front.picture", "selfie.picture", …) -> encoded image bytes; replaces what was there.
        forget: names of facts and blobs, or prefixes ending in ".", to remove first (the customer went back).
        status: new status of the customer, None = unchanged.
        at: UTC ISO 8601 time.
        template: face template for 1:N search, kept under its model; replaces an earlier one of that model. Forgetting "selfie" drops it.
    """

    customer_id: str
    step: str
    at: str
    facts: Mapping[str, Json]
    blobs: Mapping[str, bytes]
    forget: frozenset[str] = frozenset()
    status: str | None = None
    template: Embedding | None = None


@dataclass(frozen=True, slots=True)
class StoredCustomer:
    """`status`: IN_PROGRESS, FINISHED. `steps`: confirmed steps in order (id, UTC time). `blobs`: names that `blob()` can give."""

    id: str
    workflow: str
    status: str
    created_at: str
    updated_at: str
    steps: tuple[tuple[str, str], ...]
    facts: Mapping[str, Json]
    blobs: tuple[str, ...]


class CustomerStore(Protocol):
    """Thread-safe. Raises StoreFault; what was committed before stays. Returns only after the commit is on disk."""

    def begin(self, customer_id: str, workflow: str, at: str) -> None: ...
    def commit(self, step: StepCommit) -> None: ...
    def load(self, customer_id: str) -> StoredCustomer:
        """Raises BadInput(CUSTOMER_NOT_FOUND)."""
        ...

    def blob(self, customer_id: str, name: str) -> bytes:
        """Raises BadInput(CUSTOMER_NOT_FOUND) or StoreFault(STORE_DAMAGED)."""
        ...

    def customers(self) -> tuple[StoredCustomer, ...]:
        """All, newest first, with their facts."""
        ...

    def templates(self, model: str) -> tuple[tuple[str, ...], npt.NDArray[np.float32]]:
        """Face templates of this model: customer ids and their vectors, n x d, in the same order. Reads afresh at each call."""
        ...

    def template_counts(self) -> Mapping[str, int]:
        """How many face templates, of whatever model, each customer has who has any."""
        ...

    def delete(self, customer_id: str, at: str) -> None:
        """Erases facts, blobs, templates, the customer's key and what other customers' facts say of them (`domain.erasure.MENTIONS`);
        leaves an audit line. Raises BadInput(CUSTOMER_NOT_FOUND)."""
        ...

    def close(self) -> None: ...


# --- one-time codes ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """One message with a code. `contact`: a number in E.164 or an e-mail address. An SMS shows `text` alone, a mail `subject`, too."""

    contact: str
    subject: str
    text: str


class DeliveryFault(StrEnum):
    """Why a message was not handed over."""

    NOT_SET_UP = "NOT_SET_UP"  # no gateway, or a setting or secret of it is missing
    UNREACHABLE = "UNREACHABLE"
    TIMED_OUT = "TIMED_OUT"
    TLS_FAILED = "TLS_FAILED"
    LOGIN_REFUSED = "LOGIN_REFUSED"
    CONTACT_REFUSED = "CONTACT_REFUSED"  # the gateway will not send to this one
    REFUSED = "REFUSED"  # any other answer that is no success


@dataclass(frozen=True, slots=True)
class Delivery:
    """`fault` None = the gateway took the message; whether it arrives it cannot say. `status`: its answer's number, 0 for none."""

    fault: DeliveryFault | None = None
    status: int = 0


class CodeGateway(Protocol):
    """Hands a message with a code to somebody who delivers it. Blocks at most its time-out; any thread; never logs contact or text."""

    @property
    def name(self) -> str: ...
    @property
    def is_trial(self) -> bool:
        """True when it only shows the code on this machine: proves nothing about the contact."""
        ...

    def send(self, message: CodeMessage) -> Delivery:
        """A failure of the network or of the other side is an answer, not an exception."""
        ...


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """What is kept of a contact until `keep_until` (UTC ISO 8601)."""

    state: Mapping[str, Json]
    keep_until: str


class FetchFault(StrEnum):
    """Why a file could not be fetched."""

    NOT_ALLOWED = "NOT_ALLOWED"  # neither https nor a file of this machine, or a redirect to such an address
    NOT_FOUND = "NOT_FOUND"
    UNREACHABLE = "UNREACHABLE"
    TIMED_OUT = "TIMED_OUT"
    TLS_FAILED = "TLS_FAILED"
    REFUSED = "REFUSED"  # any answer that is no file
    TOO_LARGE = "TOO_LARGE"
    CUT_OFF = "CUT_OFF"  # ended before what was announced


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of fetching a file.

    Attributes:
        fault: None = it is there, or `unchanged`.
        unchanged: the other side says that it is still the one with this mark; nothing was written.
        etag, modified: marks of this version, as the other side wrote them; "" for none.
        status: the answer's number, 0 for none.
        published: the other side is the publisher's server and no copy in a folder, whose age says nothing.
    """

    fault: FetchFault | None = None
    unchanged: bool = False
    etag: str = ""
    modified: str = ""
    status: int = 0
    published: bool = False


class FileSource(Protocol):
    """Fetches a published file. Blocks for its time limit at most; any thread."""

    def fetch(self, address: str, into: Path, *, etag: str = "", modified: str = "") -> Fetched:
        """Writes the file `into`, wholly or, where a fault is told, perhaps in part: then the caller throws it away.

        Args: `etag`, `modified` marks of the version that is there already. Raises OSError when `into` cannot be written.
        """
        ...


class CodeLedger(Protocol):
    """What is remembered of one-time codes per contact; survives a restart. Thread-safe. Raises StoreFault."""

    def read(self, contact: str) -> Mapping[str, Json] | None: ...
    def change(self, contact: str, change: Callable[[Mapping[str, Json] | None], CodeRecord | None], *, now: str) -> None:
        """Read, decide and write as one: no other thread or process comes between. Whatever was kept until `now` is dropped first.

        `change` gets what is known (None = nothing) and gives what to keep (None = nothing); what it raises leaves all as it was.
        """
        ...


# --- time ----------------------------------------------------------------------------------------------------------


class Clock(Protocol):
    def now_utc(self) -> str:
        """ISO 8601 with milliseconds and Z."""
        ...

    def today(self) -> str:
        """Local date YYYY-MM-DD."""
        ...

    def monotonic(self) -> float: ...
