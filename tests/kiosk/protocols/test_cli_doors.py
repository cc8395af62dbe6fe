"""`kiosk trust` and `kiosk session` through their own parser, on the real encrypted store: each call is a program of its own."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.cli import session, trust
from kiosk.compose.engines import Engines
from kiosk.compose.setup import device_key, load_setup
from kiosk.domain.challenge import Challenge
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.engines.models import ModelLibrary
from kiosk.imaging.decode import decode_image
from kiosk.services.clock import SystemClock
from kiosk.services.protocols.codec import from_json
from kiosk.services.protocols.refusals import SessionRefusal
from kiosk.specimens.bill_pdf import text_pdf
from kiosk.specimens.bills import bill
from tests.fakes.challenge_film import sealed_film
from tests.fakes.gateway_servers import GatewayServers

Kiosk = Callable[..., dict]  # type: ignore[type-arg]


@pytest.fixture
def kiosk(model_library: ModelLibrary, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Kiosk:
    monkeypatch.setenv("KIOSK_MODELS", str(model_library.models_dir))

    def run(*words: str | Path) -> dict:  # type: ignore[type-arg]
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers(required=True)
        for part in (session, trust):
            part.add_to(commands)
        arguments = parser.parse_args([*map(str, words), "--json"])
        arguments.run(arguments)
        body: dict = json.loads(capsys.readouterr().out)  # type: ignore[type-arg]
        return body

    return run


def test_a_session_is_walked_call_by_call_and_its_trust_evaluated(kiosk: Kiosk, pictures: Mapping[str, bytes], tmp_path: Path) -> None:
    passport, factors = tmp_path / "passport.jpg", tmp_path / "factors.json"
    passport.write_bytes(pictures["passport"])
    wanted = [{"name": "document_not_expired", "type": "BOOLEAN", "booleanConfiguration": "REJECT_IF_FALSE"}]
    factors.write_text(json.dumps({"trustFactorDefinitions": wanted}))
    session_id = kiosk("session", "start", "identity", "--applicant", "first_name=Anna")["session_id"]
    assert kiosk("session", "next", session_id)["message"]["screen"]["show"] == "consent_screen"
    kiosk("session", "consent", session_id, "yes")
    payload = kiosk("session", "upload", session_id, passport, "--screen", "scan_id_document_front_screen")
    assert payload["message"]["screen"]["show"] == "liveness_screen"
    challenge = kiosk("session", "liveness", session_id)
    assert challenge["session"] == session_id
    payload = kiosk("session", "upload", session_id, passport, "--screen", "liveness_screen")
    assert payload["message"]["extra_data"]["again"] == "RECORD_INVALID"
    # no checks yet: what could not be judged accepts nobody
    evaluation = kiosk("trust", "evaluate", session_id, "--factors", factors)["trustEvaluation"]
    assert evaluation["result"] == "REVIEW"
    assert kiosk("session", "cancel", session_id) == {"cancelled": session_id}
    with pytest.raises(SessionRefusal):
        kiosk("session", "next", session_id)


@pytest.fixture
def servers(kiosk_home: Path) -> Iterator[GatewayServers]:
    """The settings name them."""
    made = GatewayServers()
    kiosk_home.mkdir(exist_ok=True)
    (kiosk_home / "kiosk.toml").write_text(made.toml, encoding="utf-8")
    yield made
    made.close()


def screen(payload: dict) -> str:  # type: ignore[type-arg]
    return str(payload["message"]["screen"]["show"])


def test_codes_and_proofs_of_a_session_are_real(
    kiosk: Kiosk, servers: GatewayServers, engines: Engines, pictures: Mapping[str, bytes], tmp_path: Path
) -> None:
    issued = date.today() - timedelta(days=9)
    days = {"issued": issued.isoformat(), "due": (issued + timedelta(days=14)).isoformat()}
    holder = ("Anna Maria Eriksson", "12 Harbour Street", "1040 Zenith")
    files = {f"{side}.jpg": pictures[side] for side in ("front", "back")}
    for name, layout, to in (
        ("bill", "window", holder),
        ("statement", "statement", holder),
        ("other", "window", ("Eva Nová", *holder[1:])),
    ):
        files[f"{name}.pdf"] = text_pdf([bill(layout, "en", seed=3, to=to, **days)])
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    session_id = kiosk("session", "start", "full", "--applicant", "phone_number=0902 123 456")["session_id"]
    kiosk("session", "consent", session_id, "yes")
    assert kiosk("session", "code", "start", session_id)["sent"]
    assert kiosk("session", "code", "complete", session_id, "0")["message"]["extra_data"]["again"] == "CODE_WRONG"
    kiosk("session", "code", "complete", session_id, servers.last("+421902123456"))
    assert kiosk("session", "code", "start", session_id, "anna@post.example")["sent"]
    payload = kiosk("session", "code", "complete", session_id, servers.last("anna@post.example"))
    assert screen(payload) == "scan_id_document_front_screen"
    kiosk("session", "upload", session_id, tmp_path / "front.jpg", "--screen", "scan_id_document_front_screen")
    kiosk("session", "upload", session_id, tmp_path / "back.jpg", "--screen", "scan_id_document_back_screen")
    challenge = from_json(Challenge, kiosk("session", "liveness", session_id))
    selfie = decode_image(pictures["selfie"])
    film = sealed_film(engines, device_key(load_setup()), challenge, selfie, made_at=SystemClock().now_utc())
    (tmp_path / "film").write_bytes(film)
    payload = kiosk("session", "upload", session_id, tmp_path / "film", "--screen", "liveness_screen")
    assert screen(payload) == "proof_of_address_screen"
    payload = kiosk("session", "upload", session_id, tmp_path / "other.pdf", "--screen", "proof_of_address_screen")
    assert payload["message"]["extra_data"]["again"] == "NAME_DIFFERS"
    payload = kiosk("session", "upload", session_id, tmp_path / "bill.pdf", "--screen", "proof_of_address_screen")
    assert screen(payload) == "proof_of_funds_screen"
    kiosk("session", "upload", session_id, tmp_path / "statement.pdf", "--screen", "proof_of_funds_screen")
    result = kiosk("session", "result", session_id)
    found = {check["name"]: check["status"] for check in result["checks"]}
    passed = ("phone_verification", "email_verification", "proof_of_address", "proof_of_funds", "active_liveness", "face_match")
    assert {name: found.get(name) for name in passed} == dict.fromkeys(passed, "PASSED")
    assert found["chip_read"] == "NOT_EXECUTED"
    assert result["proof.address"]["issuedOn"]["ageDays"] == 9
    assert result["email"]["value"] == "anna@post.example"


def test_the_factors_are_listed(kiosk: Kiosk) -> None:
    assert {"name": "passive_liveness", "type": "SCORE"} in kiosk("trust", "factors")["trustFactorDefinitions"]


@pytest.mark.parametrize(
    ("text", "code"), [(None, ErrorCode.FILE_NOT_FOUND), ("{", ErrorCode.INVALID_DATA), ("{}", ErrorCode.INVALID_DATA)]
)
def test_a_file_of_factors_that_is_none_is_refused_by_name(kiosk: Kiosk, tmp_path: Path, text: str | None, code: ErrorCode) -> None:
    path = tmp_path / "mine.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput, match=r"mine\.json") as caught:
        kiosk("trust", "evaluate", "anybody", "--factors", path)
    assert caught.value.code is code
