"""A person before a camera who does things over time, rendered from one frontal photograph and its face mesh.

What is rendered is good enough to try checks of movement on; it says nothing of how real people are judged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np

from kiosk.domain.challenge import Assertion
from kiosk.imaging.frame import Image
from kiosk.specimens.face_rig import FaceRig, Look, Mesh

Scene = Callable[[float], Image]
SIZES: Mapping[Assertion, float] = {
    Assertion.FACE_SIZE_ZERO: 0.26,
    Assertion.FACE_SIZE_ONE: 0.33,
    Assertion.FACE_SIZE_TWO: 0.41,
    Assertion.FACE_SIZE_THREE: 0.50,
    Assertion.FACE_SIZE_FOUR: 0.60,
    Assertion.FACE_SIZE_FIVE: 0.72,
}
"""Height of the face in frame heights that `film_for` takes for a size, unless told otherwise."""
CLOSE_UP_SIZE = 2.1
"""`Look.size` at which the eyes fill a 4:3 frame: they are some 0.6 frame widths apart."""
_GAZES = {"left": (-1.0, 0.0), "right": (1.0, 0.0), "up": (0.0, -1.0), "down": (0.0, 1.0)}
_SHOWN_S = 0.9
"""How long a pose is held in `film_for`."""


@dataclass(frozen=True, slots=True)
class Act:
    """Within `seconds` the named members of `Look` go to their new values, evenly begun and ended, and stay there."""

    seconds: float
    to: Mapping[str, float | None]

    def __post_init__(self) -> None:
        unknown = set(self.to) - {one.name for one in fields(Look)}
        if unknown or self.seconds < 0:
            raise ValueError(f"no act: {', '.join(sorted(unknown)) or self.seconds}")


Script = Sequence[Act]


def hold(seconds: float) -> list[Act]:
    """Nothing but what the body does by itself."""
    return [Act(seconds, {})]


def turn(side: str, degrees: float, seconds: float = 0.7) -> list[Act]:
    """The head turns to "left" or "right", the person's own; 0 degrees = back to the front. Raises KeyError for another side."""
    return [Act(seconds, {"yaw": {"left": -1.0, "right": 1.0}[side] * degrees})]


def tilt(degrees: float, seconds: float = 0.6) -> list[Act]:
    """To the person's left (negative) or right shoulder."""
    return [Act(seconds, {"roll": degrees})]


def smile(amount: float = 1.0, seconds: float = 0.5) -> list[Act]:
    """0 = a mouth at rest, lips closed, 1 = a broad smile."""
    return [Act(seconds, {"smile": amount, "mouth": 0.06 * amount})]


def mouth_open(amount: float = 1.0, seconds: float = 0.4) -> list[Act]:
    """0 = closed."""
    return [Act(seconds, {"mouth": amount})]


def close_eyes(seconds: float = 0.12) -> list[Act]:
    return [Act(seconds, {"eyes": 0.0})]


def open_eyes(seconds: float = 0.15) -> list[Act]:
    return [Act(seconds, {"eyes": 1.0})]


def blink(shut_s: float = 0.06) -> list[Act]:
    """Some 0.3 s in all, as people blink."""
    return [*close_eyes(0.1), *hold(shut_s), *open_eyes(0.14)]


def gaze(direction: str, seconds: float = 0.25) -> list[Act]:
    """Eyes only: "left", "right", "up", "down" as seen in the picture, not mirrored, two of them joined by "-", or "ahead".

    Raises KeyError for another word.
    """
    x = y = 0.0
    for word in direction.split("-") if direction != "ahead" else ():
        x, y = x + _GAZES[word][0], y + _GAZES[word][1]
    return [Act(seconds, {"gaze_x": x, "gaze_y": y})]


def distance(size: float, seconds: float = 1.0, *, centred: bool = True) -> list[Act]:
    """Nearer or further: the face becomes `size` frame heights high, and comes to the middle if `centred`."""
    place = {"at_x": 0.5, "at_y": 0.5} if centred else {}
    return [Act(seconds, {"size": size, "centre_eyes": 0.0, **place})]


def magnifeye(seconds: float = 1.8, size: float = CLOSE_UP_SIZE) -> list[Act]:
    """In one movement so near that the eyes fill the frame."""
    return [Act(seconds, {"size": size, "at_x": 0.5, "at_y": 0.5, "centre_eyes": 1.0})]


def as_photographed(seconds: float = 0.7) -> list[Act]:
    """Back to where and how the person stood at first."""
    rest = {one.name: one.default for one in fields(Look)}
    return [Act(seconds, {name: value if isinstance(value, float) else None for name, value in rest.items()})]


@dataclass(frozen=True, slots=True)
class Body:
    """What nobody holds still, and what the camera adds.

    Attributes:
        sway: 1 = as people stand before a kiosk (a degree or so, a few millimetres); 0 = a statue.
        blinks: whether the person blinks by themself, every three to six seconds.
        noise: standard deviation of the sensor's noise, of 255; 0 = none, and then frames may repeat.
        drift: how far exposure wanders, as a share.
        brightness: of the whole picture.
    """

    sway: float = 1.0
    blinks: bool = False
    noise: float = 2.0
    drift: float = 0.012
    brightness: float = 1.0


class FaceFilm:
    """callable(seconds) -> Image. The same seconds give the same frame; holds its photograph and one rig. One thread."""

    def __init__(
        self,
        image: Image,
        landmarks: Mesh,
        script: Script,
        *,
        body: Body = Body(),
        size: tuple[int, int] | None = None,
        seed: int = 0,
        screen: Callable[[float], str] | None = None,
        rig: FaceRig | None = None,
    ) -> None:
        """Args:
        image, landmarks, size: as for `FaceRig`; `rig` one that was made of them before (it takes a third of a second).
        seed: of sway, noise and blinks.
        screen: what colour "#RRGGBB" (or "") the screen before the person shines with at that moment; it falls on the face.
        """
        self._rig = rig or FaceRig(image, landmarks, size=size)
        self._body = body
        self._screen = screen
        self._seed = seed
        self.seconds = sum(act.seconds for act in script)
        """How long the script is; after it the last look is held."""
        looks = [self._rig.still]
        ends = [0.0]
        for act in script:
            wanted = {name: getattr(looks[0], name) if value is None else value for name, value in act.to.items()}
            looks.append(replace(looks[-1], **wanted))
            ends.append(ends[-1] + act.seconds)
        self._looks, self._ends = looks, ends
        random = np.random.default_rng([seed, 11])
        self._waves = [(random.uniform(0.25, 1.9, 3), random.uniform(0, 2 * math.pi, 3), random.dirichlet((3, 2, 1))) for _ in range(8)]
        self._blinks: list[float] = []
        at = 1.5
        while body.blinks and at < self.seconds + 600:
            self._blinks.append(at)
            at += float(random.uniform(3, 6))
        width, height = self._rig.size
        pool = random.standard_normal((height + 64, width + 64, 3)).astype(np.float32) * np.float32(body.noise)
        self._noise = np.round(pool).astype(np.int16)

    def look_at(self, seconds: float) -> Look:
        """What the script says of that moment, without sway."""
        if seconds >= self._ends[-1]:
            return self._looks[-1]
        index = next(number for number, end in enumerate(self._ends) if seconds < end) if seconds > 0 else 1
        index = max(1, index)
        begin, end = self._ends[index - 1], self._ends[index]
        share = min(1.0, max(0.0, (seconds - begin) / (end - begin))) if end > begin else 1.0
        share = share * share * (3 - 2 * share)
        before, after = self._looks[index - 1], self._looks[index]
        mixed = {}
        for one in fields(Look):
            a, b = getattr(before, one.name), getattr(after, one.name)
            if one.name == "size":  # evenly seen, not evenly measured: steps near by look larger
                mixed[one.name] = a ** (1 - share) * b**share
            else:
                mixed[one.name] = a + (b - a) * share
        return Look(**mixed)

    def __call__(self, seconds: float) -> Image:
        frame = self._rig.render(self._swaying(seconds))
        frame = self._lit(frame, seconds)
        if self._body.noise <= 0:
            return frame
        number = np.random.default_rng([self._seed, 13, round(max(0.0, seconds) * 10_000)])
        y, x = (int(one) for one in number.integers(0, 64, 2))
        rows, columns = frame.shape[:2]
        tile = self._noise[y : y + rows, x : x + columns]
        if number.random() < 0.5:
            tile = tile[:, ::-1]
        return np.asarray(cv2.add(frame, np.ascontiguousarray(tile), dtype=cv2.CV_8U), np.uint8)

    def _swaying(self, seconds: float) -> Look:
        look = self.look_at(seconds)
        sway = self._body.sway
        move = [float((part * np.sin(2 * math.pi * speed * seconds + phase)).sum()) for speed, phase, part in self._waves]
        assert look.size is not None
        assert look.at_x is not None
        assert look.at_y is not None
        near = look.size / 0.4
        look = replace(
            look,
            yaw=look.yaw + 1.6 * sway * move[0],
            pitch=look.pitch + 1.3 * sway * move[1],
            roll=look.roll + 0.9 * sway * move[2],
            at_x=look.at_x + 0.008 * sway * move[3] * near,
            at_y=look.at_y + 0.007 * sway * move[4] * near,
            size=look.size * (1 + 0.012 * sway * move[5]),
        )
        for at in self._blinks:
            if at <= seconds < at + 0.3:
                look = replace(look, eyes=look.eyes * min(1.0, abs(seconds - at - 0.13) / 0.13))
        return look

    def _lit(self, frame: Image, seconds: float) -> Image:
        exposure = self._body.brightness * (1 + self._body.drift * math.sin(2 * math.pi * 0.21 * seconds + self._seed))
        gain = np.full(3, exposure)
        colour = self._screen(seconds) if self._screen else ""
        if colour:
            look = self.look_at(seconds)
            assert look.size is not None
            rgb = np.array([int(colour[place : place + 2], 16) / 255 for place in (5, 3, 1)])
            # a screen lights a face at arm's length about a seventh as brightly as a room does, and more when nearer
            gain = gain * (1 + 0.14 * min(4.0, (look.size / 0.4) ** 2) * rgb)
        table = np.clip(np.arange(256)[:, None] * gain[None, :], 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(frame, table[None, :, :].reshape(1, 256, 3)), np.uint8)


def film_for(
    challenge_steps: Sequence[Assertion],
    image: Image,
    landmarks: Mesh,
    *,
    pace: float = 1.0,
    rng: np.random.Generator | None = None,
    sizes: Mapping[Assertion, float] = SIZES,
    body: Body = Body(blinks=True),
    size: tuple[int, int] | None = None,
    screen: Callable[[float], str] | None = None,
    rig: FaceRig | None = None,
) -> FaceFilm:
    """A person who does what a challenge asks, in its order, with times that differ a little each time.

    Args:
        pace: 2 = twice as slow. Each step takes about 1.6 s at pace 1.
        rng: of times and amounts; None = always the same.
        sizes: face heights in frame heights for FACE_SIZE_ZERO … FIVE.
        the rest: as for `FaceFilm`.
    """
    script, random = script_for(challenge_steps, pace=pace, rng=rng, sizes=sizes)[0], rng
    seed = 0 if random is None else int(random.integers(1 << 30))
    return FaceFilm(image, landmarks, script, body=body, size=size, seed=seed, screen=screen, rig=rig)


def script_for(
    challenge_steps: Sequence[Assertion],
    *,
    pace: float = 1.0,
    rng: np.random.Generator | None = None,
    sizes: Mapping[Assertion, float] = SIZES,
) -> tuple[list[Act], list[tuple[float, float]]]:
    """The script of `film_for`, and for each step from when to when it is shown and held (seconds)."""
    random = rng or np.random.default_rng(5)

    def about(value: float, share: float = 0.15) -> float:
        return value * float(random.uniform(1 - share, 1 + share))

    script = hold(about(0.6) * pace)
    held: list[tuple[float, float]] = []
    for step in challenge_steps:
        script += _acts(step, about, pace, sizes)
        begun = sum(act.seconds for act in script)
        script += hold(about(_SHOWN_S) * pace)
        held.append((begun, sum(act.seconds for act in script)))
        if step in (Assertion.TURN_LEFT, Assertion.TURN_RIGHT):  # people look back at the screen to see what is next
            script += [*turn("left", 0, about(0.7) * pace), *hold(about(0.6) * pace)]
    return script, held


def _acts(step: Assertion, about: Callable[..., float], pace: float, sizes: Mapping[Assertion, float]) -> list[Act]:
    """What leads to a step, from whatever was before it."""
    seconds = about(0.75) * pace
    front = {"yaw": 0.0, "pitch": 0.0, "gaze_x": 0.0, "gaze_y": 0.0}
    match step:
        case Assertion.FRONT:
            return [Act(seconds, front)]
        case Assertion.TURN_LEFT | Assertion.TURN_RIGHT:
            return turn("left" if step is Assertion.TURN_LEFT else "right", about(32, 0.08), seconds)
        case Assertion.NEUTRAL:
            return [Act(0.7 * seconds, {**front, "smile": 0.0, "mouth": 0.0})]
        case Assertion.SMILE:
            return smile(about(1.0, 0.1), 0.7 * seconds)
        case Assertion.MAGNIFEYE:
            return magnifeye(about(1.6) * pace)
    if step in sizes:
        return distance(about(sizes[step], 0.02), 1.3 * seconds)
    # corners are named as the customer sees the mirrored screen: their left is the picture's right
    corner = step.value.removeprefix("EYE_GAZE_")
    across, down = (0.9 if "LEFT" in corner else -0.9), (-0.9 if "TOP" in corner else 0.9)
    return [Act(0.4 * seconds, {"gaze_x": across, "gaze_y": down})]
