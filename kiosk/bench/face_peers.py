"""Other face libraries on the same pairs in the same run, each in a process of its own, timed inside it. They are no dependencies."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_PER_PAIR_S = 30.0

# Run with `-c` by the peer's Python. Each compares the largest faces of two files and prints {"ms", "score", "match"} per pair; score:
# higher = more alike; null where it finds no face. Reading the files is timed as well, as `our_pair_ms` does.
_LOOP = """
print(json.dumps({"engine": engine}), flush=True)
pairs = json.load(sys.stdin)
for number, (one, other) in enumerate(pairs[:1] + pairs):
    began = time.perf_counter()
    try:
        score, match = compare(one, other)
    except Exception:
        score, match = None, False
    if number:
        print(json.dumps({"ms": 1000 * (time.perf_counter() - began), "score": score, "match": bool(match)}), flush=True)
"""
_START = """
import json, os, sys, time, warnings
warnings.simplefilter("ignore")
try:
    from importlib.metadata import version
"""
_ELSE = """
except Exception as error:
    print(json.dumps({"missing": type(error).__name__ + ": " + (str(error).splitlines() or [""])[0]})); sys.exit()
"""
_FACE_RECOGNITION = (
    _START
    + """    import face_recognition
    engine = "face_recognition " + version("face_recognition")
"""
    + _ELSE
    + """
def encoded(path):
    image = face_recognition.load_image_file(path)
    boxes = face_recognition.face_locations(image)
    box = max(boxes, key=lambda one: (one[2] - one[0]) * (one[1] - one[3]))
    return face_recognition.face_encodings(image, [box], model="small")[0]

def compare(one, other):
    distance = float(face_recognition.face_distance([encoded(one)], encoded(other))[0])
    return 1 - distance, distance <= 0.6
"""
    + _LOOP
)
_DEEPFACE = (
    _START
    + """    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from deepface import DeepFace
    engine = "DeepFace " + version("deepface")
"""
    + _ELSE
    + """
def compare(one, other):
    found = DeepFace.verify(one, other, silent=True)
    return 1 - float(found["distance"]), found["verified"]
"""
    + _LOOP
)
PEERS: Mapping[str, str] = {"face_recognition": _FACE_RECOGNITION, "DeepFace": _DEEPFACE}


@dataclass(frozen=True, slots=True)
class PeerPair:
    """`score` None: it found no face."""

    ms: float
    score: float | None
    match: bool


@dataclass(frozen=True, slots=True)
class PeerRun:
    """`missing`: why it could not run, empty when it did. `pairs`: one per pair, in order."""

    name: str
    engine: str = ""
    missing: str = ""
    pairs: tuple[PeerPair, ...] = ()


def run_peer(name: str, pairs: Sequence[tuple[Path, Path]], python: str = "") -> PeerRun:
    """Never raises for what the peer does: that it is missing or fails is a result. Args: `python` of its environment; empty = ours."""
    command = [python or sys.executable, "-c", PEERS[name]]
    told = json.dumps([[str(one), str(other)] for one, other in pairs])
    try:
        done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=LIMIT_PER_PAIR_S * (len(pairs) + 4), check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return PeerRun(name, missing=f"{type(error).__name__}: {command[0]}")
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not said or "missing" in said[0]:
        return PeerRun(name, missing=said[0]["missing"] if said else f"its process ended with {done.returncode}")
    found = tuple(PeerPair(one["ms"], one["score"], one["match"]) for one in said[1:])
    if len(found) != len(pairs):
        return PeerRun(name, said[0]["engine"], missing=f"it ended after {len(found)} of {len(pairs)} pairs")
    return PeerRun(name, said[0]["engine"], "", found)
