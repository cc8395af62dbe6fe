"""Executions as JSON: what the protocol answers (2.3 initiate, 2.6 retrieval) and what is stored of a judgement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.domain.capability import PARTS_OF, Capability, ExecutionState, Part
from kiosk.ports import Json
from kiosk.services.accounts import CredentialRecord, ExecutionRecord
from kiosk.services.capability_sentences import explanation
from kiosk.services.execution_order import Judgement
from kiosk.services.risk import drop_out

_EXPIRED = (ExecutionState.TOKEN_EXPIRED, ExecutionState.SESSION_EXPIRED)


def account_url(account_id: str, base: str) -> str:
    return f"{base}/api/v1/accounts/{account_id}"


def initiated_json(
    account_id: str, record: ExecutionRecord, credentials: Sequence[CredentialRecord], *, now: str, base: str
) -> dict[str, Json]:
    """The answer to create and update, and to a part (then with that credential alone). Tokens and pages are the HTTP door's to add."""
    url = f"{account_url(account_id, base)}/workflow-executions/{record.id}"
    return {
        "timestamp": now,
        "account": {"id": account_id},
        "workflowExecution": {"id": record.id, "credentials": [_credential_json(one, record, url) for one in credentials]},
    }


def _credential_json(credential: CredentialRecord, record: ExecutionRecord, url: str) -> dict[str, Json]:
    own = credential.execution == record.id
    channels = [channel.value for channel in credential.channels] if own else []
    body: dict[str, Json] = {"id": credential.id, "category": credential.category.value, "allowedChannels": list[Json](channels)}
    for name, preset in (("country", credential.countries), ("type", credential.types)):
        if preset.values:
            body[name] = {"predefinedType": preset.kind, "values": list[Json](preset.values)}
    if "API" in channels:
        parts: dict[str, Json] = {
            part.value.lower(): f"{url}/credentials/{credential.id}/parts/{part.value}" for part in PARTS_OF[credential.category]
        }
        body["api"] = {"parts": parts, "workflowExecution": url}
    return body


def result_json(judgement: Judgement) -> dict[str, Json]:
    """Of a judgement, what is kept with the execution."""
    return {
        "capabilities": capabilities_json(judgement.capabilities),
        "decision": {
            "type": judgement.risk.status.value,
            "details": {"label": judgement.risk.label},
            "risk": {"score": float(judgement.risk.score)},
        },
        "outcome": judgement.decision.outcome.value,
        "policy": judgement.decision.policy,
        "explanation": list[Json](explanation(judgement.capabilities, judgement.checks, judgement.decision)),
        "timings_ms": dict(judgement.timings_ms),
    }


def capabilities_json(capabilities: Sequence[Capability]) -> dict[str, Json]:
    """By name, each a list of entries; `data` only where there is some."""
    body: dict[str, list[Json]] = {}
    for one in capabilities:
        entry: dict[str, Json] = {
            "id": one.id,
            "credentials": [{"id": ref.id, "category": ref.category.value} for ref in one.credentials],
            "decision": {"type": one.status.value, "details": {"label": one.label}},
        }
        if one.data:
            entry["data"] = _plain(one.data)
        if "validFaceMapForAuthentication" in one.data:
            # the protocol has it beside `data`
            data = {name: value for name, value in one.data.items() if name != "validFaceMapForAuthentication"}
            entry["data"] = _plain(data)
            entry["validFaceMapForAuthentication"] = _plain(one.data["validFaceMapForAuthentication"])
        body.setdefault(one.name.value, []).append(entry)
    return {name: list[Json](entries) for name, entries in body.items()}


def status_json(account_id: str, record: ExecutionRecord) -> dict[str, Json]:
    return {
        "account": {"id": account_id},
        "workflowExecution": {"id": record.id, "definitionKey": str(record.number or record.workflow), "status": record.state.value},
    }


def details_json(account_id: str, record: ExecutionRecord, credentials: Sequence[CredentialRecord], *, base: str) -> dict[str, Json]:
    """The retrieval. Times that are not known yet are absent; an expired execution has the drop-out decision."""
    workflow: dict[str, Json] = {"id": record.id, "status": record.state.value, "definitionKey": str(record.number or record.workflow)}
    for name in ("userReference", "customerInternalReference", "reportingCriteria"):
        if name in record.request:
            workflow[name] = record.request[name]
    url = account_url(account_id, base)
    body: dict[str, Json] = {
        "createdAt": record.created_at,
        "workflow": workflow,
        "account": {"id": account_id},
        "credentials": [
            {
                "id": one.id,
                "category": one.category.value,
                "parts": [{"classifier": part.value, "href": f"{url}/credentials/{one.id}/parts/{part.value}"} for part in _handed_in(one)],
            }
            for one in credentials
        ],
        "capabilities": {},
    }
    if record.started_at:
        body["startedAt"] = record.started_at
    if record.completed_at:
        body["completedAt"] = record.completed_at
    if record.state in _EXPIRED:
        risk = drop_out(record.state.value)
        body["decision"] = {"type": risk.status.value, "details": {"label": risk.label}, "risk": {"score": float(risk.score)}}
    return body | {name: record.result[name] for name in ("capabilities", "decision") if name in record.result}


def _handed_in(credential: CredentialRecord) -> list[Part]:
    return [part for part in PARTS_OF[credential.category] if part in credential.parts]


def _plain(value: object) -> Json:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    assert value is None or isinstance(value, (bool, int, float, str))
    return value
