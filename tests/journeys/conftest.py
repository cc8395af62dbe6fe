"""Picture files of a specimen customer, made once."""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kiosk.compose.engines import Engines
from kiosk.compose.setup import Setup
from kiosk.config import Config
from kiosk.domain.document import PageSide
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import decode_image, encode_jpeg
from kiosk.paths import find_paths
from kiosk.specimens.face_attacks import Species, presented
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.selfie import SelfieScene
from kiosk.specimens.specimen import ASTRONAUT_FACE, SpecimenTruth, astronaut, specimen
from tests.fakes.chance import fix_challenges
from tests.journeys.judged import JudgedEngines, draw_pictures

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


_LOADED: OrderedDict[tuple[object, ...], Any] = OrderedDict()
_MOST_LOADED = 6


def _once(make: Callable[..., Any]) -> Callable[..., Any]:
    """Adapters that hold nothing but their networks are loaded once for as long as files and settings are the same."""

    def made(engines: Engines, *arguments: str) -> Any:
        folder = engines.library.models_dir
        if not folder.is_dir():
            return make(engines, *arguments)
        files = tuple(sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir() if file.is_file()))
        config = engines._setup.config
        key = (make.__name__, arguments, str(folder), files, repr(config.models), repr(config.text))
        if key not in _LOADED:
            _LOADED[key] = make(engines, *arguments)
            while len(_LOADED) > _MOST_LOADED:
                _LOADED.popitem(last=False)
        return _LOADED[key]

    return made


@pytest.fixture(autouse=True, scope="module")
def _networks_loaded_once() -> Iterator[None]:
    """Each journey has engines of its own; reader and matcher in them take two seconds of a core to load, and are loaded once here."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_make_text_reader", "_matcher_of"):
            patch.setattr(Engines, name, _once(getattr(Engines, name)))
        yield


@pytest.fixture(autouse=True)
def _the_same_challenges(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    fix_challenges(monkeypatch, request.node.name)


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


# --- the numbered workflows, judged ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def judged_engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgedEngines]:
    """The default set, with the model of passive liveness where it is to be had; what it cannot judge is then expected as such.

    Not the larger set: which of two faces is the larger, and which print is seen, is a detector's own, and not what this table is about.
    """
    library: ModelLibrary = request.getfixturevalue("model_library")
    try:
        full: ModelLibrary = request.getfixturevalue("full_model_library")
    except pytest.skip.Exception:
        full = library
    folder = tmp_path_factory.mktemp("table-models")
    for source, wanted in ((library, None), (full, "minifas_v2se")):
        for info in source.models.values():
            file = source.models_dir / info.file
            if file.is_file() and wanted in (None, info.id):
                shutil.copyfile(file, folder / file.name)
    library = ModelLibrary(library.manifest_path, folder)
    with Engines(Setup(find_paths(), Config()), library) as made:
        yield JudgedEngines(made)


@pytest.fixture(scope="session")
def drawn_pictures() -> Mapping[str, bytes]:
    drawn = dict(draw_pictures())
    sheet = presented(Species.PRINT_MATTE, decode_image(drawn["selfie"]), seed=0, strength=1.0)
    drawn["print"] = encode_jpeg(sheet(0.5))
    return drawn
