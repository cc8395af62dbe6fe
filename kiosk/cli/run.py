"""`kiosk run --workflow KEY …`: one execution of a numbered workflow from files, without a screen, stored and explained."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.capability import Category, Part
from kiosk.domain.errors import BadInput, ErrorCode, KioskError
from kiosk.flow.definition import Definition
from kiosk.paths import write_private
from kiosk.ports import Json
from kiosk.services.accounts import CredentialRecord
from kiosk.services.execution_requests import CredentialRequest, InitiateRequest
from kiosk.services.executions import Executions, Initiated
from kiosk.services.records import checks_json
from kiosk.services.workflows import load_any_workflow

if TYPE_CHECKING:
    from kiosk.compose.setup import Setup
    from kiosk.services.execution_judge import ExecutionJudge
    from kiosk.services.execution_order import Judgement
    from kiosk.store.customers import SqlCustomerStore


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("run", help="run a numbered workflow on files, without a screen")
    command.add_argument("--workflow", required=True, metavar="KEY", help="which one: kiosk workflows list")
    command.add_argument("--consent", choices=("yes", "no"), help="the customer's answer to the consent text; nothing is read without it")
    command.add_argument("--account", default="", metavar="ID", help="an account that is there; without it a new one is made")
    command.add_argument("--front", type=Path, action="append", default=[], help="front of a document; twice for two documents")
    command.add_argument("--back", type=Path, action="append", default=[], help="back of the document")
    command.add_argument("--selfie", type=Path, action="append", default=[], help="a picture of the face; twice for two selfies")
    command.add_argument("--liveness-record", type=Path, metavar="FILE", help="capture record of a live check on this device")
    command.add_argument("--facemap", type=Path, metavar="FILE", help="facemap of this device, to authenticate against or to keep")
    command.add_argument("--stored-id", default="", metavar="ID", help="id of an ID credential on file")
    command.add_argument("--user-reference", default="", metavar="REF", help="reference of the customer; needed where names are screened")
    command.add_argument("--facemap-out", type=Path, metavar="FILE", help="write the facemap that was enrolled there")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    if arguments.consent is None:
        why = "nothing is read without the customer's consent: add --consent yes (or no, to record a refusal)"
        raise BadInput(ErrorCode.CONSENT_MISSING, why)
    from kiosk.compose.setup import load_setup, open_customer_store, policies_in_force
    from kiosk.services.clock import SystemClock
    from kiosk.services.execution_limits import PartLimits

    began = time.perf_counter()
    setup = load_setup()
    resources = setup.paths.resources
    workflow = load_any_workflow(resources, arguments.workflow)
    if workflow.definition is None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"workflow {workflow.key} is a way of screens: use the window, or kiosk onboard")
    request = _request(arguments, workflow.definition)
    files = _Files(arguments)
    accepted = arguments.consent == "yes"
    with open_customer_store(setup) as store:
        executions = Executions(
            store,
            SystemClock(),
            workflow=lambda key: load_any_workflow(resources, key),
            policy=policies_in_force(setup),
            limits=PartLimits(),
        )
        begun = executions.update(arguments.account, request) if arguments.account else executions.create(request)
        with _taken_back(executions, begun, created=not arguments.account):
            handed = files.assigned(begun.credentials) if accepted else []
            for path, credential, part in handed:
                with naming(path):
                    executions.add_part(
                        begun.account_id, begun.execution_id, credential.id, part, _read(path), channel=credential.channels[0]
                    )
            if accepted:
                executions.finalize(begun.account_id, begun.execution_id)
        if not accepted:
            _tell_refusal(arguments, executions, begun)
            return
        with _judge(setup, store) as judge:
            judgement = executions.process(begun.account_id, begun.execution_id, judge, staff_files=True)
        if arguments.facemap_out is not None and judgement.enrolled is not None:
            _write(arguments.facemap_out, judgement.enrolled[1])
        ms = round((time.perf_counter() - began) * 1000, 1)
        _tell(arguments, executions, begun, judgement, ms)


def _request(arguments: argparse.Namespace, definition: Definition) -> InitiateRequest:
    credentials: list[CredentialRequest] = []
    if definition.combinations:
        ids, selfies = len(arguments.front), len(arguments.selfie)
        credentials = [CredentialRequest(Category.ID)] * ids + [CredentialRequest(Category.SELFIE)] * selfies
    if arguments.stored_id:
        credentials.append(CredentialRequest(Category.ID, arguments.stored_id))
    return InitiateRequest(
        workflow=arguments.workflow,
        credentials=tuple(credentials),
        user_reference=arguments.user_reference,
        consented=arguments.consent == "yes",
    )


@dataclass(slots=True)
class _Files:
    """The files of the command line, and which credential takes each."""

    arguments: argparse.Namespace

    def assigned(self, credentials: tuple[CredentialRecord, ...]) -> list[tuple[Path, CredentialRecord, Part]]:
        """Raises BadInput(BAD_ARGUMENT) for a file that no credential of the workflow takes."""
        given = self.arguments
        fronts, backs, selfies = list(given.front), list(given.back), list(given.selfie)
        record, facemap = given.liveness_record, given.facemap
        found: list[tuple[Path, CredentialRecord, Part]] = []
        for one in credentials:
            if not one.channels or one.kept:
                continue
            if one.category is Category.ID:
                if fronts:
                    found.append((fronts.pop(0), one, Part.FRONT))
                if backs:
                    found.append((backs.pop(0), one, Part.BACK))
            elif one.category is Category.FACEMAP and (one.reference or record is None):
                if facemap is not None:
                    found.append((facemap, one, Part.FACEMAP))
                    facemap = None
            elif one.category is Category.FACEMAP and record is not None:
                found.append((record, one, Part.FACEMAP))
                record = None
            elif one.category is Category.SELFIE and selfies:
                found.append((selfies.pop(0), one, Part.FACE))
        for one in credentials:  # a live check holds a selfie
            taken = any(credential is one for _, credential, _ in found)
            if one.category is Category.SELFIE and not taken and given.liveness_record is not None:
                found.append((given.liveness_record, one, Part.FACE))
                record = None
        left = [*fronts, *backs, *selfies, *(path for path in (record, facemap) if path is not None)]
        if left:
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"{left[0].name}: this workflow does not take it (see kiosk workflows list)")
        return found


def _read(path: Path) -> bytes:
    from kiosk.services.capture_coding import MAX_RECORD_BYTES

    if not path.is_file():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, "no such file")
    try:
        with path.open("rb") as file:
            return file.read(MAX_RECORD_BYTES + 2**21)  # more is too much for any part, and is then refused
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"cannot be read ({error.strerror})") from error


def _write(path: Path, data: bytes) -> None:
    try:
        write_private(path, data)
    except OSError as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"--facemap-out {path}: cannot be written ({error.strerror})") from error


@contextmanager
def _taken_back(executions: Executions, begun: Initiated, *, created: bool) -> Iterator[None]:
    """A file that cannot be used leaves no half customer behind."""
    try:
        yield
    except KioskError:
        if created:
            executions.delete_account(begun.account_id)
        else:
            executions.delete_execution(begun.account_id, begun.execution_id)
        raise


@contextmanager
def _judge(setup: Setup, store: SqlCustomerStore) -> Iterator[ExecutionJudge]:
    from kiosk.compose.engines import build_engines
    from kiosk.compose.lists import watchlist_screener
    from kiosk.compose.setup import device_key
    from kiosk.services.execution_judge import ExecutionJudge
    from kiosk.services.execution_screening import screening_of
    from kiosk.services.liveness.replay import replay_on

    with build_engines(setup) as engines:
        yield ExecutionJudge(
            engines,
            store,
            device_key(setup),
            engines.clock,
            replay=replay_on(engines),
            screening=screening_of(watchlist_screener(setup, store)),
            allow_virtual=setup.config.capture.allow_virtual_cameras,
            ledger=store.code_ledger,
        )


def _tell(arguments: argparse.Namespace, executions: Executions, begun: Initiated, judgement: Judgement, ms: float) -> None:
    details = executions.details(begun.account_id, begun.execution_id)
    from kiosk.services.capability_sentences import explanation

    lines = explanation(judgement.capabilities, judgement.checks, judgement.decision)
    if arguments.json:
        emit_json(
            {
                **details,
                "outcome": judgement.decision.outcome.value,
                "explanation": list[Json](lines),
                "checks": checks_json(judgement.checks),
                "timings_ms": {**judgement.timings_ms, "command": ms},
            }
        )
        return
    emit(f"{judgement.decision.outcome.value}  account {begun.account_id}  risk {judgement.risk.score} ({judgement.risk.status.value})")
    for line in lines:
        emit(f"  {line}")
    emit(f"  {ms:.0f} ms")


def _tell_refusal(arguments: argparse.Namespace, executions: Executions, begun: Initiated) -> None:
    said = "Consent was not given, so nothing was read. A colleague goes on with the customer."
    if arguments.json:
        emit_json({**executions.details(begun.account_id, begun.execution_id), "outcome": "REVIEW", "explanation": [said]})
    else:
        emit(f"REVIEW  account {begun.account_id}")
        emit(f"  {said}")
