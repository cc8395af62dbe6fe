"""`kiosk session start|next|…`: the server-driven session from the command line; what it knows is in the store between the calls."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.services.protocols.guided_session import GuidedSessions

Call = Callable[["GuidedSessions", argparse.Namespace], Mapping[str, Json] | None]


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("session", help="a session that is led from screen to screen by a level's file")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    start = actions.add_parser("start", help="begin one; prints its id")
    start.add_argument("level", metavar="LEVEL", help="a file of resources/levels without .toml")
    start.add_argument("--applicant", action="append", default=[], metavar="NAME=VALUE", help="email_address=…, first_name=…")
    start.set_defaults(call=_start)
    for name, help_, call in (
        ("next", "the screen that is on", lambda sessions, given: sessions.preflight(given.id)),
        ("show", "the session's record", lambda sessions, given: sessions.show(given.id)),
        ("skip", "leave the screen that is on out, where it is optional", lambda sessions, given: sessions.skip(given.id)),
        ("liveness", "begin a liveness capture: prints its challenge", lambda sessions, given: sessions.start_liveness(given.id)),
        ("chip", "read the document's chip, for the screen that is on", lambda sessions, given: sessions.read_chip(given.id)),
        ("cancel", "end it and erase what was collected", lambda sessions, given: sessions.cancel(given.id)),
        ("result", "the decision, once it is completed", lambda sessions, given: sessions.result(given.id)),
    ):
        action = actions.add_parser(name, help=help_)
        action.add_argument("id", metavar="ID")
        action.set_defaults(call=call)
    consent = actions.add_parser("consent", help="what the customer answered")
    consent.add_argument("id", metavar="ID")
    consent.add_argument("answer", choices=("yes", "no"))
    consent.set_defaults(call=lambda sessions, given: sessions.consent(given.id, given.answer == "yes"))
    upload = actions.add_parser("upload", help="a side of the document, a capture record, or a proof, for the screen that is on")
    upload.add_argument("id", metavar="ID")
    upload.add_argument("files", nargs="+", type=Path, metavar="FILE")
    upload.add_argument("--screen", required=True, metavar="SCREEN", help="the screen that it is for")
    upload.set_defaults(call=_upload)
    code = actions.add_parser("code", help="a one-time code, for the screen that is on")
    parts = code.add_subparsers(dest="part", required=True, metavar="PART", parser_class=type(command))
    begin = parts.add_parser("start", help="send one to the number or address; without one to the applicant's")
    begin.add_argument("id", metavar="ID")
    begin.add_argument("contact", metavar="CONTACT", nargs="?", default="")
    begin.add_argument("--language", metavar="TAG", default="en", help="of the message")
    begin.set_defaults(
        call=lambda sessions, given: sessions.start_code(given.id, _on(sessions, given), given.contact, language=given.language)
    )
    typed = parts.add_parser("complete", help="what the customer typed")
    typed.add_argument("id", metavar="ID")
    typed.add_argument("code", metavar="CODE")
    typed.set_defaults(call=lambda sessions, given: sessions.complete_code(given.id, _on(sessions, given), given.code))
    for action in (*actions.choices.values(), begin, typed):
        if action is code:
            continue
        action.add_argument("--json", action="store_true")
        action.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    call: Call = arguments.call
    with _sessions() as sessions:
        body = call(sessions, arguments)
    if arguments.json:
        emit_json(body if body is not None else {"cancelled": arguments.id})
    elif body is None:
        emit(f"{arguments.id} cancelled")
    else:
        _print(body)


def _start(sessions: GuidedSessions, given: argparse.Namespace) -> Mapping[str, Json]:
    pairs = [entry.partition("=") for entry in given.applicant]
    if not all(equals for _, equals, _ in pairs):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "--applicant takes NAME=VALUE")
    return sessions.create(given.level, {name: value for name, _, value in pairs})


def _on(sessions: GuidedSessions, given: argparse.Namespace) -> str:
    """The screen that is on."""
    message = sessions.preflight(given.id)["message"]
    assert isinstance(message, dict)
    screen = message["screen"]
    assert isinstance(screen, dict)
    return str(screen["show"])


def _upload(sessions: GuidedSessions, given: argparse.Namespace) -> Mapping[str, Json]:
    from kiosk.services.protocols.levels import Show

    files = [_read(path) for path in given.files]
    if given.screen in (Show.PROOF_OF_ADDRESS, Show.PROOF_OF_FUNDS):
        return sessions.upload_proof(given.id, given.screen, files)
    if len(files) > 1:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{given.screen} takes one file")
    if given.screen == Show.LIVENESS:
        return sessions.complete_liveness(given.id, files[0])
    return sessions.upload_media(given.id, given.screen, files[0])


@contextmanager
def _sessions() -> Iterator[GuidedSessions]:
    from kiosk.compose.contacts import guided_sessions
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup, open_customer_store

    setup = load_setup()
    with open_customer_store(setup) as store, build_engines(setup) as engines:
        sessions = guided_sessions(setup, store, engines)
        sessions.sweep()
        yield sessions


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}: cannot be read ({error.strerror})") from error


def _print(body: Mapping[str, Json]) -> None:
    message = body.get("message")
    if isinstance(message, dict):
        screen, extra = message["screen"], message["extra_data"]
        assert isinstance(screen, dict)
        assert isinstance(extra, dict)
        emit(f"{screen['show']}" + (f"  again: {extra['again']}" if "again" in extra else ""))
        return
    decision = body.get("decision")
    if isinstance(decision, dict):
        emit(str(decision["outcome"]))
        reasons = decision.get("reasons")
        for reason in reasons if isinstance(reasons, list) else []:
            assert isinstance(reason, dict)
            emit(f"  {reason['outcome']:<7} {reason['sentence']}")
        return
    for name, value in body.items():
        emit(f"{name}  {value}")
