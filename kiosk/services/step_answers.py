"""What the customer's steps for contacts, proofs and the chip came to: kept with the customer, asked by the workflow, judged at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Policy
from kiosk.domain.document import Document
from kiosk.flow.workflow import Step, Workflow
from kiosk.ports import Json
from kiosk.services.records import checks_json

CHECK_OF: Mapping[str, CheckName] = {
    "phone": CheckName.PHONE_VERIFICATION,
    "email": CheckName.EMAIL_VERIFICATION,
    "proof.address": CheckName.PROOF_OF_ADDRESS,
    "proof.funds": CheckName.PROOF_OF_FUNDS,
    "chip": CheckName.CHIP_READ,
}
"""By the name of an answer, which is also its fact, its flag, and what its step `gives`."""
_AGAINST = frozenset({CheckLabel.NAME_DIFFERS, CheckLabel.ADDRESS_DIFFERS})


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """What one such step came to.

    Attributes:
        name: of `CHECK_OF`.
        fact: what is stored under `name`, without the check.
        blobs: names begin with `name` and a dot.
        skipped: the step was left out; `check` says why.
        judge_again: judges with the document as it is at the end, after pages were taken anew and fields typed over; (check, fact).
    """

    name: str
    check: Check
    fact: Mapping[str, Json] = field(default_factory=dict)
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    skipped: bool = False
    judge_again: Callable[[Document], tuple[Check, Mapping[str, Json]]] | None = None

    @property
    def stored(self) -> dict[str, Json]:
        """The fact as it is stored."""
        skipped: dict[str, Json] = {"skipped": True} if self.skipped else {}
        return {**self.fact, **skipped, "check": checks_json((self.check,))[0]}

    def at_the_end(self, document: Document) -> StepAnswer:
        if self.judge_again is None:
            return self
        check, fact = self.judge_again(document)
        return replace(self, check=check, fact=fact)


def left_out(name: str, label: CheckLabel = CheckLabel.SKIPPED) -> StepAnswer:
    """The answer of a step that was not taken."""
    return StepAnswer(name, not_executed(CHECK_OF[name], label, inputs=(name,)), skipped=True)


def flags_of(answers: Mapping[str, StepAnswer]) -> set[str]:
    """NAME when there is an answer, whatever it is; NAME.passed, NAME.skipped when it is that."""
    known: set[str] = set()
    for name, answer in answers.items():
        known.add(f"{name}.skipped" if answer.skipped else name)
        if answer.check.status is CheckStatus.PASSED:
            known.add(f"{name}.passed")
    return known


def graver_refusal(before: Check | None, check: Check) -> Check | None:
    """The graver of the two; `check` counts only when it speaks against the customer. What was not read for certain does not."""
    rejected = check.status is CheckStatus.REJECTED
    if not rejected and check.label not in _AGAINST:
        return before
    return check if before is None or (rejected and before.status is not CheckStatus.REJECTED) else before


def checks_of(
    answers: Mapping[str, StepAnswer], asked: Mapping[str, CheckLabel], refused: Mapping[str, Check] = MappingProxyType({})
) -> tuple[Check, ...]:
    """Of every answer, and of every step that was asked for and never came, in the order of `CHECK_OF`.

    Args:
        asked: why an answer that is not there is missing.
        refused: the gravest refusal that there was by name: it stands where nothing was judged after it.
    """
    found: list[Check] = []
    for name, check in CHECK_OF.items():
        judged = name in answers and answers[name].check.status is not CheckStatus.NOT_EXECUTED
        if name in refused and not judged:
            found.append(refused[name])
        elif name in answers:
            found.append(answers[name].check)
        elif name in asked:
            found.append(not_executed(check, asked[name], inputs=(name,)))
    return tuple(found)


# --- what a workflow asks for --------------------------------------------------------------------------------------


def answer_name(step: Step) -> str:
    """The name of the answer that a step asks for; "" for a step of another kind."""
    kind = (step.options or {}).get("kind", "")
    match step.screen:
        case "contact":
            return kind
        case "proof":
            return f"proof.{kind}"
        case "chip":
            return "chip"
    return ""


def is_optional(step: Step) -> bool:
    return (step.options or {}).get("optional", "") == "true"


def asked_by(workflow: Workflow, lacks: Callable[[str], CheckLabel | None]) -> dict[str, CheckLabel]:
    """Every answer that the workflow has a step for, with why it is missing when the step never came.

    Args: `lacks`: what this machine lacks for an answer.
    """
    asked: dict[str, CheckLabel] = {}
    for step in workflow.steps.values():
        name = answer_name(step)
        if name:
            asked[name] = lacks(name) or (CheckLabel.SKIPPED if is_optional(step) else CheckLabel.INPUT_MISSING)
    return asked


def with_steps(policy: Policy, workflow: Workflow) -> Policy:
    """The policy, with the check of every step for a contact, a proof or the chip required unless the step is optional."""
    demanded = {CHECK_OF[answer_name(step)] for step in workflow.steps.values() if answer_name(step) and not is_optional(step)}
    return replace(policy, required=policy.required | demanded)
