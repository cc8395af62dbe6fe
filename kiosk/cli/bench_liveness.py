"""`kiosk bench liveness [DIR] [--simulate N] [--active N] [--json]`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import whole_number
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.bench.liveness import Presentation
    from kiosk.bench.liveness_simulated import Sitter
    from kiosk.compose.engines import Engines
    from kiosk.imaging.frame import Image
    from kiosk.services.verification import Verifier


def add_liveness_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a folder per species ('live' among them), or names T1, F1 …")
    parser.add_argument("--truth", type=Path, metavar="CSV", help="columns file and species (else DIR/truth.csv where it is)")
    parser.add_argument(
        "--simulate", type=whole_number(1), metavar="N", help="N attacks of each species made of the live pictures (else of a specimen)"
    )
    parser.add_argument(
        "--active", type=whole_number(1), metavar="N", help="also N active checks each of people, pictures and replays; slow"
    )
    parser.add_argument("--seed", type=whole_number(0), default=1, help="first seed of what is simulated (1)")
    parser.add_argument("--json", action="store_true")


def run_liveness(arguments: argparse.Namespace) -> None:
    """Raises BadInput: BAD_ARGUMENT for nothing to do, FILE_NOT_FOUND, NO_FACE_DETECTED. Without a passive model nothing is judged."""
    from kiosk.bench import liveness, machine, targets
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup, model_library

    if arguments.folder is None and arguments.simulate is None and arguments.active is None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "a folder of presentations, --simulate N or --active N is wanted")
    setup = load_setup()
    path = model_library(setup).path
    before = machine.face_yardstick(path)
    body: dict[str, Json] = {}
    with build_engines(setup) as engines:
        verifier = engines.verifier()
        given = liveness.folder(arguments.folder, arguments.truth) if arguments.folder is not None else []
        if given:
            note(f"judging {len(given)} presentations")
            body["given"] = liveness.report(liveness.judged(given, verifier.passive_liveness))
        if arguments.simulate is not None or arguments.active is not None:
            _simulate(arguments, given, verifier, engines, body)
    body["machine"] = machine.describe(machine.before_and_after(before, machine.face_yardstick(path)))
    decision = [("passive decision, five frames", body["decision_ms"], liveness.DECISION_TARGET_MS)] if "decision_ms" in body else []
    body["targets"] = rows = targets.against_targets(decision, body["machine"])
    if arguments.json:
        emit_json(body)
        return
    for part in ("given", "simulated"):
        figures = body.get(part)
        if isinstance(figures, dict):
            _show(part, figures)
    for part in ("decision_ms", "active"):
        figures = body.get(part)
        if isinstance(figures, dict):
            emit(part)
            for name, value in figures.items():
                emit(f"  {name:<32} {value}")
    for line in [*targets.target_lines(rows, body["machine"]), machine.yardstick_line(body["machine"])]:
        emit(line)


def _simulate(
    arguments: argparse.Namespace, given: list[Presentation], verifier: Verifier, engines: Engines, body: dict[str, Json]
) -> None:
    from kiosk.bench import liveness, liveness_simulated

    sitters = _sitters(given, verifier, engines)
    if arguments.simulate is not None:
        note(f"simulating {arguments.simulate} presentations of each species from {len(sitters)} pictures")
        made = liveness_simulated.presentations(sitters, arguments.simulate, first_seed=arguments.seed)
        body["simulated"] = {"pictures": len(sitters), **liveness.report(liveness.judged(made, verifier.passive_liveness))}
        film = sitters[0].alive(arguments.seed)
        body["decision_ms"] = liveness.decision_time([film(0.2 * number) for number in range(5)], verifier.passive_liveness)
    if arguments.active is not None:
        note(f"showing people, pictures and replays to {3 * arguments.active} active checks")
        body["active"] = liveness_simulated.active(sitters, arguments.active, engines, first_seed=arguments.seed)


def _sitters(given: list[Presentation], verifier: Verifier, engines: Engines) -> list[Sitter]:
    """The live pictures given that have a face, or the specimen's portrait."""
    from kiosk.bench.liveness import LIVE
    from kiosk.bench.liveness_simulated import Sitter
    from kiosk.specimens.specimen import astronaut

    photos: list[Image] = [one.frames()[0] for one in given if one.species == LIVE] or [astronaut()]
    sitters = []
    for photo in photos:
        face = verifier.portrait_face(photo)
        if face is None:
            continue
        try:
            sitters.append(Sitter(photo, face.box, engines))
        except ValueError:  # a face, but not one that a mesh fits: half of it, or a profile
            continue
    if not sitters:
        raise BadInput(ErrorCode.NO_FACE_DETECTED, "none of the live pictures has a whole face to make attacks of")
    return sitters


def _show(part: str, figures: dict[str, Json]) -> None:
    emit(f"{part}: wrong of judged, 95 % interval")
    emit(f"  {'BPCER live':<32} {_rate(figures['bpcer'])}")
    apcer = figures["apcer"]
    assert isinstance(apcer, dict)
    for name, row in apcer.items():
        emit(f"  {'APCER ' + name:<32} {_rate(row)}")
    points = figures["operating_points"]
    assert isinstance(points, list)
    for point in points:
        assert isinstance(point, dict)
        emit(f"  at {point['fixed']} (threshold {point['threshold']})")
        inner = point.get("apcer")
        rows = inner if isinstance(inner, dict) else {"BPCER": point["bpcer"]}
        for name, row in rows.items():
            emit(f"    {name:<30} {_rate(row)}")


def _rate(row: Json) -> str:
    assert isinstance(row, dict)
    low, high = row["low"], row["high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    silent = row.get("not_judged")
    rest = f"   not judged: {silent}" if silent else ""
    return f"{row['wrong']:>4} of {row['of']:<4} {100 * low:5.1f} to {100 * high:5.1f} %{rest}"
