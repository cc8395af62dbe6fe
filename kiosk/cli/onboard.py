"""`kiosk onboard`: a customer from picture files, stored and decided as the screens would."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import Subparsers, naming
from kiosk.cli.scan import add_options, scanned
from kiosk.domain.document import PageSide
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.sentences import sentence
from kiosk.imaging.crop import around_box
from kiosk.imaging.decode import load_picture
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.services.document_pages import are_swapped
from kiosk.services.onboarding import Onboarding
from kiosk.services.person_checks import PersonChecks
from kiosk.services.person_records import selfie_inspection_json
from kiosk.services.reading import DocumentReader, PageResult
from kiosk.services.records import checks_json, customer_json, decision_json
from kiosk.services.step_answers import asked_by, with_steps
from kiosk.services.workflows import load_workflow


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("onboard", help="onboard a customer from picture files")
    command.add_argument("--front", type=Path, help="front of the document")
    command.add_argument("--back", type=Path, help="back of the document")
    add_options(command)  # the first page is the front, the second the back
    command.add_argument("--selfie", type=Path, help="a picture of the customer's face")
    command.add_argument("--consent", choices=("yes", "no"), help="the customer's answer to the consent text; nothing is read without it")
    command.add_argument(
        "--without-biometrics", action="store_true", help="the customer agreed to all but comparing faces: no selfie is looked at"
    )
    command.add_argument("--policy", default=None, help="decision policy (default: the configured one)")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    if arguments.consent is None:
        why = "nothing is read without the customer's consent: add --consent yes (or no, to record a refusal)"
        raise BadInput(ErrorCode.CONSENT_MISSING, why)
    if (arguments.front is None) == (arguments.scanner is None) or (arguments.back is not None and arguments.scanner is not None):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "name --front (and --back), or --scanner, and not both (see kiosk onboard --help)")
    if arguments.without_biometrics and arguments.selfie is not None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "--without-biometrics and --selfie exclude one another: nothing of the face may be kept")
    from kiosk.compose.engines import build_engines
    from kiosk.compose.lists import watchlist_screener
    from kiosk.compose.setup import consents_in_force, decision_policy, load_setup, open_customer_store

    setup = load_setup()
    workflow = load_workflow(setup.paths.resources, setup.config.session.workflow)
    consents = consents_in_force(setup)
    policy = with_steps(decision_policy(setup, workflow.policy if arguments.policy is None else arguments.policy, consents), workflow)
    accepted = arguments.consent == "yes"
    files: dict[str, Path] = {}
    if accepted:
        files = {name: getattr(arguments, name) for name in ("front", "back", "selfie") if getattr(arguments, name) is not None}
        if arguments.scanner is not None:
            files |= _sides(scanned(arguments, setup))
    started = time.perf_counter()
    limits = setup.config.limits
    pictures: dict[str, tuple[Path, Image, bytes]] = {}
    for name, path in files.items():
        pictures[name] = (path, *load_picture(path, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px))
    with build_engines(setup) as engines, open_customer_store(setup) as store:
        reader = engines.document_reader()
        onboarding = Onboarding(
            store=store,
            clock=engines.clock,
            policy=policy,
            workflow=workflow.key,
            rules=engines.document_rules,
            consents=consents,
            asked=asked_by(workflow, lambda _name: None),
        )
        onboarding.timings_ms["load"] = (time.perf_counter() - started) * 1000
        # everything is read before anything is stored: a picture that cannot be used leaves no half customer behind
        pages = _read(reader, pictures)
        if are_swapped({side: result.page for side, result in pages.items()}):
            # a scanner gives the pages in the order in which they were laid on it
            note("kiosk: the back was handed in as the front and the front as the back: taken the other way round")
            pictures["front"], pictures["back"] = pictures["back"], pictures["front"]
            pages = _read(reader, pictures)
        selfie = None
        if "selfie" in pictures:
            path, image, _ = pictures["selfie"]
            at = time.perf_counter()
            with naming(path):
                selfie = engines.verifier().selfie(image, strict=True)
            onboarding.timings_ms["selfie"] = (time.perf_counter() - at) * 1000
        onboarding.consent("consent", accepted=accepted, biometrics=not arguments.without_biometrics, language="en")
        for side, result in pages.items():
            onboarding.keep_page(f"document_{side.value}", side, result, pictures[side.value][2])
        if selfie is not None:
            _, image, data = pictures["selfie"]
            onboarding.keep_selfie("selfie", selfie, image, data, around_box(image, selfie.face.box, margin=0.45))
        if accepted:
            onboarding.keep_review("review", {})
        at = time.perf_counter()
        judgement = PersonChecks(engines, store, watchlist_screener(setup, store)).judge(onboarding.person_question())
        onboarding.timings_ms["faces"] = (time.perf_counter() - at) * 1000
        onboarding.timings_ms["total"] = (time.perf_counter() - started) * 1000
        decision = onboarding.decide("decision", judgement)
        body: dict[str, Json] = {
            "customer": customer_json(onboarding),
            "selfieInspection": selfie_inspection_json(judgement, onboarding.document()),
            "checks": checks_json(onboarding.checks),
            "decision": decision_json(decision, onboarding.checks),
            "timings_ms": {name: round(ms, 1) for name, ms in onboarding.timings_ms.items()},
        }
        if arguments.json:
            emit_json(body)
            return
        emit(f"{decision.outcome.value}  customer {onboarding.customer_id}")
        for name, field in onboarding.document().fields.items():
            emit(f"  {name.value:<18} {field.chosen.value}")
        for check in onboarding.checks:
            emit(f"  {check.status.value:<13} {sentence(check)}")
        emit(f"  {onboarding.timings_ms['total']:.0f} ms")


def _read(reader: DocumentReader, pictures: Mapping[str, tuple[Path, Image, bytes]]) -> dict[PageSide, PageResult]:
    """The pages under the sides that they were handed in as."""
    pages: dict[PageSide, PageResult] = {}
    for side in (PageSide.FRONT, PageSide.BACK):
        if side.value in pictures:
            path, image, _ = pictures[side.value]
            with naming(path):
                pages[side] = reader.read_page(image, expected=side)
    return pages


def _sides(pages: tuple[Path, ...]) -> dict[str, Path]:
    """Scanned pages by side: as they were scanned. Raises BadInput(BAD_ARGUMENT)."""
    if len(pages) > 2:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{len(pages)} pages were scanned; a document has a front and a back: scan them again")
    return dict(zip(("front", "back"), pages, strict=False))
