"""Accounts and workflow executions (protocols 2.2 to 2.6): create, update, hand in parts, finalise, process, retrieve, delete.

Each call is one commit or none. Calls of one process on one account wait for one another; a second process that finalises in the same
moment is the store's to order (the last commit stands).
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from kiosk.domain.capability import FIRST_PART, PARTS_OF, Category, Channel, ExecutionState, Part
from kiosk.domain.decision import Policy
from kiosk.domain.errors import BadInput, ErrorCode, KioskBug
from kiosk.flow.definition import CredentialRule, Definition
from kiosk.flow.workflow import Workflow
from kiosk.ports import Clock, CustomerStore, Json, StepCommit, StoredCustomer
from kiosk.services.accounts import (
    ENROLLED,
    NO_ACCOUNTS,
    CredentialRecord,
    ExecutionFault,
    ExecutionRecord,
    credential_fact,
    credential_of,
    execution_fact,
    execution_of,
    executions_of,
    fault,
    later,
    part_blob,
)
from kiosk.services.execution_judge import ExecutionJudge
from kiosk.services.execution_limits import PartLimits, check_part
from kiosk.services.execution_order import Handed, Judgement, JudgingOrder
from kiosk.services.execution_person import PERSON, judged_now, person_of_judgement, without_execution
from kiosk.services.execution_records import account_url, details_json, initiated_json, result_json, status_json
from kiosk.services.execution_requests import (
    CredentialRequest,
    InitiateRequest,
    check_request,
    consent_facts,
    lifetime_s,
    require_consent,
    wanted,
)

_log = logging.getLogger(__name__)
_F = ExecutionFault


@dataclass(frozen=True, slots=True)
class Initiated:
    """An execution that was begun. `body` is the protocol's answer."""

    account_id: str
    execution_id: str
    credentials: tuple[CredentialRecord, ...]
    body: Mapping[str, Json]


class Executions:
    """Thread-safe but for `process`, which the engines' thread calls.

    Args:
        workflow: loads a workflow by key; raises BadInput(BAD_ARGUMENT | WORKFLOW_INVALID).
        policy: loads a policy by key.
        base: address that links begin with, "" = paths alone.
    """

    def __init__(
        self,
        store: CustomerStore,
        clock: Clock,
        *,
        workflow: Callable[[str], Workflow],
        policy: Callable[[str], Policy],
        limits: PartLimits | None = None,
        base: str = "",
    ) -> None:
        self._store = store
        self._clock = clock
        self._workflow = workflow
        self._policy = policy
        self._limits = limits or PartLimits()
        self._base = base
        self._lock = threading.RLock()
        self._processing: set[str] = set()

    # --- beginning -------------------------------------------------------------------------------------------------

    def create(self, request: InitiateRequest) -> Initiated:
        """A new account and its first execution. Raises BadInput: UPDATE_ONLY, REQUEST_INVALID, USER_REFERENCE_MISSING."""
        workflow, definition = self._definition(request)
        if not definition.creates:
            raise fault(_F.UPDATE_ONLY, f"workflow {workflow.key} needs an account that is there: update one")
        account_id = str(uuid.uuid4())
        record, credentials = self._planned(request, workflow, definition, None)
        with self._lock:
            consent = consent_facts(request, definition, None, record.created_at)
            self._store.begin(account_id, workflow.key, record.created_at)
            self._write(account_id, "workflow_initiated", record, credentials, more=consent)
        return self._initiated(account_id, record, credentials)

    def update(self, account_id: str, request: InitiateRequest) -> Initiated:
        """A new execution of an account. Raises BadInput: ACCOUNT_NOT_FOUND, CREATE_ONLY, NOT_ON_FILE and as `create`."""
        workflow, definition = self._definition(request)
        if not definition.updates:
            raise fault(_F.CREATE_ONLY, f"workflow {workflow.key} begins with a new account: create one")
        with self._lock:
            account = self._account(account_id)
            for category in definition.on_file:
                if category is not Category.FACEMAP or not isinstance(account.facts.get("facemap"), dict):
                    raise fault(_F.NOT_ON_FILE, f"workflow {workflow.key} needs a {category.value} that the account has not")
            record, credentials = self._planned(request, workflow, definition, account)
            consent = consent_facts(request, definition, account, record.created_at)
            self._write(account_id, "workflow_initiated", record, credentials, more=consent)
        return self._initiated(account_id, record, credentials)

    def _definition(self, request: InitiateRequest) -> tuple[Workflow, Definition]:
        workflow = self._workflow(request.workflow)
        definition = workflow.definition
        if definition is None:
            raise fault(_F.REQUEST_INVALID, f"workflow {workflow.key} is a way of screens: it collects no credentials")
        check_request(request, definition)
        return workflow, definition

    def _planned(
        self, request: InitiateRequest, workflow: Workflow, definition: Definition, account: StoredCustomer | None
    ) -> tuple[ExecutionRecord, tuple[CredentialRecord, ...]]:
        now, execution_id = self._clock.now_utc(), str(uuid.uuid4())
        credentials = tuple(self._credential(one, rule, execution_id, now, account) for one, rule in wanted(request, definition))
        said: dict[str, Json] = {
            "customerInternalReference": request.customer_internal_reference,
            "userReference": request.user_reference,
            "reportingCriteria": request.reporting_criteria,
            "callbackUrl": request.callback_url,
            "userConsent": dict(request.user_consent),
            "consented": request.consented,
        }
        record = ExecutionRecord(
            id=execution_id,
            workflow=workflow.key,
            number=definition.number,
            state=ExecutionState.INITIATED,
            created_at=now,
            expires_at=later(now, lifetime_s(request.token_lifetime, definition.token_s)),
            idle_s=definition.idle_s,
            credentials=tuple(one.id for one in credentials),
            request={name: value for name, value in said.items() if value not in ("", {})},
        )
        return record, credentials

    def _credential(
        self, wanted: CredentialRequest, rule: CredentialRule, execution_id: str, now: str, account: StoredCustomer | None
    ) -> CredentialRecord:
        if wanted.id:
            if account is None:
                raise fault(_F.CREDENTIAL_NOT_FOUND, "a new account has no credentials on file")
            kept = credential_of(account, wanted.id)
            if kept.category is not wanted.category:
                raise fault(_F.REQUEST_INVALID, f"credential {wanted.id} is a {kept.category.value}, not a {wanted.category.value}")
            if not kept.kept:
                raise fault(_F.NOT_ON_FILE, f"credential {wanted.id} is not on file yet: its execution was not finalised")
            return kept
        if rule.stored:
            raise fault(_F.NOT_ON_FILE, f"{rule.category.value}: name the id of one on file")
        return CredentialRecord(
            id=str(uuid.uuid4()),
            category=rule.category,
            execution=execution_id,
            created_at=now,
            channels=rule.channels,
            required=rule.required,
            reference=rule.reference,
            countries=wanted.countries or rule.countries,
            types=wanted.types or rule.types,
        )

    def _initiated(self, account_id: str, record: ExecutionRecord, credentials: tuple[CredentialRecord, ...]) -> Initiated:
        body = initiated_json(account_id, record, credentials, now=record.created_at, base=self._base)
        return Initiated(account_id, record.id, credentials, body)

    # --- acquiring -------------------------------------------------------------------------------------------------

    def add_part(
        self, account_id: str, execution_id: str, credential_id: str, part: Part, data: bytes, *, channel: Channel = Channel.API
    ) -> Mapping[str, Json]:
        """Keeps one part, replacing an earlier one of its name; the protocol's answer.

        Raises BadInput: ACCOUNT_, EXECUTION_, CREDENTIAL_NOT_FOUND, ALREADY_FINALIZED, TOKEN_EXPIRED, SESSION_EXPIRED, CONSENT_MISSING,
            PART_INVALID (a part that the category has not), CHANNEL_NOT_ALLOWED; of the file itself as `check_part`. Nothing is kept then.
        """
        with self._lock:
            account, record = self._open(account_id, execution_id)
            if credential_id not in record.credentials:
                raise fault(_F.CREDENTIAL_NOT_FOUND, f"no credential {credential_id} in this execution")
            credential = credential_of(account, credential_id)
            if part not in PARTS_OF[credential.category]:
                raise fault(_F.PART_INVALID, f"a {credential.category.value} has no part {part.value}")
            if credential.kept or channel not in credential.channels:
                raise fault(_F.CHANNEL_NOT_ALLOWED, f"this {credential.category.value} takes no part through {channel.value}")
            require_consent(record.request, credential.category, self._clock.now_utc())
            check_part(part, data, self._limits)
            now = self._clock.now_utc()
            record = replace(record, started_at=record.started_at or now, last_at=now)
            credential = replace(credential, parts={**credential.parts, part: now})
            self._write(account_id, f"part_{part.value.lower()}", record, (credential,), blobs={part_blob(credential.id, part.value): data})
        return initiated_json(account_id, record, (credential,), now=now, base=self._base)

    def finalize(self, account_id: str, execution_id: str) -> Mapping[str, Json]:
        """INITIATED -> ACQUIRED: nothing can be added from now on. Raises as `add_part`, and CREDENTIAL_INCOMPLETE."""
        with self._lock:
            account, record = self._open(account_id, execution_id)
            credentials = [credential_of(account, one) for one in record.credentials]
            lacking = [one.category.value for one in credentials if one.required and FIRST_PART[one.category] not in one.parts]
            if lacking:
                raise fault(_F.CREDENTIAL_INCOMPLETE, f"not handed in yet: {', '.join(lacking)}")
            now = self._clock.now_utc()
            own = [replace(one, kept=True) for one in credentials if one.execution == record.id]
            self._write(account_id, "workflow_finalized", replace(record, state=ExecutionState.ACQUIRED), own)
        return {"timestamp": now, "account": {"id": account_id}, "workflowExecution": {"id": execution_id}}

    # --- processing ------------------------------------------------------------------------------------------------

    def process(self, account_id: str, execution_id: str, judge: ExecutionJudge, *, staff_files: bool = False) -> Judgement:
        """ACQUIRED -> PROCESSED. Judging happens outside of the lock; when account or execution were deleted meanwhile nothing is written.

        Args:
            staff_files: the parts are files that staff handed in: a capture record need not be bound to this execution.

        Raises BadInput: ACCOUNT_NOT_FOUND, EXECUTION_NOT_FOUND, NOT_FINALIZED, ALREADY_PROCESSED, TOKEN_EXPIRED, SESSION_EXPIRED;
            StoreFault.
        """
        with self._lock:
            account, record = self._found(account_id, execution_id)
            if record.state is ExecutionState.INITIATED:
                raise fault(_F.NOT_FINALIZED, "the execution is not finalised yet")
            if record.state is not ExecutionState.ACQUIRED or record.id in self._processing:
                raise _ended(record)
            self._processing.add(record.id)
        try:
            judgement = judge.judge(self._order(account, record, staff_files=staff_files))
            with self._lock:
                # deleted meanwhile: nothing of it is written. Its state cannot have changed, only this call changes it
                account, _ = self._found(account_id, execution_id)
                self._keep(account, record, judgement)
        finally:
            with self._lock:
                self._processing.discard(record.id)
        _log.info("execution processed: %s, risk %d", judgement.decision.outcome.value, judgement.risk.score)
        return judgement

    def _order(self, account: StoredCustomer, record: ExecutionRecord, *, staff_files: bool) -> JudgingOrder:
        workflow = self._workflow(record.workflow)
        if workflow.definition is None:
            raise KioskBug(f"workflow {record.workflow} lost its definition")
        handed = []
        for credential_id in record.credentials:
            one = credential_of(account, credential_id)
            parts = {part: self._store.blob(account.id, part_blob(one.id, part.value)) for part in one.parts}
            handed.append(Handed(one.ref, one.rule, parts, on_file=one.execution != record.id))
        enrolled = account.facts.get("facemap")
        facemap = None
        if isinstance(enrolled, dict):
            facemap = self._store.blob(account.id, part_blob(str(enrolled["credential"]), ENROLLED))
        return JudgingOrder(
            account_id=account.id,
            definition=workflow.definition,
            policy=self._policy(workflow.policy),
            handed=tuple(handed),
            consented=record.request.get("consented") is True,
            execution_id=record.id,
            user_reference=record.user_reference,
            facemap=facemap,
            record_session="" if staff_files else record.id,
            url=account_url(account.id, self._base),
        )

    def _keep(self, account: StoredCustomer, record: ExecutionRecord, judgement: Judgement) -> None:
        now = self._clock.now_utc()
        person = person_of_judgement(account.id, judgement)
        result = {**result_json(judgement), PERSON: person}
        done = replace(record, state=ExecutionState.PROCESSED, completed_at=now, result=result)
        change = judged_now(account, record.id, person, judgement)
        facts: dict[str, Json] = {**change.facts, **dict([execution_fact(done)])}
        blobs: dict[str, bytes] = {}
        if judgement.enrolled is not None:
            credential, facemap = judgement.enrolled
            facts["facemap"] = {"credential": credential, "execution": record.id, "at": now}
            blobs[part_blob(credential, ENROLLED)] = facemap
        if judgement.selfie_crop is not None:
            blobs["selfie.crop"] = judgement.selfie_crop
        step = StepCommit(account.id, "workflow_processed", now, facts, blobs, change.forget, "FINISHED", judgement.template)
        self._store.commit(step)

    # --- retrieving ------------------------------------------------------------------------------------------------

    def status(self, account_id: str, execution_id: str) -> Mapping[str, Json]:
        account, record = self._found(account_id, execution_id)
        return status_json(account.id, record)

    def details(self, account_id: str, execution_id: str) -> Mapping[str, Json]:
        """The retrieval of protocols 2.6; of an expired execution with its drop-out decision."""
        account, record = self._found(account_id, execution_id)
        credentials = [credential_of(account, one) for one in record.credentials]
        return details_json(account.id, record, credentials, base=self._base)

    def part(self, account_id: str, credential_id: str, part: Part) -> bytes:
        """As it was handed in; of a FACEMAP the enrolled one where there is one. Raises BadInput: PART_NOT_FOUND …"""
        account = self._account(account_id)
        credential = credential_of(account, credential_id)
        enrolled = part_blob(credential.id, ENROLLED)
        if part is Part.FACEMAP and enrolled in account.blobs:
            return self._store.blob(account_id, enrolled)
        if part not in credential.parts:
            raise fault(_F.PART_NOT_FOUND, f"no {part.value} was handed in for credential {credential_id}")
        return self._store.blob(account_id, part_blob(credential.id, part.value))

    # --- ending ----------------------------------------------------------------------------------------------------

    def expire(self) -> tuple[str, ...]:
        """Writes down what has expired, in every account; ids of the executions. For a timer, and before retention."""
        expired = []
        for account in self._store.customers():
            for record in executions_of(account):
                if record.state is ExecutionState.INITIATED and record.at(self._clock.now_utc()).state is not ExecutionState.INITIATED:
                    with self._lock:
                        self._found(account.id, record.id)
                    expired.append(record.id)
        return tuple(expired)

    def delete_account(self, account_id: str) -> None:
        """Raises BadInput(ACCOUNT_NOT_FOUND)."""
        with self._lock:
            self._account(account_id)
            self._store.delete(account_id, self._clock.now_utc())

    def delete_execution(self, account_id: str, execution_id: str) -> None:
        """Forgets an execution with its credentials that no other one refers to, and what it found of the person."""
        with self._lock:
            account, record = self._found(account_id, execution_id)
            others = {one for other in executions_of(account) if other.id != record.id for one in other.credentials}
            own = [one for one in record.credentials if one not in others]
            forget = {f"execution.{record.id}", *(f"credential.{one}" for one in own), *(f"credential.{one}." for one in own)}
            enrolled = account.facts.get("facemap")
            if isinstance(enrolled, dict) and enrolled.get("credential") in own:
                forget.add("facemap")
            change = without_execution(account, record)
            step = StepCommit(account_id, "workflow_deleted", self._clock.now_utc(), change.facts, {}, change.forget | forget)
            self._store.commit(step)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _account(self, account_id: str) -> StoredCustomer:
        try:
            found = self._store.load(account_id)
        except BadInput as error:
            if error.code is not ErrorCode.CUSTOMER_NOT_FOUND:
                raise
            raise fault(_F.ACCOUNT_NOT_FOUND, f"no account {account_id}") from error
        if found.workflow in NO_ACCOUNTS:
            raise fault(_F.ACCOUNT_NOT_FOUND, f"no account {account_id}")
        return found

    def _found(self, account_id: str, execution_id: str) -> tuple[StoredCustomer, ExecutionRecord]:
        """The execution as it is now; that it has expired is written down the first time it is seen."""
        with self._lock:
            account = self._account(account_id)
            record = execution_of(account, execution_id)
            now = record.at(self._clock.now_utc())
            if now is not record:
                account = self._expired(account, now)
            return account, now

    def _expired(self, account: StoredCustomer, record: ExecutionRecord) -> StoredCustomer:
        """Writes it down, and forgets what was handed in: nobody will judge it, and the customer has left."""
        own = [one for one in map(partial(credential_of, account), record.credentials) if one.execution == record.id and one.parts]
        facts = dict([execution_fact(record), *(credential_fact(replace(one, parts={})) for one in own)])
        forget = frozenset(f"credential.{one.id}." for one in own)
        step = StepCommit(account.id, record.state.value.lower(), self._clock.now_utc(), facts, {}, forget)
        self._store.commit(step)
        return self._account(account.id)

    def _open(self, account_id: str, execution_id: str) -> tuple[StoredCustomer, ExecutionRecord]:
        account, record = self._found(account_id, execution_id)
        if record.state is not ExecutionState.INITIATED:
            raise _ended(record)
        return account, record

    def _write(
        self,
        account_id: str,
        step: str,
        record: ExecutionRecord,
        credentials: Sequence[CredentialRecord],
        *,
        blobs: Mapping[str, bytes] | None = None,
        more: Mapping[str, Json] | None = None,
    ) -> None:
        own = [one for one in credentials if one.execution == record.id]
        facts = dict([execution_fact(record), *map(credential_fact, own)]) | dict(more or {})
        self._store.commit(StepCommit(account_id, step, self._clock.now_utc(), facts, blobs or {}))


def _ended(record: ExecutionRecord) -> BadInput:
    match record.state:
        case ExecutionState.TOKEN_EXPIRED:
            return fault(_F.TOKEN_EXPIRED, "the time of this transaction is over: begin a new one")
        case ExecutionState.SESSION_EXPIRED:
            return fault(_F.SESSION_EXPIRED, "nothing was handed in for too long: begin a new one")
        case ExecutionState.PROCESSED:
            return fault(_F.ALREADY_PROCESSED, "the execution is processed: it takes nothing more")
        case _:
            return fault(_F.ALREADY_FINALIZED, "the execution is finalised: it takes nothing more")
