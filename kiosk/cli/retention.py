"""`kiosk retention preview|run|receipts`: what has been kept long enough, and the proof that it was erased."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.consent import emit_receipts, receipts_json
from kiosk.cli.customers import customer_store, find_customer
from kiosk.cli.output import DONE, REFUSED, emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.domain.errors import ErrorCode, StoreFault
from kiosk.ports import Json
from kiosk.services.clock import SystemClock
from kiosk.services.retention import Due, preview, run
from kiosk.services.retention_rules import RetentionRules


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("retention", help="erase what has been kept long enough")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    dry = actions.add_parser("preview", help="what would be erased now; erases nothing")
    real = actions.add_parser("run", help="erase it; leaves receipts in the audit chain")
    real.add_argument("--clock-checked", action="store_true", help="the clock is right, however far ahead of the last thing it is")
    receipts = actions.add_parser("receipts", help="what was erased, withdrawn or overridden, from the verified audit chain")
    receipts.add_argument("id", metavar="ID", nargs="?", help="only of this customer, also an erased one: the whole id")
    for action in (dry, real):
        action.add_argument("--rules", type=Path, metavar="FILE", help="instead of resources/retention.toml")
    for action, start in ((dry, run_preview), (real, run_run), (receipts, run_receipts)):
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=start)


def run_preview(arguments: argparse.Namespace) -> None:
    rules = _rules(arguments.rules)
    with customer_store() as store:
        found = preview(store, SystemClock(), rules)
    if arguments.json:
        emit_json({"due": _due_json(found)})
        return
    for entry in found:
        emit(_line(entry))
    ready = sum(not entry.waits for entry in found)
    emit(f"{ready or 'nothing'} to be erased, {len(found) - ready} waiting to be sent")


def run_run(arguments: argparse.Namespace) -> int:
    rules = _rules(arguments.rules)
    with customer_store() as store:
        result = run(store, SystemClock(), rules, clock_checked=arguments.clock_checked)
    if arguments.json:
        failed: list[Json] = [{"customer": customer_id, "code": code.value} for customer_id, code in result.failed]
        emit_json({"receipts": receipts_json(result.receipts), "waiting": _due_json(result.waiting), "failed": failed})
    else:
        for receipt in result.receipts:
            emit(receipt.customer_id or "audit chain")
            emit_receipts((receipt,))
        for customer_id, code in result.failed:
            emit(f"{customer_id}  not erased: {code.value}")
        emit(f"{len(result.receipts)} erased, {len(result.waiting)} waiting to be sent, {len(result.failed)} failed")
    return REFUSED if result.failed else DONE


def run_receipts(arguments: argparse.Namespace) -> None:
    """Raises StoreFault(STORE_DAMAGED) when the chain does not hold: then no line of it proves anything."""
    with customer_store() as store:
        report = store.verify_audit()
        if not report.intact:
            raise StoreFault(ErrorCode.STORE_DAMAGED, f"the audit chain does not hold: {report.problem}")
        receipts = store.receipts(arguments.id)
        if arguments.id and not receipts:
            receipts = store.receipts(find_customer(store, arguments.id).id)
    if arguments.json:
        emit_json({"receipts": receipts_json(receipts), "lines": report.lines, "head": report.head})
        return
    for receipt in receipts:
        emit(receipt.customer_id or "audit chain")
        emit_receipts((receipt,))
    emit(f"{len(receipts)} receipts; the chain of {report.lines} lines holds, its head is {report.head}")


def _rules(path: Path | None) -> RetentionRules:
    from kiosk.compose.setup import load_setup, retention_rules

    return retention_rules(load_setup(), path)


def _line(entry: Due) -> str:
    what = ", ".join("everything" if kind == "facts" else kind.value for kind in entry.kinds)
    when = "waits to be sent" if entry.waits else "now"
    return f"{entry.customer_id}  {entry.workflow:<8}  {entry.since[:10]}  {when:<16}  {entry.reason.value:<15}  {what}"


def _due_json(found: tuple[Due, ...]) -> list[Json]:
    return [
        {
            "customer": entry.customer_id,
            "workflow": entry.workflow,
            "kinds": [kind.value for kind in entry.kinds],
            "reason": entry.reason.value,
            "since": entry.since,
            "waits": entry.waits,
        }
        for entry in found
    ]
