"""Customers through the session runner: real engines, real store, a virtual camera, no window."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kiosk.compose.engines import Engines
from kiosk.domain.check import CheckName, CheckStatus
from kiosk.domain.decision import Outcome
from kiosk.domain.document import FieldName, PageSide
from kiosk.domain.errors import ErrorCode, ModelFault, StoreFault
from kiosk.domain.events import (
    Busy,
    CameraStateChanged,
    CaptureResultReady,
    GuidanceGiven,
    LanguageChosen,
    ProblemShown,
    SessionEnded,
    StepEntered,
    StillThere,
)
from kiosk.domain.guidance import AdviceCode
from kiosk.domain.views import DecisionView, DoneView, ReviewView, SorryView
from kiosk.services import camera_work
from kiosk.services.person_checks import PersonChecks, PersonJudgement, PersonLook, PersonQuestion
from kiosk.specimens.customer import DemoCustomer
from tests.journeys.walker import Walker

pytestmark = pytest.mark.usefixtures("kiosk_models")


@pytest.fixture
def walker() -> Iterator[Walker]:
    made = Walker()
    yield made
    made.close()


def test_a_card_holder_goes_from_welcome_to_done(walker: Walker) -> None:
    step = walker.walk_to("review")
    assert isinstance(step.view, ReviewView)
    assert step.view.portrait
    assert step.view.selfie
    truth = walker.customer.specimen.truth.fields
    rows = {row.name: row.value for row in step.view.rows}
    for name in (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.DATE_OF_BIRTH, FieldName.DOCUMENT_NUMBER, FieldName.DATE_OF_EXPIRY):
        assert rows[name] == truth[name]
    walker.runner.advance()  # a second press on the screen before is no review
    walker.runner.advance(edits={FieldName.PLACE_OF_BIRTH: "ELSEWHERE"})
    decision = walker.at("decision").view
    assert isinstance(decision, DecisionView)
    checks = {check.name: check for check in decision.checks}
    assert checks[CheckName.FACE_MATCH].status is CheckStatus.PASSED
    assert checks[CheckName.ACTIVE_LIVENESS].status is CheckStatus.PASSED
    assert checks[CheckName.PASSIVE_LIVENESS].status is CheckStatus.NOT_EXECUTED
    assert checks[CheckName.OPERATOR_EDITS].status is CheckStatus.WARNING
    assert decision.outcome is Outcome.REVIEW
    # nothing is shown as saved before it is
    stored = walker.kiosk.store.customers()[0]
    assert stored.status == "FINISHED"
    assert [step for step, _at in stored.steps] == [
        "consent",
        "document_front",
        "document_back",
        "selfie",
        "liveness",
        "review",
        "decision",
    ]
    walker.runner.advance()
    done = walker.at("done").view
    assert isinstance(done, DoneView)
    assert stored.id.upper().startswith(done.reference)
    walker.runner.advance()
    walker.at("welcome")
    assert any(isinstance(event, LanguageChosen) and event.language == "sk" for event in walker.events)


def test_a_passport_has_no_back() -> None:
    walker = Walker(DemoCustomer("td3"))
    try:
        walker.walk_to("selfie")
        entered = [event.step for event in walker.events if isinstance(event, StepEntered)]
        assert "document_back" not in entered
    finally:
        walker.close()


def test_going_back_forgets_the_page_in_memory_and_on_disk(walker: Walker) -> None:
    walker.walk_to("selfie")
    walker.runner.back()
    walker.at("document_back")
    stored = walker.kiosk.store.customers()[0]
    assert "document.back" not in stored.facts
    assert "document.front" in stored.facts
    assert not any(name.startswith("document.back.") for name in stored.blobs)


def test_starting_over_erases_the_customer(walker: Walker) -> None:
    walker.walk_to("document_back")
    assert len(walker.kiosk.store.customers()) == 1
    walker.runner.cancel()
    walker.wait(SessionEnded)
    walker.at("welcome")
    assert walker.kiosk.store.customers() == ()
    assert walker.kiosk.capture.newest() is None


def test_refused_consent_ends_without_a_camera(walker: Walker) -> None:
    walker.runner.start()
    walker.at("welcome")
    walker.runner.advance()
    walker.at("language")
    walker.runner.advance(language="en")
    walker.at("consent")
    walker.runner.advance()  # a press that says neither yes nor no is no answer
    walker.runner.advance(accepted=False)
    view = walker.at("declined").view
    assert isinstance(view, SorryView)
    assert view.code == "CONSENT_MISSING"
    assert walker.kiosk.capture.camera is None


def test_the_page_that_is_still_the_front_is_not_taken_for_the_back(walker: Walker) -> None:
    step = walker.walk_to("document_back")
    walker.camera.play(walker.customer.scene_for("document_front", story="still"))
    walker.wait(GuidanceGiven, lambda event: event.generation == step.generation and event.guidance.advice is AdviceCode.TURN_OVER)
    walker.show(step)
    assert walker.wait(CaptureResultReady).result.usable


def test_a_picture_taken_by_hand_of_nothing_is_not_usable_and_can_be_taken_again(walker: Walker) -> None:
    step = walker.walk_to("document_front")
    walker.camera.play(lambda _seconds: np.full((720, 1280, 3), 90, np.uint8))
    walker.wait(GuidanceGiven, lambda event: event.guidance.advice is AdviceCode.SHOW_DOCUMENT)
    walker.runner.capture_by_hand()
    result = walker.wait(CaptureResultReady).result
    assert not result.usable
    walker.runner.advance()  # not usable: nothing to confirm
    walker.runner.retake()
    again = walker.at("document_front")
    assert again.generation > step.generation
    walker.show(again)
    assert walker.wait(CaptureResultReady).result.usable
    assert "document.front" not in walker.kiosk.store.customers()[0].facts  # not confirmed yet


def test_a_camera_that_vanishes_is_told_and_the_step_goes_on_when_it_is_back(walker: Walker) -> None:
    walker.walk_to("document_front")
    walker.wait(GuidanceGiven)
    walker.camera.unplug()
    lost = walker.wait(CameraStateChanged, lambda event: event.error is not None)
    assert lost.error in (ErrorCode.CAMERA_LOST, ErrorCode.CAMERA_NOT_FOUND)
    walker.camera.plug()
    walker.wait(CameraStateChanged, lambda event: event.error is None)
    walker.camera.play(walker.customer.scene_for("document_front", story="brief"))
    assert walker.wait(CaptureResultReady).result.usable


@pytest.mark.logs_warnings
def test_a_full_disk_is_told_and_the_step_can_be_confirmed_later(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    step = walker.walk_to("document_front")
    walker.show(step)
    walker.wait(CaptureResultReady)
    commit = walker.kiosk.store.commit

    def full(_step: object) -> None:
        raise StoreFault(ErrorCode.STORE_FULL, "no space left")

    monkeypatch.setattr(walker.kiosk.store, "commit", full)
    walker.runner.advance()
    assert walker.wait(ProblemShown).code is ErrorCode.STORE_FULL
    monkeypatch.setattr(walker.kiosk.store, "commit", commit)
    walker.runner.advance()
    walker.at("document_back")
    assert "document.front" in walker.kiosk.store.customers()[0].facts


@pytest.mark.logs_warnings
def test_a_broken_engine_ends_in_the_failsafe_and_the_next_customer_can_start(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object) -> None:
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "a model whose hash is another")

    monkeypatch.setattr(walker.kiosk.engines, "document_guide", broken)
    walker.runner.start()
    walker.at("welcome")
    walker.runner.advance()
    walker.at("language")
    walker.runner.advance(language="en")
    walker.at("consent")
    walker.runner.advance(accepted=True, biometrics=True)
    view = walker.at("sorry").view
    assert isinstance(view, SorryView)
    assert view.code == "MODEL_CORRUPT"
    assert view.kept  # the branch workflow keeps what was confirmed
    walker.runner.advance()
    walker.at("welcome")


def test_nobody_there_is_asked_and_then_the_session_ends(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    walker.walk_to("consent")
    now = walker.kiosk.engines.clock.monotonic
    late = [0.0]
    monkeypatch.setattr(type(walker.kiosk.engines.clock), "monotonic", lambda _self: now() + late[0])
    late[0] = 181.0
    assert walker.wait(StillThere).seconds_left is not None
    walker.runner.touch()
    assert walker.wait(StillThere).seconds_left is None
    late[0] = 181.0 * 2 + 20
    view = walker.at("timed_out").view
    assert isinstance(view, SorryView)
    assert view.code == "TIMED_OUT"


def test_self_service_keeps_the_finished_and_erases_the_unfinished(kiosk_home: Path) -> None:
    walker = Walker(DemoCustomer("td3"), workflow="kiosk")
    try:
        walker.walk_to("done")
        walker.runner.advance()
        walker.at("welcome")
        assert [customer.status for customer in walker.kiosk.store.customers()] == ["FINISHED"]
        walker.walk_to("document_front")
        assert len(walker.kiosk.store.customers()) == 2
    finally:
        walker.close()  # the window was closed in the middle of it
    again = Walker(workflow="kiosk")
    try:
        assert [customer.status for customer in again.kiosk.store.customers()] == ["FINISHED"]
    finally:
        again.close()


def test_what_a_crash_left_unfinished_is_erased_at_the_next_start() -> None:
    walker = Walker(workflow="kiosk")
    try:
        walker.kiosk.store.begin("11111111-1111-4111-8111-111111111111", "kiosk", "2026-01-01T00:00:00.000Z")
        walker.kiosk.store.begin("22222222-2222-4222-8222-222222222222", "branch", "2026-01-01T00:00:00.000Z")
        walker.runner.start()
        walker.at("welcome")
        assert [customer.workflow for customer in walker.kiosk.store.customers()] == ["branch"]
    finally:
        walker.close()


def test_a_late_error_of_one_customer_does_not_touch_the_next(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    step = walker.walk_to("document_front")
    reading, cancelled, told = threading.Event(), threading.Event(), threading.Event()

    def slow(*_arguments: object, **_options: object) -> None:
        reading.set()
        cancelled.wait(20)
        raise ModelFault(ErrorCode.MODEL_CORRUPT, "a model whose hash is another")

    monkeypatch.setattr(camera_work.logger, "warning", lambda *_arguments: told.set())
    monkeypatch.setattr(walker.kiosk.engines.document_reader(), "read_page", slow)
    walker.show(step)
    assert reading.wait(30)
    walker.runner.cancel()
    walker.at("welcome")
    walker.runner.advance()
    walker.at("language")
    cancelled.set()
    walker.runner.advance(language="en")
    walker.at("consent")
    assert told.wait(20)
    assert not any(isinstance(event, StepEntered) and event.screen == "sorry" for event in walker.events)


def test_a_document_left_on_the_table_does_not_keep_the_session_alive(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    step = walker.walk_to("document_back")
    still = walker.customer.scene_for("document_front", story="still")
    left = still(5.0)
    walker.camera.play(lambda _seconds: left)
    walker.wait(GuidanceGiven, lambda event: event.generation == step.generation and event.guidance.advice is AdviceCode.TURN_OVER)
    now = walker.kiosk.engines.clock.monotonic
    monkeypatch.setattr(type(walker.kiosk.engines.clock), "monotonic", lambda _self: now() + step.timeout_s + 1)
    assert walker.wait(StillThere, within_s=10).seconds_left is not None


def test_a_camera_lost_behind_a_result_is_told_on_the_next_screen(walker: Walker) -> None:
    step = walker.walk_to("document_front")
    walker.show(step)
    walker.wait(CaptureResultReady)
    walker.camera.unplug()
    walker.wait(CameraStateChanged, lambda event: event.error is not None)
    walker.runner.advance()
    walker.at("document_back")
    assert walker.wait(CameraStateChanged, within_s=10).error is not None


@pytest.mark.logs_warnings
def test_a_full_disk_at_the_head_turn_offers_another_try(walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    step = walker.walk_to("liveness")
    commit = walker.kiosk.store.commit

    def full(_step: object) -> None:
        raise StoreFault(ErrorCode.STORE_FULL, "no space left")

    monkeypatch.setattr(walker.kiosk.store, "commit", full)
    walker.show(step)
    assert not walker.wait(CaptureResultReady).result.usable
    assert walker.wait(ProblemShown).code is ErrorCode.STORE_FULL
    monkeypatch.setattr(walker.kiosk.store, "commit", commit)
    walker.runner.retake()
    walker.show(walker.at("liveness"))
    walker.at("review")


def test_what_was_held_of_a_customer_dies_with_the_session(walker: Walker) -> None:
    step = walker.walk_to("document_front")
    walker.show(step)
    walker.wait(CaptureResultReady)
    walker.runner.advance()
    walker.at("document_back")
    held = walker.runner._onboarding
    assert held is not None
    page = weakref.ref(held.pages[PageSide.FRONT].straightened)
    del held
    walker.runner.cancel()
    walker.wait(SessionEnded)
    walker.at("welcome")
    ended = time.monotonic() + 10  # the analysis lane lets go of its last frame when its loop sees that the step is over
    while page() is not None and time.monotonic() < ended:
        gc.collect()
        threading.Event().wait(0.05)
    assert page() is None


@pytest.fixture
def passport_walker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Walker]:
    """One page and no active check: the shortest way to a review."""
    monkeypatch.setattr(Engines, "can_check_actively", False)
    made = Walker(DemoCustomer("td3"))
    yield made
    made.close()


def by_hand_to_review(walker: Walker) -> None:
    """However slow the machine is: pictures are taken by hand, of what lies still."""
    walker.runner.start()
    for step, answer in (("welcome", {}), ("language", {"language": "en"}), ("consent", {"accepted": True, "biometrics": True})):
        walker.at(step)
        walker.runner.advance(**answer)
    for step in ("document_front", "selfie"):
        entered = walker.at(step)
        still = walker.customer.selfie_frame if step == "selfie" else walker.customer.scene_for(step, story="still")(5.0)
        walker.camera.play(lambda _seconds, still=still: still)
        walker.wait(GuidanceGiven, lambda event, entered=entered: event.generation == entered.generation and event.guidance.steady)
        walker.runner.capture_by_hand()
        assert walker.wait(CaptureResultReady).result.usable
        walker.runner.advance()
    walker.at("review")


def test_the_faces_are_compared_while_the_review_is_on_screen(passport_walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    walker, looked, times = passport_walker, threading.Event(), list[int]()
    look = PersonChecks.look

    def watched(checks: PersonChecks, question: PersonQuestion) -> PersonLook | None:
        times.append(1)
        try:
            return look(checks, question)
        finally:
            looked.set()

    monkeypatch.setattr(PersonChecks, "look", watched)
    by_hand_to_review(walker)
    assert looked.wait(30)  # nobody has confirmed anything yet
    walker.runner.advance(edits={})
    decision = walker.at("decision").view
    assert isinstance(decision, DecisionView)
    assert {check.name: check for check in decision.checks}[CheckName.FACE_MATCH].status is CheckStatus.PASSED
    assert len(times) == 1  # and nothing is looked at twice


def looked_at_ahead(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when the faces were compared ahead."""
    looked, look = threading.Event(), PersonChecks.look

    def watched(checks: PersonChecks, question: PersonQuestion) -> PersonLook | None:
        try:
            return look(checks, question)
        finally:
            looked.set()

    monkeypatch.setattr(PersonChecks, "look", watched)
    return looked


def after_what_was_posted(walker: Walker) -> None:
    """Entering a step goes on for a moment after its screen was shown."""
    done = threading.Event()
    walker.runner._lanes.post(done.set)
    assert done.wait(10)


def test_no_picture_outlives_the_wipe_on_the_last_screen(passport_walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    walker, looked = passport_walker, looked_at_ahead(monkeypatch)
    by_hand_to_review(walker)
    assert looked.wait(30)
    held = walker.runner._onboarding
    assert held is not None
    assert held.selfie is not None
    pictures = weakref.ref(held.selfie), weakref.ref(held.pages[PageSide.FRONT].straightened)
    del held
    walker.runner.advance(edits={})
    walker.at("decision")
    walker.runner.advance()
    walker.at("done")
    after_what_was_posted(walker)
    assert walker.runner._deciding._ahead.look is None
    ended = time.monotonic() + 10  # the analysis lane lets go of its last job when it has ended
    while any(picture() is not None for picture in pictures) and time.monotonic() < ended:
        gc.collect()
        threading.Event().wait(0.05)
    assert [picture() is None for picture in pictures] == [True, True]


def test_going_back_forgets_what_was_looked_at_ahead(passport_walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    walker, looked = passport_walker, looked_at_ahead(monkeypatch)
    by_hand_to_review(walker)
    assert looked.wait(30)
    walker.runner.back()
    walker.at("selfie")
    after_what_was_posted(walker)
    assert walker.runner._deciding._ahead.look is None


def test_faces_compared_ahead_are_dropped_with_their_customer(passport_walker: Walker, monkeypatch: pytest.MonkeyPatch) -> None:
    walker = passport_walker
    begun, cancelled, done = threading.Event(), threading.Event(), threading.Event()
    look = PersonChecks.look

    def slow(checks: PersonChecks, question: PersonQuestion) -> PersonLook | None:
        begun.set()
        cancelled.wait(30)
        try:
            return look(checks, question)
        finally:
            done.set()

    monkeypatch.setattr(PersonChecks, "look", slow)
    by_hand_to_review(walker)
    assert begun.wait(30)
    walker.runner.cancel()
    walker.at("welcome")
    cancelled.set()
    assert done.wait(30)
    walker.runner.advance()
    walker.at("language")
    assert walker.runner._deciding._ahead.look is None
    assert walker.kiosk.store.customers() == ()


def test_an_answer_that_says_nothing_of_the_face_is_none_where_there_is_a_way_without_it(walker: Walker) -> None:
    walker.walk_to("consent")
    walker.runner.advance(accepted=True)
    after_what_was_posted(walker)
    assert walker.runner._position.step == "consent"
    walker.runner.advance(accepted=True, biometrics=False)
    walker.at("document_front")
    customer = walker.runner._onboarding
    assert customer is not None
    assert not customer.biometrics_agreed


def test_while_it_is_decided_nothing_is_taken_again_and_the_way_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engines, "can_check_actively", False)
    held, judge = threading.Event(), PersonChecks.judge

    def slow(checks: PersonChecks, question: PersonQuestion, look: PersonLook | None) -> PersonJudgement:
        assert held.wait(30)
        return judge(checks, question, look)

    monkeypatch.setattr(PersonChecks, "judge", slow)
    walker = Walker(DemoCustomer("td3"), workflow="6")  # the selfie is the last that is asked for
    try:
        selfie = walker.walk_to("selfie")
        walker.show(selfie)
        assert walker.wait(CaptureResultReady).result.usable
        walker.runner.advance()
        walker.wait(Busy, lambda event: event.label == "DECIDING")
        walker.runner.retake()
        after_what_was_posted(walker)
        held.set()
        assert isinstance(walker.at("decision").view, DecisionView)
        walker.runner.advance()
        walker.at("done")
    finally:
        held.set()
        walker.close()
