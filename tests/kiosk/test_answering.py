"""The steps for contacts, proofs and the chip, and the decision, on the session's real lanes; only scanner and engines are stood in for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kiosk.domain.check import CheckLabel, CheckStatus, not_executed
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.domain.views import View
from kiosk.flow.workflow import Step
from kiosk.ports import TextReader
from kiosk.services import proof_step
from kiosk.services.answering import AnswerDesks, Answering
from kiosk.services.bus import Bus
from kiosk.services.camera_work import CameraWork
from kiosk.services.clock import SystemClock
from kiosk.services.deciding import Deciding
from kiosk.services.document_rules import DocumentRules
from kiosk.services.lanes import Lanes
from kiosk.services.onboarding import Onboarding
from kiosk.services.person_checks import PersonJudgement
from kiosk.services.proofs.reader import ProofReader
from kiosk.services.step_answers import CHECK_OF, StepAnswer
from tests.fakes.customers import consents
from tests.fakes.memory_store import MemoryCustomerStore
from tests.kiosk.test_onboarding import POLICY

TODAY = "2026-11-21"
PROOF = Step("home", "proof", options={"kind": "address", "optional": "true"})
SOON_S = 30.0


class EmptyScanner:
    """Never a page."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def pages(self) -> tuple[Path, ...]:
        self.asked.set()
        return ()

    def is_writing(self) -> bool:
        return False


class Session:
    """As far as `Answering` and `Deciding` know one."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []
        self.lanes = Lanes(self.errors.append)
        capture: Any = SimpleNamespace(error=None, camera=None)
        self.camera = CameraWork(capture, Bus(), self.lanes)
        self.scanner = EmptyScanner()

        def no_engine() -> TextReader:
            raise ModelFault(ErrorCode.MODEL_MISSING, "no model")

        desks = AnswerDesks(proofs=ProofReader(no_engine, lambda: TODAY), scanner=lambda: self.scanner)
        self.answering = Answering(desks, self.lanes, self.camera, capture, Bus(), SystemClock(), self)
        self.customer = Onboarding(
            store=MemoryCustomerStore(),
            clock=SystemClock(),
            policy=POLICY,
            workflow="trial",
            rules=DocumentRules(lambda: TODAY),
            consents=consents().current(TODAY),
        )

    def show_again(self, view: View) -> None: ...
    def answered(self, answer: StepAnswer) -> None: ...
    def wait_for(self, label: str | None) -> None: ...

    def scan(self) -> None:
        """Enters a proof step and waits for the scanner there."""
        self.answering.begin(PROOF, self.customer, language="en", staffed=False)
        self.camera.next_generation()
        self.answering.answer({"scan": True})
        assert self.scanner.asked.wait(10)

    def answers_outside(self) -> bool:
        """Whether the lane for gateways and devices carries something out soon."""
        done = threading.Event()
        self.lanes.ask_outside(done.set, self.errors.append)
        return done.wait(SOON_S)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(proof_step, "_SCANNER_WAIT_S", 20 * SOON_S)  # what ends a scan here is not that its time was over
    made = Session()
    yield made
    if not made.lanes.closing:
        made.lanes.close(lambda: None)


def test_a_scan_that_somebody_waits_for_goes_on(session: Session) -> None:
    session.scan()
    done = threading.Event()
    session.lanes.ask_outside(done.set, session.errors.append)
    assert not done.wait(0.5)


def test_a_scan_ends_when_its_step_is_left_and_the_next_customers_codes_go_out(session: Session) -> None:
    session.scan()
    session.answering.end()
    assert session.answers_outside()


def test_a_scan_ends_when_its_step_is_skipped(session: Session) -> None:
    session.scan()
    session.answering.skip()
    assert session.answers_outside()


def test_a_scan_does_not_hold_up_closing(session: Session) -> None:
    session.scan()
    closed = threading.Event()

    def close() -> None:
        session.lanes.close(lambda: None)
        closed.set()

    closing = threading.Thread(target=close)
    closing.start()
    soon = closed.wait(SOON_S)
    closing.join()
    assert soon


@pytest.mark.parametrize("optional", ["true", "false"])
def test_a_chip_step_is_passed_over_where_no_reader_is(session: Session, optional: str) -> None:
    left = session.answering.left_out(Step("chip", "chip", options={"optional": optional}))
    assert left is not None
    assert (left.skipped, left.check.status, left.check.label) == (True, CheckStatus.NOT_EXECUTED, CheckLabel.DEVICE_MISSING)


def test_an_entry_of_a_proof_goes_on_with_the_customers_count_and_tells_them_what_was_refused(session: Session) -> None:
    session.customer.proof_readings["address"] = 2
    session.answering.begin(PROOF, session.customer, language="en", staffed=False)
    step = cast(Any, session.answering._step)
    assert step._readings is session.customer.proof_readings
    refused = not_executed(CHECK_OF["proof.address"], CheckLabel.LOW_QUALITY)
    step._refused(refused)  # nothing that speaks against anybody
    assert session.customer._refused == {}


# --- the decision --------------------------------------------------------------------------------------------------


class HeldChecks:
    """`PersonChecks` that take until they are let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def judge(self, *_question: object) -> PersonJudgement:
        assert self.go_on.wait(20)
        return PersonJudgement(())


def settled(lanes: Lanes) -> None:
    """Everything that was sent for has been carried out."""
    for lane in (lanes.analyse, lanes.ask_outside):
        done = threading.Event()
        lane(done.set, lambda _error: None)
        assert done.wait(20)
    done = threading.Event()
    lanes.post(done.set)
    assert done.wait(20)


def test_a_decision_is_on_until_it_was_told(session: Session) -> None:
    checks, told = HeldChecks(), list[PersonJudgement]()
    deciding = Deciding(cast(Any, checks), session.camera, session.lanes)
    seen = [deciding.is_on]
    deciding.begin(session.customer, told.append)
    seen.append(deciding.is_on)
    checks.go_on.set()
    settled(session.lanes)
    assert [*seen, deciding.is_on] == [False, True, False]
    assert len(told) == 1


def test_a_decision_whose_step_was_left_comes_to_nothing_and_holds_nobody_up(session: Session) -> None:
    checks, told = HeldChecks(), list[PersonJudgement]()
    deciding = Deciding(cast(Any, checks), session.camera, session.lanes)
    deciding.begin(session.customer, told.append)
    session.camera.next_generation()
    assert not deciding.is_on
    checks.go_on.set()
    settled(session.lanes)
    assert (told, deciding.is_on) == ([], False)


def test_a_decision_that_was_given_up_is_not_told_when_another_was_begun(session: Session) -> None:
    checks, told = HeldChecks(), list[str]()
    deciding = Deciding(cast(Any, checks), session.camera, session.lanes)
    deciding.begin(session.customer, lambda _judgement: told.append("first"))
    deciding.give_up()
    deciding.begin(session.customer, lambda _judgement: told.append("second"))
    checks.go_on.set()
    settled(session.lanes)
    assert told == ["second"]
