"""`kiosk search` and `kiosk facemap`, with the real default models, a real store and a real device key."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from kiosk.cli import entry, facemap, search
from kiosk.cli.output import DONE, REFUSED, error_json, told
from kiosk.compose.engines import Engines
from kiosk.compose.setup import load_setup, open_customer_store
from kiosk.domain.errors import KioskError
from kiosk.domain.face import Embedding
from kiosk.imaging.decode import encode_jpeg, load_image
from kiosk.ports import Json, StepCommit
from tests.fakes.faces import astronaut
from tests.journeys.conftest import CustomerFiles

pytestmark = pytest.mark.usefixtures("kiosk_models")

AT = "2025-06-01T10:00:00.000Z"
Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """(exit code, JSON) of a command of the given module, with the errors that the command line makes of exceptions."""

    def call(part: ModuleType, *argv: object) -> tuple[int, dict[str, Any]]:
        parser = entry._Parser(prog="kiosk")
        part.add_to(parser.add_subparsers(parser_class=entry._Parser))
        try:
            arguments = parser.parse_args([*map(str, argv), "--json"])
            code = arguments.run(arguments) or DONE
        except KioskError as error:
            capsys.readouterr()
            return told(error), {"error": error_json(error)}
        return int(code), json.loads(capsys.readouterr().out)

    return call


@pytest.fixture
def selfie(tmp_path: Path) -> Path:
    path = tmp_path / "selfie.jpg"
    path.write_bytes(encode_jpeg(astronaut()[0:400, 60:400]))
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "nobody.jpg"
    path.write_bytes(encode_jpeg(astronaut()[300:, :120]))
    return path


def onboarded(name: str, **pictures: Path) -> None:
    """A customer per picture, by id."""
    setup = load_setup()
    with Engines(setup) as engines, open_customer_store(setup) as store:
        known: dict[Path, Embedding] = {}
        for customer, picture in pictures.items():
            if picture not in known:
                known[picture] = engines.verifier().template(load_image(picture, max_bytes=1 << 24, max_side_px=4000))
            record: Json = {"fullName": {"mrz": name}, "dateOfBirth": {"mrz": "1985-08-06"}}
            store.begin(customer, "branch", AT)
            store.commit(StepCommit(customer, "decision", AT, {"customer": record}, {}, template=known[picture]))


# --- search --------------------------------------------------------------------------------------------------------


def test_a_stored_face_is_found_with_whose_it_is(run: Run, customer_files: CustomerFiles, selfie: Path) -> None:
    onboarded("JANA NOVAKOVA", abc123=customer_files.selfie)
    code, body = run(search, "search", selfie)
    assert code == 0
    (found,) = body["customers"]
    assert (found["id"], found["name"], found["dateOfBirth"]) == ("abc123", "JANA NOVAKOVA", "1985-08-06")
    assert found["score"] >= body["threshold"]
    assert (body["compared"], body["model"]) == (1, "dlib_resnet_v1")


def test_no_more_are_told_than_asked_for(run: Run, selfie: Path) -> None:
    onboarded("A B", c1=selfie, c2=selfie, c3=selfie)
    assert len(run(search, "search", selfie, "--limit", 2)[1]["customers"]) == 2
    assert len(run(search, "search", selfie)[1]["customers"]) == 3


def test_searching_where_nothing_was_ever_stored_finds_nobody_and_makes_nothing(run: Run, selfie: Path, kiosk_home: Path) -> None:
    code, body = run(search, "search", selfie)
    assert (code, body["customers"], body["compared"]) == (0, [], 0)
    assert not (kiosk_home / "store.db").exists()


def test_another_person_is_not_found(run: Run, selfie: Path, sample: Callable[[str], Path]) -> None:
    onboarded("A B", obama=sample("faces/obama.jpg"), biden=sample("faces/biden.jpg"))
    assert run(search, "search", selfie)[1]["customers"] == []
    assert [found["id"] for found in run(search, "search", sample("faces/obama2.jpg"))[1]["customers"]] == ["obama"]


@pytest.mark.parametrize("part", ["search", "facemap"])
def test_a_picture_without_a_face_is_bad_input_that_names_it(run: Run, noise: Path, tmp_path: Path, part: str) -> None:
    argv = ["search", noise] if part == "search" else ["facemap", "make", noise, "--out", tmp_path / "map"]
    code, body = run(search if part == "search" else facemap, *argv)
    assert (code, body["error"]["code"]) == (REFUSED, "NO_FACE_DETECTED")
    assert "nobody.jpg" in body["error"]["message"]
    assert not (tmp_path / "map").exists()


def test_without_an_embedding_model_it_is_said(run: Run, selfie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = load_setup().paths.models
    some = tmp_path / "some-models"
    some.mkdir()
    for file in models.iterdir():
        if not file.name.startswith("dlib_face"):
            (some / file.name).symlink_to(file)
    monkeypatch.setenv("KIOSK_MODELS", str(some))
    code, body = run(search, "search", selfie)
    assert (code, body["error"]["code"]) == (REFUSED, "MODEL_MISSING")


# --- facemap -------------------------------------------------------------------------------------------------------


def test_a_facemap_authenticates_its_person(run: Run, customer_files: CustomerFiles, selfie: Path, tmp_path: Path) -> None:
    out = tmp_path / "jana.facemap"
    code, made = run(facemap, "facemap", "make", selfie, customer_files.selfie, "--out", out, "--customer", "c-1")
    assert code == 0
    assert made["templates"] == 2
    assert out.stat().st_mode & 0o077 == 0
    code, body = run(facemap, "facemap", "verify", out, customer_files.selfie)
    assert (code, body["name"], body["status"]) == (0, "face_match", "PASSED")
    assert body["facemap"]["customer"] == "c-1"


def test_a_stranger_is_rejected_and_two_people_make_no_facemap(run: Run, tmp_path: Path, sample: Callable[[str], Path]) -> None:
    out = tmp_path / "map"
    assert run(facemap, "facemap", "make", sample("faces/obama.jpg"), sample("faces/obama2.jpg"), "--out", out)[0] == 0
    assert run(facemap, "facemap", "verify", out, sample("faces/obama3.jpg"))[1]["status"] in ("PASSED", "WARNING")
    assert run(facemap, "facemap", "verify", out, sample("faces/biden.jpg"))[1]["status"] == "REJECTED"
    code, body = run(facemap, "facemap", "make", sample("faces/obama.jpg"), sample("faces/biden.jpg"), "--out", tmp_path / "two")
    assert (code, body["error"]["code"]) == (REFUSED, "INVALID_DATA")


def test_a_changed_file_and_one_of_another_device_are_refused(
    run: Run, selfie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "map"
    run(facemap, "facemap", "make", selfie, "--out", out)
    whole = out.read_bytes()
    out.write_bytes(whole[:-1])
    code, body = run(facemap, "facemap", "verify", out, selfie)
    assert (code, body["error"]["code"]) == (REFUSED, "INVALID_DATA")
    assert body["error"]["message"].startswith("map: ")
    out.write_bytes(whole)
    monkeypatch.setenv("KIOSK_HOME", str(tmp_path / "other-kiosk"))
    code, body = run(facemap, "facemap", "verify", out, selfie)
    assert (code, body["error"]["code"]) == (REFUSED, "INVALID_DATA")
    assert "another device" in body["error"]["message"]


def test_a_facemap_that_is_not_there_is_said(run: Run, selfie: Path, tmp_path: Path) -> None:
    code, body = run(facemap, "facemap", "verify", tmp_path / "none", selfie)
    assert (code, body["error"]["code"]) == (REFUSED, "FILE_NOT_FOUND")
