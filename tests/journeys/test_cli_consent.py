"""Consent, decisions and retention through the command line, on a real store."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli import consent, customers, decision, retention
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.services.clock import SystemClock
from kiosk.store.customers import open_store
from tests.fakes.customers import RESOURCES, FixedClock, finished_customer

WHY = "The photograph is old; I compared it with the person."
Run = Callable[..., Any]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; JSON when it was asked for, else the text."""

    def start(*arguments: str) -> Any:
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers()
        for part in (consent, customers, decision, retention):
            part.add_to(commands)
        parsed = parser.parse_args(arguments)
        capsys.readouterr()
        parsed.run(parsed)
        out = capsys.readouterr().out
        return json.loads(out) if "--json" in arguments else out

    return start


@pytest.fixture
def customer(kiosk_home: Path) -> str:
    store = open_store(kiosk_home)
    try:
        return finished_customer(store, FixedClock(SystemClock().now_utc()))
    finally:
        store.close()


def test_the_texts_in_force_are_shown_with_their_hashes(run: Run) -> None:
    body = run("consent", "show", "--language", "sk", "--json")
    assert [text["purpose"] for text in body["texts"]] == ["identify", "biometric", "store"]
    assert all(len(text["sha256"]) == 64 for text in body["texts"])
    assert "Porovnáme vašu tvár" in run("consent", "show")
    assert "every hash holds" in run("consent", "check")


def test_a_consent_is_shown_withdrawn_and_proved(run: Run, customer: str) -> None:
    body = run("consent", "show", customer[:8], "--json")
    assert (body["biometric"], body["receipts"]) == ("ALLOWED", [])
    assert [(text["purpose"], text["accepted"], text["sameWords"]) for text in body["texts"]] == [
        ("identify", True, True), ("biometric", True, True), ("store", True, True),
    ]  # fmt: skip
    receipt = run("consent", "withdraw", customer[:8], "--by", "op-2", "--json")["receipt"]
    assert (receipt["event"], receipt["purpose"], receipt["erased"]["templates"]) == ("CONSENT_WITHDRAWN", "biometric", 1)
    shown = run("consent", "show", customer)
    assert "withdrawn 20" in shown
    assert f"receipt {receipt['seq']}" in shown
    with pytest.raises(BadInput, match="withdrawn already"):
        run("consent", "withdraw", customer, "--by", "op-2")
    with pytest.raises(BadInput, match="confirm"):
        run("consent", "withdraw", customer, "--purpose", "store", "--by", "op-2")
    run("consent", "withdraw", customer, "--purpose", "store", "--by", "op-2", "--yes")
    assert "no customers" in run("customers", "list")
    body = run("retention", "receipts", customer, "--json")
    assert [row["event"] for row in body["receipts"]] == ["CONSENT_WITHDRAWN", "CUSTOMER_DELETED"]


def test_an_override_is_shown_beside_the_decision(run: Run, customer: str) -> None:
    assert run("customers", "list", "--json")["customers"][0]["decision"] == "REVIEW"
    body = run("decision", "override", customer[:8], "--to", "ACCEPT", "--by", "op-ben", "--reason", WHY, "--json")
    assert (body["was"], body["outcome"]) == ("REVIEW", "ACCEPT")
    assert run("customers", "list", "--json")["customers"][0]["decision"] == "ACCEPT"
    shown = run("customers", "show", customer)
    assert f"overridden REVIEW -> ACCEPT by op-ben: {WHY}" in shown
    assert run("customers", "show", customer, "--json")["facts"]["decision"]["outcome"] == "REVIEW"
    body = run("decision", "show", customer, "--json")
    assert (body["outcome"], body["decision"]["outcome"], body["overridesProven"]) == ("ACCEPT", "REVIEW", True)
    lines = run("decision", "show", customer).splitlines()
    assert "(machine: REVIEW, policy trial)" in lines[0]
    reasons = [line for line in lines if line.startswith("  REVIEW ")]
    assert len(reasons) > 10
    assert len(set(reasons)) == len(reasons), "each says which check it is"
    with pytest.raises(BadInput, match="second person"):
        run("decision", "override", customer, "--to", "REJECT", "--by", "op-anna", "--reason", WHY)


def test_a_decision_that_was_not_made_is_not_shown(run: Run, kiosk_home: Path) -> None:
    store = open_store(kiosk_home)
    customer = finished_customer(store, FixedClock(), finish=False)
    store.close()
    with pytest.raises(BadInput) as caught:
        run("decision", "show", customer)
    assert caught.value.code is ErrorCode.WRONG_STEP


def test_a_preview_and_a_run_say_the_same(run: Run, kiosk_home: Path, tmp_path: Path) -> None:
    clock = FixedClock(SystemClock().now_utc())
    clock.go_on(days=-40)
    store = open_store(kiosk_home)
    customer = finished_customer(store, clock)
    store.close()
    rules = tmp_path / "retention.toml"
    rules.write_text((RESOURCES / "retention.toml").read_text("utf-8").replace("pictures_days = 365", "pictures_days = 30"), "utf-8")
    assert "nothing to be erased" in run("retention", "preview")
    due = run("retention", "preview", "--rules", str(rules), "--json")["due"]
    assert [(row["customer"], row["kinds"], row["waits"]) for row in due] == [(customer, ["pictures"], False)]
    assert f"{customer}  branch" in run("retention", "preview", "--rules", str(rules))
    body = run("retention", "run", "--rules", str(rules), "--json")
    assert [(row["customer"], row["erased"]) for row in body["receipts"]] == [(customer, {"pictures": 5})]
    assert run("customers", "show", customer, "--json")["pictures"] == ["liveness.record"]
    assert "1 receipts; the chain of" in run("retention", "receipts")
    assert "0 erased" in run("retention", "run", "--rules", str(rules))


def test_unknown_customers_and_wrong_files_are_told(run: Run, kiosk_home: Path, tmp_path: Path) -> None:
    for arguments in (
        ("consent", "show", "nobody"),
        ("consent", "withdraw", "nobody", "--by", "op-2"),
        ("decision", "show", "nobody"),
        ("decision", "override", "nobody", "--to", "ACCEPT", "--by", "op-2", "--reason", WHY),
        ("retention", "receipts", "nobody"),
    ):
        with pytest.raises(BadInput) as caught:
            run(*arguments)
        assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND
    wrong = tmp_path / "mine.toml"
    wrong.write_text("[default]\npictures_day = 3\n")
    with pytest.raises(BadInput, match=r"mine\.toml:2: unknown pictures_day"):
        run("retention", "preview", "--rules", str(wrong))
    with pytest.raises(BadInput, match=r"mine\.toml"):
        run("consent", "check", str(wrong))


def test_deleting_a_customer_leaves_a_receipt(run: Run, customer: str) -> None:
    assert run("customers", "delete", customer, "--json") == {"deleted": customer}
    receipts = run("retention", "receipts", "--json")["receipts"]
    assert [(row["customer"], row["reason"], row["erased"]["pictures"]) for row in receipts] == [(customer, "REQUEST", 5)]
