"""`kiosk trust factors|evaluate`: the integrator's own trust factors, evaluated for a stored customer."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json

_MOST_BYTES = 2**20


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("trust", help="list the trust factors, or evaluate some for a stored customer")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    factors = actions.add_parser("factors", help="the factors that exist, with their types")
    evaluate = actions.add_parser("evaluate", help="ACCEPT, REVIEW or REJECT by the factors of a file; exit 0 whatever comes of it")
    evaluate.add_argument("customer", metavar="CUSTOMER", help="the id of a stored customer")
    evaluate.add_argument("--factors", type=Path, required=True, metavar="FILE.json", help='{"trustFactorDefinitions": […]}, as for DIS')
    for action, run in ((factors, run_factors), (evaluate, run_evaluate)):
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run_factors(arguments: argparse.Namespace) -> None:
    from kiosk.services.protocols.trust import KNOWN_FACTORS, definitions_json

    if arguments.json:
        emit_json(definitions_json())
        return
    for name, kind in KNOWN_FACTORS.items():
        emit(f"{kind.value:<8} {name}")


def run_evaluate(arguments: argparse.Namespace) -> None:
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import device_key, load_setup, open_customer_store
    from kiosk.domain.trust import evaluate
    from kiosk.services.protocols.dis_customer import WORKFLOW, DisService
    from kiosk.services.protocols.trust import KNOWN_FACTORS, evaluation_json, parse_definitions, values_of_checks

    with naming(arguments.factors):
        definitions = parse_definitions(_read(arguments.factors))
    setup = load_setup()
    with open_customer_store(setup) as store:
        customer = store.load(arguments.customer)
        if customer.workflow == WORKFLOW:
            with build_engines(setup) as engines:
                service = DisService(store, engines, device_key(setup), engines.clock)
                body = service.customer(customer.id).evaluate_trust(definitions)
        else:
            found = evaluate(definitions, values_of_checks(customer), known=KNOWN_FACTORS)
            body = {"trustEvaluation": evaluation_json(found), "links": {"customer": f"/api/v1/customers/{customer.id}"}}
    if arguments.json:
        emit_json(body)
        return
    _print(body["trustEvaluation"])


def _print(evaluation: Json) -> None:
    assert isinstance(evaluation, dict)
    emit(str(evaluation["result"]))
    for listed, word in (("trustFactorEvaluationResults", "result"), ("warnings", "warning"), ("errors", "error")):
        entries = evaluation.get(listed, [])
        for one in entries if isinstance(entries, list) else []:
            assert isinstance(one, dict)
            value = one.get("scoreValue", one.get("booleanValue", ""))
            emit(f"  {one[word]!s:<7} {one['trustFactorName']} {value}".rstrip())


def _read(path: Path) -> Json:
    """Raises BadInput: FILE_NOT_FOUND, INVALID_DATA."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"cannot be read ({error.strerror})") from error
    if len(data) > _MOST_BYTES:
        raise BadInput(ErrorCode.INVALID_DATA, "more than 1 MB")
    try:
        body: Json = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput(ErrorCode.INVALID_DATA, "not JSON") from error
    return body
