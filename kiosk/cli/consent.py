"""`kiosk consent show|check|withdraw`: the words that are shown, what a customer agreed to, and its withdrawal."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.customers import customer_store, find_customer
from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.domain.consent import BIOMETRIC, VERDICT_SENTENCES, judge_biometric
from kiosk.domain.erasure import Receipt
from kiosk.ports import Json
from kiosk.services.clock import SystemClock
from kiosk.services.consent import biometric_consent, shown_texts, withdraw
from kiosk.services.consent_texts import ConsentSet, load_consents, read_consent_file


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("consent", help="show or check the consent texts, show or withdraw a customer's consent")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    show = actions.add_parser("show", help="the texts in force, or what a customer agreed to")
    show.add_argument("id", metavar="ID", nargs="?", help="a customer: the id or its first characters")
    show.add_argument("--language", metavar="CODE", help="only this language of the texts in force")
    check = actions.add_parser("check", help="whether consent files hold what their hashes say")
    check.add_argument("files", metavar="FILE", nargs="*", type=Path, help="all of resources/consents when none is named")
    withdrawal = actions.add_parser("withdraw", help="withdraw a customer's consent: erases what rested on it, leaves a receipt")
    withdrawal.add_argument("id", metavar="ID")
    withdrawal.add_argument("--purpose", default=BIOMETRIC, help=f"what is withdrawn ({BIOMETRIC})")
    withdrawal.add_argument("--by", required=True, metavar="OPERATOR", help='id of who records it, or "customer"')
    withdrawal.add_argument("--yes", action="store_true", help="erase everything, where everything rested on it")
    for action, run in ((show, run_show), (check, run_check), (withdrawal, run_withdraw)):
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run_show(arguments: argparse.Namespace) -> None:
    from kiosk.compose.setup import load_setup

    texts = load_consents(load_setup().paths.resources)
    if arguments.id is None:
        _show_texts(texts.current(SystemClock().today()), arguments)
        return
    with customer_store() as store:
        customer = find_customer(store, arguments.id)
        receipts = store.receipts(customer.id)
    shown = shown_texts(customer, texts)
    fact = customer.facts["consent"]
    assert isinstance(fact, dict)
    verdict = judge_biometric(biometric_consent(fact), SystemClock().now_utc())
    if arguments.json:
        rows: list[Json] = [
            {
                "purpose": row.purpose,
                "accepted": row.accepted,
                "withdrawnAt": row.withdrawn_at or None,
                "sameWords": row.same,
                "heading": row.text.heading if row.text else None,
                "text": row.text.text if row.text else None,
            }
            for row in shown
        ]
        emit_json({"id": customer.id, "consent": fact, "texts": rows, "biometric": verdict.value, "receipts": receipts_json(receipts)})
        return
    emit(f"{customer.id}  consent {fact.get('version')}  {fact.get('language')}  {fact.get('at')}  by {fact.get('recordedBy', '-')}")
    for row in shown:
        answer = f"withdrawn {row.withdrawn_at}" if row.withdrawn_at else "accepted" if row.accepted else "refused"
        emit(f"  {answer:<9} {row.purpose}")
        emit(f"            {row.text.text if row.text else 'the words are not in resources/consents any more'}")
        if row.text is not None and not row.same:
            emit("            (nothing proves that these were the words: no hash was recorded, or another one)")
    emit(f"  {VERDICT_SENTENCES[verdict]}")
    emit_receipts(receipts)


def run_check(arguments: argparse.Namespace) -> None:
    from kiosk.compose.setup import load_setup

    sets = [read_consent_file(path) for path in arguments.files] or list(load_consents(load_setup().paths.resources).sets)
    if arguments.json:
        emit_json({"consents": [{"version": one.version, "validFrom": one.from_when, "languages": list(one.languages)} for one in sets]})
        return
    for one in sets:
        emit(f"{one.version}: {len(one.purposes)} purposes, {', '.join(one.languages)}, in force from {one.from_when}: every hash holds")


def run_withdraw(arguments: argparse.Namespace) -> None:
    from kiosk.compose.setup import load_setup

    texts = load_consents(load_setup().paths.resources)
    with customer_store() as store:
        customer = find_customer(store, arguments.id)
        receipt = withdraw(store, SystemClock(), texts, customer.id, arguments.purpose, by=arguments.by, sure=arguments.yes)
    if arguments.json:
        emit_json({"receipt": receipt_json(receipt)})
        return
    emit(f"withdrawn: {arguments.purpose} of {receipt.customer_id}")
    emit_receipts((receipt,))
    if receipt.detail.get("sent"):
        emit("  a copy was sent before: it has to be withdrawn there, too")


def receipt_json(receipt: Receipt) -> dict[str, Json]:
    """`detail` came out of JSON and goes back into it."""
    detail: dict[str, Json] = dict(receipt.detail)  # type: ignore[arg-type]
    line: dict[str, Json] = {"seq": receipt.seq, "hash": receipt.hash, "at": receipt.at, "event": receipt.event}
    return line | {"customer": receipt.customer_id or None, **detail}


def receipts_json(receipts: tuple[Receipt, ...]) -> list[Json]:
    return [receipt_json(receipt) for receipt in receipts]


def emit_receipts(receipts: tuple[Receipt, ...]) -> None:
    for receipt in receipts:
        counts = ", ".join(f"{count} {kind}" for kind, count in receipt.erased.items())
        emit(f"  receipt {receipt.seq}  {receipt.at}  {receipt.event}  {receipt.reason}  {counts}  {receipt.hash[:16]}".rstrip())


def _show_texts(texts: ConsentSet, arguments: argparse.Namespace) -> None:
    languages = texts.languages if arguments.language is None else (arguments.language,)
    found = [text for language in languages for text in texts.in_language(language)]
    if arguments.json:
        rows: list[Json] = [
            {
                "purpose": text.purpose,
                "language": text.language,
                "heading": text.heading,
                "text": text.text,
                "choice": text.choice,
                "sha256": text.sha256,
            }
            for text in found
        ]
        emit_json({"version": texts.version, "validFrom": texts.from_when, "texts": rows})
        return
    emit(f"consent {texts.version}, in force from {texts.from_when}")
    for text in found:
        emit(f"  {text.language}  {text.purpose:<10} {text.heading}  {text.sha256[:16]}")
        for words in filter(None, (text.text, text.choice)):
            emit(f"      {words}")
