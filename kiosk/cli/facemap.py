"""`kiosk facemap make SELFIE... --out FILE` and `kiosk facemap verify FILE SELFIE`: templates of a returning customer in a sealed file."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.domain.sentences import sentence
from kiosk.imaging.decode import load_image
from kiosk.paths import write_private
from kiosk.services.records import checks_json

if TYPE_CHECKING:
    from kiosk.compose.engines import Engines
    from kiosk.compose.setup import Setup
    from kiosk.ports import FaceMatcher
    from kiosk.services.facemap import FacemapTemplate


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("facemap", help="make a facemap of selfies, or verify a selfie against one; nothing is stored")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    make = actions.add_parser("make", help="a facemap of one person's selfies, better in several poses")
    make.add_argument("selfies", nargs="+", type=Path, metavar="SELFIE")
    make.add_argument("--out", type=Path, required=True, metavar="FILE")
    make.add_argument("--customer", default="", metavar="REF", help="a reference to find the customer by; sealed in the file")
    make.set_defaults(run=run_make)
    verify = actions.add_parser("verify", help="is this the person of the facemap")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument("selfies", nargs="+", type=Path, metavar="SELFIE")
    verify.add_argument("--customer", default=None, metavar="REF", help="refuse a facemap that was made for anybody else")
    verify.set_defaults(run=run_verify)
    for action in (make, verify):
        action.add_argument("--json", action="store_true")


def run_make(arguments: argparse.Namespace) -> None:
    from kiosk.compose.setup import device_key
    from kiosk.services.clock import SystemClock
    from kiosk.services.facemap import make_facemap, open_facemap

    with _engines() as (setup, engines, matcher):
        templates = _templates(arguments.selfies, setup, engines)
        key = device_key(setup)
        data = make_facemap(templates, matcher, key, created=SystemClock().now_utc(), customer=arguments.customer)
        made = open_facemap(data, key, matcher.model_id)
    try:
        write_private(arguments.out, data)
    except OSError as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"--out {arguments.out}: cannot be written ({error.strerror})") from error
    if arguments.json:
        emit_json({"file": str(arguments.out), "model": made.model, "templates": len(made.templates), "yawSpan": round(made.yaw_span, 1)})
    else:
        emit(f"{arguments.out}: {len(made.templates)} templates of {made.model}, {made.yaw_span:.0f} degrees of yaw between them")


def run_verify(arguments: argparse.Namespace) -> None:
    from kiosk.compose.setup import device_key
    from kiosk.services.facemap import MAX_BYTES, authenticate, open_facemap

    try:
        with open(arguments.file, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{arguments.file}: {error.strerror}") from error
    with _engines() as (setup, engines, matcher):
        with naming(arguments.file):
            facemap = open_facemap(data, device_key(setup), matcher.model_id, customer=arguments.customer)
        began = time.perf_counter()
        selfies = tuple(one.embedding for one in _templates(arguments.selfies, setup, engines))
        check = authenticate(facemap, selfies, matcher)
        ms = (time.perf_counter() - began) * 1000
    if arguments.json:
        body = checks_json((check,))[0]
        assert isinstance(body, dict)
        emit_json(
            {
                **body,
                "facemap": {"created": facemap.created, "customer": facemap.customer or None, "templates": len(facemap.templates)},
                "timings_ms": {"verify": round(ms, 1)},
            }
        )
    else:
        emit(f"{check.status.value}: {sentence(check)} ({check.score:.3f}, threshold {check.threshold:.3f}, {check.model})")


@contextmanager
def _engines() -> Iterator[tuple[Setup, Engines, FaceMatcher]]:
    """Raises ModelFault(MODEL_MISSING)."""
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    setup = load_setup()
    with build_engines(setup) as engines:
        matcher = engines.matcher()
        if matcher is None:
            raise ModelFault(ErrorCode.MODEL_MISSING, "no face embedding model is installed: kiosk models install")
        yield setup, engines, matcher


def _templates(paths: Sequence[Path], setup: Setup, engines: Engines) -> list[FacemapTemplate]:
    """Of one face each. Raises BadInput that names the picture."""
    from kiosk.services.facemap import FacemapTemplate

    limits, verifier = setup.config.limits, engines.verifier()
    templates = []
    for path in paths:
        with naming(path):
            image = load_image(path, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px)
            pose = verifier.selfie(image, strict=True).quality.pose
            templates.append(FacemapTemplate(verifier.template(image), pose))
    return templates
