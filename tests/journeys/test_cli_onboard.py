"""A customer from picture files through the command line: real engines, real store."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli import main
from kiosk.compose import setup as composed
from kiosk.domain.document import FieldName, PageSide
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import encode_jpeg, load_image
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.specimen import specimen
from tests.journeys.conftest import PHOTO, CustomerFiles

pytestmark = pytest.mark.usefixtures("kiosk_models")


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    """Exit code, what stdout holds as JSON, stderr. Anything but JSON on stdout fails here."""
    code = main([*map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    return code, json.loads(out), err


def onboard(capsys: pytest.CaptureFixture[str], files: CustomerFiles, *more: str | Path) -> tuple[int, dict[str, Any], str]:
    return run(capsys, "onboard", "--front", files.front, "--back", files.back, "--selfie", files.selfie, "--consent", "yes", *more)


def statuses(body: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {check["name"]: (check["status"], check["label"]) for check in body["checks"]}


def test_a_specimen_customer_is_read_stored_and_explained(capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles) -> None:
    code, body, _ = onboard(capsys, customer_files)
    assert code == 0
    truth = customer_files.truth.fields
    customer = body["customer"]
    for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.DATE_OF_BIRTH, FieldName.GENDER, FieldName.NATIONALITY):
        assert customer[name.value]["visualZone"] == truth[name]
        assert customer[name.value]["mrz"] == truth[name]
    for name in (FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_EXPIRY):
        assert customer["document"][name.value]["mrz"] == truth[name]
    assert all(customer["document"]["mrz"]["td1"]["checkDigitsValidity"].values())
    assert customer["document"]["pageTypes"] == ["front", "back"]
    found = statuses(body)
    assert found["face_match"] == ("PASSED", "OK")
    assert found["passive_liveness"] == ("NOT_EXECUTED", "MODEL_MISSING")
    assert found["active_liveness"] == ("NOT_EXECUTED", "INPUT_MISSING")
    # what could not be checked never becomes an ACCEPT
    assert body["decision"]["outcome"] == "REVIEW"
    assert {reason["check"] for reason in body["decision"]["reasons"]} >= {"passive_liveness", "active_liveness"}
    assert all(check["sentence"] for check in body["checks"])
    assert body["timings_ms"]["total"] > 0

    code, listed, _ = run(capsys, "customers", "list")
    assert [row["id"] for row in listed["customers"]] == [customer["id"]]
    code, shown, _ = run(capsys, "customers", "show", customer["id"][:8])
    assert shown["facts"]["customer"] == customer
    assert [step["step"] for step in shown["steps"]] == ["consent", "document_front", "document_back", "selfie", "review", "decision"]
    assert "document.front.portrait" in shown["pictures"]
    assert run(capsys, "customers", "delete", customer["id"])[1] == {"deleted": customer["id"]}
    assert run(capsys, "customers", "list")[1] == {"customers": []}


def test_pictures_of_a_stored_customer_come_out_as_they_went_in(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, tmp_path: Path
) -> None:
    _, body, _ = onboard(capsys, customer_files)
    run(capsys, "customers", "show", body["customer"]["id"], "--save", tmp_path / "out")
    assert (tmp_path / "out" / "selfie.picture.jpg").read_bytes() == customer_files.selfie.read_bytes()
    assert load_image(tmp_path / "out" / "document.front.portrait.jpg").shape[0] > 200


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_pictures_that_are_written_out_are_for_the_owner_alone(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, tmp_path: Path
) -> None:
    before = os.umask(0o022)
    try:
        _, body, _ = onboard(capsys, customer_files)
        run(capsys, "customers", "show", body["customer"]["id"], "--save", tmp_path / "new" / "shown")
        run(capsys, "read", customer_files.front, "--save", tmp_path / "new" / "read")
    finally:
        os.umask(before)
    written = [tmp_path / "new", *(tmp_path / "new").rglob("*")]
    assert {path.name for path in written} >= {"1-front.jpg", "portrait.jpg", "selfie.picture.jpg"}
    assert {oct(path.stat().st_mode & 0o777) for path in written if path.is_file()} == {"0o600"}
    assert {oct(path.stat().st_mode & 0o777) for path in written if path.is_dir()} == {"0o700"}


def test_what_is_stored_is_what_was_judged(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody exchanges the files while they are being read."""
    front, selfie = tmp_path / "front.jpg", tmp_path / "selfie.jpg"
    shutil.copyfile(customer_files.front, front)
    shutil.copyfile(customer_files.selfie, selfie)
    open_store = composed.open_customer_store

    def exchanged(setup: composed.Setup) -> object:
        front.write_bytes(b"not what was judged")
        selfie.unlink()
        return open_store(setup)

    monkeypatch.setattr(composed, "open_customer_store", exchanged)
    code, body, _ = run(capsys, "onboard", "--front", front, "--selfie", selfie, "--consent", "yes")
    assert code == 0
    monkeypatch.undo()
    monkeypatch.setenv("KIOSK_HOME", str(tmp_path / "kiosk-home"))
    run(capsys, "customers", "show", body["customer"]["id"], "--save", tmp_path / "out")
    assert (tmp_path / "out" / "document.front.picture.jpg").read_bytes() == customer_files.front.read_bytes()
    assert (tmp_path / "out" / "selfie.picture.jpg").read_bytes() == customer_files.selfie.read_bytes()


def test_an_expired_document_is_rejected_with_its_date(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = specimen("td3", expired=True).pages[PageSide.FRONT]
    (tmp_path / "p.jpg").write_bytes(encode_jpeg(Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO)))))
    code, body, _ = run(capsys, "onboard", "--front", tmp_path / "p.jpg", "--consent", "yes")
    assert code == 0
    assert statuses(body)["document_expiry"] == ("REJECTED", "EXPIRED")
    assert body["decision"]["outcome"] == "REJECT"


def test_a_misprinted_document_is_said_to_be_misprinted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = specimen("td3", misprint=True).pages[PageSide.FRONT]
    (tmp_path / "p.jpg").write_bytes(encode_jpeg(Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO)))))
    code, body, _ = run(capsys, "read", tmp_path / "p.jpg")
    assert code == 0
    assert body["document"]["mrz"]["valid"] is False
    assert statuses(body)["mrz_check_digits"] == ("REJECTED", "CHECK_DIGIT_WRONG")


def test_without_biometrics_no_selfie_is_looked_at_and_a_person_decides(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles
) -> None:
    pages = ("onboard", "--front", customer_files.front, "--back", customer_files.back, "--consent", "yes", "--without-biometrics")
    code, body, _ = run(capsys, *pages)
    assert code == 0
    found = statuses(body)
    for name in ("selfie_quality", "face_match", "passive_liveness", "active_liveness"):
        assert found[name] == ("NOT_EXECUTED", "DECLINED")
    assert body["decision"]["outcome"] == "REVIEW"
    code, body, _ = run(capsys, *pages, "--selfie", customer_files.selfie)
    assert (code, body["error"]["code"]) == (2, "BAD_ARGUMENT")


def test_without_the_back_the_decision_is_not_accept(capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles) -> None:
    _, body, _ = run(capsys, "onboard", "--front", customer_files.front, "--selfie", customer_files.selfie, "--consent", "yes")
    assert statuses(body)["document_usability"][1] == "BACK_MISSING"
    assert body["decision"]["outcome"] != "ACCEPT"


def test_a_refusal_is_recorded_and_nothing_is_read(capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles) -> None:
    code, body, _ = run(capsys, "onboard", "--front", customer_files.front, "--consent", "no")
    assert code == 0
    assert body["decision"]["outcome"] == "REJECT"
    assert "surname" not in body["customer"]
    shown = run(capsys, "customers", "show", body["customer"]["id"])[1]
    assert shown["facts"]["consent"]["accepted"] is False
    assert shown["pictures"] == []


def test_no_consent_no_reading(capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, kiosk_home: Path) -> None:
    code, body, err = run(capsys, "onboard", "--front", customer_files.front)
    assert (code, body["error"]["code"]) == (2, "CONSENT_MISSING")
    assert len(err.strip().splitlines()) == 1
    assert not kiosk_home.exists()


# --- the samples beside the project ----------------------------------------------------------------------------------


def test_the_slovak_sample(capsys: pytest.CaptureFixture[str], sample: Callable[[str], Path]) -> None:
    code, body, _ = run(
        capsys,
        "onboard",
        "--front",
        sample("dis/document-front.jpeg"),
        "--back",
        sample("dis/document-back.jpeg"),
        "--selfie",
        sample("dis/face-smile.jpeg"),
        "--consent",
        "yes",
    )
    assert code == 0
    customer, document = body["customer"], body["customer"]["document"]
    assert customer["surname"]["visualZone"] == customer["surname"]["mrz"] == "BELL"
    assert customer["givenNames"]["visualZone"] == customer["givenNames"]["mrz"] == "BRIAN"
    assert customer["dateOfBirth"]["visualZone"] == customer["dateOfBirth"]["mrz"] == "1985-08-06"
    assert document["documentNumber"]["mrz"] == "BB456987"
    assert document["dateOfExpiry"]["mrz"] == "2030-11-24"
    assert list(document["mrz"]) == ["td1"]
    assert all(document["mrz"]["td1"]["checkDigitsValidity"].values())
    assert document["portrait"]["width"] > 100
    match = next(check for check in body["checks"] if check["name"] == "face_match")
    assert match["score"] < match["threshold"]
    assert body["decision"]["outcome"] != "ACCEPT"


@pytest.mark.parametrize(("selfie", "same"), [("obama2.jpg", True), ("biden.jpg", False)])
def test_a_specimen_with_a_portrait_matches_its_person_only(
    capsys: pytest.CaptureFixture[str], sample: Callable[[str], Path], tmp_path: Path, selfie: str, same: bool
) -> None:
    card = specimen("td1", portrait=load_image(sample("faces/obama.jpg")))
    page = card.pages[PageSide.FRONT]
    (tmp_path / "front.jpg").write_bytes(encode_jpeg(Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO)))))
    _, body, _ = run(capsys, "onboard", "--front", tmp_path / "front.jpg", "--selfie", sample(f"faces/{selfie}"), "--consent", "yes")
    match = next(check for check in body["checks"] if check["name"] == "face_match")
    assert (match["status"] == "PASSED") is same
    assert (match["score"] >= match["threshold"]) is same


def test_passive_liveness_without_its_model_says_so(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, kiosk_models: ModelLibrary
) -> None:
    assert kiosk_models.best("passive_liveness") is None
    code, body, _ = run(capsys, "face", "liveness", customer_files.selfie)
    assert (code, body["status"], body["label"]) == (0, "NOT_EXECUTED", "MODEL_MISSING")


def test_pages_that_come_in_the_other_order_are_taken_the_right_way_round(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles
) -> None:
    """Nobody who lays a card on a scanner is told which side is its front; "the back is missing" would be untrue."""
    pages = ("--front", customer_files.back, "--back", customer_files.front)
    code, body, err = run(capsys, "onboard", *pages, "--consent", "yes", "--without-biometrics")
    assert code == 0
    assert "the other way round" in err
    usability = next(check for check in body["checks"] if check["name"] == "document_usability")
    assert (usability["status"], usability["inputs"]) == ("PASSED", ["document.front", "document.back"])
