"""Sessions of active checks on simulated observations: as fast as the judging itself."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kiosk.domain.challenge import Assertion, Challenge, ChallengeKind
from kiosk.domain.check import Check
from kiosk.domain.face import Face
from kiosk.domain.guidance import Guidance
from kiosk.imaging.frame import Image
from kiosk.services.liveness.challenges import ChallengeBook
from kiosk.services.liveness.observation import Observation, Observer
from kiosk.services.liveness.run import ActiveRun, RunRules, script_for
from tests.fakes.faces import ScriptedMatcher
from tests.fakes.performer import Movie, Performer, Stand, State, Still, frame_of, picture_of

KINDS = tuple(ChallengeKind)
Actor = Performer | Still | Movie


@dataclass
class StillClock:
    """kiosk.ports.Clock whose time a test moves."""

    seconds: float = 0.0

    def now_utc(self) -> str:
        minutes, seconds = divmod(self.seconds, 60)
        return f"2026-03-01T10:{int(minutes):02d}:{seconds:06.3f}Z"

    def today(self) -> str:
        return "2026-03-01"

    def monotonic(self) -> float:
        return self.seconds


class FaceOfPicture:
    """FaceDetector that finds one face in every picture, for the reference."""

    model_id = "whole picture"

    def detect(self, image: Image) -> tuple[Face, ...]:
        return (Face((0, 0, 8, 8), 0.99, ((2, 3), (6, 3), (4, 5), (3, 6), (5, 6)), self.model_id),)


class NoLandmarks:
    """FaceLandmarker that is never asked."""

    model_id = "simulated"

    def landmarks(self, image: Image, face: Face) -> tuple[tuple[float, float, float], ...]:
        return ()


def challenge_of(kind: ChallengeKind, seed: int, *, flashes: bool = False) -> Challenge:
    return ChallengeBook(StillClock(), random=random.Random(seed)).issue("session", [kind], flashes=flashes)


def run_of(challenge: Challenge, *, reference: int | None = 1, rules: RunRules | None = None) -> ActiveRun:
    """Args: `rules` RECORD_RULES judge as a record is judged: within wider bounds, one attempt, no more."""
    detector, landmarker = FaceOfPicture(), NoLandmarks()
    image = None if reference is None else picture_of(reference)
    observer = Observer(detector, landmarker)
    script = script_for(challenge, record=rules is not None and rules.whole)
    return ActiveRun(challenge, script, observer, detector, ScriptedMatcher(), image, model_id="simulated", rules=rules)


@dataclass
class Session:
    """One actor before one run.

    Attributes:
        fps: frames a second; jitter: their times waver by this share. drop: share of frames that get lost.
    """

    run: ActiveRun
    actor: Actor
    stand: Stand
    fps: float = 15.0
    jitter: float = 0.0
    drop: float = 0.0
    seed: int = 0
    seen: list[Guidance] = field(default_factory=list)
    states: list[tuple[float, State]] = field(default_factory=list)
    observed: list[Observation] = field(default_factory=list)

    def play(self, *, longest_s: float = 90.0, keep: bool = False) -> Check:
        rng = np.random.default_rng(self.seed)
        at = 0.0
        while at < longest_s and not self.run.finished:
            at += (1 / self.fps) * (1 + (float(rng.uniform(-self.jitter, self.jitter)) if self.jitter else 0.0))
            state = self.actor.state(at)
            if keep:
                self.states.append((at, state))
            if self.drop and rng.random() < self.drop:
                continue
            observation = self.stand.observe(state, 100 + at)
            guidance = self.run.see(observation, frame_of(self.stand.who, 100 + at))
            if keep:
                self.seen.append(guidance)
            self.actor.heed(guidance, at)
        return self.run.check()


def genuine(kind: ChallengeKind, seed: int, *, fps: float = 15.0, jitter: float = 0.0, drop: float = 0.0, pace: float = 1.0) -> Session:
    rng = np.random.default_rng(seed)
    challenge = challenge_of(kind, seed)
    strength = float(rng.uniform(0.25, 0.65))
    actor = Performer(rng, size=float(rng.uniform(0.36, 0.5)), pace=pace)
    stand = Stand(np.random.default_rng(seed + 1), strength=strength, shapes=_needs_shapes(kind))
    return Session(run_of(challenge), actor, stand, fps=fps, jitter=jitter, drop=drop, seed=seed)


def still(kind: ChallengeKind, seed: int, *, fps: float = 6.0, rules: RunRules | None = None) -> Session:
    rng = np.random.default_rng(seed)
    stand = Stand(np.random.default_rng(seed + 1), flat=True, shapes=_needs_shapes(kind))
    run = run_of(challenge_of(kind, seed), rules=rules)
    return Session(run, Still(rng, size=float(rng.uniform(0.35, 0.55))), stand, fps=fps, seed=seed)


def _needs_shapes(kind: ChallengeKind) -> bool:
    return kind in (ChallengeKind.MULTI_RANGE, ChallengeKind.MAGNIFEYE)


def movie_of(kind: ChallengeKind, seed: int) -> tuple[Challenge, Movie]:
    """A film of somebody who passed another challenge of this kind, or the very one that `seed` gives."""
    session = genuine(kind, seed)
    session.play(keep=True)
    return session.run.challenge, Movie(session.states)


def other_film(
    kind: ChallengeKind, seed: int, films: Sequence[tuple[Challenge, Movie]], *, fps: float = 6.0, rules: RunRules | None = None
) -> Session:
    """A challenge before which a film of another one is shown, over and over; who films himself has a face with depth."""
    rng = np.random.default_rng(seed)
    challenge = challenge_of(kind, seed)
    others = [movie for filmed, movie in films if not _contains(filmed.steps, challenge.steps)]
    stand = Stand(np.random.default_rng(seed + 1), strength=float(rng.uniform(0.25, 0.65)), shapes=_needs_shapes(kind))
    return Session(run_of(challenge, rules=rules), others[int(rng.integers(len(others)))], stand, fps=fps, seed=seed)


def _contains(filmed: tuple[Assertion, ...], asked: tuple[Assertion, ...]) -> bool:
    """Whether the film shows what is asked for, as part of what it shows over and over: then it is a film of this challenge."""
    return any(filmed[begin : begin + len(asked)] == asked for begin in range(len(filmed)))
