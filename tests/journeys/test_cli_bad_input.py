"""What cannot be used: one clear error with a stable code, exit 2, and nothing already saved is lost."""

from __future__ import annotations

import json
import os
import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image as PilImage

from kiosk.cli import main
from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.errors import KioskBug
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import encode_jpeg, load_image
from kiosk.specimens.scene import Desk
from kiosk.specimens.specimen import specimen
from tests.journeys.conftest import CustomerFiles

pytestmark = pytest.mark.usefixtures("kiosk_models")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """The code of the refusal; asserts exit 2, JSON alone on stdout and exactly one line on stderr that names the code."""
    assert main([*map(str, arguments), "--json"]) == 2
    out, err = capsys.readouterr()
    code: str = json.loads(out)["error"]["code"]
    assert len(err.strip().splitlines()) == 1
    assert code in err
    return code


def _not_an_image(path: Path) -> None:
    path.write_text("this is a letter, not a picture\n" * 40)


def _truncated(path: Path) -> None:
    whole = encode_jpeg(np.random.default_rng(1).integers(0, 255, (600, 900, 3), np.uint8))
    path.write_bytes(whole[: len(whole) // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _too_wide(path: Path) -> None:
    path.write_bytes(cv2.imencode(".png", np.zeros((4, 8001, 3), np.uint8))[1].tobytes())


def _too_heavy(path: Path) -> None:
    path.write_bytes(encode_jpeg(np.zeros((100, 100, 3), np.uint8)) + b"\0" * (10 * 2**20))


def _no_document(path: Path) -> None:
    path.write_bytes(encode_jpeg(Desk(size=(1280, 720)).shot(None)))


def _animated(path: Path) -> None:
    frames = [PilImage.new("RGB", (320, 200), colour) for colour in ("red", "green", "blue")]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=100)


def _still_gif(path: Path) -> None:
    PilImage.new("RGB", (320, 200), "red").save(path, "GIF")


def _pdf_of_100_pages(path: Path) -> None:
    sheet = PilImage.new("RGB", (60, 80), "white")
    sheet.save(path, "PDF", save_all=True, append_images=[sheet] * 99)


def _bomb(path: Path) -> None:
    """A kilobyte that claims 60,000 x 60,000 pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b""))


def _landscape(path: Path) -> None:
    """Sky, hills and a meadow, with the noise of a camera."""
    random = np.random.default_rng(5)
    scene = np.zeros((900, 1400, 3), np.float32)
    scene[:] = np.linspace(235, 200, 900)[:, None, None] * np.array([1.0, 0.85, 0.7])
    for base, colour in ((520, (90, 110, 95)), (640, (60, 120, 80)), (760, (50, 150, 110))):
        ridge = base + 60 * np.sin(np.linspace(0, 7, 1400) + base) + np.cumsum(random.normal(0, 1.2, 1400))
        scene[np.arange(900)[:, None] > ridge[None, :]] = colour
    scene += cv2.resize(random.normal(0, 14, (300, 467, 3)).astype(np.float32), (1400, 900)) + random.normal(0, 4, scene.shape)
    path.write_bytes(encode_jpeg(np.clip(scene, 0, 255).astype(np.uint8)))


BAD_PICTURES: list[tuple[str, Callable[[Path], None], str]] = [
    ("letter.jpg", _not_an_image, "IMAGE_UNREADABLE"),
    ("half.jpg", _truncated, "IMAGE_TRUNCATED"),
    ("empty.jpg", _empty, "IMAGE_EMPTY"),
    ("wide.png", _too_wide, "IMAGE_PIXELS_EXCEEDED"),
    ("heavy.jpg", _too_heavy, "IMAGE_BYTES_EXCEEDED"),
    ("desk.jpg", _no_document, "NO_DOCUMENT_DETECTED"),
    ("landscape.jpg", _landscape, "NO_DOCUMENT_DETECTED"),
    ("moving.gif", _animated, "IMAGE_ANIMATED"),
    ("still.gif", _still_gif, "IMAGE_FORMAT_UNSUPPORTED"),
    ("hundred.pdf", _pdf_of_100_pages, "PDF_UNSUPPORTED"),
    ("bomb.png", _bomb, "IMAGE_PIXELS_EXCEEDED"),
]


@pytest.mark.parametrize(("name", "make", "code"), BAD_PICTURES, ids=[row[0] for row in BAD_PICTURES])
def test_a_picture_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, make: Callable[[Path], None], code: str
) -> None:
    make(tmp_path / name)
    assert refused(capsys, "read", tmp_path / name) == code
    assert refused(capsys, "onboard", "--front", tmp_path / name, "--consent", "yes") == code


def test_a_blank_page_shows_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "blank.jpg").write_bytes(encode_jpeg(np.full((1200, 900, 3), 250, np.uint8)))
    assert refused(capsys, "read", tmp_path / "blank.jpg") == "IMAGE_BLANK"


def read_number(capsys: pytest.CaptureFixture[str], path: Path) -> str:
    """The document number that `kiosk read` gives."""
    assert main(["read", str(path), "--json"]) == 0
    number: str = json.loads(capsys.readouterr().out)["fields"]["documentNumber"]["value"]
    return number


def _upside_down(card: PilImage.Image, path: Path) -> None:
    card.rotate(180).save(path, "JPEG", quality=92)


def _turned_by_exif(card: PilImage.Image, path: Path) -> None:
    exif = PilImage.Exif()
    exif[0x0112] = 6
    card.rotate(90, expand=True).save(path, "JPEG", quality=92, exif=exif)


@pytest.mark.parametrize("make", [_upside_down, _turned_by_exif], ids=lambda make: str(make.__name__))
def test_odd_pictures_of_a_good_card_are_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, customer_files: CustomerFiles, make: Callable[[PilImage.Image, Path], None]
) -> None:
    with PilImage.open(customer_files.front) as card:
        make(card, tmp_path / "odd")
    assert read_number(capsys, tmp_path / "odd") == customer_files.truth.fields[FieldName.DOCUMENT_NUMBER]


def test_half_a_document_is_never_a_good_one(capsys: pytest.CaptureFixture[str], tmp_path: Path, customer_files: CustomerFiles) -> None:
    """Refused, or read with what is missing told: never passed as if the picture showed the whole page."""
    photo = load_image(customer_files.front)
    (tmp_path / "half.jpg").write_bytes(encode_jpeg(np.ascontiguousarray(photo[:, : photo.shape[1] // 2])))
    code = main(["read", str(tmp_path / "half.jpg"), "--json"])
    body = json.loads(capsys.readouterr().out)
    if code:
        assert body["error"]["code"] == "NO_DOCUMENT_DETECTED"
        return
    statuses = {check["name"]: check["status"] for check in body["checks"]}
    assert statuses["document_usability"] in {"WARNING", "REJECTED"}


def test_five_documents_are_too_many(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Two rows of cards of different people on one table."""
    table = np.full((1500, 2400, 3), (52, 60, 58), np.uint8)
    for index in range(5):
        card = cv2.resize(specimen("td1", seed=index).pages[PageSide.FRONT], (640, 404), interpolation=cv2.INTER_AREA)
        left, top = 90 + 770 * (index % 3), 180 + 700 * (index // 3)
        table[top : top + 404, left : left + 640] = card
    (tmp_path / "five.jpg").write_bytes(encode_jpeg(table))
    assert refused(capsys, "read", tmp_path / "five.jpg") == "SEVERAL_DOCUMENTS"


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert refused(capsys, "read", tmp_path / "nowhere.jpg") == "FILE_NOT_FOUND"


def test_a_folder_is_not_a_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert refused(capsys, "read", tmp_path) in {"IMAGE_UNREADABLE", "FILE_NOT_FOUND"}


def test_a_selfie_without_a_face_or_with_two(capsys: pytest.CaptureFixture[str], tmp_path: Path, customer_files: CustomerFiles) -> None:
    selfie = load_image(customer_files.selfie)
    (tmp_path / "none.jpg").write_bytes(encode_jpeg(np.full((720, 1280, 3), 128, np.uint8)))
    (tmp_path / "two.jpg").write_bytes(encode_jpeg(np.hstack([selfie, selfie])))
    front = customer_files.front
    for name, code in (("none.jpg", "NO_FACE_DETECTED"), ("two.jpg", "MULTIPLE_FACES_DETECTED")):
        assert refused(capsys, "onboard", "--front", front, "--selfie", tmp_path / name, "--consent", "yes") == code
    assert refused(capsys, "face", "compare", customer_files.selfie, tmp_path / "none.jpg") == "NO_FACE_DETECTED"
    main(["customers", "list", "--json"])
    assert json.loads(capsys.readouterr().out) == {"customers": []}  # no half customer is left behind


def test_an_unknown_customer(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "customers", "show", "ffffffff") == "CUSTOMER_NOT_FOUND"
    assert refused(capsys, "customers", "delete", "ffffffff") == "CUSTOMER_NOT_FOUND"


def test_a_wrong_argument_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "BAD_ARGUMENT" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", "--dance"],
        ["read"],
        ["read", "a.jpg", "--scanner", "."],
        ["onboard", "--consent", "yes"],
        ["onboard", "--front", "a.jpg", "--scanner", ".", "--consent", "yes"],
        ["dance"],
        ["customers"],
        ["bench", "startup", "--runs", "0"],
        ["bench", "startup", "--runs", "two"],
        ["bench", "preview", "--seconds", "-1"],
        ["bench", "preview", "--seconds", "nan"],
        ["read", "--scanner", ".", "--wait", "-3"],
        ["read", "--scanner"],
        ["onboard", "--front", "a.jpg", "--consent", "yes", "--policy", "../../x"],
        ["onboard", "--front", "a.jpg", "--consent", "yes", "--policy", ""],
    ],
    ids=" ".join,
)
def test_a_wrong_argument_is_json_too_when_json_was_asked_for(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert refused(capsys, *arguments) == "BAD_ARGUMENT"


def test_a_policy_outside_its_folder_is_never_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, customer_files: CustomerFiles, kiosk_home: Path
) -> None:
    (tmp_path / "loose.toml").write_text('required = ["consent", "face_match", "passive_liveness", "active_liveness"]\n')
    arguments = ("onboard", "--front", customer_files.front, "--consent", "no", "--policy", tmp_path / "loose")
    assert refused(capsys, *arguments) == "BAD_ARGUMENT"
    assert not kiosk_home.exists()


@pytest.mark.parametrize("place", [["-v", "face", "compare"], ["face", "-v", "compare"], ["face", "compare", "--verbose"]], ids=" ".join)
def test_verbose_is_understood_before_and_after_the_command(place: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    levels: list[str] = []
    monkeypatch.setattr("kiosk.log.set_up_logging", lambda _folder, *, level: levels.append(level))
    main([*place, "a.jpg", "b.jpg"])
    main(["face", "compare", "a.jpg", "b.jpg"])
    assert levels == ["DEBUG", "WARNING"]


def test_a_fault_of_ours_is_no_bad_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_setup: object) -> None:
        raise KioskBug("a promise was broken")

    monkeypatch.setattr("kiosk.compose.health.doctor_looks", broken)
    assert main(["doctor", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "INTERNAL"
    assert err.strip() == "kiosk: INTERNAL: a promise was broken"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc can be written to by nobody")
def test_a_folder_that_cannot_be_written_to_is_bad_input(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert refused(capsys, "read", customer_files.front, "--save", "/proc/x") == "BAD_ARGUMENT"
    assert main(["onboard", "--front", str(customer_files.front), "--consent", "yes", "--json"]) == 0
    customer = json.loads(capsys.readouterr().out)["customer"]["id"]
    for folder in ("/proc/x", tmp_path / "file", tmp_path / "file" / "below"):
        assert refused(capsys, "customers", "show", customer, "--save", folder) == "BAD_ARGUMENT"


# --- the store ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A refusal is the quickest customer to store."""
    monkeypatch.setenv("KIOSK_STORE_KEY", "file")
    assert main(["onboard", "--front", str(customer_files.front), "--consent", "no", "--json"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def _still_there(capsys: pytest.CaptureFixture[str], stored: dict[str, Any]) -> None:
    assert main(["customers", "list", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["customers"]] == [stored["customer"]["id"]]


def test_a_wrong_key_is_told_and_harms_nothing(capsys: pytest.CaptureFixture[str], kiosk_home: Path, stored: dict[str, Any]) -> None:
    key = kiosk_home / "store.key"
    right = key.read_bytes()
    key.write_bytes(b"00" * 32 + b"\n")
    assert refused(capsys, "customers", "list") == "STORE_KEY_WRONG"
    key.unlink()
    assert refused(capsys, "customers", "list") == "STORE_KEY_MISSING"
    assert not key.exists()  # a new key would hide that the right one is lost
    key.write_bytes(right)
    key.chmod(0o600)
    _still_there(capsys, stored)


def test_a_damaged_database_is_told(capsys: pytest.CaptureFixture[str], kiosk_home: Path, stored: dict[str, Any]) -> None:
    database = kiosk_home / "store.db"
    whole = database.read_bytes()
    database.write_bytes(whole[:2048] + bytes(2048) + whole[4096:])
    assert refused(capsys, "customers", "list") == "STORE_DAMAGED"
    database.write_bytes(whole)
    _still_there(capsys, stored)


@pytest.mark.skipif(not Path("/dev/full").exists() or os.geteuid() != 0, reason="a small disk is mounted for this, which needs root")
def test_a_full_disk_is_told_and_loses_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, customer_files: CustomerFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    import subprocess

    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=False, capture_output=True).returncode:
        pytest.skip("no tmpfs can be mounted here")
    try:
        monkeypatch.setenv("KIOSK_HOME", str(disk / "home"))
        monkeypatch.setenv("KIOSK_STORE_KEY", "file")
        assert main(["onboard", "--front", str(customer_files.front), "--consent", "no", "--json"]) == 0
        stored = json.loads(capsys.readouterr().out)
        (disk / "filler").write_bytes(bytes(600_000))
        arguments = ("onboard", "--front", customer_files.front, "--back", customer_files.back, "--consent", "yes")
        assert refused(capsys, *arguments) == "STORE_FULL"
        (disk / "filler").unlink()
        assert main(["customers", "show", stored["customer"]["id"], "--json"]) == 0
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


# --- models --------------------------------------------------------------------------------------------------------------


def test_a_model_with_a_changed_byte_is_refused(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    customer_files: CustomerFiles,
    model_library: ModelLibrary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "models"
    shutil.copytree(model_library.models_dir, folder)
    changed = folder / model_library.info("dlib_resnet_v1").file
    data = bytearray(changed.read_bytes())
    data[len(data) // 2] ^= 1
    changed.unlink()
    changed.write_bytes(data)
    monkeypatch.setenv("KIOSK_MODELS", str(folder))
    assert refused(capsys, "face", "compare", customer_files.selfie, customer_files.selfie) == "MODEL_CORRUPT"
    assert refused(capsys, "models", "verify") == "MODEL_CORRUPT"


def test_without_models_reading_says_what_to_do(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, customer_files: CustomerFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIOSK_MODELS", str(tmp_path / "none"))
    assert main(["read", str(customer_files.front)]) == 2
    err = capsys.readouterr().err
    assert "MODEL_MISSING" in err
    assert "kiosk models install" in err
