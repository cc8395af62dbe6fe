"""`kiosk bench decision`: its arguments and what it prints. `kiosk.cli.bench` adds it to its commands."""

from __future__ import annotations

import argparse

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import whole_number
from kiosk.ports import Json


def add_decision_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--workflow", default="32", metavar="KEY", help="a numbered workflow that begins with a new account (32)")
    parser.add_argument("--runs", type=whole_number(1), default=5, metavar="N", help="decisions counted, after one that is not (5)")
    parser.add_argument("--names", type=whole_number(100), default=100_000, metavar="N", help="names on the made-up watchlist (100000)")
    parser.add_argument(
        "--walks", type=whole_number(0), default=2, metavar="N", help="customers who walk through the screens, after one; 0 = none (2)"
    )


def run_decision(arguments: argparse.Namespace) -> None:
    from kiosk.bench import decision, decision_walk, machine, targets
    from kiosk.compose.setup import load_setup, model_library

    setup = load_setup()
    note(f"a watchlist of {arguments.names} made-up names, a drawn customer, {arguments.runs + 1} decisions")
    body: dict[str, Json] = {}
    body |= decision.decision(setup, workflow=arguments.workflow, runs=arguments.runs, names=arguments.names)
    if arguments.walks:
        note(f"{arguments.walks + 1} customers at the screens, each takes their time")
        body["screens"] = decision_walk.walks(setup, workflow=arguments.workflow, runs=arguments.walks, names=arguments.names)
    # afterwards: dlib's network beside ours would cost memory while it is measured
    body["machine"] = machine.describe(machine.face_yardstick(model_library(setup).path))
    figures: list[tuple[str, Json, float]] = [("decision", body.get("decision_ms"), decision.TARGET_MS)]
    if isinstance(screens := body.get("screens"), dict):
        figures.append(("wait after the last picture", screens.get("end_wait_ms"), decision_walk.END_TARGET_MS))
    rows = targets.against_targets(figures, body["machine"])
    if arguments.json:
        emit_json(body | {"targets": rows})
        return
    for name, value in body.items():
        if isinstance(value, dict):
            emit(name)
            for key, inner in value.items():
                if key == "yardstick":
                    continue  # a line of its own
                if key == "waits_ms" and isinstance(inner, dict):
                    for wait, ms in inner.items():
                        emit(f"    {wait:<26} {_plain(ms)}")
                else:
                    emit(f"  {key:<28} {_plain(inner)}")
        else:
            emit(f"{name:<30} {_plain(value)}")
    for line in [*targets.target_lines(rows, body["machine"]), machine.yardstick_line(body["machine"])]:
        emit(line)


def _plain(value: Json) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key} {inner}" for key, inner in value.items())
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
