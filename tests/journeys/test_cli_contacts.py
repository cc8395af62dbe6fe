"""`kiosk code` and `kiosk proof` with the real store and composition."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from kiosk.cli import codes, proof
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.specimens.bill_pdf import text_pdf
from kiosk.specimens.bills import Bill, bill


def run(arguments: Sequence[str]) -> int:
    top = argparse.ArgumentParser()
    commands = top.add_subparsers(required=True)
    codes.add_to(commands)
    proof.add_to(commands)
    parsed = top.parse_args(arguments)
    return int(parsed.run(parsed) or 0)


@pytest.fixture
def trial(kiosk_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kiosk_home.mkdir()
    (kiosk_home / "kiosk.toml").write_text('[codes]\nphone = "console"\n', encoding="utf-8")
    monkeypatch.setenv("KIOSK_STORE_KEY", "file")


@pytest.mark.usefixtures("trial")
def test_a_code_of_the_console_confirms_the_number_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["code", "send", "--phone", "0905 123 456", "--language", "sk"]) == 0
    sent = capsys.readouterr()
    assert "TRIAL" in sent.err
    assert "trial" in sent.out
    code = re.search(r"\d{4} \d{4}", sent.err)
    assert code is not None
    assert run(["code", "send", "--phone", "+421905123456"]) == 2
    assert "TOO_SOON" in capsys.readouterr().err
    assert run(["code", "check", "--phone", "+421905123456", code[0], "--json"]) == 0
    check = json.loads(capsys.readouterr().out)["check"]
    assert (check["status"], check["label"]) == ("WARNING", "TRIAL")  # who stands at the machine read it: nothing is proven
    assert run(["code", "check", "--phone", "+421905123456", code[0]]) == 2


@pytest.mark.usefixtures("trial")
def test_without_a_gateway_no_code_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["code", "send", "--email", "anna@example.com"]) == 2
    assert "GATEWAY_FAILED: NOT_SET_UP" in capsys.readouterr().err


@pytest.fixture
def recent() -> Bill:
    issued = date.today() - timedelta(days=10)
    return bill("window", "sk", seed=1, issued=issued.isoformat(), due=(issued + timedelta(days=14)).isoformat())


def test_a_proof_is_read_and_compared(tmp_path: Path, recent: Bill, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bill.pdf"
    file.write_bytes(text_pdf([recent]))
    mine = ["proof", "address", str(file), "--address", ", ".join(recent.truth.address), "--json", "--name"]
    run([*mine, recent.truth.name])
    body = json.loads(capsys.readouterr().out)
    assert body["check"]["status"] == "PASSED"
    assert body["issuedOn"]["ageDays"] == 10
    run([*mine, "Somebody Else"])
    assert json.loads(capsys.readouterr().out)["check"]["label"] == "NAME_DIFFERS"


def test_a_missing_file_and_a_missing_customer_are_named(tmp_path: Path, recent: Bill) -> None:
    for arguments, code in (
        (["proof", "funds", str(tmp_path / "no.pdf"), "--name", "A B"], ErrorCode.FILE_NOT_FOUND),
        (["proof", "funds", str(tmp_path / "yes.pdf"), "--customer", "nobody"], ErrorCode.CUSTOMER_NOT_FOUND),
    ):
        (tmp_path / "yes.pdf").write_bytes(text_pdf([recent]))
        with pytest.raises(BadInput) as caught:
            run(arguments)
        assert caught.value.code is code
