"""`kiosk doctor`: what is there, what is missing, and the command that mends it."""

from __future__ import annotations

import argparse

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("doctor", help="examine devices, models, store, disk and clock of this machine")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> None:
    """Exit 0 whatever is found: the report is the result."""
    from kiosk.compose.health import doctor_looks
    from kiosk.compose.setup import load_setup
    from kiosk.services.doctor import examine

    report = examine(doctor_looks(load_setup()))
    if arguments.json:
        emit_json(
            {
                "status": report.status.value,
                "findings": [
                    {
                        "name": finding.name,
                        "status": finding.status.value,
                        "found": finding.found,
                        "mend": finding.mend,
                        "code": str(finding.code),
                        "ms": round(finding.ms, 1),
                    }
                    for finding in report.findings
                ],
            }
        )
        return
    for finding in report.findings:
        emit(f"{finding.status.value:<8} {finding.name:<28} {finding.found}")
        if finding.mend:
            emit(f"{'':<37} -> {finding.mend}")
    emit(f"{report.status.value}")
