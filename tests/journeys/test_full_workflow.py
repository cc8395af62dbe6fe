"""The workflow that asks for everything: codes through real servers, proofs as PDF, a chip that nobody can read here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.events import StepEntered
from kiosk.domain.views import DecisionView
from kiosk.specimens.bill_pdf import text_pdf
from kiosk.specimens.bills import bill
from tests.fakes.gateway_servers import GatewayServers
from tests.journeys.walker import Belongings, Walker

pytestmark = pytest.mark.usefixtures("kiosk_models")

PHONE, EMAIL = "+421902123456", "anna@post.example"
HOLDER = ("Anna Maria Eriksson", "12 Harbour Street", "1040 Zenith")
CONTACT_CHECKS = (CheckName.PHONE_VERIFICATION, CheckName.EMAIL_VERIFICATION, CheckName.PROOF_OF_ADDRESS, CheckName.PROOF_OF_FUNDS)


def pdf(layout: str) -> tuple[str, bytes]:
    issued = date.today() - timedelta(days=12)
    due = (issued + timedelta(days=14)).isoformat()
    return f"{layout}.pdf", text_pdf([bill(layout, "en", seed=3, issued=issued.isoformat(), due=due, to=HOLDER)])


@pytest.fixture
def servers() -> Iterator[GatewayServers]:
    made = GatewayServers()
    yield made
    made.close()


Walks = Callable[..., Walker]


@pytest.fixture
def walks() -> Iterator[Walks]:
    made: list[Walker] = []

    def walk(has: Belongings) -> Walker:
        made.append(Walker(workflow="full", has=has))
        return made[-1]

    yield walk
    for walker in made:
        walker.close()


def test_everything_that_the_product_asks_for_is_given_and_judged(walks: Walks, servers: GatewayServers) -> None:
    proofs = {"address": pdf("window"), "funds": pdf("statement")}
    walker = walks(Belongings(servers, PHONE, EMAIL, proofs))
    view = walker.walk_to("decision").view
    assert isinstance(view, DecisionView)
    checks = {check.name: check for check in view.checks}
    wanted = (*CONTACT_CHECKS, CheckName.CONSENT, CheckName.FACE_MATCH, CheckName.MRZ_CHECK_DIGITS)
    assert {name: checks[name].status for name in wanted} == dict.fromkeys(wanted, CheckStatus.PASSED)
    # nobody was asked for the chip, because this machine has no reader, and it says so
    assert (checks[CheckName.CHIP_READ].status, checks[CheckName.CHIP_READ].label) == (CheckStatus.NOT_EXECUTED, CheckLabel.DEVICE_MISSING)
    assert "chip" not in [event.step for event in walker.events if isinstance(event, StepEntered)]
    (stored,) = walker.kiosk.store.customers()
    facts = stored.facts
    assert facts["phone"]["value"] == PHONE  # type: ignore[index, call-overload]
    assert facts["email"]["value"] == EMAIL  # type: ignore[index, call-overload]
    assert facts["chip"]["skipped"] is True  # type: ignore[index, call-overload]
    assert facts["proof.address"]["check"]["status"] == "PASSED"  # type: ignore[index, call-overload]
    # what is kept is the file that was judged
    assert walker.kiosk.store.blob(stored.id, "proof.address.1") == proofs["address"][1]
    assert not {code for codes in servers.codes.values() for code in codes} & set(str(facts).split())


def test_what_is_optional_can_all_be_left_out(walks: Walks, servers: GatewayServers) -> None:
    walker = walks(Belongings(servers))
    view = walker.walk_to("decision").view
    assert isinstance(view, DecisionView)
    checks = {check.name: check for check in view.checks}
    skipped = {name: (checks[name].status, checks[name].label) for name in CONTACT_CHECKS}
    assert skipped == dict.fromkeys(CONTACT_CHECKS, (CheckStatus.NOT_EXECUTED, CheckLabel.SKIPPED))
    decision = walker.kiosk.store.customers()[0].facts["decision"]
    reasons = {reason["check"] for reason in decision["reasons"]}  # type: ignore[index, call-overload, union-attr]
    assert not reasons & {name.value for name in CONTACT_CHECKS}
