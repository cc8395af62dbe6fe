"""Accounts, their credentials and their workflow executions as facts of a stored customer: what is written, and read back.

customer id                     the account
fact  execution.<id>            ExecutionRecord
fact  credential.<id>           CredentialRecord
blob  credential.<id>.FRONT …   the parts, as they were handed in
fact  judged                    which execution the customer's facts are of (`services.execution_person`)
fact  facemap                   which credential's facemap authenticates from now on; blob credential.<id>.ENROLLED
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from kiosk.domain.capability import Category, Channel, CredentialRef, ExecutionState, Part
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.definition import CredentialRule, Preset
from kiosk.ports import Json, StoredCustomer


class ExecutionFault(StrEnum):
    """Why a call was refused: `params["reason"]` of the error; `params["http"]` is the status that the protocol answers with."""

    ACCOUNT_NOT_FOUND = "ACCOUNT_NOT_FOUND"
    EXECUTION_NOT_FOUND = "EXECUTION_NOT_FOUND"
    CREDENTIAL_NOT_FOUND = "CREDENTIAL_NOT_FOUND"
    PART_NOT_FOUND = "PART_NOT_FOUND"
    REQUEST_INVALID = "REQUEST_INVALID"
    UPDATE_ONLY = "UPDATE_ONLY"
    CREATE_ONLY = "CREATE_ONLY"
    NOT_ON_FILE = "NOT_ON_FILE"
    USER_REFERENCE_MISSING = "USER_REFERENCE_MISSING"
    PART_INVALID = "PART_INVALID"
    CHANNEL_NOT_ALLOWED = "CHANNEL_NOT_ALLOWED"
    CREDENTIAL_INCOMPLETE = "CREDENTIAL_INCOMPLETE"
    ALREADY_FINALIZED = "ALREADY_FINALIZED"
    NOT_FINALIZED = "NOT_FINALIZED"
    ALREADY_PROCESSED = "ALREADY_PROCESSED"
    TOKEN_EXPIRED = "TOKEN_EXPIRED"
    SESSION_EXPIRED = "SESSION_EXPIRED"
    CONSENT_MISSING = "CONSENT_MISSING"


NO_ACCOUNTS = frozenset({"dis", "enrolment", "session"})
"""Workflows of records that another protocol keeps in the same store, each with its own end: they take no executions."""

_F = ExecutionFault
_CODES: Mapping[ExecutionFault, tuple[ErrorCode, int]] = {
    _F.ACCOUNT_NOT_FOUND: (ErrorCode.CUSTOMER_NOT_FOUND, 404),
    _F.EXECUTION_NOT_FOUND: (ErrorCode.CUSTOMER_NOT_FOUND, 404),
    _F.CREDENTIAL_NOT_FOUND: (ErrorCode.CUSTOMER_NOT_FOUND, 404),
    _F.PART_NOT_FOUND: (ErrorCode.CUSTOMER_NOT_FOUND, 404),
    _F.ALREADY_FINALIZED: (ErrorCode.WRONG_STEP, 403),
    _F.NOT_FINALIZED: (ErrorCode.WRONG_STEP, 403),
    _F.ALREADY_PROCESSED: (ErrorCode.WRONG_STEP, 403),
    _F.TOKEN_EXPIRED: (ErrorCode.TIMED_OUT, 401),
    _F.SESSION_EXPIRED: (ErrorCode.TIMED_OUT, 401),
    _F.CONSENT_MISSING: (ErrorCode.CONSENT_MISSING, 403),
    _F.CHANNEL_NOT_ALLOWED: (ErrorCode.BAD_ARGUMENT, 403),
}


def fault(reason: ExecutionFault, message: str) -> BadInput:
    """The error of a refused call. The protocol answers 400 for what is not in the table."""
    code, http = _CODES.get(reason, (ErrorCode.BAD_ARGUMENT, 400))
    return BadInput(code, message, reason=reason.value, http=http)


_ANY = Preset()


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """A credential of an account.

    Attributes:
        execution: that collected it; later ones only refer to it.
        channels: empty for one that is only referred to.
        parts: part -> UTC time when it came.
        kept: its execution was finalised: no part can be added or replaced.
    """

    id: str
    category: Category
    execution: str
    created_at: str
    channels: tuple[Channel, ...]
    required: bool = True
    reference: bool = False
    countries: Preset = _ANY
    types: Preset = _ANY
    parts: Mapping[Part, str] = field(default_factory=dict)
    kept: bool = False

    @property
    def ref(self) -> CredentialRef:
        return CredentialRef(self.id, self.category)

    @property
    def rule(self) -> CredentialRule:
        return CredentialRule(
            self.category,
            self.channels,
            required=self.required,
            reference=self.reference,
            countries=self.countries,
            types=self.types,
        )


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """One run of a workflow on an account.

    Attributes:
        workflow: key of its file; `number` the protocol's definition key.
        credentials: ids, in the order of the request.
        started_at: when the first part came.
        last_at: when the last part came.
        expires_at: when the token ends.
        completed_at: when it was processed, or expired.
        request: what the caller said of the customer, verbatim (references, consent).
        result: capabilities, decision and explanation, once PROCESSED.
    """

    id: str
    workflow: str
    number: int
    state: ExecutionState
    created_at: str
    expires_at: str
    idle_s: int
    credentials: tuple[str, ...]
    request: Mapping[str, Json] = field(default_factory=dict)
    started_at: str = ""
    last_at: str = ""
    completed_at: str = ""
    result: Mapping[str, Json] = field(default_factory=dict)

    def at(self, now: str) -> ExecutionRecord:
        """Itself, or expired: what was not finalised in time came to nothing."""
        if self.state is not ExecutionState.INITIATED:
            return self
        idle_ends = later(self.last_at, self.idle_s) if self.last_at else ""
        # the earlier of the two ended it
        ends = sorted((end, state) for end, state in ((self.expires_at, _TOKEN), (idle_ends, _SESSION)) if end and end <= now)
        return replace(self, state=ends[0][1], completed_at=ends[0][0]) if ends else self

    @property
    def user_reference(self) -> str:
        return str(self.request.get("userReference", ""))


_TOKEN, _SESSION = ExecutionState.TOKEN_EXPIRED, ExecutionState.SESSION_EXPIRED


def later(utc: str, seconds: float) -> str:
    """ISO 8601 with milliseconds and Z, so that such times compare as texts."""
    moment = datetime.fromisoformat(utc) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- as facts ------------------------------------------------------------------------------------------------------


def execution_fact(record: ExecutionRecord) -> tuple[str, Json]:
    return f"execution.{record.id}", _json(record)


def credential_fact(record: CredentialRecord) -> tuple[str, Json]:
    return f"credential.{record.id}", _json(record)


def part_blob(credential: str, part: str) -> str:
    return f"credential.{credential}.{part}"


JUDGED = "judged"
ENROLLED = "ENROLLED"
"""In place of a part's name: the facemap that was made of a credential."""


def executions_of(account: StoredCustomer) -> tuple[ExecutionRecord, ...]:
    """Oldest first."""
    found = [_execution(fact) for name, fact in account.facts.items() if name.startswith("execution.")]
    return tuple(sorted(found, key=lambda one: (one.created_at, one.id)))


def newest_judged(facts: Mapping[str, Json]) -> str:
    """Id of the execution that decided last; "" where none has."""
    judged = facts.get(JUDGED)
    if isinstance(judged, dict):
        return str(judged.get("decision", ""))
    # from before this was kept
    found = [fact for name, fact in facts.items() if name.startswith("execution.") and isinstance(fact, dict)]
    done = [(str(fact.get("completed_at")), str(fact.get("id"))) for fact in found if fact.get("state") == ExecutionState.PROCESSED.value]
    return max(done)[1] if done else ""


def execution_of(account: StoredCustomer, execution_id: str) -> ExecutionRecord:
    """Raises BadInput(CUSTOMER_NOT_FOUND), EXECUTION_NOT_FOUND."""
    fact = account.facts.get(f"execution.{execution_id}")
    if fact is None:
        raise fault(_F.EXECUTION_NOT_FOUND, f"no workflow execution {execution_id} in this account")
    return _execution(fact)


def credential_of(account: StoredCustomer, credential_id: str) -> CredentialRecord:
    """Raises BadInput(CUSTOMER_NOT_FOUND), CREDENTIAL_NOT_FOUND."""
    fact = account.facts.get(f"credential.{credential_id}")
    if fact is None:
        raise fault(_F.CREDENTIAL_NOT_FOUND, f"no credential {credential_id} in this account")
    return _credential(fact)


def _json(record: Any) -> Json:
    def plain(value: Any) -> Json:
        if isinstance(value, Mapping):
            return {str(key): plain(one) for key, one in value.items()}
        if isinstance(value, (tuple, list)):
            return [plain(one) for one in value]
        return value.value if isinstance(value, StrEnum) else value

    return plain(asdict(record))


def _execution(fact: Any) -> ExecutionRecord:
    return ExecutionRecord(**{**fact, "state": ExecutionState(fact["state"]), "credentials": tuple(fact["credentials"])})


def _credential(fact: Any) -> CredentialRecord:
    return CredentialRecord(
        **{
            **fact,
            "category": Category(fact["category"]),
            "channels": tuple(Channel(one) for one in fact["channels"]),
            "countries": _preset(fact["countries"]),
            "types": _preset(fact["types"]),
            "parts": {Part(name): at for name, at in fact["parts"].items()},
        }
    )


def _preset(fact: Any) -> Preset:
    return Preset(tuple(fact["values"]), bool(fact["defined"]))
