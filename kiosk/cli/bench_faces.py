"""`kiosk bench faces [PAIRS.csv DIR]`: its arguments and what it prints. `kiosk.cli.bench` adds it to its commands."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import whole_number
from kiosk.domain.errors import BadInput, ErrorCode, ModelFault
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.compose.engines import Engines


def add_faces_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "pairs",
        nargs="?",
        type=Path,
        metavar="PAIRS.csv",
        help="file_a, file_b, same (0 or 1), perhaps a condition; without it only the speed of guidance is measured",
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="where the files of the pairs lie")
    parser.add_argument(
        "--card", action="store_true", help="each pair again with one picture as a card's portrait: small, printed, laminated"
    )
    parser.add_argument(
        "--model", action="append", default=[], metavar="ID", help="only this matcher; may be repeated (all that are installed)"
    )
    parser.add_argument("--roc", type=Path, metavar="FILE.png", help="draw the ROC")
    parser.add_argument("--peers", action="store_true", help="then face_recognition and DeepFace on some of the pairs, where installed")
    parser.add_argument("--frames", type=whole_number(1), default=60, help="of guidance to measure, per detector (60)")
    parser.add_argument("--peer-python", default="", metavar="PATH", help="the Python of the environment that the peers are installed in")


def run_faces(arguments: argparse.Namespace) -> None:
    from kiosk.bench import face_peers, faces, faces_speed, machine, targets
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup, model_library
    from kiosk.imaging.decode import load_image

    pairs: tuple[faces.FacePair, ...] = ()
    if arguments.pairs is None:
        _require_no_options_of_pairs(arguments)
    elif arguments.folder is None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "PAIRS.csv needs the folder of its files: kiosk bench faces PAIRS.csv DIR")
    elif not arguments.folder.is_dir():
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{arguments.folder}: no such folder")
    else:
        pairs = faces.read_pairs(arguments.pairs, arguments.folder)
    setup = load_setup()
    limits = setup.config.limits
    path = model_library(setup).path
    before = machine.face_yardstick(path)
    body: dict[str, Json] = {}
    with build_engines(setup) as engines:
        if pairs:
            detector, landmarker, matchers = engines.face_parts(arguments.model)
            body |= faces.faces(
                pairs,
                arguments.folder,
                detector,
                landmarker,
                matchers,
                quick_detector=engines.quick_detector(),
                card=arguments.card,
                roc=arguments.roc,
                peers=tuple(face_peers.PEERS) if arguments.peers else (),
                peer_python=arguments.peer_python,
                load=lambda file: load_image(file, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px),
                note=note,
            )
        note("measuring guidance")
        body["guidance_ms"] = _guidance(engines, arguments.frames)
    body["machine"] = machine.describe(machine.before_and_after(before, machine.face_yardstick(path)))
    figures = [*faces.with_targets(body), *faces_speed.with_targets(body["guidance_ms"])]
    body["targets"] = rows = targets.against_targets(figures, body["machine"])
    if arguments.json:
        emit_json(body)
        return
    lines = [*(report(body) if pairs else []), *report_guidance(body["guidance_ms"]), ""]
    for line in [*lines, *targets.target_lines(rows, body["machine"]), machine.yardstick_line(body["machine"])]:
        emit(line)


def _require_no_options_of_pairs(arguments: argparse.Namespace) -> None:
    """Raises BadInput(BAD_ARGUMENT): what was asked for would silently not be done."""
    asked = {"--card": arguments.card, "--model": arguments.model, "--roc": arguments.roc, "--peers": arguments.peers}
    named = [option for option, value in asked.items() if value]
    if named:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{', '.join(named)}: needs pairs to compare: kiosk bench faces PAIRS.csv DIR")


def _guidance(engines: Engines, frames: int) -> dict[str, Json]:
    from kiosk.bench.faces_speed import guidance_speed
    from kiosk.specimens.specimen import astronaut

    detectors, landmarker = engines.live_face_parts()
    if landmarker is None:
        raise ModelFault(ErrorCode.MODEL_MISSING, "no face landmark model is installed: kiosk models install")
    return guidance_speed(astronaut(), detectors, landmarker, frames=frames)


def report_guidance(figures: Json) -> list[str]:
    """For people: a line per detector and part."""
    assert isinstance(figures, dict)
    lines = ["", f"guidance at {figures['size']}, {figures['frames']} frames"]
    for name, parts in figures.items():
        if not isinstance(parts, dict) or name == "targets_ms":
            continue
        lines.append(name)
        lines += [f"  {part:<22} {_ms(times)} ms" for part, times in parts.items() if isinstance(times, dict)]
        lines.append(f"  {'frames without a face':<22} {parts['lost']}")
    targets = figures["targets_ms"]
    assert isinstance(targets, dict)
    lines.append("targets, medians on two idle cores: " + ", ".join(f"{part} {limit} ms" for part, limit in targets.items()))
    return lines


def report(body: Mapping[str, Json]) -> list[str]:
    """For people: times, then a table per matcher with a row per condition."""
    lines = [f"{body['pairs']} pairs of {body['pictures']} pictures"]
    engines = body["engines"]
    assert isinstance(engines, dict)
    for model, engine in engines.items():
        assert isinstance(engine, dict)
        times, conditions = body[f"{model}_ms"], engine["conditions"]
        assert isinstance(times, dict)
        assert isinstance(conditions, dict)
        lines += ["", f"{model}: match from {engine['threshold']}, without a look from {engine['without_a_look_from']}"]
        lines += [f"  {name:<26} {_ms(value)} ms" for name, value in times.items()]
        lines.append(f"  {'':<26} target for selfie_against_portrait, two idle cores: {body['target_ms']} ms")
        lines.append(f"  {'condition':<24} | {'at the match threshold':<34} | {'without a look':<34} | {'FNMR at FMR 0.01':<18} | refused")
        for name, found in conditions.items():
            assert isinstance(found, dict)
            at_fmr, refused = found["at_fmr"], found["refused"]
            assert isinstance(at_fmr, dict)
            assert isinstance(refused, dict)
            cells = [f"{name:<24}", _both(found["at_threshold"]), _both(found["without_a_look"]), f"{_fixed(at_fmr['0.01']):<18}"]
            lines.append("  " + " | ".join([*cells, f"{refused['hits']} of {refused['of']}"]))
    for name, peer in body.items():
        if name.startswith("peer_") and isinstance(peer, dict):
            lines += ["", name, *(f"  {key:<12} {value}" for key, value in peer.items())]
    return lines


def _ms(times: Json) -> str:
    assert isinstance(times, dict)
    return f"median {times.get('median')}, p90 {times.get('p90')}, n {times.get('n')}"


def _both(rates: Json) -> str:
    assert isinstance(rates, dict)
    return f"{'FMR ' + _rate(rates['fmr']) + '  FNMR ' + _rate(rates['fnmr']):<34}"


def _rate(rate: Json) -> str:
    assert isinstance(rate, dict)
    return f"{rate['hits']}/{rate['of']}"


def _fixed(found: Json) -> str:
    assert isinstance(found, dict)
    if "why" in found:
        return "too few pairs"
    fnmr = found["fnmr"]
    assert isinstance(fnmr, dict)
    return f"{_rate(fnmr)} [{fnmr['low']:.2f}, {fnmr['high']:.2f}]"
