"""`kiosk search FACE`: which stored customers have this face. Nothing is stored."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming, whole_number
from kiosk.domain.errors import ErrorCode, ModelFault
from kiosk.imaging.decode import load_image
from kiosk.ports import Json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("search", help="which stored customers have this face; nothing is stored")
    command.add_argument("face", type=Path, metavar="FACE", help="a picture of one face")
    command.add_argument("--limit", type=whole_number(1), default=5, metavar="K", help="at most so many, the likest first (5)")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import has_store, load_setup, open_customer_store
    from kiosk.services.known_person import KnownPeople
    from kiosk.services.stored_person import stored_person

    setup = load_setup()
    limits = setup.config.limits
    with naming(arguments.face):
        image = load_image(arguments.face, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px)
    with build_engines(setup) as engines:
        verifier, matcher = engines.verifier(), engines.matcher()
        if matcher is None:
            raise ModelFault(ErrorCode.MODEL_MISSING, "no face embedding model is installed: kiosk models install")
        with naming(arguments.face):
            template = verifier.template(image)
        if not has_store(setup):
            _report(arguments.json, [], 0, None, matcher.model_id, 0.0)
            return
        with open_customer_store(setup) as store:
            people = KnownPeople(store, matcher)
            result = people.find(template, limit=arguments.limit)
            not_compared = people.not_compared()
            found: list[dict[str, Json]] = []
            for hit in result.hits:
                customer = store.load(hit.customer_id)
                person = stored_person(customer)
                row: dict[str, Json] = {"id": hit.customer_id, "score": round(hit.score, 4), "createdAt": customer.created_at}
                found.append(row | {"name": person.name or None, "dateOfBirth": person.date_of_birth or None})
    _report(arguments.json, found, result.compared, result.threshold, result.model, result.ms, not_compared)


def _report(
    as_json: bool, found: list[dict[str, Json]], compared: int, threshold: float | None, model: str, ms: float, not_compared: int = 0
) -> None:
    bound = None if threshold is None else round(threshold, 4)
    if as_json:
        body: dict[str, Json] = {
            "customers": list(found),
            "compared": compared,
            "notCompared": not_compared,
            "threshold": bound,
            "model": model,
        }
        emit_json(body | {"timings_ms": {"search": ms}})
        return
    for row in found:
        emit(f"{row['id']}  {row['score']:.3f}  {row['createdAt']}  {row['name'] or '-'}  {row['dateOfBirth'] or '-'}")
    likest = f", threshold {bound:.3f}" if bound is not None and compared else ""
    emit(f"{len(found) or 'none'} of {compared} stored faces{likest} ({model})")
    if not_compared:
        emit(f"{not_compared} more could not be compared: their templates are of another model")
