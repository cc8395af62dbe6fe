"""Executions judged by the installed engines: each picture is read, and each pair of faces compared, once for all tests.

The same picture gives the same answer, so a table of many cases costs as much as its different pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from kiosk.compose.engines import Engines
from kiosk.domain.capability import Category, Part
from kiosk.domain.challenge import CaptureRecord, ChallengeKind
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, KioskError
from kiosk.domain.face import Embedding, Face
from kiosk.imaging.decode import decode_image, encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.ports import DeviceKey, Json, StepCommit
from kiosk.services.accounts import ENROLLED, part_blob
from kiosk.services.capture_record import open_record, seal_record
from kiosk.services.execution_judge import ExecutionJudge
from kiosk.services.execution_order import Judgement, Screening
from kiosk.services.execution_requests import CredentialRequest, InitiateRequest
from kiosk.services.executions import Executions, Initiated
from kiosk.services.facemap import FacemapTemplate, make_facemap
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.liveness.replay import replayed
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.verification import SelfieResult, Verifier
from kiosk.services.workflows import load_any_workflow, load_policy
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut, specimen
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.live_record import live_record
from tests.fakes.memory_store import MemoryCustomerStore

RESOURCES = Path(__file__).parents[2] / "resources"
PHOTO = (1920, 1080)
TODAY = "2026-03-01"


def photo(page: Image) -> Image:
    return Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO)))


def grey(page: Image) -> Image:
    return cv2.cvtColor(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]


def other_person() -> Image:
    """The astronaut with features moved so far that a matcher sees somebody else; BGR 512x512. Drawn, so that it is always there."""
    y, x = np.mgrid[0:512, 0:512].astype(np.float32)
    across, down = x - 223.0, y - 128.0
    near = np.exp(-(((across / 110) ** 2 + (down / 130) ** 2) ** 2))
    across = across * (1 - 0.4 * np.clip(down / 60, -1, 1) * near)
    across = across * (1 - 0.3 * np.exp(-(across**2) / 900) * near)
    down = down * (1 + 0.5 * np.sin(down / 25) * near)
    moved = cv2.remap(
        astronaut(), (across + 223).astype(np.float32), (down + 128).astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(moved, np.uint8)


def at_rest(face: Image) -> Image:
    return SelfieScene(face, ASTRONAUT_FACE, story="still").at_rest


def draw_pictures() -> Mapping[str, bytes]:
    """JPEG by name."""
    passport, card = specimen("td3"), specimen("td1")
    front, back = card.pages[PageSide.FRONT], card.pages[PageSide.BACK]
    selfie, other = at_rest(astronaut()), at_rest(other_person())
    drawn: dict[str, Image] = {
        "passport": photo(passport.pages[PageSide.FRONT]),
        "expired": photo(specimen("td3", expired=True).pages[PageSide.FRONT]),
        "misprint": photo(specimen("td3", misprint=True).pages[PageSide.FRONT]),
        "copy": photo(grey(passport.pages[PageSide.FRONT])),
        "front": photo(front),
        "back": photo(back),
        "other back": photo(specimen("td1", seed=3).pages[PageSide.BACK]),
        "selfie": selfie,
        "other": other,
        "two": np.ascontiguousarray(np.concatenate([selfie[:, 280:1000], other[:, 280:1000]], axis=1)),
        "dark": (selfie // 24).astype(np.uint8),
        "smaller": astronaut(),
        "wall": np.random.default_rng(1).integers(90, 160, (480, 640, 3), dtype=np.uint8),
        "blank": np.full((480, 640, 3), 200, np.uint8),
    }
    return {name: encode_jpeg(picture) for name, picture in drawn.items()}


# --- engines that remember -----------------------------------------------------------------------------------------


class Memory:
    """Answers by question; an error is an answer, too."""

    def __init__(self) -> None:
        self._known: dict[object, object] = {}

    def __call__(self, key: object, ask: Callable[[], object]) -> Any:
        if key not in self._known:
            try:
                self._known[key] = ask()
            except BadInput as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, BadInput):
            raise found
        return found


def _key(*images: Image | None) -> tuple[object, ...]:
    return tuple(None if image is None else (image.shape, hash(image.tobytes())) for image in images)


class RememberingReader:
    def __init__(self, reader: DocumentReader) -> None:
        self._reader, self._memory = reader, Memory()

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> PageResult:
        found: PageResult = self._memory((_key(image), expected), lambda: self._reader.read_page(image, expected=expected))
        return found


class RememberingVerifier:
    """Of `Verifier`, what an execution asks."""

    def __init__(self, verifier: Verifier) -> None:
        self._verifier, self._memory = verifier, Memory()

    def selfie(self, image: Image, *, strict: bool) -> SelfieResult:
        found: SelfieResult = self._memory(("selfie", _key(image), strict), lambda: self._verifier.selfie(image, strict=strict))
        return found

    def embed_selfie(self, image: Image) -> Embedding | None:
        found: Embedding | None = self._memory(("embed", _key(image)), lambda: self._verifier.embed_selfie(image))
        return found

    def portrait_face(self, image: Image) -> Face | None:
        found: Face | None = self._memory(("portrait", _key(image)), lambda: self._verifier.portrait_face(image))
        return found

    def face_match(self, one: Image | None, other: Image | None, *, inputs: tuple[str, ...]) -> Any:
        return self._memory(("match", _key(one, other), inputs), lambda: self._verifier.face_match(one, other, inputs=inputs))

    def liveness_match(self, selfie: Image | None, frames: Sequence[Image]) -> Any:
        return self._memory(("live", _key(selfie, *frames)), lambda: self._verifier.liveness_match(selfie, frames))

    def passive_liveness(self, images: Sequence[Image], *, inputs: tuple[str, ...]) -> Any:
        return self._memory(("passive", _key(*images), inputs), lambda: self._verifier.passive_liveness(images, inputs=inputs))


@dataclass
class JudgedEngines:
    """The installed engines; `faults`: what fails when it is asked for."""

    engines: Engines
    faults: dict[str, KioskError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = RememberingReader(self.engines.document_reader())
        self._verifier = RememberingVerifier(self.engines.verifier())
        self._replays = Memory()

    def broken(self, **faults: KioskError) -> JudgedEngines:
        """The same, with what was read so far, but for what fails."""
        made = JudgedEngines(self.engines, faults)
        made._reader, made._verifier, made._replays = self._reader, self._verifier, self._replays
        return made

    @property
    def has_passive(self) -> bool:
        return self.engines.library.best("passive_liveness") is not None

    def document_reader(self) -> RememberingReader:
        return self._reader

    def verifier(self) -> RememberingVerifier:
        return self._verifier

    def replay(self, record: CaptureRecord, selfie: Image | None) -> ActiveCheck:
        def run() -> ActiveCheck:
            matcher = self.engines.matcher()
            detector, landmarker, _ = self.engines.face_parts(() if matcher is None else (matcher.model_id,))
            assert landmarker is not None
            return replayed(record, detector=detector, landmarker=landmarker, matcher=matcher, reference=selfie)

        found: ActiveCheck = self._replays((record.nonce, len(record.frames), _key(selfie)), run)
        return found

    def __getattr__(self, name: str) -> Any:
        if name in self.faults:
            raise self.faults[name]
        return getattr(self.engines, name)


# --- one device with its customers -----------------------------------------------------------------------------------


class TodayClock:
    """kiosk.ports.Clock: the real time, on a day on which the specimens are valid or not as they are drawn."""

    def now_utc(self) -> str:
        return (datetime.now(UTC) + timedelta(0)).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return TODAY

    def monotonic(self) -> float:
        return 0.0


@dataclass(frozen=True)
class Made:
    """What cannot be drawn without engines: a live check that passed, by a person of this device, and facemaps."""

    key: MemoryDeviceKey
    live: bytes
    facemap: bytes
    others_facemap: bytes

    def fresh(self, **changes: Any) -> bytes:
        """The live check, closed again by this device with these values changed."""
        from dataclasses import replace

        record = open_record(self.live, self.key)
        return seal_record(replace(record, **changes), self.key)


def make_files(engines: Engines, pictures: Mapping[str, bytes]) -> Made:
    key = MemoryDeviceKey()
    live = live_record(engines, key, decode_image(pictures["selfie"]), kind=ChallengeKind.SMILE)
    return Made(key, live, facemap_of(engines, key, pictures["smaller"]), facemap_of(engines, key, pictures["other"]))


def facemap_of(engines: Engines, key: DeviceKey, picture: bytes) -> bytes:
    matcher, template = engines.matcher(), engines.verifier().embed_selfie(decode_image(picture))
    assert matcher is not None
    assert template is not None
    return make_facemap([FacemapTemplate(template)], matcher, key, created=TodayClock().now_utc())


class World:
    """One store and one device; each judgement by a judge of its own, as after a restart."""

    def __init__(
        self, engines: JudgedEngines, pictures: Mapping[str, bytes], screening: Screening | None = None, key: MemoryDeviceKey | None = None
    ) -> None:
        self.engines, self.pictures, self.screening = engines, pictures, screening
        self.store, self.key = MemoryCustomerStore(), key or MemoryDeviceKey()
        self.executions = Executions(
            self.store,
            TodayClock(),
            workflow=lambda key: load_any_workflow(RESOURCES, key),
            policy=lambda key: load_policy(RESOURCES, key),
        )

    def put_facemap(self, begun: Initiated, facemap: bytes) -> None:
        """As if an execution of this account had enrolled it."""
        credential = begun.credentials[0].id
        facts: dict[str, Json] = {"facemap": {"credential": credential, "execution": begun.execution_id, "at": TodayClock().now_utc()}}
        step = StepCommit(begun.account_id, "enrolled", TodayClock().now_utc(), facts, {part_blob(credential, ENROLLED): facemap})
        self.store.commit(step)

    def run(
        self,
        workflow: str,
        parts: Sequence[tuple[str, bytes]],
        *,
        account: str = "",
        credentials: Sequence[CredentialRequest] = (),
        staff_files: bool = False,
    ) -> tuple[Initiated, Judgement]:
        """`parts`: FRONT, BACK, FACE, FACEMAP or REFERENCE, each for the next credential that takes it."""
        request = InitiateRequest(workflow, tuple(credentials), user_reference="u-1", consented=True)
        begun = self.executions.update(account, request) if account else self.executions.create(request)
        free = [one for one in begun.credentials if one.channels and not one.kept]
        for name, data in parts:
            part = Part.FACEMAP if name == "REFERENCE" else Part(name)
            if part is not Part.BACK:  # a back belongs to the front before it
                category = {Part.FACE: Category.SELFIE, Part.FACEMAP: Category.FACEMAP}.get(part, Category.ID)
                credential = next(one for one in free if one.category is category and one.reference is (name == "REFERENCE"))
                free.remove(credential)
            self.executions.add_part(begun.account_id, begun.execution_id, credential.id, part, data, channel=credential.channels[0])
        self.executions.finalize(begun.account_id, begun.execution_id)
        engines: Any = self.engines  # of each engine the part that an execution asks
        judge = ExecutionJudge(engines, self.store, self.key, TodayClock(), screening=self.screening, replay=self.engines.replay)
        return begun, self.executions.process(begun.account_id, begun.execution_id, judge, staff_files=staff_files)


def found(judgement: Judgement) -> dict[str, list[tuple[str, str]]]:
    result: dict[str, list[tuple[str, str]]] = {}
    for one in judgement.capabilities:
        result.setdefault(one.name.value, []).append((one.status.value, one.label))
    return result
