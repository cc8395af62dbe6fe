"""Picture files of a specimen customer, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.domain.document import PageSide
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import encode_jpeg
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, SpecimenTruth, astronaut, specimen

SHARED = Path(__file__).resolve().parents[3] / "shared" / "samples"
PHOTO = (1920, 1080)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cross-product", action="store_true", help="every combination of what can be handed in (or KIOSK_CROSS_PRODUCT=1)")
    parser.addoption("--all-walks", action="store_true", help="every workflow on the screens, not a choice of them (or KIOSK_ALL_WALKS=1)")


@dataclass(frozen=True, slots=True)
class CustomerFiles:
    front: Path
    back: Path
    selfie: Path
    truth: SpecimenTruth


@pytest.fixture(scope="session")
def customer_files(tmp_path_factory: pytest.TempPathFactory) -> CustomerFiles:
    """A card on a desk, photographed from both sides, and a selfie of the person on it."""
    folder = tmp_path_factory.mktemp("customer")
    card, desk = specimen("td1"), Desk(size=PHOTO)
    for side in (PageSide.FRONT, PageSide.BACK):
        page = card.pages[side]
        photo = desk.shot(page, Placement(width=fitting_width(page, PHOTO), roll_deg=3))
        (folder / f"{side.value}.jpg").write_bytes(encode_jpeg(photo))
    (folder / "selfie.jpg").write_bytes(encode_jpeg(SelfieScene(astronaut(), ASTRONAUT_FACE, story="still").at_rest))
    return CustomerFiles(folder / "front.jpg", folder / "back.jpg", folder / "selfie.jpg", card.truth)


@pytest.fixture
def kiosk_models(model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> ModelLibrary:
    """The command line uses exactly the default set."""
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))
    return model_library


@pytest.fixture
def full_kiosk_models(full_model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> ModelLibrary:
    monkeypatch.setenv("KIOSK_MODELS", str(full_model_library.models_dir))
    return full_model_library


@pytest.fixture(scope="session")
def sample() -> Callable[[str], Path]:
    """A picture of the samples beside the project; skips where they are not."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"sample {name} is not beside the project")
        return path

    return find
