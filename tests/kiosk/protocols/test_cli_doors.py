"""`kiosk trust` and `kiosk session` through their own parser, on the real encrypted store: each call is a program of its own."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kiosk.cli import session, trust
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.engines.models import ModelLibrary
from kiosk.services.protocols.refusals import SessionRefusal

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
