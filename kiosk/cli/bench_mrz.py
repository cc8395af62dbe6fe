"""`kiosk bench mrz`: its arguments and what it prints. `kiosk.cli.bench` adds it to its commands."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import whole_number
from kiosk.domain.mrz_layout import MrzFormat
from kiosk.ports import Json


def add_mrz_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=whole_number(1), default=60, metavar="N", help="photographs, about two seconds each (60)")
    parser.add_argument("--seed", type=whole_number(0), default=1, help="first seed (1)")
    parser.add_argument("--format", action="append", default=[], choices=[one.value for one in MrzFormat], help="only so; may be repeated")
    parser.add_argument(
        "--font",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="typeface of zones besides the specimens' own; may be repeated",
    )
    parser.add_argument("--read", action="store_true", help="read each picture as the product does, instead of knowing where the page is")


def run_mrz(arguments: argparse.Namespace) -> None:
    from kiosk.bench import machine
    from kiosk.bench.mrz import FORMATS, search, zone_cases
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    formats = tuple(MrzFormat(one) for one in arguments.format) or FORMATS
    note(f"drawing, photographing and reading {arguments.count} zones")
    with build_engines(load_setup()) as engines:
        cases = zone_cases(arguments.count, arguments.seed, formats=formats, fonts=arguments.font)
        figures = search(engines.mrz_reader(), cases, pages=engines.document_reader() if arguments.read else None)
    if arguments.json:
        emit_json({"machine": machine.describe(), **figures})
        return
    _print(figures)


def _print(figures: dict[str, Json]) -> None:
    for kind in ("genuine", "forged"):
        rows = figures[kind]
        assert isinstance(rows, dict)
        for row, counts in rows.items():
            assert isinstance(counts, dict)
            emit(f"{kind:<8} {row:<7} " + "  ".join(f"{name} {count}" for name, count in counts.items()))
    wrong = figures["wrong"]
    assert isinstance(wrong, list)
    for one in wrong:
        assert isinstance(one, dict)
        emit(f"{one['outcome']:<14} {one['case']:<40} {one['differs']}")
    emit(f"read at a glance {figures['read_at_a_glance']} of {figures['zones']}, processor ms {figures['processor_ms']}")
