"""`kiosk read IMAGE…`: the pages of one document, nothing stored."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.document import Document, DocumentPage
from kiosk.imaging.decode import load_image
from kiosk.services.document_checks import document_checks
from kiosk.services.reading import PageResult
from kiosk.services.records import checks_json, fields_json, mrz_json, page_json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("read", help="read a document from pictures; nothing is stored")
    command.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="pages of one document, JPEG or PNG")
    command.add_argument("--save", type=Path, metavar="DIR", help="write the straightened pages and the portrait there")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    started = time.perf_counter()
    from kiosk.compose import build_engines, load_setup

    setup = load_setup()
    limits = setup.config.limits
    pictures = [load_image(path, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px) for path in arguments.images]
    with build_engines(setup) as engines:
        reader = engines.document_reader()
        timings: dict[str, float] = {"load": (time.perf_counter() - started) * 1000}
        results: list[PageResult] = []
        for path, picture in zip(arguments.images, pictures, strict=True):
            with naming(path):
                results.append(reader.read_page(picture))
            for name, ms in results[-1].timings_ms.items():
                stage = "pages" if name == "total" else name
                timings[stage] = timings.get(stage, 0.0) + ms
        document = reader.merge([result.page for result in results])
        checks = document_checks(document, today=engines.clock.today(), needs_back=reader.needs_back(document))
    timings["total"] = (time.perf_counter() - started) * 1000
    if arguments.save:
        save_crops(arguments.save, results)
    if arguments.json:
        emit_json(
            {
                "document": {
                    "type": document.type.type,
                    "country": document.type.country,
                    "mrtd": document.type.mrtd,
                    "pages": [page_json(page) for page in document.pages],
                    "mrz": mrz_json(document.mrz),
                },
                "fields": fields_json(document),
                "checks": checks_json(checks),
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
        emit(f"  MRZ {document.mrz.format.value}, {'every check digit holds' if document.mrz.valid else 'CHECK DIGITS WRONG'}")
        for line in document.mrz.lines:
            emit(f"    {line}")


def save_crops(folder: Path, results: list[PageResult]) -> None:
    """Writes `N-SIDE.jpg` and `portrait.jpg`."""
    from kiosk.imaging.decode import encode_jpeg

    folder.mkdir(parents=True, exist_ok=True)
    for number, result in enumerate(results, 1):
        (folder / f"{number}-{result.page.side.value}.jpg").write_bytes(encode_jpeg(result.straightened))
        if result.portrait is not None:
            (folder / "portrait.jpg").write_bytes(encode_jpeg(result.portrait))
