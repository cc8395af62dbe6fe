"""`kiosk documents list|check FILE`: the documents that have a template, and whether a template of one's own is right."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json
from kiosk.services.template_model import Template


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("documents", help="documents that have a template; check a template of your own")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    listing = actions.add_parser("list", help="every template: country, type, edition, and what it was tried on")
    listing.add_argument("--json", action="store_true", help="in the shape of DIS `metadata`")
    listing.set_defaults(run=run_list)
    check = actions.add_parser("check", help="every mistake in a template file, with its place")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=run_check)


def run_list(arguments: argparse.Namespace) -> None:
    from kiosk.services.document_templates import load_templates

    templates = load_templates()
    if arguments.json:
        emit_json({"documents": [_metadata(template) for template in templates]})
        return
    for one in templates:
        edition, mrtd, tried = one.edition or "-", one.mrtd or "-", "tried" if one.tried else "never tried"
        emit(f"{one.country:<4} {one.type:<17} {edition:<16} {mrtd:<7} {tried:<12} {one.id}")


def run_check(arguments: argparse.Namespace) -> None:
    """Raises BadInput(TEMPLATE_INVALID) with every mistake."""
    from kiosk.services.document_templates import check_template

    if not arguments.file.is_file():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{arguments.file} is not there")
    mistakes = check_template(arguments.file)
    if mistakes:
        raise BadInput(ErrorCode.TEMPLATE_INVALID, f"{arguments.file.name}: " + "; ".join(mistakes))
    if arguments.json:
        emit_json({"file": arguments.file.name, "valid": True})
    else:
        emit(f"{arguments.file.name} is right")


def _metadata(template: Template) -> dict[str, Json]:
    """DIS `metadata.documents[]`; fields and regions by page."""
    kind: dict[str, Json] = {"country": template.country.lower(), "type": template.type}
    if template.edition:
        kind["edition"] = template.edition
    if template.mrtd:
        kind["machineReadableTravelDocument"] = template.mrtd
    pages: dict[str, Json] = {
        side.value: {
            "classificationAdviceRequired": False,
            "portrait": {"present": any(region.value == "portrait" for region in page.regions)},
            "visualZone": {name.value: {"label": field.labels[0] if field.labels else ""} for name, field in page.fields.items()},
        }
        for side, page in template.pages.items()
    }
    return {"documentType": kind, "pages": pages, "template": template.id, "tried": template.tried}
