"""`kiosk proof address|funds FILE...`: is this a recent proof of the customer's address or funds. Nothing is stored."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.errors import BadInput, ErrorCode

if TYPE_CHECKING:
    from kiosk.services.proofs.judge import ProofSubject


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("proof", help="read a proof of address or of funds and compare it with the customer; nothing is stored")
    actions = command.add_subparsers(dest="kind", required=True, metavar="KIND", parser_class=type(command))
    for kind, what in (("address", "a bill or a letter with name and address"), ("funds", "a bank's statement or confirmation")):
        action = actions.add_parser(kind, help=what)
        action.add_argument("files", type=Path, nargs="+", metavar="FILE", help="JPEG, PNG or PDF; several are pages of one proof")
        who = action.add_mutually_exclusive_group(required=True)
        who.add_argument("--customer", metavar="ID", help="compare with what this stored customer's document says")
        who.add_argument("--name", help="compare with this name")
        action.add_argument("--address", help="… and this address, its lines apart by commas")
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from kiosk.compose.contacts import proof_reader
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup
    from kiosk.domain.sentences import sentence
    from kiosk.services.proofs.judge import ProofKind, ProofSubject, judge_proof
    from kiosk.services.proofs.reader import ProofFile
    from kiosk.services.proofs.records import proof_json

    setup = load_setup()
    kind = ProofKind(arguments.kind)
    files: list[ProofFile] = []
    for path in arguments.files:
        if not path.is_file():
            raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}: no such file")
        if path.stat().st_size > setup.config.limits.max_bytes:
            size = path.stat().st_size
            raise BadInput(ErrorCode.IMAGE_BYTES_EXCEEDED, f"{path.name}: {size} bytes, at most {setup.config.limits.max_bytes} are read")
        with naming(path):
            files.append(ProofFile(path.name, path.read_bytes()))
    if arguments.customer:
        subject = _stored(arguments.customer, arguments.address)
    else:
        subject = ProofSubject(arguments.name, (arguments.address,) if arguments.address else ())
    with build_engines(setup) as engines:
        reading = proof_reader(setup, engines).read(files)
        today = engines.clock.today()
    result = judge_proof(reading, subject, kind, today=today, max_age_days=setup.config.proofs.max_age_days)
    if arguments.json:
        emit_json({**proof_json(result), "pages": len(reading.pages)})
        return
    emit(f"{result.check.status.value} {result.check.label.value}: {sentence(result.check)}")
    lines = {
        "name": result.name.text if result.name else "-",
        "address": result.address.found.text if result.address else "-",
        "issuer": result.issuer.text if result.issuer else "-",
        "issued": f"{result.issued.date.value} ({result.age_days} days ago)" if result.issued else "-",
        "amounts": ", ".join(f"{one.amount.value} {one.amount.currency}" for one in result.amounts) or "-",
    }
    for label, value in lines.items():
        emit(f"  {label:8} {value}")


def _stored(customer_id: str, address: str | None) -> ProofSubject:
    from kiosk.compose.setup import has_store, load_setup, open_customer_store
    from kiosk.services.proofs.judge import ProofSubject
    from kiosk.services.proofs.stored import stored_subject

    setup = load_setup()
    if not has_store(setup):
        raise BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"no customer {customer_id}")
    with open_customer_store(setup) as store:
        subject = stored_subject(store.load(customer_id))
    return ProofSubject(subject.name, (address,)) if address else subject
