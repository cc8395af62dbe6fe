"""`kiosk bench startup|preview|documents|mrz|authenticity|faces|liveness|search|screening|proofs|decision`: figures, with the machine."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.bench_decision import add_decision_arguments, run_decision
from kiosk.cli.bench_faces import add_faces_arguments, run_faces
from kiosk.cli.bench_liveness import add_liveness_arguments, run_liveness
from kiosk.cli.bench_mrz import add_mrz_arguments, run_mrz
from kiosk.cli.bench_screening import add_screening_arguments, run_screening
from kiosk.cli.output import emit, emit_json, note
from kiosk.cli.parsing import Subparsers, seconds, whole_number
from kiosk.ports import Json

if TYPE_CHECKING:
    from kiosk.engines.providers import ProviderNote
    from kiosk.imaging.frame import Image


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("bench", help="measure speed and memory on this machine")
    actions = command.add_subparsers(dest="action", required=True, metavar="WHAT", parser_class=type(command))
    startup = actions.add_parser("startup", help="process start to the welcome screen; the command line reading both sides of a card")
    startup.add_argument("--runs", type=whole_number(1), default=5)
    startup.set_defaults(run=run_startup)
    preview = actions.add_parser("preview", help="the capture screen at 1280x720: frames painted and analysed, advice age, event loop")
    preview.add_argument("--seconds", type=seconds(1, 3600), default=20.0, help="20; some hundred for a soak")
    preview.add_argument("--screen", choices=("document", "selfie"), default="document")
    preview.add_argument(
        "--fps", type=whole_number(1), default=30, help="of the virtual camera (30); 120 makes an hour of frames in 15 min"
    )
    preview.set_defaults(run=run_preview)
    documents = actions.add_parser("documents", help="reading documents: time per stage, exactness, memory, other readers")
    source = documents.add_mutually_exclusive_group(required=True)
    source.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="pictures, in folders below it too")
    source.add_argument("--generated", type=whole_number(1), metavar="N", help="instead: N photographs of all specimen designs")
    documents.add_argument("--truth", type=Path, metavar="FILE", help="CSV of MRZ lines or a specimen's truth.json (else those in DIR)")
    documents.add_argument("--severity", type=_share, default=0.5, help="of the generated photographs, 0 to 1 (0.5)")
    documents.add_argument("--kind", action="append", default=[], help="only this degradation of the generated ones; may be repeated")
    documents.add_argument("--seed", type=whole_number(0), default=1, help="first seed of the generated ones (1)")
    documents.add_argument("--soak", type=whole_number(1), metavar="N", help="instead of measuring once: read N pages, watch the memory")
    documents.add_argument("--peers", action="store_true", help="then PassportEye and EasyOCR on the same pictures, where installed")
    documents.add_argument(
        "--peer-python", default="", metavar="PATH", help="the Python of the environment that the peers are installed in"
    )
    documents.set_defaults(run=run_documents)
    mrz = actions.add_parser(
        "mrz", help="zones of all formats, genuine and forged, photographed hard: wrong readings that are called valid"
    )
    add_mrz_arguments(mrz)
    mrz.set_defaults(run=run_mrz)
    authenticity = actions.add_parser("authenticity", help="authenticity signals on simulated attacks and genuine photographs of specimens")
    authenticity.add_argument("--count", type=whole_number(1), default=20, help="pictures of each kind; 16 kinds, about a second each (20)")
    authenticity.add_argument("--seed", type=whole_number(0), default=50000, help="first seed (50000)")
    authenticity.add_argument("--read", action="store_true", help="read each picture as the product does, instead of knowing where what is")
    authenticity.add_argument("--genuine", action="store_true", help="genuine photographs alone: false alarms by signal and by design")
    authenticity.set_defaults(run=run_authenticity)
    faces = actions.add_parser("faces", help="speed of guidance; with labelled pairs also error rates of matching, ROC, times")
    add_faces_arguments(faces)
    faces.set_defaults(run=run_faces)
    liveness = actions.add_parser("liveness", help="presentation attacks: APCER and BPCER with intervals, time of a decision")
    add_liveness_arguments(liveness)
    liveness.set_defaults(run=run_liveness)
    search = actions.add_parser("search", help="one to many: time, memory and exactness at 10,000 to 1,000,000 templates")
    search.add_argument("--peers", action="store_true", help="also usearch and faiss, where installed")
    search.set_defaults(run=run_search)
    screening = actions.add_parser("screening", help="names against a made-up watchlist: time, recall of variants, false alerts")
    add_screening_arguments(screening)
    screening.set_defaults(run=run_screening)
    proofs = actions.add_parser("proofs", help="reading drawn bills and statements: passed, could not tell, wrong; time of each")
    proofs.add_argument("--way", action="append", default=[], choices=("pdf", "scan", "photo"), help="only so; may be repeated")
    proofs.set_defaults(run=run_proofs)
    decision = actions.add_parser("decision", help="a whole decision of a workflow, and what a customer waits for at the screens")
    add_decision_arguments(decision)
    decision.set_defaults(run=run_decision)
    for action in (startup, preview, documents, mrz, authenticity, proofs, screening, faces, search, decision):
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
    _report({"machine": machine.describe(), "preview": window.preview(arguments.seconds, arguments.screen, arguments.fps)}, arguments.json)


def run_search(arguments: argparse.Namespace) -> None:
    from kiosk.bench import machine
    from kiosk.bench import search as one_to_many

    note("searching 10,000, 100,000 and 1,000,000 templates")
    _report({"machine": machine.describe(), **one_to_many.search(peers=arguments.peers)}, arguments.json)


def run_proofs(arguments: argparse.Namespace) -> None:
    from kiosk.bench import machine, proofs
    from kiosk.compose.contacts import proof_reader
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    setup = load_setup()
    note("drawing and reading bills")
    with build_engines(setup) as engines:
        figures = proofs.bench_proofs(proof_reader(setup, engines), ways=tuple(arguments.way) or proofs.WAYS)
    _report({"machine": machine.describe(), **figures}, arguments.json)


def run_authenticity(arguments: argparse.Namespace) -> None:
    from kiosk.bench import authenticity, machine
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    kinds = len(authenticity.GENUINE) + (0 if arguments.genuine else len(authenticity.SPECIES))
    note(f"making and judging {kinds * arguments.count} pictures")
    with build_engines(load_setup()) if arguments.read else nullcontext() as engines:
        reader = engines.document_reader() if engines is not None else None
        figures = authenticity.authenticity(arguments.count, first_seed=arguments.seed, reader=reader, attacks_too=not arguments.genuine)
    body: dict[str, Json] = {"machine": machine.describe()}
    if arguments.json:
        emit_json(body | figures)
        return
    times = "read_ms" if arguments.read else "signals_ms"
    _report(body | {times: figures[times]}, as_json=False)
    emit("raised of measured, 95 % interval")
    for table, word in (("genuine", "genuine"), ("genuine_by_design", "design")):
        for kind, signals in _tables(figures[table]):
            for name, rate in _tables(signals):
                emit(f"  {word:<7} {kind:<16} {name:<24} {_rate(rate)}")
    for name, rate in _tables(figures["attacks"]):
        emit(f"  attack  {name:<41} {_rate(rate)}")


def _tables(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    assert isinstance(value, dict)
    for name, table in value.items():
        assert isinstance(table, dict)
        yield name, table


def _rate(table: Mapping[str, Json]) -> str:
    low, high = table["low"], table["high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    return f"{table['raised']:>4} of {table['of']:<4} {100 * low:5.1f} to {100 * high:5.1f} %"


def run_documents(arguments: argparse.Namespace) -> None:
    from kiosk.bench import document_cases, document_peers, documents, machine, targets
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup
    from kiosk.domain.document import PageSide

    if arguments.generated is not None:
        made = document_cases.generated_cases(arguments.generated, arguments.severity, first_seed=arguments.seed, kinds=arguments.kind)
        cases = list(made) if arguments.soak else made
    else:
        cases = list(document_cases.folder_cases(arguments.folder, arguments.truth))
    with build_engines(load_setup()) as engines:
        reader = engines.document_reader()
        if arguments.soak:
            _report({"soak": documents.soak(list(cases), reader, arguments.soak, note=note)}, arguments.json)
            return
        body = documents.measure(
            cases,
            reader,
            engines.mrz_reader(),
            engines.document_guide(PageSide.FRONT, None),
            peers=tuple(document_peers.PEERS) if arguments.peers else (),
            peer_python=arguments.peer_python,
            note=note,
        )
        body["text"] = {"engine": engines.text_reader().model_id, "provider": _providers(engines.text_provider_notes())}
    # afterwards: its memory is not to be counted as ours
    body["machine"] = machine.describe(machine.page_yardstick(_card(), engines.library.path))
    figures = [(part, body.get(f"{part}_ms"), target) for part, target in documents.TARGETS_MS.items()]
    rows = targets.against_targets(figures, body["machine"])
    _report(body | {"targets": rows} if arguments.json else body, arguments.json)
    if not arguments.json:
        for line in [*targets.target_lines(rows, body["machine"]), machine.yardstick_line(body["machine"])]:
            emit(line)


def _card() -> Image:
    """The front of a specimen, 1000 px wide."""
    from kiosk.domain.document import PageSide
    from kiosk.imaging.rectify import limited
    from kiosk.specimens.specimen import specimen

    return limited(specimen("td1").pages[PageSide.FRONT], 1000)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:  # not a number is in no range
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _providers(notes: Sequence[ProviderNote]) -> str:
    """Where the text models compute, and why not elsewhere."""
    said = dict.fromkeys(f"{note.used.value} ({note.reason})" if note.reason else note.used.value for note in notes)
    return ", ".join(said) or "cpu"


def _report(body: dict[str, Json], as_json: bool) -> None:
    if as_json:
        emit_json(body)
        return
    for part, figures in body.items():
        if not isinstance(figures, dict):
            emit(f"{part:<30} {figures}" if not isinstance(figures, list) else f"{part}\n  " + "\n  ".join(str(one) for one in figures))
            continue
        emit(part)
        if part == "kinds":
            _table(figures)
            continue
        for name, value in figures.items():
            if isinstance(value, dict):
                emit(f"  {name:<28} " + "  ".join(f"{key} {inner}" for key, inner in value.items()))
            else:
                emit(f"  {name:<28} {value}")


def _table(kinds: dict[str, Json]) -> None:
    """The table of models/README.md: a row per degradation."""
    emit("  | degradation | pages | found | IoU mean | MRZ exact | fields exact |")
    emit("  |---|---|---|---|---|---|")
    for kind, figures in kinds.items():
        assert isinstance(figures, dict)
        overlaps = figures.get("iou")
        cells = [
            figures["pages"],
            figures["found"],
            overlaps["mean"] if isinstance(overlaps, dict) else "",
            figures.get("mrz_exact", ""),
            figures.get("fields_exact", ""),
        ]
        emit(f"  | {kind} | " + " | ".join(str(cell) for cell in cells) + " |")
