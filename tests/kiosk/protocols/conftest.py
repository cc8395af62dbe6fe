"""Real engines, a store in memory, a clock that a test moves, and the pictures of one specimen customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.template_match import Advice
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, astronaut, specimen
from tests.fakes.chance import fix_challenges
from tests.fakes.device_key import MemoryDeviceKey
from tests.fakes.memory_store import MemoryCustomerStore

_PHOTO = (1920, 1080)


@pytest.fixture(autouse=True)
def _the_same_challenges(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    fix_challenges(monkeypatch, request.node.name)


@dataclass
class MovableClock:
    """kiosk.ports.Clock; `pass_s` lets time go by."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 21, 10, 0, tzinfo=UTC))

    def now_utc(self) -> str:
        return self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def today(self) -> str:
        return self.at.date().isoformat()

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class RememberingReader:
    """The real reader; a picture that was read before is not read again. The protocols ask the same questions in many tests."""

    def __init__(self, reader: DocumentReader) -> None:
        self._reader = reader
        self._known: dict[tuple[bytes, PageSide | None], PageResult | BadInput] = {}

    def read_page(self, image: Image, *, expected: PageSide | None = None, advice: Advice | None = None) -> PageResult:
        key = (image.tobytes(), expected)
        if key not in self._known:
            try:
                self._known[key] = self._reader.read_page(image, expected=expected, advice=advice)
            except BadInput as error:
                self._known[key] = error
        found = self._known[key]
        if isinstance(found, BadInput):
            raise found
        return found


class RememberingEngines(Engines):
    _reader: RememberingReader | None = None

    def document_reader(self) -> RememberingReader:  # type: ignore[override]  # what the protocols call of it is there
        if self._reader is None:
            self._reader = RememberingReader(super().document_reader())
        return self._reader


@pytest.fixture(scope="session")
def engines(model_library: ModelLibrary) -> RememberingEngines:
    return RememberingEngines(load_setup(), model_library)


@pytest.fixture(scope="session")
def pictures() -> Mapping[str, bytes]:
    """JPEG: "front", "back" of a card, "passport", "selfie" of the person on both, "wall" that shows nothing."""
    desk, taken = Desk(size=_PHOTO), {}
    card, passport = specimen("td1"), specimen("td3")
    for name, page in (
        ("front", card.pages[PageSide.FRONT]),
        ("back", card.pages[PageSide.BACK]),
        ("passport", passport.pages[PageSide.FRONT]),
    ):
        taken[name] = encode_jpeg(desk.shot(page, Placement(width=fitting_width(page, _PHOTO), roll_deg=3)))
    taken["selfie"] = encode_jpeg(selfie_picture())
    taken["wall"] = encode_jpeg(astronaut()[:60, :60] // 4 + 120)
    return taken


def selfie_picture() -> Image:
    return SelfieScene(astronaut(), ASTRONAUT_FACE, story="still").at_rest


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def store() -> MemoryCustomerStore:
    return MemoryCustomerStore()


@pytest.fixture(scope="session")
def key() -> MemoryDeviceKey:
    return MemoryDeviceKey()
