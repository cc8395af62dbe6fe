"""`kiosk bench faces`: how often strangers match and the same person does not, per matcher and condition, and what it costs."""

from __future__ import annotations

import csv
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.bench.face_peers import PEERS, PeerRun, run_peer
from kiosk.bench.face_rates import PairScores, rate, rates
from kiosk.bench.face_roc import Curve, draw_roc
from kiosk.bench.machine import summary
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding, FaceIssue
from kiosk.imaging.decode import load_image
from kiosk.imaging.frame import Image
from kiosk.ports import FaceDetector, FaceLandmarker, FaceMatcher, Json
from kiosk.services.verification import Verifier
from kiosk.specimens.card_portrait import CONDITIONS, on_card

PLAIN = "as it is"
TARGET_MS = 150.0
"""Selfie against portrait, on two idle cores."""
_TIMED_PAIRS = 20
_PEER_PAIRS = 30
_EYES_OF_FACE = 0.4
"""Eye distance as a share of the width of the face, at least."""

Note = Callable[[str], None]
Load = Callable[[Path], Image]


@dataclass(frozen=True, slots=True)
class FacePair:
    """Two pictures of a folder. `first` is the portrait's side: what `--card` makes a card of. `condition`: a group of the table."""

    first: str
    second: str
    same: bool
    condition: str = PLAIN


def read_pairs(path: Path, folder: Path) -> tuple[FacePair, ...]:
    """A CSV of file_a, file_b, same (0 or 1) and, if wanted, condition; a heading may stand in its first line.

    Raises BadInput(FILE_NOT_FOUND | BAD_ARGUMENT) with the number of the line.
    """
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except OSError as error:
        raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name}: is no CSV file in UTF-8") from error
    pairs = []
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and len(cells) > 2 and cells[2] not in ("0", "1")):
            continue
        if len(cells) not in (3, 4) or cells[2] not in ("0", "1"):
            raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name}, line {number}: wants file_a, file_b, 0 or 1, and perhaps a condition")
        for name in cells[:2]:
            if not (folder / name).resolve().is_relative_to(folder.resolve()):
                raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name}, line {number}: a file outside the folder")
            if not (folder / name).is_file():
                raise BadInput(ErrorCode.FILE_NOT_FOUND, f"{path.name}, line {number}: no such file in the folder")
        pairs.append(FacePair(cells[0], cells[1], cells[2] == "1", cells[3] if len(cells) == 4 and cells[3] else PLAIN))
    if not pairs:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"{path.name}: holds no pair")
    return tuple(pairs)


def faces(
    pairs: Sequence[FacePair],
    folder: Path,
    detector: FaceDetector,
    landmarker: FaceLandmarker | None,
    matchers: Sequence[FaceMatcher],
    *,
    quick_detector: FaceDetector | None = None,
    card: bool = False,
    roc: Path | None = None,
    peers: Sequence[str] = (),
    peer_python: str = "",
    load: Load = load_image,
    note: Note = lambda _line: None,
) -> dict[str, Json]:
    """Every pair with every matcher, as the product compares: the largest face of each, refused where its quality carries no comparison.

    Args:
        quick_detector: as the product's verifier has it.
        card: each pair again with its first picture as a card's portrait, in all `CONDITIONS`; also the other way round.
        roc: a PNG to draw.
        peers: names of `face_peers.PEERS`, run on some of the pairs.
    Raises BadInput for a picture that cannot be read, ModelFault, ValueError without a matcher.
    """
    if not matchers:
        raise ValueError("no matcher to measure")
    body: dict[str, Json] = {"pairs": len(pairs), "pictures": len({name for pair in pairs for name in _names(pair)})}
    curves: list[Curve] = []
    engines: dict[str, Json] = {}
    strangers = 1
    for matcher in matchers:
        verifier = Verifier(detector, landmarker, matcher, quick_detector=quick_detector)
        run = _Run(folder, verifier, load)
        note(f"{matcher.model_id}: comparing {len(pairs)} pairs")
        by_condition = run.compare(pairs, card=card, note=note)
        strangers = max(strangers, *(len(found.other) for found in by_condition.values()))
        engines[matcher.model_id], drawn = _reported(matcher.model_id, by_condition, run)
        curves += drawn
        note(f"{matcher.model_id}: timing")
        body[f"{matcher.model_id}_ms"] = _times(pairs, folder, verifier, matcher, load)
    body["target_ms"] = TARGET_MS
    body["engines"] = engines
    if roc is not None:
        draw_roc(curves, f"Face comparison, {len(pairs)} pairs", roc, least_fmr=1 / strangers)
    for peer in peers:
        note(f"{peer} on {min(len(pairs), _PEER_PAIRS)} pairs")
        body[f"peer_{peer}"] = _peer(
            peer, pairs, folder, Verifier(detector, landmarker, matchers[0], quick_detector=quick_detector), load, peer_python
        )
    return body


def with_targets(body: Mapping[str, Json]) -> list[tuple[str, Json, float]]:
    """Of what `faces` gives (or less): name, summary and target of each figure that has one."""
    engines = body.get("engines")
    found = []
    for model in engines if isinstance(engines, dict) else ():
        times = body.get(f"{model}_ms")
        if isinstance(times, dict):
            found.append((f"{model}: selfie_against_portrait", times.get("selfie_against_portrait"), TARGET_MS))
    return found


def _names(pair: FacePair) -> tuple[str, str]:
    return pair.first, pair.second


# --- comparing -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """Of one condition."""

    same: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    left_out: int = 0


@dataclass(slots=True)
class _Run:
    """Pictures are loaded once per use and dropped; templates are kept."""

    folder: Path
    verifier: Verifier
    load: Load
    threshold: float = 0.0
    clear: float = 0.0
    _templates: dict[tuple[str, str], Embedding | FaceIssue | None] = field(default_factory=dict)

    def compare(self, pairs: Sequence[FacePair], *, card: bool, note: Note) -> dict[str, _Found]:
        found: dict[str, _Found] = {}
        for pair in pairs:
            group = found.setdefault(pair.condition, _Found())
            self._one(group, pair.same, (pair.first, ""), (pair.second, ""))
        for name in CONDITIONS if card else ():
            note(f"  as a card's portrait: {name}")
            group = found.setdefault(f"card: {name}", _Found())
            for pair in pairs:
                self._one(group, pair.same, (pair.first, name), (pair.second, ""))
                self._one(group, pair.same, (pair.second, name), (pair.first, ""))
        return found

    def _one(self, group: _Found, same: bool, one: tuple[str, str], other: tuple[str, str]) -> None:
        templates = [self._template(*one), self._template(*other)]
        if None in templates:
            group.left_out += 1
            return
        issue = next((found for found in templates if isinstance(found, FaceIssue)), None)
        if issue is not None:
            group.refused[issue.value] += 1
            return
        similarity = self.verifier.similarity_of(*(found for found in templates if isinstance(found, Embedding)))
        self.threshold, self.clear = similarity.threshold, similarity.threshold + similarity.borderline
        (group.same if same else group.other).append(similarity.score)

    def _template(self, name: str, condition: str) -> Embedding | FaceIssue | None:
        key = (name, condition)
        if key not in self._templates:
            self._templates[key] = self._made(name, condition)
        return self._templates[key]

    def _made(self, name: str, condition: str) -> Embedding | FaceIssue | None:
        """None: the picture is too small to be made smaller to that condition; enlarging it would show something else."""
        image = self.load(self.folder / name)
        if not condition:
            return self.verifier.usable_template(image)
        face = self.verifier.portrait_face(image)
        if face is None:
            return FaceIssue.NO_FACE
        if face.eye_distance_px < _EYES_OF_FACE * CONDITIONS[condition].face_px:
            return None
        seed = sum(name.encode()) * 31 + len(name)
        return self.verifier.usable_template(on_card(image, face, CONDITIONS[condition], seed=seed))


def _reported(model_id: str, found: Mapping[str, _Found], run: _Run) -> tuple[dict[str, Json], list[Curve]]:
    """Per condition, and over all where there are several."""
    conditions: dict[str, Json] = {}
    curves = []
    for name, group in found.items():
        scores = PairScores.of(group.same, group.other)
        report = rates(scores, run.threshold, run.clear)
        attempts = len(group.same) + len(group.other) + group.refused.total()
        report["refused"] = {**rate(group.refused.total(), attempts), "reasons": dict(group.refused)}
        report["left_out"] = group.left_out
        conditions[name] = report
        if len(scores.same) and len(scores.other):
            false_matches, false_non_matches = scores.matches(run.threshold)
            mark = (false_matches / len(scores.other), false_non_matches / len(scores.same))
            points = [(point[1], point[2]) for point in _points(report["det"])]
            curves.append(Curve(model_id if name == PLAIN else f"{model_id}, {name}", points, mark))
    body: dict[str, Json] = {"threshold": run.threshold, "without_a_look_from": round(run.clear, 4), "conditions": conditions}
    return body, curves


def _points(table: Json) -> list[tuple[float, float, float]]:
    assert isinstance(table, list)
    return [(float(one[0]), float(one[1]), float(one[2])) for one in table if isinstance(one, list)]  # type: ignore[arg-type]


# --- time ------------------------------------------------------------------------------------------------------------


def _times(pairs: Sequence[FacePair], folder: Path, verifier: Verifier, matcher: FaceMatcher, load: Load) -> dict[str, Json]:
    """Milliseconds of each part and of the whole check, pictures decoded beforehand; the first of each is left out."""
    parts: dict[str, list[float]] = {"detection": [], "embedding": [], "comparison": [], "selfie_against_portrait": []}

    def timed(name: str, work: Callable[[], object]) -> None:
        began = time.perf_counter()
        work()
        parts[name].append((time.perf_counter() - began) * 1000)

    for pair in pairs[: _TIMED_PAIRS + 1]:
        one, other = load(folder / pair.first), load(folder / pair.second)
        timed("selfie_against_portrait", lambda one=one, other=other: verifier.face_match(one, other))  # type: ignore[misc]
        fresh = one.copy()  # what was found in a picture is kept with it
        timed("detection", lambda fresh=fresh: verifier.portrait_face(fresh))  # type: ignore[misc]
        face = verifier.portrait_face(one)
        if face is not None:
            timed("embedding", lambda one=one, face=face: matcher.embed(one, face))  # type: ignore[misc]
            template = matcher.embed(one, face)
            timed("comparison", lambda template=template: matcher.compare(template, template))  # type: ignore[misc]
    return {name: _finer(values[1:] or values) for name, values in parts.items()}


def _finer(values: Sequence[float]) -> dict[str, Json]:
    """A comparison takes microseconds: the summary's tenths of a millisecond would show nothing of it."""
    row = summary(values)
    if values and statistics.median(values) < 1:
        row["median"] = round(statistics.median(values), 4)
    return row


# --- peers -----------------------------------------------------------------------------------------------------------


def _peer(name: str, pairs: Sequence[FacePair], folder: Path, verifier: Verifier, load: Load, python: str) -> dict[str, Json]:
    """The peer and ours on the same pairs, both with reading the files. `our_speed`: how many times faster we are, by medians."""
    if name not in PEERS:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no peer is called {name!r}; known: {', '.join(PEERS)}")
    some = _mixed(pairs)
    run: PeerRun = run_peer(name, [(folder / pair.first, folder / pair.second) for pair in some], python)
    if run.missing:
        return {"missing": run.missing}
    ours = []
    for pair in some:
        began = time.perf_counter()
        verifier.face_match(load(folder / pair.first), load(folder / pair.second))
        ours.append((time.perf_counter() - began) * 1000)
    theirs = [pair.ms for pair in run.pairs]
    judged = [(pair.same, found) for pair, found in zip(some, run.pairs, strict=True) if found.score is not None]
    return {
        "engine": run.engine,
        "pairs": len(some),
        "no_face": len(some) - len(judged),
        "fmr": rate(sum(found.match for same, found in judged if not same), sum(not same for same, _ in judged)),
        "fnmr": rate(sum(not found.match for same, found in judged if same), sum(same for same, _ in judged)),
        "pair_ms": summary(theirs),
        "our_pair_ms": summary(ours),
        "our_speed": round(statistics.median(theirs) / max(statistics.median(ours), 1e-6), 2),
    }


def _mixed(pairs: Sequence[FacePair]) -> list[FacePair]:
    """Some pairs, half of them of one person where there are so many, spread over the list."""
    same, other = [pair for pair in pairs if pair.same], [pair for pair in pairs if not pair.same]
    wanted = min(len(same), _PEER_PAIRS // 2)
    return _spread(same, wanted) + _spread(other, _PEER_PAIRS - wanted)


def _spread(pairs: Sequence[FacePair], count: int) -> list[FacePair]:
    step = max(1, len(pairs) // max(count, 1))
    return list(pairs[::step])[:count]
