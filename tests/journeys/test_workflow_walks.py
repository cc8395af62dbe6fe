"""Workflows with screens, walked by a simulated person from the welcome to the last screen. A choice of them; all with --all-walks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from kiosk.domain.check import ADVISORY, STAFF_ONLY, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.domain.events import CaptureResultReady, ProblemShown, StepEntered
from kiosk.domain.views import AssistView, ConsentView, DecisionView, DoneView, SorryView
from kiosk.services.workflows import load_any_workflow, workflow_keys
from kiosk.specimens.customer import DemoCustomer
from tests.fakes.customers import RESOURCES
from tests.journeys.test_biometric_ways import FailedRun
from tests.journeys.walker import Walker

pytestmark = pytest.mark.usefixtures("kiosk_models")

ON_SCREEN = [key for key in workflow_keys(RESOURCES) if load_any_workflow(RESOURCES, key).steps]
BY_DEFAULT = {"1"}
FACELESS = {"1", "2"}
"""Accepted by the document alone. The others end in a review here: PyPI gives no model of passive liveness."""

Start = Callable[[str], Walker]


@pytest.fixture
def start() -> Iterator[Start]:
    made: list[Walker] = []

    def walker(workflow: str) -> Walker:
        made.append(Walker(DemoCustomer("td3"), workflow=workflow))  # a passport: no back
        return made[-1]

    yield walker
    for one in made:
        one.close()


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> str:
    workflow: str = request.param
    everything = request.config.getoption("all_walks", False) or os.environ.get("KIOSK_ALL_WALKS")
    if workflow not in BY_DEFAULT and not everything:
        pytest.skip("walked with --all-walks (or KIOSK_ALL_WALKS=1)")
    return workflow


@pytest.mark.parametrize("chosen", ON_SCREEN, indirect=True)
def test_a_customer_gets_from_the_welcome_to_the_end(start: Start, chosen: str) -> None:
    walker = start(chosen)
    decided = walker.walk_to("decision").view
    assert isinstance(decided, DecisionView)
    rejected = [check.name for check in decided.checks if check.status is CheckStatus.REJECTED]
    # of genuine photographs about two in a hundred raise an advisory signal, whatever is walked: that asks for a look, and rightly
    noticed = any(check.name in ADVISORY and check.status is CheckStatus.WARNING for check in decided.checks)
    assert (decided.outcome, rejected) == (Outcome.ACCEPT if chosen in FACELESS and not noticed else Outcome.REVIEW, [])
    staffed = load_any_workflow(RESOURCES, chosen).staffed
    assert any(check.name in STAFF_ONLY for check in decided.checks) is staffed, "what is for staff is shown where staff is"
    walker.runner.advance()
    done = walker.wait(StepEntered)
    assert isinstance(done.view, DoneView)
    stored = walker.kiosk.store.customers()
    assert [(one.workflow, one.status) for one in stored] == [(chosen, "FINISHED")]


def test_who_does_not_want_faces_compared_goes_through_workflow_3_without_one(start: Start) -> None:
    walker = start("3")
    asked = walker.walk_to("consent").view
    assert isinstance(asked, ConsentView)
    assert asked.without_biometrics
    walker.runner.advance(accepted=True, biometrics=False)
    walker.show(walker.at("document_front"))
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    assert walker.wait(StepEntered).step == "review"
    walker.runner.advance(edits={})
    decided = walker.at("decision").view
    assert isinstance(decided, DecisionView)
    assert decided.outcome is Outcome.REVIEW
    assert next(check for check in decided.checks if check.name is CheckName.FACE_MATCH).label is CheckLabel.DECLINED


@pytest.mark.parametrize("workflow", ["6", "field"])
def test_who_refuses_is_told_of_a_colleague_and_nothing_else_is_stored(start: Start, workflow: str) -> None:
    walker = start(workflow)
    asked = walker.walk_to("consent").view
    assert isinstance(asked, ConsentView)
    assert asked.without_biometrics is (workflow != "6"), "where liveness is all that is looked at there is no way without the face"
    walker.runner.advance(accepted=False)
    assert walker.at("declined").view == SorryView("CONSENT_MISSING", kept=False)
    for stored in walker.kiosk.store.customers():
        assert set(stored.facts) == {"consent"}
        assert not stored.blobs


def test_three_failures_of_liveness_alone_lead_to_a_colleague(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    walker = start("6")
    monkeypatch.setattr(walker.kiosk.engines, "active_check", lambda challenge, _reference: FailedRun(challenge))
    walker.runner.start()
    walker.at("welcome")
    for answer in ({}, {"language": "en"}, {"accepted": True}):
        walker.runner.advance(**answer)
    walker.show(walker.at("selfie"))
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    for _ in range(2):
        walker.at("liveness")
        walker.wait(CaptureResultReady)
        walker.runner.retake()
    assert walker.at("assist").view == AssistView("CHALLENGE_FAILED", can_go_on=True, can_retry=False)
    walker.runner.advance()
    decided = walker.at("decision").view
    assert isinstance(decided, DecisionView)
    assert decided.outcome is Outcome.REVIEW


@pytest.mark.parametrize("workflow", [key for key in ON_SCREEN if key not in FACELESS])
def test_every_live_check_has_a_colleague_behind_it(workflow: str) -> None:
    steps = load_any_workflow(RESOURCES, workflow).steps
    for step in steps.values():
        if step.screen == "liveness":
            to = [branch.to for branch in step.next if "liveness.failed" in branch.when]
            assert [steps[name].screen for name in to] == ["assist"]


def test_the_field_hurries_nobody_and_loses_nothing() -> None:
    field, branch = (load_any_workflow(RESOURCES, key) for key in ("field", "branch"))
    assert (field.keep_unfinished, field.staffed, field.policy) == (True, True, "field")
    assert list(field.steps) == list(branch.steps)
    for name, step in field.steps.items():
        if step.timeout_s and not step.end:
            assert step.timeout_s >= max(300, branch.steps[name].timeout_s), name


@pytest.mark.logs_warnings
def test_after_a_live_check_that_could_not_be_gone_on_from_another_try_is_offered(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    walker = start("6")
    monkeypatch.setattr(walker.kiosk.engines, "active_check", lambda challenge, _reference: FailedRun(challenge))
    walker.runner.start()
    walker.at("welcome")
    for answer in ({}, {"language": "en"}, {"accepted": True}):
        walker.runner.advance(**answer)
    walker.show(walker.at("selfie"))
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    for _ in range(2):
        walker.at("liveness")
        walker.wait(CaptureResultReady)
        walker.runner.retake()

    def full() -> None:  # the check itself was stored, and what the next step is passed over for cannot be
        raise StoreFault(ErrorCode.STORE_FULL, "no space left")

    go_on = walker.runner._go_on
    monkeypatch.setattr(walker.runner, "_go_on", full)
    walker.at("liveness")
    assert not walker.wait(CaptureResultReady).result.usable
    assert walker.wait(ProblemShown).code is ErrorCode.STORE_FULL
    monkeypatch.setattr(walker.runner, "_go_on", go_on)
    walker.runner.retake()
    assert isinstance(walker.at("assist").view, AssistView)
