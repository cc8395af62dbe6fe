"""A whole decision of a numbered workflow, everything taken already: warm, end to end through the store, per capability."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kiosk.bench.decision_files import CustomerParts, customer_parts, install_list, own_data_folder
from kiosk.bench.machine import summary
from kiosk.domain.capability import Category, Part
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.compose.setup import Setup
    from kiosk.services.accounts import CredentialRecord
    from kiosk.services.execution_judge import ExecutionJudge
    from kiosk.services.execution_order import Judgement
    from kiosk.services.executions import Executions, Initiated

TARGET_MS = 3000.0
_REFERENCE = "bench"


def decision(setup: Setup, *, workflow: str = "32", runs: int = 5, names: int = 100_000) -> dict[str, Json]:
    """Median and p90 of so many decisions after one that is not counted: its engines load what they need at their first use.

    Timed is `Executions.process`: parts out of the encrypted store, all capabilities, the decision, its commit. The parts were handed in
    before; the data folder is the measurement's own.

    Raises BadInput(BAD_ARGUMENT) for a workflow without credentials, or whose credentials this measurement has nothing for; ModelFault,
        StoreFault.
    """
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import device_key, open_customer_store, policies_in_force
    from kiosk.services.execution_judge import ExecutionJudge
    from kiosk.services.execution_screening import screening_of
    from kiosk.services.executions import Executions
    from kiosk.services.liveness.replay import replay_on
    from kiosk.services.watchlist.screening import WatchlistScreener
    from kiosk.services.watchlist.shelf import WatchlistShelf
    from kiosk.services.workflows import load_any_workflow

    if load_any_workflow(setup.paths.resources, workflow).definition is None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"workflow {workflow} is a way of screens: name one with a number")
    with own_data_folder(setup) as own, open_customer_store(own) as store, build_engines(own) as engines:
        resources, key, clock = own.paths.resources, device_key(own), engines.clock
        executions = Executions(
            store,
            clock,
            workflow=lambda which: load_any_workflow(resources, which),
            policy=policies_in_force(own),
        )
        version = install_list(own, clock, names)
        judge = ExecutionJudge(
            engines,
            store,
            key,
            clock,
            replay=replay_on(engines),
            screening=screening_of(WatchlistScreener(WatchlistShelf(own.paths.data / "watchlists", clock), clock)),
        )
        parts = customer_parts(engines, key, live=engines.can_check_actively)
        spent, computed = list[float](), list[float]()
        stages: dict[str, list[float]] = {}
        judgement: Judgement | None = None
        first_ms = 0.0
        for number in range(runs + 1):
            begun = _handed_in(executions, workflow, parts)
            began, cpu = time.perf_counter(), time.process_time()
            judgement = _processed(executions, begun, judge)
            ms = (time.perf_counter() - began) * 1000
            if number == 0:
                first_ms = ms
                continue
            spent.append(ms)
            computed.append((time.process_time() - cpu) * 1000)
            for name, value in judgement.timings_ms.items():
                stages.setdefault(name, []).append(value)
    assert judgement is not None
    return {
        "workflow": workflow,
        "decision_ms": summary(spent),
        "target_ms": TARGET_MS,
        # of all cores together: what does not depend on who else uses the machine
        "cpu_ms": _short(computed),
        "first_with_loading_ms": round(first_ms, 1),
        "stages_ms": {name: _short(values) for name, values in stages.items() if name != "total"},
        "around_the_stages_ms": _short([ms - total for ms, total in zip(spent, stages["total"], strict=True)]),
        "outcome": judgement.decision.outcome.value,
        "reasons": [f"{one.check.value} {one.label.value}" for one in judgement.decision.reasons],
        "checks": {check.name.value: f"{check.status.value} {check.label.value}" for check in judgement.checks},
        "watchlist": {"list": version.name, "names": version.spellings, "made_up": True},
        "models": list[Json](sorted({check.model for check in judgement.checks if check.model})),
    }


def _handed_in(executions: Executions, workflow: str, parts: CustomerParts) -> Initiated:
    """A new account with everything that the workflow takes, finalised. Raises BadInput(BAD_ARGUMENT)."""
    from kiosk.services.execution_requests import InitiateRequest

    begun = executions.create(InitiateRequest(workflow=workflow, user_reference=_REFERENCE, consented=True))
    for credential in begun.credentials:
        for part, data in _parts_of(credential, parts, required=credential.required):
            executions.add_part(begun.account_id, begun.execution_id, credential.id, part, data, channel=credential.channels[0])
    executions.finalize(begun.account_id, begun.execution_id)
    return begun


def _parts_of(credential: CredentialRecord, parts: CustomerParts, *, required: bool) -> Sequence[tuple[Part, bytes]]:
    if credential.category is Category.ID:
        return [(Part.FRONT, parts.front)] + ([(Part.BACK, parts.back)] if parts.back is not None else [])
    if credential.category is Category.SELFIE:
        return [(Part.FACE, parts.selfie)]
    if credential.category is Category.FACEMAP and not credential.reference:
        return [(Part.FACEMAP, parts.live.sealed())] if parts.live is not None else []
    if required:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"this measurement has nothing for a {credential.category.value}")
    return []


def _processed(executions: Executions, begun: Initiated, judge: ExecutionJudge) -> Judgement:
    # as `kiosk run` does: the record was made for no session of this account
    return executions.process(begun.account_id, begun.execution_id, judge, staff_files=True)


def _short(values: Sequence[float]) -> dict[str, Json]:
    found = summary(values)
    return {name: found[name] for name in ("median", "p90")}
