"""`kiosk specimens list|make`: documents of a state that does not exist, with their exact truth, as pictures in a folder."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import Subparsers, whole_number
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.specimens.truth import Specimen


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("specimens", help="draw specimen documents with their exact truth")
    actions = command.add_subparsers(dest="action", required=True, metavar="WHAT", parser_class=type(command))
    listing = actions.add_parser("list", help="the designs and what may be unusual about a holder")
    listing.set_defaults(run=run_list)
    make = actions.add_parser("make", help="one folder per document: front.png, back.png, truth.json")
    make.add_argument("folder", type=Path, metavar="DIR", help="made where it is missing; what is there is written over")
    make.add_argument("--design", action="append", default=[], help="only this one; may be repeated")
    make.add_argument("--count", type=whole_number(1), default=1, help="documents of each design (1)")
    make.add_argument("--seed", type=whole_number(0), default=0, help="of the first document; the next ones count on (0)")
    make.add_argument("--case", default="", help="what is unusual about the holder")
    make.add_argument("--degraded", action="store_true", help="beside each folder one with photographs of the pages")
    make.set_defaults(run=run_make)
    for action in (listing, make):
        action.add_argument("--json", action="store_true")


def run_list(arguments: argparse.Namespace) -> None:
    from kiosk.specimens.specimen import DESIGNS, Case

    if arguments.json:
        designs: list[Json] = [{"design": key, "type": plan.type, "mrtd": plan.mrtd} for key, plan in DESIGNS.items()]
        emit_json({"designs": designs, "cases": [case.value for case in Case]})
        return
    for key, plan in DESIGNS.items():
        emit(f"{key:12} {plan.type:17} {plan.mrtd}".rstrip())
    emit("cases: " + ", ".join(Case))


def run_make(arguments: argparse.Namespace) -> None:
    from kiosk.specimens.specimen import DESIGNS, specimen

    designs = arguments.design or list(DESIGNS)
    made: list[Json] = []
    for design in designs:
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            document = specimen(design, seed=seed, case=arguments.case)
            folder = arguments.folder / f"{design}-{seed}"
            try:
                document.save(folder)
                if arguments.degraded:
                    _photographed(document, seed).save(folder.with_name(f"{folder.name}-photo"))
            except OSError as error:
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"{folder} cannot be written: {error.strerror or error}") from error
            made.append(str(folder))
            if not arguments.json:
                emit(str(folder))
    note(f"{len(made)} specimens")
    if arguments.json:
        emit_json({"folders": made})


def _photographed(document: Specimen, seed: int) -> Specimen:
    """The same document as a camera saw it. The corners of its truth are those in the photographs, all other places the page's own."""
    from kiosk.specimens.degrade import photograph
    from kiosk.specimens.truth import Specimen

    shots = {side: photograph(page, seed=seed) for side, page in document.pages.items()}
    truth = replace(document.truth, corners={side: shot.quad for side, shot in shots.items()})
    return Specimen({side: shot.image for side, shot in shots.items()}, truth)
