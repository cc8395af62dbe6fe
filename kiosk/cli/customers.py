"""`kiosk customers list|show|delete`: what the store holds."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json, save_pictures
from kiosk.cli.parsing import Subparsers
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import CustomerStore, Json, StoredCustomer
from kiosk.services.override import SCREENING_REVIEWS, outcome_in_force, overrides_of, records_of

if TYPE_CHECKING:
    from kiosk.store.customers import SqlCustomerStore


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("customers", help="list, show or delete stored customers")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    listing = actions.add_parser("list", help="all customers, the newest first")
    show = actions.add_parser("show", help="one customer: steps, fields, checks, decision")
    show.add_argument("id", metavar="ID", help="the id or its first characters")
    show.add_argument("--save", type=Path, metavar="DIR", help="write the customer's pictures there, decrypted")
    delete = actions.add_parser("delete", help="erase a customer: key, facts, pictures")
    delete.add_argument("id", metavar="ID")
    for action, run in ((listing, run_list), (show, run_show), (delete, run_delete)):
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run_list(arguments: argparse.Namespace) -> None:
    with customer_store() as store:
        customers = store.customers()
    if arguments.json:
        emit_json({"customers": [_summary(customer) for customer in customers]})
        return
    if not customers:
        emit("no customers")
    for customer in customers:
        row = _summary(customer)
        emit(f"{customer.id}  {customer.created_at}  {customer.status:<11}  {row['decision'] or '-':<7}  {row['name'] or '-'}")


def run_show(arguments: argparse.Namespace) -> None:
    with customer_store() as store:
        customer = find_customer(store, arguments.id)
        if arguments.save:
            save_pictures(arguments.save, {f"{name}.jpg": store.blob(customer.id, name) for name in customer.blobs})
    if arguments.json:
        emit_json(
            {
                **_summary(customer),
                "workflow": customer.workflow,
                "updatedAt": customer.updated_at,
                "steps": [{"step": step, "at": at} for step, at in customer.steps],
                "facts": dict(customer.facts),
                "pictures": list(customer.blobs),
            }
        )
        return
    row = _summary(customer)
    emit(f"{customer.id}  {customer.status}  {row['decision'] or ''}  {row['name'] or ''}")
    for step, at in customer.steps:
        emit(f"  {at}  {step}")
    checks = customer.facts.get("checks")
    for check in checks if isinstance(checks, list) else []:
        if isinstance(check, dict):
            emit(f"  {check['status']:<13} {check['sentence']}")
    for line in override_lines(customer.facts):
        emit(line)
    emit(f"  pictures: {', '.join(customer.blobs) or 'none'}")


def run_delete(arguments: argparse.Namespace) -> None:
    from kiosk.services.clock import SystemClock
    from kiosk.services.erasure import erase_customer

    with customer_store() as store:
        customer = find_customer(store, arguments.id)
        receipt = erase_customer(store, SystemClock(), customer.id)
    if arguments.json:
        emit_json({"deleted": customer.id})
    else:
        emit(f"erased {customer.id} (receipt {receipt.seq})")


def override_lines(facts: Mapping[str, Json]) -> Iterator[str]:
    """One per override, and per verdict on a watchlist's hit, oldest first."""
    lines = [
        (entry.at, f"overridden {entry.was.value} -> {entry.outcome.value} by {entry.by}: {entry.reason}") for entry in overrides_of(facts)
    ]
    for record in records_of(facts, SCREENING_REVIEWS):
        hit = record.get("hit")
        of = f"{hit['list']}:{hit['id']}" if isinstance(hit, dict) else "-"
        what = f"hit {of} {record['verdict']}, {record['was']} -> {record['outcome']} by {record['by']}: {record['reason']}"
        lines.append((str(record["at"]), what))
    for at, line in sorted(lines):
        yield f"  {at}  {line}"


def customer_store() -> AbstractContextManager[SqlCustomerStore]:
    from kiosk.compose.setup import load_setup, open_customer_store

    return open_customer_store(load_setup())


def find_customer(store: CustomerStore, id_or_start: str) -> StoredCustomer:
    """By id, or by its first characters when only one customer has them."""
    if not id_or_start:
        raise BadInput(ErrorCode.CUSTOMER_NOT_FOUND, "an empty id names no customer")
    matches = [customer for customer in store.customers() if customer.id.startswith(id_or_start.lower())]
    if len(matches) != 1:
        why = "no customer has" if not matches else f"{len(matches)} customers have"
        raise BadInput(ErrorCode.CUSTOMER_NOT_FOUND, f"{why} an id that begins with {id_or_start!r}")
    return matches[0]


def _summary(customer: StoredCustomer) -> dict[str, Json]:
    outcome = outcome_in_force(customer.facts)
    return {
        "id": customer.id,
        "createdAt": customer.created_at,
        "status": customer.status,
        "decision": outcome.value if outcome else None,
        "name": _name(customer),
    }


def _name(customer: StoredCustomer) -> str | None:
    facts = customer.facts.get("customer")
    if not isinstance(facts, dict):
        return None
    parts: list[str] = []
    for field in ("givenNames", "surname"):
        sources = facts.get(field)
        if isinstance(sources, dict):
            value = sources.get("operator") or sources.get("mrz") or sources.get("visualZone")
            if isinstance(value, str):
                parts.append(value)
    return " ".join(parts) or None
