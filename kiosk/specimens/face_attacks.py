"""Simulated presentation attacks on a face camera: a still picture, a print, a telephone, a monitor, a mask cut from paper.

Each takes what is presented (a picture or a film) and gives what the camera sees: callable(seconds) -> Image. Light is worked on as it is
stored, not linearly; a real printer, screen, hand or mask differs from any other, and all of them from these. A detector that is good
here has shown that it is not blind, nothing more (docs/guides/liveness-measured.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.imaging.frame import Image
from kiosk.specimens import attacks
from kiosk.specimens.film import glare_spots

Scene = Callable[[float], Image]
Floats = npt.NDArray[np.float64]
Field = npt.NDArray[np.float32]


class Species(StrEnum):
    """What is held before the camera, as ISO/IEC 30107-3 calls it: a presentation attack instrument species."""

    STILL = "still"  # the picture itself, moved as by a hand, without any trace of paper or glass: the hardest of its kind
    PRINT_MATTE = "print_matte"
    PRINT_GLOSSY = "print_glossy"
    PHONE = "phone"
    MONITOR = "monitor"
    CUT_OUT = "cut_out"  # a printed face cut out along its outline, worn, the eyes looking through holes


@dataclass(frozen=True, slots=True)
class _Pose:
    """Of a sheet or screen: `x`, `y` of its middle and its height in shares of the frame, degrees of roll, tilt and swing."""

    x: float
    y: float
    height: float
    roll: float
    tilt: float
    swing: float


class Hand:
    """How a flat thing is held: slow drift, tremor of 8 to 11 Hz, and now and then nearer or further. Deterministic in seconds and seed."""

    def __init__(self, random: np.random.Generator, height: float, strength: float) -> None:
        self._height = height
        self._strength = strength
        self._phase = random.uniform(0, 2 * math.pi, 12)
        self._speed = random.uniform(0.15, 0.7, 6)
        self._tremor = random.uniform(8, 11, 3)
        self._lean = random.normal(0, (2.0, 3.5, 4.5)) * strength
        self._off = random.normal(0, 0.012, 2)

    def at(self, seconds: float) -> _Pose:
        slow = np.sin(2 * math.pi * self._speed * seconds + self._phase[:6])
        fast = np.sin(2 * math.pi * self._tremor * seconds + self._phase[6:9])
        much = self._strength
        return _Pose(
            0.5 + self._off[0] + much * (0.012 * slow[0] + 0.0008 * fast[0]),
            0.5 + self._off[1] + much * (0.010 * slow[1] + 0.0008 * fast[1]),
            self._height * (1 + 0.02 * much * slow[2]),
            self._lean[0] + much * (1.2 * slow[3] + 0.08 * fast[2]),
            self._lean[1] + much * 2.0 * slow[4],
            self._lean[2] + much * 2.0 * slow[5],
        )


def presented(
    species: Species,
    shown: Image | Scene,
    *,
    seed: int = 0,
    strength: float = 0.5,
    size: tuple[int, int] | None = None,
    landmarks: Sequence[tuple[float, float, float]] = (),
    wearer: Scene | None = None,
    room: Image | None = None,
) -> Scene:
    """What the camera sees of an attack.

    Args:
        shown: the picture or the film that is presented, BGR, framed as a webcam frames a person.
        strength: 0..1, how plain the traces are: 0 = good paper or screen, held well; 1 = poor and careless.
        size: (width, height) of the frames; those of `shown` when None.
        landmarks, wearer: for CUT_OUT: the mesh of the face in `shown` (its first frame), and who wears the mask, framed alike, with the
            same mesh at the first moment; None = the mask's own person.
        room: what is behind; a blurred, darker `shown` when None.
    Raises ValueError for CUT_OUT without the mesh.
    """
    scene = shown if callable(shown) else _still(shown)
    first = scene(0.0)
    frame_size = size or (first.shape[1], first.shape[0])
    # a name's own number, not its place in the enumeration: a new species must not change the others
    random = np.random.default_rng([seed, sum(species.value.encode())])
    behind = _room(first, frame_size) if room is None else np.asarray(cv2.resize(room, frame_size, interpolation=cv2.INTER_AREA), np.uint8)
    if species is Species.CUT_OUT:
        if len(landmarks) < 468:
            raise ValueError("a mask is cut along a face's mesh of 468 points")
        return CutOut(first, np.asarray(landmarks, np.float64)[:468], wearer or scene, random, strength)
    if species is Species.STILL:
        return Held(scene, Hand(random, 1.25, strength), frame_size, behind, random)
    if species in (Species.PRINT_MATTE, Species.PRINT_GLOSSY):
        return Print(first, Hand(random, random.uniform(0.85, 1.1), strength), frame_size, behind, random, strength, species)
    return Replay(scene, Hand(random, random.uniform(1.0, 1.2), strength), frame_size, behind, random, strength, species)


class Held:
    """Something flat in the hand. What is special of paper or glass is added by the classes below."""

    def __init__(self, scene: Scene, hand: Hand, size: tuple[int, int], room: Image, random: np.random.Generator) -> None:
        self._scene = scene
        self._hand = hand
        self._size = size
        self._room = room
        self._seed = int(random.integers(1 << 30))

    def __call__(self, seconds: float) -> Image:
        random = np.random.default_rng([self._seed, round(max(0.0, seconds) * 10_000)])
        sheet, margin = self._sheet(seconds)
        matrix = _placed(sheet.shape, margin, self._hand.at(seconds), self._size)
        width, height = self._size
        view = cv2.warpPerspective(sheet, matrix, self._size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        corners = np.array([[0, 0], [sheet.shape[1], 0], [sheet.shape[1], sheet.shape[0]], [0, sheet.shape[0]]], np.float64)
        quad = cv2.perspectiveTransform(corners[None], matrix)[0]
        cover = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(cover, np.round(quad * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
        shown = self._seen(np.asarray(view, np.float32), matrix, seconds)
        share = np.asarray(cover, np.float32)[..., None] / np.float32(255)
        room = self._room.astype(np.float32)
        room *= np.float32(1) - np.float32(0.35) * np.asarray(cv2.GaussianBlur(cover, (0, 0), 0.02 * width), np.float32)[..., None] / 255
        whole = shown * share + room * (1 - share)
        whole += random.standard_normal((height // 2 + 1, width // 2 + 1, 1)).astype(np.float32).repeat(2, 0).repeat(2, 1)[:height, :width]
        fine = random.integers(-3, 4, (height, width, 3), dtype=np.int16)
        return np.asarray(cv2.add(np.clip(whole, 0, 255).astype(np.uint8), fine, dtype=cv2.CV_8U), np.uint8)

    def _sheet(self, seconds: float) -> tuple[Image, float]:
        """What lies on the flat thing at that moment, and how much of its height is edge."""
        return self._scene(seconds), 0.0

    def _seen(self, view: Field, matrix: Floats, seconds: float) -> Field:
        """The flat thing as the camera sees it, height x width x 3 of the frame; `matrix` from its pixels to the frame's."""
        return view


class Print(Held):
    """A sheet of paper: halftone and grain, a white edge, bent a little, matte or with the reflection of a lamp."""

    def __init__(
        self,
        picture: Image,
        hand: Hand,
        size: tuple[int, int],
        room: Image,
        random: np.random.Generator,
        strength: float,
        species: Species = Species.PRINT_MATTE,
    ) -> None:
        super().__init__(_still(picture), hand, size, room, random)
        wide = round(1.25 * size[0])
        mixed = _on_paper(picture, wide, random, strength)
        edge = round(random.uniform(0.0, 0.05) * wide)
        self._paper = np.asarray(cv2.copyMakeBorder(mixed, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(228, 236, 238)), np.uint8)
        self._margin = edge / self._paper.shape[0]
        rows, columns = size[1], size[0]
        x = np.linspace(-0.5, 0.5, columns, dtype=np.float32)[None, :]
        y = np.linspace(-0.5, 0.5, rows, dtype=np.float32)[:, None]
        way = random.uniform(0, 2 * math.pi)
        along = x * np.float32(math.cos(way)) + y * np.float32(math.sin(way))
        curl = random.uniform(-0.25, 0.25) * (0.4 + strength)
        self._shade = np.asarray(1 + np.float32(curl) * along + np.float32(0.3 * abs(curl)) * (along * along * 4 - 0.3), np.float32)[
            ..., None
        ]
        self._gloss = np.zeros((rows, columns, 1), np.float32)
        if species is Species.PRINT_GLOSSY:
            self._gloss = 0.6 * glare_spots((rows, columns), random, 0.25 * strength)[..., None]
        self._tone = random.normal(1, 0.025, 3).astype(np.float32) * np.float32(random.uniform(0.86, 1.02))

    def _sheet(self, seconds: float) -> tuple[Image, float]:
        return self._paper, self._margin

    def _seen(self, view: Field, matrix: Floats, seconds: float) -> Field:
        return np.asarray(view * (self._shade * self._tone) + self._gloss, np.float32)


class Replay(Held):
    """A film on glass: a grid of pixels that beats with the sensor's, light that leaks, cold white, bands that run, a room reflected."""

    def __init__(
        self,
        scene: Scene,
        hand: Hand,
        size: tuple[int, int],
        room: Image,
        random: np.random.Generator,
        strength: float,
        species: Species = Species.PHONE,
    ) -> None:
        super().__init__(scene, hand, size, room, random)
        phone = species is Species.PHONE
        # rows of display pixels over the height of the picture; near the sensor's own number the beat is coarse
        self._lines = float(random.uniform(900, 1900) if phone else random.uniform(420, 1000))
        self._grid = float(random.uniform(0.02, 0.06) + strength * (0.06 if phone else 0.12))
        self._bezel = float(random.uniform(0.015, 0.05))
        self._black = float(random.uniform(4, 10) + (4 if phone else 14) * strength)
        self._gamma = float(random.uniform(0.92, 1.15))
        blue = float(random.uniform(0.0, 0.10 + 0.08 * strength))
        self._tint = np.array([1 + blue, 1 + 0.3 * blue, 1 - 0.6 * blue], np.float32) * np.float32(random.uniform(0.85, 1.08))
        self._band = (
            float(random.uniform(0.0, 0.10)) * strength * (0.5 if phone else 1.0),
            random.uniform(0.6, 2.2),
            random.uniform(0.3, 3),
        )
        rows, columns = size[1], size[0]
        spots = glare_spots((rows, columns), random, 0.2 * strength)
        mirror = cv2.GaussianBlur(cv2.flip(room, 1), (0, 0), 0.02 * columns).astype(np.float32).mean(axis=2)
        self._mirrored = (np.float32(0.02 + 0.06 * strength) * mirror + np.float32(0.25 * strength) * spots)[..., None]
        self._table = np.clip(self._black + (255 - self._black) * (np.arange(256) / 255) ** self._gamma, 0, 255).astype(np.uint8)
        self._rate = float(random.uniform(24, 30))

    def _sheet(self, seconds: float) -> tuple[Image, float]:
        shown = np.asarray(cv2.LUT(self._scene(math.floor(seconds * self._rate) / self._rate), self._table), np.uint8)
        edge = round(self._bezel * shown.shape[0])
        return np.asarray(cv2.copyMakeBorder(shown, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(9, 8, 8)), np.uint8), self._bezel

    def _seen(self, view: Field, matrix: Floats, seconds: float) -> Field:
        height, width = view.shape[:2]
        back = np.linalg.inv(matrix)
        x, y = np.arange(width, dtype=np.float64)[None, :], np.arange(height, dtype=np.float64)[:, None]
        w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
        # display pixels per pixel of the sheet; what the sensor samples of the display's grid is the moire, nothing is painted
        dense = 2 * math.pi * self._lines / (height * 1.0)
        u = ((back[0, 0] * x + back[0, 1] * y + back[0, 2]) / w * dense).astype(np.float32)
        v = ((back[1, 0] * x + back[1, 1] * y + back[1, 2]) / w * dense).astype(np.float32)
        rows = 1 + np.float32(0.7 * self._grid) * np.cos(v)
        cells = np.stack([1 + np.float32(self._grid) * np.cos(u + np.float32(2.094 * channel)) for channel in range(3)], axis=-1)
        depth, tall, speed = self._band
        band = 1 - np.float32(depth) * (0.5 + 0.5 * np.sin(2 * np.pi * (y / height * tall - speed * seconds))).astype(np.float32)
        return np.asarray(view * cells * (rows * band)[..., None] * self._tint + self._mirrored, np.float32)


class CutOut:
    """A printed face before the wearer's own: flat in its colours, a bright cut edge and a shadow at its outline, live eyes in holes."""

    def __init__(self, picture: Image, mesh: Floats, wearer: Scene, random: np.random.Generator, strength: float) -> None:
        self._wearer = wearer
        self._seed = int(random.integers(1 << 30))
        rows, columns = picture.shape[:2]
        paper = np.asarray(cv2.resize(_on_paper(picture, round(1.25 * columns), random, strength), (columns, rows)), np.uint8)
        tone = random.normal(1, 0.03, 3) * random.uniform(0.88, 1.05)
        self._paper = np.clip((paper - 128.0) * (1 - 0.2 * strength) + 128 * tone, 0, 255).astype(np.float32)
        hull = cv2.convexHull(mesh[:, :2].astype(np.float32)).reshape(-1, 2).astype(np.float64)
        middle = hull.mean(axis=0)
        self._outline = middle + (hull - middle) * random.uniform(0.96, 1.06) + random.normal(0, 0.8, hull.shape)
        self._holes = [_eye_hole(mesh, outer, inner, random.uniform(0.7, 0.95)) for outer, inner in ((33, 133), (263, 362))]
        self._middle = middle
        self._hand = Hand(random, 1.0, 0.4 + 0.6 * strength)
        self._edge = 0.4 + 0.6 * strength

    def __call__(self, seconds: float) -> Image:
        """The mask sits a little loosely on a head that hardly moves."""
        frame = self._wearer(seconds).astype(np.float32)
        height, width = frame.shape[:2]
        pose = self._hand.at(seconds)
        turn = cv2.getRotationMatrix2D((float(self._middle[0]), float(self._middle[1])), 0.4 * pose.roll, pose.height)
        turn[:, 2] += np.array([0.35 * (pose.x - 0.5) * width, 0.35 * (pose.y - 0.5) * height])
        paper = cv2.warpAffine(self._paper, turn, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [_fixed(self._outline, turn)], 255, cv2.LINE_AA, 4)
        for hole in self._holes:
            cv2.fillPoly(mask, [_fixed(hole, turn)], 0, cv2.LINE_AA, 4)
        share = np.asarray(mask, np.float32)[..., None] / np.float32(255)
        shadow = cv2.GaussianBlur(cv2.warpAffine(mask, np.array([[1, 0, 2.0], [0, 1, 4.0]]), (width, height)), (0, 0), 0.006 * width)
        frame *= 1 - np.float32(0.45 * self._edge) * np.asarray(shadow, np.float32)[..., None] / 255
        rim = np.asarray(mask, np.float32) - np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)), np.float32)
        light = np.linspace(1.06, 0.94, width, dtype=np.float32)[None, :, None]
        whole = frame * (1 - share) + paper * light * share + np.float32(0.25 * self._edge) * rim[..., None]
        random = np.random.default_rng([self._seed, round(max(0.0, seconds) * 10_000)])
        fine = random.integers(-3, 4, (height, width, 3), dtype=np.int16)
        return np.asarray(cv2.add(np.clip(whole, 0, 255).astype(np.uint8), fine, dtype=cv2.CV_8U), np.uint8)


def _on_paper(picture: Image, wide: int, random: np.random.Generator, strength: float) -> Image:
    """Printed some 20 cm wide, seen with `wide` pixels; the dots of good paper (`strength` 0) are all but invisible."""
    printer = replace(attacks.Printer.drawn(random), dpi=400)
    paper = attacks.printed(picture, printer, random, width_mm=float(random.uniform(140, 260)))
    size = (wide, round(wide * picture.shape[0] / picture.shape[1]))
    seen = cv2.resize(paper, size, interpolation=cv2.INTER_AREA)
    plain = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC)
    share = 0.5 + 0.5 * strength
    return np.asarray(cv2.addWeighted(seen, share, plain, 1 - share, 0), np.uint8)


def _still(picture: Image) -> Scene:
    return lambda seconds: picture


def _room(picture: Image, size: tuple[int, int]) -> Image:
    small = cv2.resize(picture, (24, 18), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), (0, 0), 0.04 * size[0])
    return np.asarray(0.7 * np.asarray(soft, np.float32) + 20, np.uint8)


def _placed(shape: tuple[int, ...], margin: float, pose: _Pose, size: tuple[int, int]) -> Floats:
    """3x3 from pixels of the sheet to pixels of the frame; `pose.height` is that of the sheet without its edges."""
    rows, columns = shape[:2]
    width, height = size
    scale = pose.height * height / (rows * (1 - 2 * margin))
    a, b, c = (math.radians(angle) for angle in (pose.roll, pose.tilt, pose.swing))
    about_z = np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), -math.sin(b)], [0, math.sin(b), math.cos(b)]])
    about_y = np.array([[math.cos(c), 0, math.sin(c)], [0, 1, 0], [-math.sin(c), 0, math.cos(c)]])
    turned = about_z @ about_x @ about_y
    centred = np.array([[scale, 0, -scale * columns / 2], [0, scale, -scale * rows / 2], [0, 0, 1]])
    focal = 0.95 * width
    into = np.array([[turned[0, 0], turned[0, 1], 0], [turned[1, 0], turned[1, 1], 0], [turned[2, 0] / focal, turned[2, 1] / focal, 1]])
    place = np.array([[1, 0, pose.x * width], [0, 1, pose.y * height], [0, 0, 1]])
    return np.asarray(place @ into @ centred, np.float64)


def _eye_hole(mesh: Floats, outer: int, inner: int, share: float) -> Floats:
    a, b = mesh[outer, :2], mesh[inner, :2]
    middle, along = (a + b) / 2, (b - a) / 2
    across = np.array([-along[1], along[0]])
    angles = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    return np.asarray(middle + share * (1.15 * np.cos(angles)[:, None] * along + 0.62 * np.sin(angles)[:, None] * across), np.float64)


def _fixed(points: Floats, matrix: npt.ArrayLike) -> npt.NDArray[np.int32]:
    turn = np.asarray(matrix, np.float64)
    return np.round((points @ turn[:, :2].T + turn[:, 2]) * 16).astype(np.int32)
