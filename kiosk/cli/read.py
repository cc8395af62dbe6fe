"""`kiosk read IMAGE…`: the pages of one document, nothing stored."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from kiosk.cli.output import emit, emit_json, save_pictures
from kiosk.cli.parsing import Subparsers, naming
from kiosk.cli.scan import add_options, scanned
from kiosk.domain.document import Document, DocumentPage, Region
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.mrz import Mrz
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image
from kiosk.services.inspection_records import disclosure_json, inspection_json
from kiosk.services.read_advice import checked_advice
from kiosk.services.reading import PageResult
from kiosk.services.records import checks_json, fields_json, mrz_json, page_json
from kiosk.services.template_match import Advice


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("read", help="read a document from pictures; nothing is stored")
    command.add_argument("images", nargs="*", type=Path, metavar="IMAGE", help="pages of one document, JPEG or PNG")
    add_options(command)
    for name, example in (("country", "SVK"), ("type", "identity-card"), ("edition", "2013"), ("mrtd", "TD1")):
        command.add_argument(f"--{name}", action="append", default=[], metavar="VALUE", help=f"the document is known to be {example}")
    command.add_argument("--save", type=Path, metavar="DIR", help="write the straightened pages and the pictures on them there")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    if bool(arguments.images) == (arguments.scanner is not None):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "name the pictures to read, or --scanner, and not both (see kiosk read --help)")
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    advice = checked_advice(Advice(tuple(arguments.country), tuple(arguments.type), tuple(arguments.edition), tuple(arguments.mrtd)))
    setup = load_setup()
    limits = setup.config.limits
    images = arguments.images or scanned(arguments, setup)
    started = time.perf_counter()
    pictures = [load_image(path, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px) for path in images]
    with build_engines(setup) as engines:
        reader = engines.document_reader()
        timings: dict[str, float] = {"load": (time.perf_counter() - started) * 1000}
        results: list[PageResult] = []
        shown: list[Image] = []  # the picture of each page
        for path, picture in zip(images, pictures, strict=True):
            with naming(path):
                pages = reader.read_pages(picture, advice=advice)
            results.extend(pages)
            shown.extend(picture for _ in pages)
            for name, ms in (timing for page in pages for timing in page.timings_ms.items()):
                stage = "pages" if name == "total" else name
                timings[stage] = timings.get(stage, 0.0) + ms
        rules = engines.document_rules
        document = rules.merge([result.page for result in results], advice)
        inspection = rules.inspect(document)
        checks = rules.checks(document)
    timings["total"] = (time.perf_counter() - started) * 1000
    if arguments.save:
        save_crops(arguments.save, results, shown)
    if arguments.json:
        emit_json(
            {
                "document": {
                    "type": document.type.type,
                    "country": document.type.country,
                    "mrtd": document.type.mrtd,
                    "edition": document.type.edition,
                    "template": document.type.template,
                    "supportLevel": document.type.support.value,
                    "supportMethod": document.type.method.value if document.type.method else None,
                    "pages": [page_json(page) for page in document.pages],
                    "mrz": mrz_json(document.mrz),
                },
                "fields": fields_json(document),
                "checks": checks_json(checks),
                "inspection": inspection_json(inspection),
                "disclosure": disclosure_json(inspection),
                "timings_ms": {name: round(ms, 1) for name, ms in timings.items()},
            }
        )
        return
    _print(document, document.pages)
    for check in checks_json(checks):
        assert isinstance(check, dict)
        emit(f"  {check['status']:<13} {check['sentence']}")
    emit(f"  {timings['total']:.0f} ms")


def _print(document: Document, pages: tuple[DocumentPage, ...]) -> None:
    kind = " ".join(part for part in (document.type.country, document.type.type, document.type.mrtd) if part) or "document of unknown type"
    emit(f"{kind}, {len(pages)} page{'s' if len(pages) != 1 else ''}")
    for name, field in document.fields.items():
        chosen = field.chosen
        emit(f"  {name.value:<18} {chosen.value:<34} {chosen.source.value:<10} {chosen.confidence:.2f}")
    if document.mrz:
        emit(f"  MRZ {document.mrz.format.value}, {_standing(document.mrz)}")
        for line in document.mrz.lines:
            emit(f"    {line}")


def _standing(mrz: Mrz) -> str:
    if mrz.in_doubt:
        return f"NOT SURE: {len(mrz.doubtful_repairs)} characters might be others"
    return "every check digit holds" if mrz.valid else "CHECK DIGITS WRONG"


_CROP_NAMES = {
    Region.PORTRAIT: "portrait",
    Region.GHOST_PORTRAIT: "ghost-portrait",
    Region.SIGNATURE: "signature",
    Region.FINGERPRINT: "fingerprint",
}


def save_crops(folder: Path, results: Sequence[PageResult], shown: Sequence[Image]) -> None:
    """Writes the pages as `N-SIDE.jpg` and the pictures on them as `portrait.jpg`, `signature.jpg` …, as large as the pictures show them.

    Args:
        shown: for each page the picture that it was found in, as handed in.

    Raises:
        BadInput: BAD_ARGUMENT.
    """
    from kiosk.imaging.decode import encode_jpeg
    from kiosk.imaging.rectify import rotated
    from kiosk.imaging.region_crop import page_crop

    pictures: dict[str, bytes] = {}
    for number, (result, picture) in enumerate(zip(results, shown, strict=True), 1):
        source = picture if result.page.quad is not None else rotated(picture, result.turns)
        pictures[f"{number}-{result.page.side.value}.jpg"] = encode_jpeg(page_crop(source, result.page.quad, result.page.size))
        for region, crop in result.crops.items():
            # one portrait per document is the rule, but a back's ghost portrait must not take the place of the front's
            name = _CROP_NAMES[region]
            pictures[f"{name}.jpg" if f"{name}.jpg" not in pictures else f"{number}-{name}.jpg"] = encode_jpeg(crop)
    save_pictures(folder, pictures)
