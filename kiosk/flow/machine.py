"""The machine: (where the customer is, what is known) and an answer give where the customer is next. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.workflow import Step, Workflow


@dataclass(frozen=True, slots=True)
class Position:
    """`history`: steps to go back through, the latest last. `forget`: facts the last move took back; the store must drop them."""

    step: str
    history: tuple[str, ...] = ()
    forget: frozenset[str] = frozenset()


def start(workflow: Workflow) -> Position:
    return Position(workflow.first)


def advance(workflow: Workflow, position: Position, flags: frozenset[str]) -> Position:
    """To the next step. Raises BadInput(WRONG_STEP) when the next step needs a fact that is not in `flags`."""
    step = workflow.steps[position.step]
    for branch in step.next:
        if all(_holds(flag, flags) for flag in branch.when):
            target = workflow.steps[branch.to]
            missing = target.needs - flags
            if missing:
                raise BadInput(ErrorCode.WRONG_STEP, f"step {target.id} needs {', '.join(sorted(missing))}")
            history = (*position.history, step.id) if step.back and target.back else ()
            return Position(target.id, history)
    raise BadInput(ErrorCode.WRONG_STEP, f"step {step.id} ends the workflow")


def pass_over(workflow: Workflow, position: Position, flags: frozenset[str]) -> Position:
    """As `advance`, from a step that was left out without being shown: going back does not lead to it."""
    return replace(advance(workflow, position, flags), history=position.history)


def can_go_back(workflow: Workflow, position: Position) -> bool:
    return workflow.steps[position.step].back and bool(position.history)


def back(workflow: Workflow, position: Position) -> Position:
    """To the step before, forgetting what both it and the one left have given."""
    if not can_go_back(workflow, position):
        raise BadInput(ErrorCode.WRONG_STEP, f"no way back from {position.step}")
    target = position.history[-1]
    forget = workflow.steps[target].gives | workflow.steps[position.step].gives
    return Position(target, position.history[:-1], forget)


def fail(workflow: Workflow, position: Position) -> Position:
    return replace(position, step=workflow.on_failure, history=(), forget=frozenset())


def time_out(workflow: Workflow, position: Position) -> Position:
    return replace(position, step=workflow.on_timeout, history=(), forget=frozenset())


def current(workflow: Workflow, position: Position) -> Step:
    return workflow.steps[position.step]


def _holds(flag: str, flags: frozenset[str]) -> bool:
    return flag[1:] not in flags if flag.startswith("!") else flag in flags
