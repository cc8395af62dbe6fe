"""What is under way when the customer goes back, cancels, leaves or skips comes to nothing; nobody waits for a gateway in vain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.domain.events import Busy, CaptureResultReady, SessionEnded, StepEntered
from kiosk.domain.views import ContactView, LivenessView, ProofView, SorryView
from kiosk.specimens.customer import DemoCustomer
from tests.fakes.gateway_servers import GatewayServers
from tests.journeys.walker import Belongings, Walker

pytestmark = pytest.mark.usefixtures("kiosk_models")

PHONE = "+421902123456"


@pytest.fixture
def servers() -> Iterator[GatewayServers]:
    made = GatewayServers()
    yield made
    made.close()


@pytest.fixture
def walker(servers: GatewayServers) -> Iterator[Walker]:
    made = Walker(DemoCustomer("td3"), workflow="full", has=Belongings(servers))
    yield made
    servers.held.set()
    made.close()


@pytest.fixture
def sending(walker: Walker, servers: GatewayServers) -> StepEntered:
    """The phone step, with a code on its way to a gateway that does not answer."""
    step = walker.walk_to("phone")
    servers.held.clear()
    walker.runner.advance(contact=PHONE)
    assert servers.asked.wait(20)
    return step


def settle(walker: Walker, servers: GatewayServers) -> list[StepEntered]:
    """Lets the gateway answer, and everything that follows happen; what was shown meanwhile."""
    seen = len(walker.events)
    servers.held.set()
    walker.kiosk.runner._lanes._outside.submit(lambda: None).result(30)
    walker.kiosk.runner._lanes._session.submit(lambda: None).result(30)
    return [event for event in walker.events[seen:] if isinstance(event, StepEntered)]


def test_while_a_code_is_sent_the_session_goes_on_and_other_answers_wait(
    walker: Walker, servers: GatewayServers, sending: StepEntered
) -> None:
    assert walker.wait(Busy, lambda event: event.label is not None).label == "SENDING"
    walker.runner.advance(contact="+421902999999")
    walker.runner.advance(code="1")
    (shown,) = settle(walker, servers)
    assert isinstance(shown.view, ContactView)
    assert shown.view.sent_to
    assert list(servers.codes) == [PHONE]


@pytest.mark.parametrize("leave", ["back", "cancel", "skip"])
def test_a_code_that_is_sent_after_the_step_was_left_shows_nothing(
    walker: Walker, servers: GatewayServers, sending: StepEntered, leave: str
) -> None:
    getattr(walker.runner, leave)()
    after = {"back": "consent", "cancel": "welcome", "skip": "email"}[leave]
    assert walker.at(after).generation > sending.generation
    assert settle(walker, servers) == []
    assert servers.codes[PHONE]  # it was sent; it only leads nowhere here


def test_a_time_out_while_a_code_is_sent_ends_the_session(
    walker: Walker, servers: GatewayServers, sending: StepEntered, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = walker.kiosk.engines.clock.monotonic
    monkeypatch.setattr(type(walker.kiosk.engines.clock), "monotonic", lambda _self: now() + sending.timeout_s + 60)
    assert isinstance(walker.at("timed_out").view, SorryView)
    monkeypatch.undo()
    assert settle(walker, servers) == []
    assert any(isinstance(event, SessionEnded) for event in walker.events)


@pytest.mark.logs_warnings
def test_a_gateway_that_refuses_is_said_and_the_step_can_still_be_skipped(walker: Walker, servers: GatewayServers) -> None:
    servers.status = 503
    walker.walk_to("phone")
    walker.runner.advance(contact=PHONE)
    view = walker.at("phone").view
    assert isinstance(view, ContactView)
    assert (view.problem, view.sent_to, view.optional) == ("GATEWAY_FAILED", "", True)
    walker.runner.skip()
    walker.at("email")


def test_pages_of_a_proof_come_from_the_camera_too_and_going_back_forgets_what_was_kept(walker: Walker) -> None:
    walker.walk_to("consent")
    walker.runner.advance(accepted=True, biometrics=False)  # the shortest way to a proof
    for step in ("phone", "email"):
        walker.at(step)
        walker.runner.skip()
    walker.show(walker.at("document_front"))
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    assert isinstance(walker.at("proof_of_address").view, ProofView)
    walker.camera.play(lambda _seconds: walker.customer.selfie_frame)
    walker.kiosk.capture.wait_newer(-1, 10)
    walker.runner.capture_by_hand()
    assert walker.wait(CaptureResultReady).result.usable
    walker.runner.retake()
    assert walker.at("proof_of_address").view.pages == ()  # type: ignore[union-attr]
    walker.runner.capture_by_hand()
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    assert len(walker.at("proof_of_address").view.pages) == 1  # type: ignore[union-attr]
    walker.runner.skip()
    walker.at("proof_of_funds")
    assert "proof.address" in walker.kiosk.store.customers()[0].facts
    walker.runner.back()
    walker.at("proof_of_address")
    assert "proof.address" not in walker.kiosk.store.customers()[0].facts


def test_leaving_a_live_check_in_the_middle_is_a_try_and_before_it_began_is_none(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    step = walker.walk_to("liveness")
    assert isinstance(step.view, LivenessView)
    for under_way, attempt in ((False, 1), (True, 2)):
        monkeypatch.setattr(type(walker.runner._camera), "is_under_way", under_way)
        walker.runner.back()
        selfie = walker.at("selfie")
        walker.show(selfie)
        walker.wait(CaptureResultReady)
        walker.runner.advance()
        view = walker.at("liveness").view
        assert isinstance(view, LivenessView)
        assert view.attempt == attempt
