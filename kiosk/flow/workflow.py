"""A workflow as it stands in resources/workflows/*.toml, once loaded: its steps, their order, what they give and need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kiosk.domain.errors import BadInput, ErrorCode


@dataclass(frozen=True, slots=True)
class Branch:
    """Go to `to` when every flag of `when` holds; a flag written "!name" must not hold. An empty `when` always holds."""

    to: str
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One screen's worth of the customer's way.

    Attributes:
        screen: the kind of screen that shows it; several steps may share one.
        group: the dot that it belongs to, "" for none.
        next: tried in order; the first whose flags hold is taken.
        needs: facts that must be known to enter.
        gives: facts (or prefixes ending in ".") that are forgotten when the customer goes back to or past it.
        options: what the step's own service reads (side = "front", …).
        timeout_s: idle seconds before "are you still there"; 0 = never.
        end: entering it ends the session.
    """

    id: str
    screen: str
    group: str = ""
    next: tuple[Branch, ...] = ()
    needs: frozenset[str] = frozenset()
    gives: frozenset[str] = frozenset()
    options: Mapping[str, str] | None = None
    timeout_s: float = 60.0
    back: bool = True
    end: bool = False


@dataclass(frozen=True, slots=True)
class Workflow:
    """Steps by id; the first is where a session starts.

    Attributes:
        policy: key of the decision policy.
        on_failure: step entered when anything throws; on_timeout: when nobody answers; both end the session.
        staffed: a colleague looks on: earlier records of the same face may be shown, and a virtual camera is a warning, no refusal.
        keep_unfinished: what was confirmed stays stored when a session ends before its decision (staff); False erases it (self-service).
    """

    key: str
    title: str
    policy: str
    first: str
    on_failure: str
    on_timeout: str
    steps: Mapping[str, Step]
    keep_unfinished: bool = False
    staffed: bool = False

    def groups(self) -> tuple[str, ...]:
        """Groups in the order of their first step."""
        return tuple(dict.fromkeys(step.group for step in self.steps.values() if step.group))


def parse(key: str, data: Mapping[str, object]) -> Workflow:
    """From parsed TOML. Raises BadInput(WORKFLOW_INVALID) that names the step and what is wrong with it."""

    def wrong(what: str) -> BadInput:
        return BadInput(ErrorCode.WORKFLOW_INVALID, f"workflow {key}: {what}")

    raw_steps = data.get("step")
    if not isinstance(raw_steps, list) or not raw_steps:
        raise wrong("has no [[step]]")
    steps: dict[str, Step] = {}
    for raw in raw_steps:
        step = _parse_step(raw, wrong)
        if step.id in steps:
            raise wrong(f"step {step.id!r} stands twice")
        steps[step.id] = step
    named: dict[str, str] = {}
    for name in ("title", "policy", "on_failure", "on_timeout"):
        value = data.get(name)
        if not isinstance(value, str) or not value:
            raise wrong(f"{name} is missing")
        named[name] = value
    workflow = Workflow(
        key=key,
        first=next(iter(steps)),
        steps=steps,
        keep_unfinished=bool(data.get("keep_unfinished", False)),
        staffed=bool(data.get("staffed", False)),
        **named,
    )
    _check_targets(workflow, wrong)
    return workflow


_STEP_KEYS = {"id", "screen", "group", "next", "needs", "gives", "timeout_s", "back", "end", "options"}


def _parse_step(raw: object, wrong: Callable[[str], BadInput]) -> Step:
    if not isinstance(raw, dict):
        raise wrong("a [[step]] is not a table")
    step_id, screen = raw.get("id"), raw.get("screen")
    if not isinstance(step_id, str) or not isinstance(screen, str):
        raise wrong("a step needs id and screen")
    unknown = set(raw) - _STEP_KEYS
    if unknown:
        raise wrong(f"step {step_id!r}: unknown {', '.join(sorted(unknown))}")
    branches: list[Branch] = []
    for entry in raw.get("next", []):
        if isinstance(entry, str):
            branches.append(Branch(entry))
        elif isinstance(entry, dict) and isinstance(entry.get("to"), str):
            branches.append(Branch(entry["to"], tuple(entry.get("when", ()))))
        else:
            raise wrong(f"step {step_id!r}: next takes names or {{to, when}}")
    return Step(
        id=step_id,
        screen=screen,
        group=str(raw.get("group", "")),
        next=tuple(branches),
        needs=frozenset(raw.get("needs", ())),
        gives=frozenset(raw.get("gives", ())),
        options={str(name): str(value) for name, value in raw.get("options", {}).items()},
        timeout_s=float(raw.get("timeout_s", 60)),
        back=bool(raw.get("back", True)),
        end=bool(raw.get("end", False)),
    )


def _check_targets(workflow: Workflow, wrong: Callable[[str], BadInput]) -> None:
    for step in workflow.steps.values():
        for branch in step.next:
            if branch.to not in workflow.steps:
                raise wrong(f"step {step.id!r} goes to {branch.to!r}, which is not there")
        if not step.end and not step.next:
            raise wrong(f"step {step.id!r} leads nowhere: give it next or end = true")
        if step.next and step.next[-1].when:
            raise wrong(f"step {step.id!r}: the last next must hold always (no when)")
    for target in (workflow.on_failure, workflow.on_timeout):
        if target not in workflow.steps:
            raise wrong(f"{target!r} is not a step")
        if not workflow.steps[target].end:
            raise wrong(f"{target!r} must end the session")
    reached: set[str] = set()
    todo = [workflow.first, workflow.on_failure, workflow.on_timeout]
    while todo:
        step_id = todo.pop()
        if step_id not in reached:
            reached.add(step_id)
            todo.extend(branch.to for branch in workflow.steps[step_id].next)
    if set(workflow.steps) - reached:
        raise wrong(f"never reached: {', '.join(sorted(set(workflow.steps) - reached))}")
