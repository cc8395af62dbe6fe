"""Lists through the command line, on a real store: update, list, who waits, what was found, and a verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.cli.entry import main
from kiosk.compose.setup import load_setup, open_customer_store
from kiosk.ports import StepCommit
from kiosk.services.clock import SystemClock
from tests.fakes.customers import FixedClock, finished_customer

WHY = "The date of birth on the list is another one."
LIST = """<?xml version="1.0"?><export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="{day}T10:00:00">
<sanctionEntity logicalId="7"><subjectType code="person"/><nameAlias wholeName="Anna Testperson"/>
<birthdate birthdate="1990-01-03"/><citizenship countryIso2Code="SK"/><regulation programme="TEST"/></sanctionEntity></export>"""


class Kiosk:
    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        home.mkdir()
        self.share = home / "share"
        self.share.mkdir()
        (home / "kiosk.toml").write_text(f"[watchlists.sources.eu]\nurl = '{self.share}'\n")
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, Any]:
        self._capsys.readouterr()
        code = main(arguments)
        out = self._capsys.readouterr().out
        return code, json.loads(out) if "--json" in arguments else out


@pytest.fixture
def kiosk(kiosk_home: Path, capsys: pytest.CaptureFixture[str]) -> Kiosk:
    return Kiosk(kiosk_home, capsys)


def listed_customer() -> str:
    """Anna Testperson, taken by op-anna, waits because of the list alone."""
    reason = {"check": "watchlist_screening", "label": "ALERT", "outcome": "REVIEW", "sentence": "A name like this is on a list."}
    with open_customer_store(load_setup()) as store:
        clock = FixedClock(SystemClock().now_utc())
        customer = finished_customer(store, clock)
        facts: Any = {
            "customer": {"givenNames": {"mrz": "ANNA"}, "surname": {"mrz": "TESTPERSON"}, "dateOfBirth": {"mrz": "1990-01-02"}},
            "decision": {"outcome": "REVIEW", "policy": "branch", "reasons": [reason]},
            "checks": [{"name": "watchlist_screening", "status": "WARNING", "label": "ALERT", "sentence": reason["sentence"]}],
        }
        store.commit(StepCommit(customer, "decision", clock.now, facts, {}))
    return customer


def test_a_list_is_updated_from_a_folder_and_its_failures_are_told(kiosk: Kiosk) -> None:
    code, body = kiosk.run("watchlist", "update", "--json")
    assert (code, body["updates"][0]["outcome"], body["updates"][0]["code"]) == (2, "FAILED", "NOT_FOUND")
    code, body = kiosk.run("watchlist", "list", "--json")
    assert (body["lists"], body["missing"][0]["source"]["failure"]["code"]) == ([], "NOT_FOUND")
    assert "failed: NOT_FOUND" in kiosk.run("watchlist", "list")[1]
    (kiosk.share / "eu.xml").write_text(LIST.format(day=SystemClock().today()))
    code, text = kiosk.run("watchlist", "update")
    assert (code, text.split()[:3]) == (0, ["eu", "UPDATED", "1"])
    assert kiosk.run("watchlist", "update", "eu", "--json")[1]["updates"][0]["outcome"] == "UNCHANGED"
    body = kiosk.run("watchlist", "list", "--json")[1]
    assert (body["lists"][0]["outdated"], body["lists"][0]["source"]["failure"], body["missing"]) == (False, None, [])
    assert kiosk.run("watchlist", "update", "un")[0] == 2


def test_a_hit_is_found_shown_dismissed_and_the_decision_follows(kiosk: Kiosk) -> None:
    (kiosk.share / "eu.xml").write_text(LIST.format(day=SystemClock().today()))
    kiosk.run("watchlist", "update")
    customer = listed_customer()
    assert [row["id"] for row in kiosk.run("watchlist", "review", "--json")[1]["waiting"]] == [customer]
    assert "to the customer: A colleague will look at this with you." in kiosk.run("decision", "show", customer)[1]
    shown = kiosk.run("watchlist", "review", customer[:8])[1]
    for part in (
        "eu:7  Anna Testperson",
        "1990-01-03",
        "SVK",
        "TEST",
        "the name, born within two years",
        "open: --confirm or --dismiss it",
    ):
        assert part in shown
    hit = kiosk.run("watchlist", "review", customer, "--json")[1]["hits"][0]
    assert (hit["hit"], hit["reasons"], hit["review"]) == ("eu:7", ["NAME", "BIRTH_NEAR"], None)
    for wrong in (
        ("--dismiss", "eu:7"),
        ("--dismiss", "eu:7", "--by", "op-anna", "--reason", WHY),
        ("--dismiss", "eu:8", "--by", "op-ben", "--reason", WHY),
        ("--confirm", "eu:7", "--because", "OTHER_BIRTH", "--by", "op-ben", "--reason", WHY),
        ("--confirm", "eu:7", "--dismiss", "eu:7", "--by", "op-ben", "--reason", WHY),
    ):
        assert kiosk.run("watchlist", "review", customer, *wrong)[0] == 2, wrong
    code, body = kiosk.run(
        "watchlist", "review", customer, "--dismiss", "eu:7", "--by", "op-ben", "--reason", WHY, "--because", "OTHER_BIRTH", "--json"
    )
    assert (code, body["verdict"], body["was"], body["outcome"]) == (0, "DISMISSED", "REVIEW", "ACCEPT")
    assert body["receipt"]["event"] == "SCREENING_REVIEWED"
    assert WHY not in json.dumps(body["receipt"])
    assert "nobody waiting" in kiosk.run("watchlist", "review")[1]
    shown = kiosk.run("decision", "show", customer)[1]
    assert "ACCEPT  (machine: REVIEW, policy branch)" in shown
    assert f"hit eu:7 DISMISSED, REVIEW -> ACCEPT by op-ben: {WHY}" in shown
    assert "does not prove" not in shown
    assert kiosk.run("customers", "list", "--json")[1]["customers"][0]["decision"] == "ACCEPT"


def test_without_a_list_there_is_nothing_to_review(kiosk: Kiosk) -> None:
    assert kiosk.run("watchlist", "review", listed_customer())[0] == 2
    assert kiosk.run("watchlist", "review", "--dismiss", "eu:7")[0] == 2
