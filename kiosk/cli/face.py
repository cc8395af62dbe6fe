"""`kiosk face FILE` (or `kiosk face quality FILE`), `kiosk face compare A B`, `kiosk face liveness IMAGE`: nothing stored."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kiosk.cli import face_quality
from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.domain.sentences import sentence
from kiosk.imaging.decode import load_image
from kiosk.services.records import checks_json


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("face", help="judge a picture of a face, compare two, or judge liveness; nothing is stored")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    face_quality.add_to(actions)
    compare = actions.add_parser("compare", help="are these two the same person: two documents, two selfies, or one of each")
    compare.add_argument("one", type=Path, metavar="A")
    compare.add_argument("other", type=Path, metavar="B")
    compare.add_argument("--json", action="store_true")
    compare.set_defaults(run=run_compare)
    liveness = actions.add_parser("liveness", help="passive liveness of one picture")
    liveness.add_argument("image", type=Path, metavar="IMAGE")
    liveness.add_argument("--json", action="store_true")
    liveness.set_defaults(run=run_liveness)
    _default_action(command, face_quality.ACTION, actions.choices)


def _default_action(command: argparse.ArgumentParser, action: str, actions: Sequence[str]) -> None:
    """`kiosk face FILE` is `kiosk face quality FILE`: a first word that is no action is a file. argparse has no default for sub-parsers."""
    parse = command.parse_known_args

    def with_default(args: Sequence[str] | None = None, namespace: Any = None) -> Any:
        words = list(args or ())
        first = next((word for word in words if not word.startswith("-")), None)
        if first is not None and first not in actions:
            words.insert(0, action)
        return parse(words, namespace)

    command.parse_known_args = with_default  # type: ignore[method-assign, assignment]


def run_compare(arguments: argparse.Namespace) -> None:
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    setup = load_setup()
    limits = setup.config.limits
    one, other = (load_image(path, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px) for path in (arguments.one, arguments.other))
    with build_engines(setup) as engines:
        verifier = engines.verifier()
        at = time.perf_counter()
        found = verifier.comparison(one, other)
        similarity = found.similarity
        ms = (time.perf_counter() - at) * 1000
    if arguments.json:
        emit_json(
            {
                "score": round(similarity.score, 4),
                "threshold": similarity.threshold,
                "match": similarity.is_match,
                "borderline": similarity.is_borderline,
                "model": similarity.model,
                "pictures": [
                    {"faces": face.faces, "eyeDistance": round(face.eyes_px, 1), "issues": [issue.value for issue in face.issues]}
                    for face in found.faces
                ],
                "timings_ms": {"compare": round(ms, 1)},
            }
        )
    else:
        verdict = "match, a person should look" if similarity.is_borderline else "match" if similarity.is_match else "no match"
        emit(f"{verdict}: {similarity.score:.3f} (threshold {similarity.threshold:.3f}, {similarity.model}, {ms:.0f} ms)")
        for letter, face in zip("AB", found.faces, strict=True):
            others = f"{face.faces} faces, the largest is compared; " if face.faces > 1 else ""
            issues = ", ".join(issue.value for issue in face.issues)
            emit(f"  {letter}: {others}{face.eyes_px:.0f} px between the eyes{'; ' + issues if issues else ''}")


def run_liveness(arguments: argparse.Namespace) -> None:
    from kiosk.compose.engines import build_engines
    from kiosk.compose.setup import load_setup

    setup = load_setup()
    limits = setup.config.limits
    image = load_image(arguments.image, max_bytes=limits.max_bytes, max_side_px=limits.max_side_px)
    with build_engines(setup) as engines:
        check = engines.verifier().liveness(image)
    if arguments.json:
        body = checks_json((check,))[0]
        assert isinstance(body, dict)
        emit_json(body)
    else:
        emit(f"{check.status.value}: {sentence(check)}")
