"""Reading and onboarding from the scanner's folder: a real folder, and a scanner that writes into it meanwhile."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli import main
from kiosk.compose import devices
from kiosk.domain.document import FieldName
from kiosk.ports import Scanner
from tests.journeys.conftest import CustomerFiles

pytestmark = pytest.mark.usefixtures("kiosk_models")

BEGIN_S = 20.0


@pytest.fixture
def folder(tmp_path: Path, customer_files: CustomerFiles) -> Path:
    """With the page of an earlier customer in it."""
    made = tmp_path / "scans"
    made.mkdir()
    shutil.copyfile(customer_files.selfie, made / "earlier.jpg")
    return made


@pytest.fixture
def scan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, Path]], None]]:
    """Drops files into the folder, one after the other, as soon as it is watched."""
    watched = threading.Event()
    threads: list[threading.Thread] = []
    real = devices.folder_scanner

    def folder_scanner(where: Path) -> Scanner:
        made = real(where)
        watched.set()
        return made

    def start(files: dict[str, Path]) -> None:
        def drop() -> None:
            if watched.wait(BEGIN_S):
                for name, file in files.items():
                    shutil.copyfile(file, folder / name)

        threads.append(threading.Thread(target=drop))
        threads[-1].start()

    monkeypatch.setattr(devices, "folder_scanner", folder_scanner)
    yield start
    watched.set()
    for thread in threads:
        thread.join(BEGIN_S)


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert main([*map(str, arguments), "--json"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def test_pages_that_are_scanned_while_it_waits_are_read_as_one_document(
    capsys: pytest.CaptureFixture[str], folder: Path, scan: Callable[[dict[str, Path]], None], customer_files: CustomerFiles
) -> None:
    scan({"1.jpg": customer_files.front, "2.jpg": customer_files.back})
    body = run(capsys, "read", "--scanner", folder)
    assert [page["side"] for page in body["document"]["pages"]] == ["front", "back"]
    assert body["document"]["mrz"]["valid"] is True
    assert (folder / "1.jpg").exists(), "the scanner's files are not ours to remove"


def test_a_customer_is_onboarded_from_the_configured_folder(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    scan: Callable[[dict[str, Path]], None],
    customer_files: CustomerFiles,
    kiosk_home: Path,
) -> None:
    kiosk_home.mkdir()
    (kiosk_home / "kiosk.toml").write_text(f"[scanner]\nfolder = {json.dumps(str(folder))}\n")
    scan({"a.jpg": customer_files.front, "b.jpg": customer_files.back})
    body = run(capsys, "onboard", "--scanner", "--selfie", customer_files.selfie, "--consent", "yes")
    assert body["customer"]["document"]["pageTypes"] == ["front", "back"]
    assert body["customer"]["surname"]["mrz"] == customer_files.truth.fields[FieldName.SURNAME]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main([*map(str, arguments), "--json"]) == 2
    out, err = capsys.readouterr()
    assert len(err.strip().splitlines()) == 1
    code: str = json.loads(out)["error"]["code"]
    return code


def test_no_page_no_folder_no_setting(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert refused(capsys, "read", "--scanner", folder, "--wait", "0") == "TIMED_OUT"
    assert refused(capsys, "read", "--scanner", folder / "nowhere") == "FILE_NOT_FOUND"
    assert refused(capsys, "read", "--scanner") == "BAD_ARGUMENT"


def test_a_third_page_is_told_before_anything_is_stored(
    capsys: pytest.CaptureFixture[str],
    folder: Path,
    scan: Callable[[dict[str, Path]], None],
    customer_files: CustomerFiles,
    kiosk_home: Path,
) -> None:
    scan({f"{number}.jpg": customer_files.front for number in range(3)})
    assert refused(capsys, "onboard", "--scanner", folder, "--consent", "yes") == "BAD_ARGUMENT"
    assert not (kiosk_home / "store.db").exists()


def test_without_consent_nothing_is_scanned(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    body = run(capsys, "onboard", "--scanner", tmp_path / "nowhere", "--consent", "no")
    assert body["decision"]["outcome"] == "REJECT"
