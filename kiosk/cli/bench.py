"""`kiosk bench startup|preview`: measured figures with the machine they were measured on."""

from __future__ import annotations

import argparse

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import Subparsers, seconds, whole_number
from kiosk.ports import Json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("bench", help="measure speed and memory on this machine")
    actions = command.add_subparsers(dest="action", required=True, metavar="WHAT", parser_class=type(command))
    startup = actions.add_parser("startup", help="process start to the welcome screen; the command line reading both sides of a card")
    startup.add_argument("--runs", type=whole_number(1), default=5)
    startup.set_defaults(run=run_startup)
    preview = actions.add_parser("preview", help="the capture screen at 1280x720: frames painted and analysed, advice age, event loop")
    preview.add_argument("--seconds", type=seconds(1, 120), default=20.0)
    preview.add_argument("--screen", choices=("document", "selfie"), default="document")
    preview.set_defaults(run=run_preview)
    for action in (startup, preview):
        action.add_argument("--json", action="store_true")


def run_startup(arguments: argparse.Namespace) -> None:
    from kiosk.bench import machine, reading, window

    note(f"starting the kiosk {arguments.runs + 1} times")
    body: dict[str, Json] = {"machine": machine.describe(), "startup": window.startup(arguments.runs)}
    note("reading both sides of a specimen card from the command line")
    body["cli_read_card"] = reading.cli_card(arguments.runs)
    _report(body, arguments.json)


def run_preview(arguments: argparse.Namespace) -> None:
    from kiosk.bench import machine, window

    note(f"showing the {arguments.screen} screen for {arguments.seconds:.0f} s")
    _report({"machine": machine.describe(), "preview": window.preview(arguments.seconds, arguments.screen)}, arguments.json)


def _report(body: dict[str, Json], as_json: bool) -> None:
    if as_json:
        emit_json(body)
        return
    for part, figures in body.items():
        emit(part)
        assert isinstance(figures, dict)
        for name, value in figures.items():
            if isinstance(value, dict):
                emit(f"  {name:<28} " + "  ".join(f"{key} {inner}" for key, inner in value.items()))
            else:
                emit(f"  {name:<28} {value}")
