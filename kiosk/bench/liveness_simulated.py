"""Simulated attacks made of live pictures: judged by passive liveness, and shown to active checks; people on film, who listen.

What passes here says how the simulation and the model get on with each other; docs/guides/liveness-measured.md says what it does not prove.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from kiosk.bench.intervals import wilson
from kiosk.bench.liveness import LIVE, Presentation
from kiosk.domain.challenge import Challenge, ChallengeKind
from kiosk.domain.check import CheckStatus
from kiosk.domain.face import Box
from kiosk.domain.guidance import Guidance
from kiosk.imaging.frame import Frame, Image
from kiosk.ports import Json
from kiosk.services.clock import SystemClock
from kiosk.services.liveness.active import ActiveCheck
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.specimens.face_actor import FaceActor
from kiosk.specimens.face_attacks import Scene, Species, presented
from kiosk.specimens.face_film import Body, FaceFilm, film_for, hold
from kiosk.specimens.face_rig import FaceRig, Mesh
from kiosk.specimens.selfie import framed

SIZE = (640, 480)
FRAMES, APART_S = 5, 0.2
FPS = 10.0
_LONGEST_S = 45.0
_NOT_DONE = f"not done within {_LONGEST_S:.0f} s"
_KINDS = (ChallengeKind.HEAD_TURN, ChallengeKind.SMILE, ChallengeKind.MULTI_RANGE)


class Faces(Protocol):
    """What is needed of the engines."""

    def face_mesh(self, image: Image) -> Mesh: ...
    def active_check(self, challenge: Challenge, reference: Image | None) -> ActiveCheck: ...


class Sitter:
    """A live picture, framed as a webcam would, that can be filmed. `photo` holds one face in `box`."""

    def __init__(self, photo: Image, box: Box, faces: Faces) -> None:
        """Raises ValueError when the framed picture has no face mesh."""
        self.picture = framed(photo, box, size=SIZE)
        self.mesh = faces.face_mesh(self.picture)
        self.rig = FaceRig(self.picture, self.mesh)

    def alive(self, seed: int) -> FaceFilm:
        """Standing there, in light that differs by seed."""
        random = np.random.default_rng([seed, 17])
        body = Body(blinks=True, noise=float(random.uniform(1, 4)), brightness=float(random.uniform(0.75, 1.15)))
        return FaceFilm(self.picture, self.mesh, hold(2.0), body=body, seed=seed, rig=self.rig)


def presentations(sitters: Sequence[Sitter], count: int, *, first_seed: int = 0) -> Iterator[Presentation]:
    """`count` of each species and as many live ones, `FRAMES` frames each; strengths and sitters in turn."""
    for seed in range(first_seed, first_seed + count):
        sitter = sitters[seed % len(sitters)]
        yield Presentation(LIVE, _frames(sitter.alive(seed)))
        for species in Species:
            yield Presentation(species.value, _frames(attack(sitter, species, seed)))


def attack(sitter: Sitter, species: Species, seed: int, shown: Scene | None = None) -> Scene:
    """`shown` by way of this species; the sitter's own picture or, on a screen, a film of them when None."""
    strength = (seed % 5) / 4
    screen = species in (Species.PHONE, Species.MONITOR)
    what = shown or (sitter.alive(seed) if screen else sitter.picture)
    return presented(species, what, seed=seed, strength=strength, landmarks=sitter.mesh, wearer=sitter.alive(seed))


def active(sitters: Sequence[Sitter], count: int, faces: Faces, *, first_seed: int = 0) -> dict[str, Json]:
    """Passed of `count` each: people who do as asked, still pictures held by hand, and replays of another challenge on a telephone.

    Kinds take turns, so each gets about a third of `count`; `kinds` of a row says how often each passed.
    """
    book = ChallengeBook(SystemClock())
    rows: dict[str, Json] = {}
    for name, make in (
        ("live, doing as asked", _listening),
        ("still picture in the hand", _held),
        ("replay of another challenge", _replayed),
    ):
        passed, labels, by_kind, of_kind = 0, Counter[str](), Counter[str](), Counter[str]()
        for seed in range(first_seed, first_seed + count):
            sitter = sitters[seed % len(sitters)]
            challenge = book.issue(f"bench-{seed}", [_KINDS[seed % len(_KINDS)]])
            check = faces.active_check(challenge, sitter.picture)
            _run(check, make(sitter, challenge, seed))
            verdict = check.check()
            passes = verdict.status is CheckStatus.PASSED
            passed += passes
            of_kind[challenge.kind.value] += 1
            by_kind[challenge.kind.value] += passes
            labels[f"{verdict.status.value} {verdict.label.value}" if check.finished else _NOT_DONE] += 1
        low, high = wilson(passed, count)
        said: dict[str, Json] = dict(labels)
        kinds: dict[str, Json] = {kind: {"passed": by_kind[kind], "of": of} for kind, of in sorted(of_kind.items())}
        rows[name] = {"passed": passed, "of": count, "low": low, "high": high, "kinds": kinds, "verdicts": said}
    return rows


def _listening(sitter: Sitter, challenge: Challenge, seed: int) -> FaceActor:
    """A person who reacts to what the screen says, a little slower or faster from one to the next."""
    pace = float(np.random.default_rng([seed, 19]).uniform(0.8, 1.4))
    return FaceActor(sitter.picture, sitter.mesh, pace=pace, seed=seed)


def _held(sitter: Sitter, challenge: Challenge, seed: int) -> Scene:
    return attack(sitter, Species.STILL, seed)


def _replayed(sitter: Sitter, challenge: Challenge, seed: int) -> Scene:
    """A film of the same person doing what another challenge of the same kind asked for."""
    book = ChallengeBook(SystemClock())
    while (other := book.issue("recorded", [challenge.kind])).steps == challenge.steps and challenge.kind is not ChallengeKind.SMILE:
        pass  # drawn again
    steps = other.steps[::-1] if other.steps == challenge.steps else other.steps
    film = film_for(steps, sitter.picture, sitter.mesh, pace=1.4, rng=np.random.default_rng(seed), rig=sitter.rig)
    return attack(sitter, Species.PHONE, seed, film)


def _run(check: ActiveCheck, scene: Scene, seconds: float = _LONGEST_S) -> None:
    """At `FPS`, in the scene's own time. A scene that can `hear` is told what the screen says."""
    began = time.monotonic()
    hear: Callable[[Guidance], None] | None = getattr(scene, "hear", None)
    for number in range(int(seconds * FPS)):
        at = number / FPS
        guidance = check.judge(Frame(scene(at), began + at, "bench", number))
        if check.finished:
            return
        if hear is not None:
            hear(guidance)


def _frames(scene: Scene) -> Callable[[], list[Image]]:
    return lambda: [scene(0.3 + APART_S * number) for number in range(FRAMES)]
