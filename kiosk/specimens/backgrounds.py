"""What a document may lie upon: drawn table tops, cloths and clutter, and photographs that come with scikit-image. No page among them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.imaging.frame import Image

Size = tuple[int, int]
"""width, height in pixels."""
Floats = npt.NDArray[np.float32]
Ground = npt.NDArray[np.float64] | Floats
"""height x width x 3 before it is rounded to bytes."""
Random = np.random.Generator

PHOTOS = (
    "coffee",
    "brick",
    "grass",
    "chelsea",
    "camera",
    "coins",
    "gravel",
    "rocket",
    "moon",
    "clock",
    "hubble_deep_field",
    "immunohistochemistry",
    "page",
    "text",
)
"""Pictures of scikit-image that hold no identity document."""


def stream(seed: int, *names: object) -> Random:
    """A generator of its own per use, so that adding one effect leaves what all others draw as it was."""
    return np.random.default_rng([seed & 0xFFFFFFFF, *(zlib.crc32(str(name).encode()) for name in names)])


def background(name: str, size: Size, *, seed: int) -> Image:
    """A table top of one of `BACKGROUNDS`, BGR. Same arguments, same pixels. Raises BadInput(BAD_ARGUMENT) for a name that is not there."""
    if name not in BACKGROUNDS:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no background {name!r}; there are {', '.join(sorted(BACKGROUNDS))}")
    random = stream(seed, "background", name)
    return np.ascontiguousarray(np.clip(BACKGROUNDS[name](size, random), 0, 255).astype(np.uint8))


def clutter(picture: Image, random: Random, count: int) -> None:
    """Other flat things with straight edges: cards, notes, phones, books. Changes `picture` in place."""
    height, width = picture.shape[:2]
    unit = max(width, height)
    for _ in range(count):
        long, aspect = unit * random.uniform(0.08, 0.5), random.uniform(1.05, 3.2)
        box = ((random.uniform(0, width), random.uniform(0, height)), (long, long / aspect), random.uniform(0, 180))
        corners = np.round(cv2.boxPoints(box)).astype(np.int32)
        shade = _colour(random) if random.random() < 0.5 else np.full(3, random.uniform(15, 250), np.float32)
        dark = picture.copy()
        cv2.fillConvexPoly(dark, corners + round(unit * 0.005), (20, 20, 20), cv2.LINE_AA)
        cv2.addWeighted(dark, 0.35, picture, 0.65, 0, dst=picture)
        cv2.fillConvexPoly(picture, corners, shade.tolist(), cv2.LINE_AA)
        if random.random() < 0.6:  # lines of print on it, or keys
            rows = int(random.integers(2, 9))
            ink = (shade * random.uniform(0.3, 1.6)).clip(0, 255).tolist()
            top_left, top_right, bottom_left = corners[1], corners[2], corners[0]
            for row in range(1, rows):
                share = row / rows
                a = top_left + (bottom_left - top_left) * share + (top_right - top_left) * 0.08
                b = a + (top_right - top_left) * random.uniform(0.3, 0.84)
                thick = max(1, round(unit * random.uniform(0.001, 0.006)))
                cv2.line(picture, np.round(a).astype(int).tolist(), np.round(b).astype(int).tolist(), ink, thick, cv2.LINE_AA)


def similar(page: Image, size: Size, random: Random) -> Image:
    """A table of nearly the page's own colour: what makes its outline hard to see."""
    edge = np.concatenate([page[:6].reshape(-1, 3), page[-6:].reshape(-1, 3), page[:, :6].reshape(-1, 3), page[:, -6:].reshape(-1, 3)])
    tone = edge.mean(axis=0) + random.uniform(-14, 14) + random.uniform(-6, 6, 3)
    ground = np.broadcast_to(tone.astype(np.float32), (size[1], size[0], 3)) + _clouds(size, random, 5, 5)[..., None]
    return np.ascontiguousarray(np.clip(ground, 0, 255).astype(np.uint8))


# --- grounds -------------------------------------------------------------------------------------------------------


def _colour(random: Random) -> Floats:
    """Any, muted as things are."""
    base = random.uniform(25, 245)
    return np.clip(base + random.normal(0, 32, 3), 5, 250).astype(np.float32)


def _clouds(size: Size, random: Random, cells: int, strength: float) -> Floats:
    coarse = random.standard_normal((cells, cells)).astype(np.float32)
    return np.asarray(strength * cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _grid(size: Size, angle: float = 0.0) -> tuple[Floats, Floats]:
    """Places in shares of the longer side, turned."""
    unit = max(size)
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32) / np.float32(unit)
    cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return x * cosine + y * sine, y * cosine - x * sine


def _plain(size: Size, random: Random) -> Ground:
    return _colour(random) + _clouds(size, random, 4, random.uniform(1, 8))[..., None]


def _white(size: Size, random: Random) -> Ground:
    tone = np.float32(random.uniform(205, 252)) + random.uniform(-5, 5, 3).astype(np.float32)
    return tone + _clouds(size, random, 4, random.uniform(0.5, 4))[..., None]


def _gradient(size: Size, random: Random) -> Ground:
    along, _ = _grid(size, random.uniform(0, 6.3))
    share = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
    return np.asarray(_colour(random) * (1 - share[..., None]) + _colour(random) * share[..., None], np.float32)


def _wood(size: Size, random: Random) -> Ground:
    tone = np.array([52, 84, 118], np.float32) * np.float32(random.uniform(0.4, 1.75)) + random.uniform(-14, 14, 3).astype(np.float32)
    standing = random.random() < 0.5
    flat = size if not standing else (size[1], size[0])
    grain = np.zeros((flat[1], flat[0]), np.float32)
    for columns, rows, strength in ((5, 150, 10), (12, 70, 7), (40, 420, 5)):
        streaks = random.standard_normal((rows, columns)).astype(np.float32)
        grain += np.float32(strength * random.uniform(0.5, 1.8)) * cv2.resize(streaks, flat, interpolation=cv2.INTER_CUBIC)
    if random.random() < 0.6:  # boards
        edges = np.cumsum(random.uniform(0.06, 0.3, 12)) * max(size)
        for at in edges[edges < flat[1] - 3].astype(int):
            grain[at : at + max(1, max(size) // 500)] -= 45
            grain[at:] += random.uniform(-14, 14)
    turned = grain.T if standing else grain
    return tone + turned[..., None] * np.array([0.7, 0.9, 1.1], np.float32)


def _cloth(size: Size, random: Random) -> Ground:
    u, v = _grid(size, random.uniform(0, 3.2))
    threads = np.float32(random.uniform(150, 420))
    weave = np.sin(u * threads) * np.cos(v * threads) + 0.5 * np.sin(v * threads)
    folds = _clouds(size, random, int(random.integers(4, 9)), random.uniform(4, 20))
    noise = random.standard_normal((size[1] // 2 + 1, size[0] // 2 + 1)).astype(np.float32)
    rough = cv2.resize(noise, size, interpolation=cv2.INTER_LINEAR) * np.float32(random.uniform(2, 9))
    return np.asarray(_colour(random) + (weave * np.float32(random.uniform(2, 12)) + folds + rough)[..., None], np.float32)


def _tartan(size: Size, random: Random) -> Ground:
    u, v = _grid(size, random.uniform(0, 3.2))
    ground = np.zeros((size[1], size[0], 3), np.float32) + _colour(random)
    for line in range(int(random.integers(2, 5))):
        period, wide = random.uniform(0.08, 0.35), random.uniform(0.15, 0.5)
        other = _colour(random)
        for axis in (u, v):
            inside = ((axis / np.float32(period) + line * 0.37) % 1 < wide).astype(np.float32)[..., None]
            ground = ground * (1 - 0.45 * inside) + other * (0.45 * inside)
    return ground


def _stripes(size: Size, random: Random) -> Ground:
    u, _ = _grid(size, random.uniform(0, 3.2))
    share = ((u / np.float32(random.uniform(0.02, 0.2))) % 1 < random.uniform(0.3, 0.7)).astype(np.float32)[..., None]
    return _colour(random) * share + _colour(random) * (1 - share)


def _checks(size: Size, random: Random) -> Ground:
    u, v = _grid(size, random.uniform(0, 3.2))
    cell = np.float32(random.uniform(0.03, 0.16))
    share = ((np.floor(u / cell) + np.floor(v / cell)) % 2).astype(np.float32)[..., None]
    return np.asarray(_colour(random) * share + _colour(random) * (1 - share), np.float32)


def _tiles(size: Size, random: Random) -> Ground:
    u, v = _grid(size, random.uniform(0, 3.2))
    wide, aspect = random.uniform(0.08, 0.45), random.uniform(1, 2.2)
    a, b = u / np.float32(wide), v / np.float32(wide / aspect)
    if random.random() < 0.5:
        a = a + np.float32(0.5) * (np.floor(b) % 2)
    shade = ((np.floor(a) * 12.9898 + np.floor(b) * 78.233) % 1.7 - 0.85) * np.float32(random.uniform(2, 16))
    joint = np.float32(random.uniform(0.01, 0.035))
    gap = ((a % 1 < joint) | (b % 1 < joint * aspect)).astype(np.float32)[..., None]
    face = _colour(random) + shade[..., None] + _clouds(size, random, 24, random.uniform(0, 6))[..., None]
    return np.asarray(face * (1 - gap) + _colour(random) * gap, np.float32)


def _keyboard(size: Size, random: Random) -> Ground:
    u, v = _grid(size, random.uniform(-0.4, 0.4) + random.integers(0, 4) * np.pi / 2)
    key = random.uniform(0.05, 0.09)
    a = u / np.float32(key) + np.float32(0.3) * np.floor(v / np.float32(key))
    b = v / np.float32(key)
    gap = random.uniform(0.08, 0.2)
    top = ((a % 1 > gap) & (b % 1 > gap)).astype(np.float32)
    mark = ((np.abs(a % 1 - 0.45) < 0.12) & (np.abs(b % 1 - 0.45) < 0.14)).astype(np.float32)
    dark = random.random() < 0.6
    caps, body, ink = (45, 25, 190) if dark else (222, 175, 60)
    grey = body + (caps - body) * top + (ink - caps) * mark * top
    return np.asarray(grey[..., None] + random.uniform(-8, 8, 3).astype(np.float32), np.float32)


def _carpet(size: Size, random: Random) -> Ground:
    small = (size[0] // 2 + 1, size[1] // 2 + 1)
    noise = random.standard_normal((small[1], small[0])).astype(np.float32)
    rough = cv2.GaussianBlur(noise, (0, 0), max(0.6, max(size) / 1600)) * np.float32(random.uniform(15, 60))
    return _colour(random) + cv2.resize(rough, size, interpolation=cv2.INTER_LINEAR)[..., None] + _clouds(size, random, 6, 8)[..., None]


def _marble(size: Size, random: Random) -> Ground:
    u, v = _grid(size, random.uniform(0, 3.2))
    bend = _clouds(size, random, 7, 0.05) + _clouds(size, random, 20, 0.02)
    veins = np.abs(np.sin((u + bend) * np.float32(random.uniform(8, 25)) + v * 3)) ** np.float32(0.35)
    tone = np.float32(random.uniform(60, 240))
    return np.asarray(tone + (veins[..., None] - 0.8) * random.uniform(30, 110) + random.uniform(-8, 8, 3).astype(np.float32), np.float32)


def _blotches(size: Size, random: Random) -> Ground:
    cells = int(random.integers(6, 60))
    coarse = random.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _paper(size: Size, random: Random) -> Ground:
    """A printed or lined sheet under the page: long straight lines and text that are no page."""
    ground = np.full((size[1], size[0], 3), random.uniform(195, 250), np.float32) + random.uniform(-8, 8, 3).astype(np.float32)
    u, v = _grid(size, random.uniform(-0.3, 0.3) + random.integers(0, 4) * np.pi / 2)
    step = np.float32(random.uniform(0.015, 0.045))
    line = (v / step) % 1
    if random.random() < 0.5:
        ink = (line < 0.07).astype(np.float32) * np.float32(random.uniform(30, 120))
    else:
        letters = _clouds(size, random, max(12, int(1 / float(step) * 2)), 1.0)
        ink = ((line < 0.45) & (letters > -0.15) & (np.sin(u * np.float32(2.5) / step) > -0.4)).astype(np.float32) * 150
    return ground - ink[..., None]


def _desk(size: Size, random: Random) -> Ground:
    """The edge of a table, and what is behind it."""
    ground = _wood(size, random) if random.random() < 0.5 else _plain(size, random)
    u, _ = _grid(size, random.uniform(0, 6.3))
    beyond = (u > np.quantile(u, random.uniform(0.65, 0.95))).astype(np.float32)[..., None]
    other = _cloth(size, random) if random.random() < 0.5 else _gradient(size, random)
    return ground * (1 - beyond) + other * beyond


def _things(size: Size, random: Random) -> Ground:
    picture = np.asarray(np.clip(_plain(size, random), 0, 255), np.uint8)
    clutter(picture, random, int(random.integers(3, 9)))
    return picture.astype(np.float32)


@lru_cache(maxsize=16)
def _photo(name: str) -> Image:
    from skimage import data  # 0.3 s and scipy: only when a picture is wanted

    picture = np.asarray(getattr(data, name)(), np.uint8)
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    return np.ascontiguousarray(picture[..., 2::-1])


def _photo_ground(name: str) -> Callable[[Size, Random], Ground]:
    def draw(size: Size, random: Random) -> Ground:
        picture = _photo(name)
        height, width = picture.shape[:2]
        aspect = size[0] / size[1]
        cut_w = min(width, height * aspect) * random.uniform(0.6, 1.0)
        cut_h = cut_w / aspect
        x, y = int(random.uniform(0, width - cut_w)), int(random.uniform(0, height - cut_h))
        part = picture[y : y + max(2, int(cut_h)), x : x + max(2, int(cut_w))]
        if random.random() < 0.5:
            part = np.ascontiguousarray(part[:, ::-1])
        light = random.uniform(0.6, 1.3)
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), np.float32) * np.float32(light)

    return draw


BACKGROUNDS: dict[str, Callable[[Size, Random], Ground]] = {
    "plain": _plain,
    "white": _white,
    "gradient": _gradient,
    "wood": _wood,
    "cloth": _cloth,
    "tartan": _tartan,
    "stripes": _stripes,
    "checks": _checks,
    "tiles": _tiles,
    "keyboard": _keyboard,
    "carpet": _carpet,
    "marble": _marble,
    "blotches": _blotches,
    "paper": _paper,
    "desk": _desk,
    "things": _things,
    **{f"photo:{name}": _photo_ground(name) for name in PHOTOS},
}
