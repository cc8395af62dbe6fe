"""The machine on the workflows that ship: walks as tables of (answer, step it leads to)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow import machine
from kiosk.flow.workflow import Workflow
from kiosk.services.workflows import load_workflow

RESOURCES = Path(__file__).parents[2] / "resources"


@pytest.fixture
def workflow() -> Workflow:
    return load_workflow(RESOURCES, "branch")


def walk(workflow: Workflow, flags: set[str]) -> list[str]:
    """Advances with these flags until the end."""
    position = machine.start(workflow)
    steps = [position.step]
    while not workflow.steps[position.step].end:
        position = machine.advance(workflow, position, frozenset(flags))
        steps.append(position.step)
    return steps


def test_a_step_that_was_left_out_is_not_gone_back_to() -> None:
    full = load_workflow(RESOURCES, "full")
    flags = frozenset({"consent.accepted", "consent.biometrics", "document.front"})
    before = machine.Position("document_front", ("consent", "phone", "email"))
    chip = machine.advance(full, before, flags)
    assert chip.step == "chip"
    selfie = machine.pass_over(full, chip, flags)
    assert selfie.step == "selfie"
    assert machine.back(full, selfie).step == "document_front"


KNOWN = {"consent.accepted", "consent.biometrics", "document.front", "selfie", "liveness", "review"}
ACTIVE = "engine.active_liveness"


@pytest.mark.parametrize(
    ("flags", "middle"),
    [
        (KNOWN | {"document.needs_back", ACTIVE}, ["document_front", "document_back", "selfie", "liveness", "review"]),
        (KNOWN | {ACTIVE}, ["document_front", "selfie", "liveness", "review"]),
        (KNOWN, ["document_front", "selfie", "review"]),
        (KNOWN | {ACTIVE, "liveness.failed"}, ["document_front", "selfie", "liveness", "assist", "review"]),
        (KNOWN - {"consent.biometrics", "selfie", "liveness"} | {ACTIVE}, ["document_front", "review"]),
        (
            KNOWN - {"consent.biometrics", "selfie", "liveness"} | {ACTIVE, "document.needs_back"},
            ["document_front", "document_back", "review"],
        ),
    ],
    ids=["card", "passport", "no landmark model", "failed three times", "without biometrics", "card without biometrics"],
)
def test_the_way_depends_on_what_is_known(workflow: Workflow, flags: set[str], middle: list[str]) -> None:
    assert walk(workflow, flags) == ["welcome", "language", "consent", *middle, "decision", "done"]


def test_refused_consent_leads_to_a_person_and_to_no_camera(workflow: Workflow) -> None:
    assert walk(workflow, {"consent"}) == ["welcome", "language", "consent", "declined"]


def test_back_forgets_what_the_step_gave_and_what_the_step_left_gave(workflow: Workflow) -> None:
    at = machine.Position("selfie", ("language", "consent", "document_front"))
    position = machine.back(workflow, at)
    assert position.step == "document_front"
    assert position.forget == {"document.front", "selfie"}
    assert position.history == ("language", "consent")


def test_there_is_no_way_back_from_the_first_steps_nor_from_the_decision(workflow: Workflow) -> None:
    for step in ("welcome", "language", "decision", "done", "sorry"):
        position = machine.start(workflow)
        flags = frozenset(KNOWN | {"consent"})
        while position.step != step and not workflow.steps[position.step].end:
            position = machine.advance(workflow, position, flags)
        if position.step != step:
            position = machine.fail(workflow, position)
        assert not machine.can_go_back(workflow, position)
        with pytest.raises(BadInput) as caught:
            machine.back(workflow, position)
        assert caught.value.code is ErrorCode.WRONG_STEP


def test_a_step_is_not_entered_without_what_it_needs(workflow: Workflow) -> None:
    with pytest.raises(BadInput, match=r"needs document\.front"):
        machine.advance(workflow, machine.Position("document_front"), frozenset({"consent.accepted"}))


def test_time_out_and_failure_are_reached_from_every_step(workflow: Workflow) -> None:
    for step in workflow.steps:
        position = machine.Position(step, ("welcome",))
        assert machine.fail(workflow, position).step == "sorry"
        assert machine.time_out(workflow, position).step == "timed_out"
        assert not machine.can_go_back(workflow, machine.fail(workflow, position))


def test_the_end_leads_nowhere(workflow: Workflow) -> None:
    with pytest.raises(BadInput, match="ends the workflow"):
        machine.advance(workflow, machine.Position("done"), frozenset())
