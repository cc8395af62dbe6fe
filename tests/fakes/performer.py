"""Somebody before the camera of an active check: heeds the guidance as people do, or shows a film or a still picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from kiosk.domain.face import Face
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.imaging.frame import Frame, Image
from kiosk.services.liveness.observation import Observation

WIDTH, HEIGHT = 640, 480
EYES_OF_HEIGHT = 1 / 1.58
"""Outer eye distance over hairline to chin, of the astronaut."""
FOCAL_PX = 560.0
CLOSE_UP = 2.1


@dataclass(frozen=True)
class State:
    """What the person does at one moment; the members of `specimens.face_rig.Look` of the same names mean the same."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    smile: float = 0.0
    eyes: float = 1.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    size: float = 0.45
    at_x: float = 0.5
    at_y: float = 0.5
    centre_eyes: float = 0.0


@dataclass
class _Move:
    begin: float
    seconds: float
    origin: float
    to: float

    def at(self, now: float) -> float:
        share = min(1.0, max(0.0, (now - self.begin) / self.seconds))
        return self.origin + (self.to - self.origin) * share * share * (3 - 2 * share)


class Performer:
    """Does what the guidance asks, after a moment. `state(at)` for rising times."""

    def __init__(self, rng: np.random.Generator, *, size: float = 0.45, pace: float = 1.0, sway: float = 1.0) -> None:
        self._rng = rng
        self._pace, self._sway = pace, sway
        self._moves: dict[str, _Move] = {"size": _Move(0, 1e-3, size, size)}
        self._asked: object = None
        self._waves = [(rng.uniform(0.25, 1.6, 3), rng.uniform(0, 6.28, 3), rng.dirichlet((3, 2, 1))) for _ in range(6)]
        self._blinks: list[float] = []
        at = float(rng.uniform(1, 4))
        while at < 200:
            self._blinks.append(at)
            at += float(rng.uniform(2.5, 6))
        self._last_size = size

    def heed(self, guidance: Guidance, at: float) -> None:
        asked = (guidance.advice, guidance.face_size, guidance.look_at)
        if asked == self._asked:
            return
        self._asked = asked
        begin = at + float(self._rng.uniform(0.35, 0.8)) * self._pace
        about = lambda seconds: float(seconds * self._rng.uniform(0.8, 1.25)) * self._pace  # noqa: E731
        match guidance.advice:
            case AdviceCode.TURN_LEFT | AdviceCode.TURN_RIGHT:
                side = -1 if guidance.advice is AdviceCode.TURN_LEFT else 1
                self._go("yaw", side * float(self._rng.uniform(28, 36)), begin, about(0.8))
            case AdviceCode.LOOK_BACK | AdviceCode.LOOK_STRAIGHT:
                self._go("yaw", 0.0, begin, about(0.8))
            case AdviceCode.NEUTRAL_FACE:
                self._go("smile", 0.0, begin, about(0.5))
            case AdviceCode.SMILE:
                self._go("smile", float(self._rng.uniform(0.75, 1.0)), begin, about(0.5))
            case AdviceCode.EYES_TO_CAMERA:
                self._go("size", CLOSE_UP, begin, about(1.9))
                self._go("centre_eyes", 1.0, begin, about(1.9))
        if guidance.face_size is not None and guidance.face_size != self._last_size:
            self._last_size = guidance.face_size
            self._go("size", guidance.face_size * float(self._rng.uniform(0.96, 1.04)), begin, about(1.3))
        if guidance.look_at is not None:
            x, y = guidance.look_at
            self._go("gaze_x", -2 * (x - 0.5), begin, about(0.2))  # the preview is mirrored
            self._go("gaze_y", 2 * (y - 0.5), begin, about(0.2))

    def state(self, at: float) -> State:
        values = {name: move.at(at) for name, move in self._moves.items()}
        look = State(**values)
        move = [float((part * np.sin(2 * math.pi * speed * at + phase)).sum()) for speed, phase, part in self._waves]
        eyes = 1.0
        for blink in self._blinks:
            if blink <= at < blink + 0.26:
                eyes = min(1.0, abs(at - blink - 0.13) / 0.13)
        return replace(
            look,
            yaw=look.yaw + 1.6 * self._sway * move[0],
            pitch=look.pitch + 1.3 * self._sway * move[1],
            roll=look.roll + 0.9 * self._sway * move[2],
            at_x=look.at_x + 0.008 * self._sway * move[3],
            at_y=look.at_y + 0.007 * self._sway * move[4],
            size=look.size * (1 + 0.012 * self._sway * move[5]),
            eyes=eyes,
        )

    def _go(self, name: str, to: float, begin: float, seconds: float) -> None:
        before = self._moves.get(name)
        origin = before.at(begin) if before is not None else getattr(State(), name)
        self._moves[name] = _Move(begin, max(seconds, 1e-3), origin, to)


class Still:
    """A printed picture or a screen with one, held up: it shakes, comes nearer and goes away, is tilted; the face on it stays as it is."""

    def __init__(self, rng: np.random.Generator, *, size: float = 0.45, zoom: bool = True) -> None:
        self._waves = [(rng.uniform(0.1, 1.2, 3), rng.uniform(0, 6.28, 3), rng.dirichlet((3, 2, 1))) for _ in range(6)]
        self._size = size
        self._zoom = float(rng.uniform(0.2, 0.55)) if zoom else 0.02
        self._tilt = float(rng.uniform(2, 30))
        self._smile = float(rng.uniform(0, 0.6))

    def heed(self, guidance: Guidance, at: float) -> None:
        """Pictures hear nothing."""

    def state(self, at: float) -> State:
        move = [float((part * np.sin(2 * math.pi * speed * at + phase)).sum()) for speed, phase, part in self._waves]
        return State(
            yaw=self._tilt * move[0],
            pitch=0.5 * self._tilt * move[1],
            roll=5 * move[2],
            size=self._size * math.exp(self._zoom * move[5]),
            at_x=0.5 + 0.04 * move[3],
            at_y=0.5 + 0.04 * move[4],
            smile=self._smile,
        )


class Movie:
    """States that were recorded, played from the beginning again when they end. It heeds nothing."""

    def __init__(self, states: list[tuple[float, State]]) -> None:
        self._times = np.array([at for at, _ in states])
        self._states = [state for _, state in states]
        self._seconds = max(float(self._times[-1]), 0.1)

    def heed(self, guidance: Guidance, at: float) -> None:
        """Films hear nothing."""

    def state(self, at: float) -> State:
        return self._states[int(np.clip(np.searchsorted(self._times, at % self._seconds), 0, len(self._states) - 1))]


def _head() -> npt.NDArray[np.float64]:
    """A front of a head: 60 points on an ellipsoid and a nose, in outer eye distances from the middle of the eyes; z away."""
    points = []
    for y in np.linspace(-0.55, 1.1, 8):
        for x in np.linspace(-0.72, 0.72, 7):
            depth = 0.9 * (1 - math.sqrt(max(0.0, 1 - (x / 0.85) ** 2 * 0.9 - ((y - 0.25) / 1.1) ** 2 * 0.5)))
            points.append((float(x), float(y), depth - 0.1))
    points += [(0.0, 0.35, -0.42), (0.12, 0.42, -0.25), (-0.12, 0.42, -0.25), (0.0, 0.2, -0.3)]
    return np.array(points)


HEAD = _head()


@dataclass
class Stand:
    """What becomes of a state before the camera.

    Attributes:
        flat: the face is on a flat picture: nothing of it moves against the rest.
        strength: how much of a head's perspective the landmark network shows (rendered heads: 0.23 to 0.65).
        noise: 1 = what the mesh jitters by.
    """

    rng: np.random.Generator
    flat: bool = False
    strength: float = 0.42
    noise: float = 1.0
    who: int = 1
    shapes: bool = True
    _faces: dict[int, npt.NDArray[np.float32]] = field(default_factory=dict)

    def observe(self, state: State, at: float, who: int | None = None) -> Observation:
        person = self.who if who is None else who
        jitter = self.rng.normal(0, 1, 8) * self.noise
        eyes_px = state.size * HEIGHT * EYES_OF_HEIGHT * (1 + 0.004 * jitter[0])
        if state.size > 1.15:
            return Observation(at, (WIDTH, HEIGHT), close_up=eyes_px)
        cos = math.cos(math.radians(state.yaw))
        yaw = state.yaw + 0.6 * jitter[1]
        if self.flat:
            yaw *= 0.8
        mouth = (0.5 + 0.13 * state.smile) * (1 if self.flat else 1 + 0.05 * (1 - cos))
        x, y = state.at_x * WIDTH, state.at_y * HEIGHT
        unit = eyes_px * cos
        points = tuple(
            (x + px * unit, y + py * eyes_px) for px, py in ((-0.35, -0.1), (0.35, -0.1), (0.0, 0.2), (-mouth / 2, 0.65), (mouth / 2, 0.65))
        )
        size = 2.2 * eyes_px
        return Observation(
            at=at,
            frame_size=(WIDTH, HEIGHT),
            face=Face((x - size / 2, y - size / 2, size, size), 0.95, points, "simulated"),
            yaw=yaw,
            pitch=state.pitch + 0.6 * jitter[2],
            roll=state.roll,
            eyes=state.eyes,
            mouth=mouth + 0.006 * jitter[3],
            lift=0.02 + 0.06 * state.smile + 0.003 * jitter[4],
            nose=0.004 * jitter[5] + (0.0 if self.flat else -0.45 * math.sin(math.radians(state.yaw))),
            size=state.size * (1 + 0.006 * jitter[6]),
            eyes_px=unit,
            close_up=eyes_px,
            sharpness=0.6,
            shape=self._shape(state, eyes_px) if self.shapes else None,
            signature=self._signature(person, state),
            gaze=(0.1 * state.gaze_x + 0.008 * jitter[7], 0.05 * state.gaze_y + 0.006 * jitter[0]),
            skin=(150.0, 120.0, 110.0),
        )

    def _shape(self, state: State, eyes_px: float) -> npt.NDArray[np.float32]:
        nearness = 0.0 if self.flat else self.strength * eyes_px / FOCAL_PX
        a, b = math.radians(-state.yaw), math.radians(-state.pitch)
        x, y, z = HEAD.T
        if self.flat:  # an affine picture of a picture, and the little that a tilted sheet narrows towards its far side
            far = 1 + (x * math.sin(a) + y * math.sin(b)) * eyes_px / FOCAL_PX
            flat_x, flat_y, depth = x * math.cos(a) / far, y * math.cos(b) / far, z
        else:
            turned_x = x * math.cos(a) - z * math.sin(a)
            turned_z = x * math.sin(a) + z * math.cos(a)
            depth = turned_z + y * math.sin(b)
            flat_x, flat_y = turned_x / (1 + nearness * depth), (y * math.cos(b) - turned_z * math.sin(b)) / (1 + nearness * depth)
        noise = self.rng.normal(0, 0.006 * self.noise, (len(HEAD), 2))
        bias = self.rng.normal(0, 0.012 * self.noise)  # what the network gets wrong in one frame, the same way for all points
        flat_x, flat_y = flat_x * (1 - bias * z), flat_y * (1 - bias * z)
        return np.column_stack([flat_x + noise[:, 0], flat_y + noise[:, 1], depth]).astype(np.float32)

    def _signature(self, person: int, state: State) -> npt.NDArray[np.float32]:
        if person not in self._faces:
            made = np.random.default_rng(person).normal(0, 1, (2, 64))
            self._faces[person] = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
        base, turned = self._faces[person]
        print_ = base + turned * (state.yaw / 40) + self.rng.normal(0, 0.02, 64)
        return np.asarray(print_ / np.linalg.norm(print_), np.float32)


def picture_of(who: int) -> Image:
    """What ScriptedMatcher knows somebody by."""
    return np.full((8, 8, 3), who, np.uint8)


def frame_of(who: int, at: float) -> Frame:
    return Frame(picture_of(who), at, "simulated", round(at * 1000))
