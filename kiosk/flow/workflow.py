"""A workflow as it stands in resources/workflows/*.toml, once loaded: its steps, their order, what they give and need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.definition import DEFINITION_KEYS, Definition, Wrong, parse_definition
from kiosk.flow.source_lines import Place, line_of


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
    """Steps by id; the first is where a session starts. Without steps it runs without a screen; then `first`, `on_failure` and `on_timeout`
    are empty.

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
    definition: Definition | None = None
    """What a numbered workflow collects and judges; None for a way of screens alone."""

    def groups(self) -> tuple[str, ...]:
        """Groups in the order of their first step."""
        return tuple(dict.fromkeys(step.group for step in self.steps.values() if step.group))


_HEAD_KEYS = frozenset({"title", "policy", "on_failure", "on_timeout", "keep_unfinished", "staffed", "step"})


def parse(key: str, data: Mapping[str, object], text: str = "") -> Workflow:
    """From parsed TOML; `text` is the file itself. Raises BadInput(WORKFLOW_INVALID) that names the file, the line and what is wrong."""

    def wrong(what: str, place: Place = _NOWHERE) -> BadInput:
        if not text:
            return BadInput(ErrorCode.WORKFLOW_INVALID, f"workflow {key}: {what}")
        line = line_of(text, place)
        return BadInput(ErrorCode.WORKFLOW_INVALID, f"{key}.toml:{line}: {what}", line=line)

    unknown = sorted(set(data) - _HEAD_KEYS - DEFINITION_KEYS)
    if unknown:
        raise wrong(f"unknown {', '.join(unknown)}", Place(key=unknown[0]))
    definition = parse_definition(data, wrong)
    steps = _parse_steps(data, wrong, optional=definition is not None)
    named: dict[str, str] = {}
    for name in ("title", "policy", "on_failure", "on_timeout"):
        value = data.get(name, "" if name.startswith("on_") and not steps else None)
        if not isinstance(value, str) or (not value and (steps or not name.startswith("on_"))):
            raise wrong(f"{name} is missing", Place(key=name))
        named[name] = value
    workflow = Workflow(
        key=key,
        first=next(iter(steps), ""),
        steps=steps,
        keep_unfinished=bool(data.get("keep_unfinished", False)),
        staffed=bool(data.get("staffed", False)),
        definition=definition,
        **named,
    )
    if steps:
        _check_targets(workflow, wrong)
    return workflow


_NOWHERE = Place()


def _parse_steps(data: Mapping[str, object], wrong: Wrong, *, optional: bool) -> dict[str, Step]:
    raw_steps = data.get("step")
    if raw_steps is None and optional:
        return {}
    if not isinstance(raw_steps, list) or not raw_steps:
        raise wrong("has no [[step]]", Place())
    steps: dict[str, Step] = {}
    for number, raw in enumerate(raw_steps):
        step = _parse_step(raw, number, wrong)
        if step.id in steps:
            raise wrong(f"step {step.id!r} stands twice", Place("step", number, "id"))
        steps[step.id] = step
    return steps


_STEP_KEYS = {"id", "screen", "group", "next", "needs", "gives", "timeout_s", "back", "end", "options"}


def _parse_step(raw: object, number: int, wrong: Wrong) -> Step:
    place = Place("step", number)
    if not isinstance(raw, dict):
        raise wrong("a [[step]] is not a table", place)
    step_id, screen = raw.get("id"), raw.get("screen")
    if not isinstance(step_id, str) or not isinstance(screen, str):
        raise wrong("a step needs id and screen", place)
    unknown = sorted(set(raw) - _STEP_KEYS)
    if unknown:
        raise wrong(f"step {step_id!r}: unknown {', '.join(unknown)}", Place("step", number, unknown[0]))
    branches: list[Branch] = []
    for entry in raw.get("next", []):
        if isinstance(entry, str):
            branches.append(Branch(entry))
        elif isinstance(entry, dict) and isinstance(entry.get("to"), str):
            branches.append(Branch(entry["to"], tuple(entry.get("when", ()))))
        else:
            raise wrong(f"step {step_id!r}: next takes names or {{to, when}}", Place("step", number, "next"))
    options = {str(name): str(value) for name, value in raw.get("options", {}).items()}
    fault = _fault_of_options(screen, options)
    if fault:
        raise wrong(f"step {step_id!r}: {fault}", Place("step", number, "options"))
    gives = frozenset(raw.get("gives", ()))
    answer = _answer_of(screen, options)
    if answer and answer not in gives:
        raise wrong(f"step {step_id!r}: gives must name {answer!r}, so that going back forgets it", Place("step", number, "gives"))
    return Step(
        id=step_id,
        screen=screen,
        group=str(raw.get("group", "")),
        next=tuple(branches),
        needs=frozenset(raw.get("needs", ())),
        gives=gives,
        options=options,
        timeout_s=float(raw.get("timeout_s", 60)),
        back=bool(raw.get("back", True)),
        end=bool(raw.get("end", False)),
    )


_KINDS = {"contact": ("phone", "email"), "proof": ("address", "funds")}


def _answer_of(screen: str, options: Mapping[str, str]) -> str:
    """The fact that a step for a contact, a proof or the chip comes to, its options being right; "" for another step."""
    if screen == "proof":
        return f"proof.{options['kind']}"
    return {"contact": options.get("kind", ""), "chip": "chip"}.get(screen, "")


def _fault_of_options(screen: str, options: Mapping[str, str]) -> str:
    """What is wrong with the options of a step for a contact, a proof or the chip; "" when nothing."""
    if screen not in (*_KINDS, "chip"):
        return ""
    allowed = {"optional"} | ({"kind"} if screen in _KINDS else set()) | ({"most_days"} if screen == "proof" else set())
    unknown = sorted(set(options) - allowed)
    if unknown:
        return f"a {screen} has no option {', '.join(unknown)}"
    if screen in _KINDS and options.get("kind") not in _KINDS[screen]:
        return f'a {screen} needs the option kind = "{_KINDS[screen][0]}" or "{_KINDS[screen][1]}"'
    if options.get("optional", "true") not in ("true", "false"):
        return 'the option optional is "true" or "false"'
    most_days = options.get("most_days", "90")
    if not most_days.isascii() or not most_days.isdigit() or not 1 <= int(most_days) <= 3660:
        return "the option most_days is a number of days from 1 to 3660"
    return ""


def _check_targets(workflow: Workflow, wrong: Wrong) -> None:
    for number, step in enumerate(workflow.steps.values()):
        at = Place("step", number, "next")
        for branch in step.next:
            if branch.to not in workflow.steps:
                raise wrong(f"step {step.id!r} goes to {branch.to!r}, which is not there", at)
        if not step.end and not step.next:
            raise wrong(f"step {step.id!r} leads nowhere: give it next or end = true", at)
        if step.next and step.next[-1].when:
            raise wrong(f"step {step.id!r}: the last next must hold always (no when)", at)
    for key, target in (("on_failure", workflow.on_failure), ("on_timeout", workflow.on_timeout)):
        if target not in workflow.steps:
            raise wrong(f"{target!r} is not a step", Place(key=key))
        if not workflow.steps[target].end:
            raise wrong(f"{target!r} must end the session", Place(key=key))
    reached: set[str] = set()
    todo = [workflow.first, workflow.on_failure, workflow.on_timeout]
    while todo:
        step_id = todo.pop()
        if step_id not in reached:
            reached.add(step_id)
            todo.extend(branch.to for branch in workflow.steps[step_id].next)
    lost = [number for number, step_id in enumerate(workflow.steps) if step_id not in reached]
    if lost:
        raise wrong(f"never reached: {', '.join(sorted(set(workflow.steps) - reached))}", Place("step", lost[0], "id"))
    _check_ends(workflow, wrong)


def _check_ends(workflow: Workflow, wrong: Wrong) -> None:
    """From every step an end can be reached; a circle without a way out would hold the customer for ever."""
    ends = {step.id for step in workflow.steps.values() if step.end}
    while True:
        more = {step.id for step in workflow.steps.values() if step.id not in ends and any(branch.to in ends for branch in step.next)}
        if not more:
            break
        ends |= more
    stuck = [number for number, step_id in enumerate(workflow.steps) if step_id not in ends]
    if stuck:
        names = ", ".join(step_id for step_id in workflow.steps if step_id not in ends)
        raise wrong(f"a circle without an end: {names}", Place("step", stuck[0], "next"))
