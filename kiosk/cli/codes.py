"""`kiosk code send|check`: one-time codes to a telephone number or an e-mail address, through the gateway that the settings name."""

from __future__ import annotations

import argparse

from kiosk.cli.output import DONE, REFUSED, emit, emit_json, note
from kiosk.cli.parsing import Subparsers
from kiosk.domain.check import CheckStatus
from kiosk.domain.sentences import sentence
from kiosk.ports import Json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("code", help="send a one-time code to a telephone number or an e-mail address, and check it")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    send = actions.add_parser("send", help="send a code")
    check = actions.add_parser("check", help="check the code that the customer typed")
    for action in (send, check):
        to = action.add_mutually_exclusive_group(required=True)
        to.add_argument("--phone", metavar="NUMBER")
        to.add_argument("--email", metavar="ADDRESS")
        action.add_argument("--json", action="store_true")
    send.add_argument("--language", metavar="TAG", help="of the message (default: of the settings)")
    send.set_defaults(run=run_send)
    check.add_argument("code", metavar="CODE")
    check.set_defaults(run=run_check)


def run_send(arguments: argparse.Namespace) -> int:
    from kiosk.compose.contacts import one_time_codes
    from kiosk.compose.setup import load_setup, open_customer_store
    from kiosk.services.clock import SystemClock
    from kiosk.services.contacts import ContactKind, contact, shown
    from kiosk.services.one_time_codes import SendOutcome

    setup = load_setup()
    kind = ContactKind.PHONE if arguments.phone else ContactKind.EMAIL
    to = contact(kind, arguments.phone or arguments.email, region=setup.config.codes.region)
    with open_customer_store(setup) as store:
        codes = one_time_codes(setup, store.code_ledger, SystemClock())
        sending = codes.send(to, language=arguments.language or setup.config.languages.default)
    fault = None if sending.fault is None else sending.fault.value
    if arguments.json:
        body: dict[str, Json] = {"outcome": sending.outcome.value, "waitS": sending.wait_s, "lifeS": sending.life_s}
        emit_json(body | {"fault": fault, "trial": sending.trial})
    elif sending.outcome is SendOutcome.SENT:
        emit(f"sent to {shown(to)}, counts for {sending.life_s} s" + (" (trial: shown here only)" if sending.trial else ""))
    else:
        note(f"kiosk: {sending.outcome.value}" + (f": {fault}" if fault else "") + (f", wait {sending.wait_s} s" if sending.wait_s else ""))
    return DONE if sending.outcome is SendOutcome.SENT else REFUSED


def run_check(arguments: argparse.Namespace) -> int:
    from kiosk.compose.contacts import one_time_codes
    from kiosk.compose.setup import load_setup, open_customer_store
    from kiosk.services.clock import SystemClock
    from kiosk.services.contacts import ContactKind, contact
    from kiosk.services.records import checks_json

    setup = load_setup()
    kind = ContactKind.PHONE if arguments.phone else ContactKind.EMAIL
    of = contact(kind, arguments.phone or arguments.email, region=setup.config.codes.region)
    with open_customer_store(setup) as store:
        answer = one_time_codes(setup, store.code_ledger, SystemClock()).check(of, arguments.code)
    if arguments.json:
        emit_json({"check": checks_json((answer.check,))[0], "triesLeft": answer.tries_left})
    else:
        left = f" ({answer.tries_left} tries left)" if answer.tries_left else ""
        emit(f"{answer.check.status.value} {answer.check.label.value}: {sentence(answer.check)}{left}")
    return DONE if answer.check.status in (CheckStatus.PASSED, CheckStatus.WARNING) else REFUSED  # WARNING: right, but a trial
