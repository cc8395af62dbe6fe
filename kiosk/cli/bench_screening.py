"""`kiosk bench screening`: its arguments and what it prints. `kiosk.cli.bench` adds it to its commands."""

from __future__ import annotations

import argparse

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import whole_number


def add_screening_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--names", type=whole_number(100), default=1_000_000, metavar="N", help="names on the made-up list (1000000)")
    parser.add_argument("--queries", type=whole_number(2), default=200, metavar="N", help="per kind of variant (200)")


def run_screening(arguments: argparse.Namespace) -> None:
    from kiosk.bench.screening import screening

    body = screening(names=arguments.names, queries=arguments.queries)
    if arguments.json:
        emit_json(body)
        return
    for name, value in body.items():
        emit(f"{name:<26} {value}")
