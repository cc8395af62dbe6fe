"""What a workflow asks for besides document and face, what is required of it, and what stands for what never came."""

from __future__ import annotations

import pytest

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome, Policy, decide
from kiosk.flow.workflow import Step, Workflow
from kiosk.services.step_answers import CHECK_OF, StepAnswer, answer_name, asked_by, checks_of, graver_refusal, left_out, with_steps


def step(id: str, screen: str, **options: str) -> Step:
    return Step(id, screen, options=options)


STEPS = {
    "welcome": step("welcome", "welcome"),
    "phone": step("phone", "contact", kind="phone"),
    "email": step("email", "contact", kind="email", optional="true"),
    "home": step("home", "proof", kind="address"),
    "chip": step("chip", "chip", optional="true"),
}
WORKFLOW = Workflow("all", "All", "branch", "welcome", "sorry", "sorry", STEPS)
POLICY = Policy("trial", frozenset())


def no_chip(name: str) -> CheckLabel | None:
    return CheckLabel.DEVICE_MISSING if name == "chip" else None


def test_every_step_has_the_name_of_what_it_asks_for() -> None:
    assert [answer_name(one) for one in STEPS.values()] == ["", "phone", "email", "proof.address", "chip"]
    assert set(CHECK_OF) >= {answer_name(one) for one in STEPS.values()} - {""}


def test_what_is_not_optional_is_required_of_the_decision() -> None:
    assert with_steps(POLICY, WORKFLOW).required == {CheckName.PHONE_VERIFICATION, CheckName.PROOF_OF_ADDRESS}


def test_what_never_came_is_not_executed_with_its_reason_and_blocks_only_where_it_was_demanded() -> None:
    asked = asked_by(WORKFLOW, no_chip)
    checks = checks_of({}, asked)
    labels = {check.name: check.label for check in checks}
    assert labels == {
        CheckName.PHONE_VERIFICATION: CheckLabel.INPUT_MISSING,
        CheckName.EMAIL_VERIFICATION: CheckLabel.SKIPPED,
        CheckName.PROOF_OF_ADDRESS: CheckLabel.INPUT_MISSING,
        CheckName.CHIP_READ: CheckLabel.DEVICE_MISSING,
    }
    assert all(check.status is CheckStatus.NOT_EXECUTED for check in checks)
    decision = decide(checks, with_steps(POLICY, WORKFLOW))
    assert decision.outcome is Outcome.REVIEW
    assert {reason.check for reason in decision.reasons} == {CheckName.PHONE_VERIFICATION, CheckName.PROOF_OF_ADDRESS}
    assert decide(checks, POLICY).outcome is Outcome.ACCEPT


@pytest.mark.parametrize("name", CHECK_OF)
def test_what_was_left_out_says_so(name: str) -> None:
    answer = left_out(name)
    assert answer.stored["skipped"] is True
    assert answer.stored["check"]["label"] == "SKIPPED"  # type: ignore[index, call-overload]


def refusal(status: CheckStatus, label: CheckLabel) -> Check:
    return Check(CheckName.PROOF_OF_ADDRESS, status, label)


TOO_OLD = refusal(CheckStatus.REJECTED, CheckLabel.TOO_OLD)
OTHER_NAME = refusal(CheckStatus.WARNING, CheckLabel.NAME_DIFFERS)


@pytest.mark.parametrize(
    ("before", "check", "held"),
    [
        (None, TOO_OLD, TOO_OLD),
        (None, OTHER_NAME, OTHER_NAME),
        (OTHER_NAME, TOO_OLD, TOO_OLD),
        (TOO_OLD, OTHER_NAME, TOO_OLD),
        (None, refusal(CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE), None),
        (None, refusal(CheckStatus.WARNING, CheckLabel.TRIAL), None),
        (None, refusal(CheckStatus.NOT_EXECUTED, CheckLabel.LOW_QUALITY), None),
        (TOO_OLD, refusal(CheckStatus.PASSED, CheckLabel.OK), TOO_OLD),
    ],
)
def test_the_gravest_is_held_and_only_what_speaks_against_the_customer(before: Check | None, check: Check, held: Check | None) -> None:
    assert graver_refusal(before, check) is held


def test_a_refusal_stands_where_nothing_was_judged_after_it_and_nowhere_else() -> None:
    refused = {"proof.address": TOO_OLD}
    passed = StepAnswer("proof.address", refusal(CheckStatus.PASSED, CheckLabel.OK))
    assert checks_of({"proof.address": left_out("proof.address")}, {}, refused) == (TOO_OLD,)
    assert checks_of({"proof.address": left_out("proof.address", CheckLabel.MODEL_MISSING)}, {}, refused) == (TOO_OLD,)
    assert checks_of({}, {"proof.address": CheckLabel.SKIPPED}, refused) == (TOO_OLD,)
    assert checks_of({"proof.address": passed}, {}, refused) == (passed.check,)
