"""`kiosk run` and `kiosk workflows` as staff and integrators use them: real engines, real store, real device key."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli import run as run_command
from kiosk.cli import workflows as workflows_command
from kiosk.compose.engines import build_engines
from kiosk.compose.lists import watchlist_shelf
from kiosk.compose.setup import device_key, load_setup, open_customer_store
from kiosk.domain.challenge import ChallengeKind
from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.decode import encode_jpeg, load_image
from kiosk.specimens.scene import Desk, Placement, fitting_width
from kiosk.specimens.specimen import specimen
from tests.fakes.live_record import live_record
from tests.journeys.conftest import PHOTO, CustomerFiles


def called(*arguments: str | Path) -> None:
    """The commands by themselves: errors come out as they are."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True, parser_class=argparse.ArgumentParser)
    run_command.add_to(commands)
    workflows_command.add_to(commands)
    given = parser.parse_args([*map(str, arguments)])
    given.run(given)


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    called(*arguments, "--json")
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def labels(body: dict[str, Any], name: str) -> list[str]:
    return [entry["decision"]["details"]["label"] for entry in body["capabilities"][name]]


def stored() -> int:
    with open_customer_store(load_setup()) as store:
        return len(store.customers())


@pytest.mark.usefixtures("full_kiosk_models")
def test_a_live_person_with_their_document_is_accepted_and_recognised_later(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, tmp_path: Path
) -> None:
    """A rendered person turns the head as asked; needs the model of passive liveness, which the default set has not."""
    setup = load_setup()
    lives = []
    with build_engines(setup) as engines:
        for seed in (1, 2):
            record = live_record(engines, device_key(setup), load_image(customer_files.selfie), kind=ChallengeKind.HEAD_TURN, seed=seed)
            (tmp_path / f"live-{seed}.kcr").write_bytes(record)
            lives.append(("--selfie", customer_files.selfie, "--liveness-record", tmp_path / f"live-{seed}.kcr"))
    document = ("--front", customer_files.front, "--back", customer_files.back)
    body = run(capsys, "run", "--workflow", "3", "--consent", "yes", *document, *lives[0], "--facemap-out", tmp_path / "facemap")
    assert body["outcome"] == "ACCEPT", body["explanation"]
    assert body["decision"] == {"type": "PASSED", "details": {"label": "PASSED"}, "risk": {"score": 0.0}}
    assert body["explanation"][0].startswith("Accepted")
    assert labels(body, "liveness") == ["OK"]
    assert labels(body, "similarity") == ["MATCH"]
    href = body["capabilities"]["liveness"][0]["validFaceMapForAuthentication"]
    assert href.endswith("/parts/FACEMAP")
    assert (tmp_path / "facemap").read_bytes().startswith(b"KFMP")

    account = body["account"]["id"]
    again = run(capsys, "run", "--workflow", "9", "--consent", "yes", "--account", account, *lives[1])
    assert (again["outcome"], labels(again, "authentication")) == ("ACCEPT", ["OK"])
    for used in lives:  # each live check is good once, whichever command used it
        refused = run(capsys, "run", "--workflow", "9", "--consent", "yes", "--account", account, *used)
        assert (refused["outcome"], labels(refused, "authentication")) == ("REJECT", ["FAILED"])
        assert "The recording of the live check was changed, is too old or belongs to something else." in refused["explanation"]
    assert stored() == 1


@pytest.mark.usefixtures("kiosk_models")
def test_an_expired_document_is_rejected_and_the_explanation_says_when(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = specimen("td3", expired=True).pages[PageSide.FRONT]
    (tmp_path / "p.jpg").write_bytes(encode_jpeg(Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO)))))
    called("run", "--workflow", "2", "--consent", "yes", "--front", tmp_path / "p.jpg")
    said = capsys.readouterr().out
    assert said.startswith("REJECT")
    assert "The document expired on 15 April 2022." in said


@pytest.mark.usefixtures("kiosk_models")
def test_the_lists_that_the_settings_promise_are_asked_by_a_workflow_without_screening(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = specimen("td3")
    page, name = shown.pages[PageSide.FRONT], f"{shown.truth.fields[FieldName.GIVEN_NAMES]} {shown.truth.fields[FieldName.SURNAME]}"
    (tmp_path / "p.jpg").write_bytes(encode_jpeg(Desk(size=PHOTO).shot(page, Placement(width=fitting_width(page, PHOTO)))))
    (tmp_path / "kiosk.toml").write_text('[watchlists.sources.eu]\nurl = "https://lists.example.com/eu"\nformat = "eu-xml"\n')
    (tmp_path / "targets.simple.csv").write_text(
        f"id,schema,name,aliases,birth_date,countries,last_seen\nT-1,Person,{name},,,,2026-11-20\n"
    )

    def listed() -> tuple[str, str, str]:
        body = run(capsys, "run", "--workflow", "2", "--consent", "yes", "--front", tmp_path / "p.jpg")
        assert "watchlistScreening" not in body["capabilities"]
        found = next(check for check in body["checks"] if check["name"] == "watchlist_screening")
        return body["outcome"], found["status"], found["label"]

    monkeypatch.setenv("KIOSK_CONFIG", str(tmp_path / "kiosk.toml"))
    assert listed() == ("REVIEW", "NOT_EXECUTED", "LIST_MISSING")
    watchlist_shelf(load_setup()).import_list(tmp_path / "targets.simple.csv")
    assert listed() == ("REVIEW", "WARNING", "ALERT")


@pytest.mark.usefixtures("kiosk_models")
def test_another_persons_selfie_is_rejected(
    capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles, sample: Callable[[str], Path]
) -> None:
    other = ("--selfie", sample("faces/obama.jpg"))
    body = run(capsys, "run", "--workflow", "3", "--consent", "yes", "--front", customer_files.front, "--back", customer_files.back, *other)
    assert body["outcome"] == "REJECT"
    assert labels(body, "similarity") == ["NO_MATCH"]
    assert body["capabilities"]["similarity"][0]["data"] == {"similarity": "NOT_MATCH"}
    assert "The selfie does not look like the person on the document." in body["explanation"]
    assert "validFaceMapForAuthentication" not in body["capabilities"]["liveness"][0]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), ErrorCode.BAD_ARGUMENT),  # nothing handed in
        (("--front", "{selfie}", "--selfie", "{selfie}"), ErrorCode.BAD_ARGUMENT),  # 1 takes no selfie
        (("--front", "{gone}"), ErrorCode.FILE_NOT_FOUND),
        (("--front", "{text}"), ErrorCode.IMAGE_UNREADABLE),
        (("--front", "{selfie}", "--facemap", "{text}"), ErrorCode.BAD_ARGUMENT),
        (("--front", "{selfie}", "--account", "nobody"), ErrorCode.CUSTOMER_NOT_FOUND),
    ],
)
def test_a_wrong_call_leaves_no_half_customer(
    more: tuple[str, ...], code: ErrorCode, customer_files: CustomerFiles, tmp_path: Path
) -> None:
    (tmp_path / "text.txt").write_text("no picture")
    files = {"selfie": customer_files.selfie, "gone": tmp_path / "gone.jpg", "text": tmp_path / "text.txt"}
    with pytest.raises(BadInput) as caught:
        called("run", "--workflow", "1", "--consent", "yes", *(one.format(**files) for one in more))
    assert caught.value.code is code
    assert stored() == 0


def test_without_consent_nothing_is_read(capsys: pytest.CaptureFixture[str], customer_files: CustomerFiles) -> None:
    with pytest.raises(BadInput) as caught:
        called("run", "--workflow", "1", "--front", customer_files.front)
    assert caught.value.code is ErrorCode.CONSENT_MISSING
    body = run(capsys, "run", "--workflow", "1", "--consent", "no", "--front", customer_files.front)
    assert (body["outcome"], body["capabilities"]) == ("REVIEW", {})
    assert body["credentials"][0]["parts"] == []


@pytest.mark.parametrize("key", ["kiosk", "nowhere", "../policies/kiosk"])
def test_only_a_workflow_that_collects_something_can_be_run(key: str) -> None:
    with pytest.raises(BadInput):
        called("run", "--workflow", key, "--consent", "yes")


def test_an_integrator_checks_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = (Path(__file__).parents[2] / "resources" / "workflows" / "3.toml").read_text("utf-8")
    own.write_text(text, "utf-8")
    body = run(capsys, "workflows", "check", own)
    assert (body["valid"], body["key"], body["number"]) == (True, "own", 3)
    own.write_text(text.replace('after = ["extraction"]', 'after = ["alchemy"]'), "utf-8")
    with pytest.raises(BadInput, match=r"own\.toml:\d+: unknown after 'alchemy'"):
        called("workflows", "check", own)
    own.write_text(text.replace('policy = "kiosk"', 'policy = "nowhere"'), "utf-8")
    with pytest.raises(BadInput, match=r"nowhere\.toml cannot be read"):
        called("workflows", "check", own)


def test_every_workflow_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    body = run(capsys, "workflows", "list")
    assert [one["key"] for one in body["workflows"]][:9] == ["1", "2", "3", "5", "6", "9", "16", "20", "32"]
