"""`kiosk watchlist import FILE | list | remove NAME` and `kiosk screen NAME`: lists on this machine, and who is on them. No network."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.sentences import sentence

if TYPE_CHECKING:
    from kiosk.services.watchlist.shelf import WatchlistShelf

_FORMATS = ("opensanctions-csv", "opensanctions-json", "ofac-csv", "ofac-xml", "eu-xml", "un-xml")
"""`formats.ListFormat`, without importing it at start-up; a test compares the two."""
_BIRTH = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("watchlist", help="sanctions and other lists on this machine")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    importing = actions.add_parser("import", help="read a list from a file; an older version is replaced when the new one is complete")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--format", choices=_FORMATS, help="found by the file's beginning where not given")
    importing.add_argument("--name", default="", help="of the list (the format's name)")
    importing.add_argument("--allow-shrink", action="store_true", help="take a file with less than half of the entries there were")
    importing.set_defaults(run=run_import)
    listing = actions.add_parser("list", help="which lists are installed, and how old they are")
    listing.set_defaults(run=run_list)
    removing = actions.add_parser("remove", help="forget a list")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=run_remove)
    screen = commands.add_parser("screen", help="who on the lists may be this person; nothing is stored")
    screen.add_argument("name", metavar="NAME")
    screen.add_argument("--dob", default="", metavar="DATE", help="YYYY, YYYY-MM or YYYY-MM-DD")
    screen.add_argument("--country", action="append", default=[], metavar="CODE", help="nationality; may be repeated")
    screen.add_argument("--sex", choices=("M", "F"), default="")
    screen.add_argument("--reference", default="command-line", metavar="REF", help="the user reference that the screening is made for")
    screen.set_defaults(run=run_screen)
    for action in (importing, listing, removing, screen):
        action.add_argument("--json", action="store_true")


def run_import(arguments: argparse.Namespace) -> None:
    from kiosk.services.watchlist.formats import ListFormat

    with naming(arguments.file):
        form = ListFormat(arguments.format) if arguments.format else None
        version = _shelf().import_list(arguments.file, form=form, name=arguments.name, allow_shrink=arguments.allow_shrink)
    if arguments.json:
        emit_json(version.as_json())
    else:
        day = version.source_date or "a day that the file does not say"
        emit(f"{version.name}: {version.entries} entries, {version.spellings} names, of {day}")


def run_list(arguments: argparse.Namespace) -> None:
    from kiosk.services.clock import SystemClock
    from kiosk.services.watchlist.screening import WatchlistScreener

    shelf = _shelf()
    screener = WatchlistScreener(shelf, SystemClock())
    versions = shelf.versions()
    if arguments.json:
        emit_json({"lists": [version.as_json() | {"outdated": screener.is_outdated(version)} for version in versions]})
        return
    for version in versions:
        old = "  OUTDATED" if screener.is_outdated(version) else ""
        emit(f"{version.name}  {version.format}  of {version.source_date or '?'}  {version.entries} entries  {version.sha256[:16]}{old}")
    if not versions:
        emit("no list is installed: kiosk watchlist import FILE")


def run_remove(arguments: argparse.Namespace) -> None:
    version = _shelf().remove(arguments.name)
    if arguments.json:
        emit_json({"removed": version.as_json()})
    else:
        emit(f"{version.name}: removed")


def run_screen(arguments: argparse.Namespace) -> None:
    from kiosk.services.clock import SystemClock
    from kiosk.services.watchlist.model import Sex, Subject
    from kiosk.services.watchlist.screening import WatchlistScreener, screening_json

    subject = Subject(arguments.name, _birth(arguments.dob), tuple(_country(code) for code in arguments.country), Sex(arguments.sex))
    screening = WatchlistScreener(_shelf(), SystemClock()).screen(subject, arguments.reference)
    if arguments.json:
        emit_json(screening_json(screening))
        return
    emit(f"{screening.check.status.value}: {sentence(screening.check)}")
    for hit in screening.hits:
        births = ", ".join(hit.listed.births) or "-"
        source = f"{hit.source.name} of {hit.source.source_date or hit.source.imported_at[:10]}"
        emit(f"  {hit.score:.3f}  {hit.listed.names[0]}  {births}  {source}  {hit.listed.id}  {' '.join(hit.reasons)}")


def _shelf() -> WatchlistShelf:
    from kiosk.compose import load_setup
    from kiosk.services.clock import SystemClock
    from kiosk.services.watchlist.shelf import WatchlistShelf

    return WatchlistShelf(load_setup().paths.data / "watchlists", SystemClock())


def _birth(text: str) -> str:
    if text:
        try:
            if not _BIRTH.fullmatch(text):
                raise ValueError
            date.fromisoformat(f"{text}-01-01"[:10])
        except ValueError:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "--dob is YYYY, YYYY-MM or YYYY-MM-DD") from None
    return text


def _country(text: str) -> str:
    from kiosk.services.watchlist.names import country_code

    code = country_code(text)
    if not code:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "--country is no country that is known")
    return code
