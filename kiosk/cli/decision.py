"""`kiosk decision show|override`: why a customer was decided so, and a second person who decides otherwise."""

from __future__ import annotations

import argparse

from kiosk.cli.consent import receipt_json
from kiosk.cli.customers import customer_store, find_customer, override_lines
from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.domain.check import STAFF_ONLY, CheckName
from kiosk.domain.decision import Outcome
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.sentence_texts import NAMES, TO_CUSTOMER
from kiosk.ports import Json
from kiosk.services.clock import SystemClock
from kiosk.services.override import SCREENING_REVIEWS, machine_outcome, outcome_in_force, override, overrides_of, records_of, unproven
from kiosk.services.screening_review import unproven_reviews


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("decision", help="show a decision with its reasons, or override it as a second person")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    show = actions.add_parser("show", help="the machine's decision, its reasons, and who decided otherwise")
    show.add_argument("id", metavar="ID", help="the id or its first characters")
    change = actions.add_parser("override", help="decide otherwise; the machine's decision stays beside it")
    change.add_argument("id", metavar="ID")
    change.add_argument("--to", required=True, choices=[outcome.value for outcome in Outcome], help="the new outcome")
    change.add_argument("--by", required=True, metavar="OPERATOR", help="id of who decides: not who took the customer's data")
    change.add_argument("--reason", required=True, metavar="TEXT", help="why, in a sentence")
    change.add_argument("--taken-by", default="", metavar="OPERATOR", help="id of who took the data, where the record does not say")
    for action, run in ((show, run_show), (change, run_override)):
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run_show(arguments: argparse.Namespace) -> None:
    with customer_store() as store:
        customer = find_customer(store, arguments.id)
        receipts = store.receipts(customer.id)
        intact = store.verify_audit().intact
    decision = customer.facts.get("decision")
    if not isinstance(decision, dict):
        raise BadInput(ErrorCode.WRONG_STEP, f"customer {customer.id} has not been decided")
    in_force = outcome_in_force(customer.facts)
    proven = intact and not unproven(customer.facts, receipts) and not unproven_reviews(customer.facts, receipts)
    reviews = records_of(customer.facts, SCREENING_REVIEWS)
    if arguments.json:
        body = {"id": customer.id, "outcome": in_force.value if in_force else None, "decision": decision}
        emit_json(
            {
                **body,
                "overrides": customer.facts.get("overrides", []),
                "screeningReviews": list[Json](reviews),
                "overridesProven": proven,
            }
        )
        return
    made = machine_outcome(customer.facts)
    emit(f"{customer.id}  {in_force.value if in_force else '-'}  (machine: {made.value if made else '-'}, policy {decision.get('policy')})")
    reasons = decision.get("reasons")
    for reason in reasons if isinstance(reasons, list) else []:
        if isinstance(reason, dict):
            emit(f"  {reason.get('outcome')!s:<7} {_name(reason.get('check'))}: {reason.get('sentence')}")
            if reason.get("check") in STAFF_ONLY:
                emit(f"          (for staff; to the customer: {TO_CUSTOMER})")
    for line in override_lines(customer.facts):
        emit(line)
    if (overrides_of(customer.facts) or reviews) and not proven:
        emit("  the audit chain does not prove these overrides: they were changed, or the chain was")


def run_override(arguments: argparse.Namespace) -> None:
    with customer_store() as store:
        customer = find_customer(store, arguments.id)
        entry, receipt = override(
            store,
            SystemClock(),
            customer.id,
            Outcome(arguments.to),
            by=arguments.by,
            reason=arguments.reason,
            taken_by=arguments.taken_by,
        )
    if arguments.json:
        emit_json({"id": customer.id, "outcome": entry.outcome.value, "was": entry.was.value, "receipt": receipt_json(receipt)})
    else:
        emit(f"{customer.id}  {entry.was.value} -> {entry.outcome.value}  by {entry.by}  receipt {receipt.seq}")


def _name(check: Json) -> str:
    return NAMES[CheckName(check)] if isinstance(check, str) and check in set(CheckName) else str(check)
