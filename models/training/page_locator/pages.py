"""Random pages for training: what identity documents have in common, and no document in particular. BGR, upright, about 430 px wide."""

from __future__ import annotations

import string

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Random = np.random.Generator
_RATIOS = (85.6 / 53.98, 125 / 88, 105 / 74)
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
_MRZ = string.ascii_uppercase + string.digits + "<" * 20


def random_page(random: Random, *, ratio: float | None = None) -> Image:
    width = int(random.integers(400, 460))
    if ratio is None:
        ratio = float(random.choice(_RATIOS, p=(0.55, 0.33, 0.12)) if random.random() < 0.9 else random.uniform(1.2, 1.8))
    height = round(width / ratio)
    page = _ground(random, width, height)
    ink = (float(random.uniform(0, 70)),) * 3
    if random.random() < 0.45:  # a band across the head, or the side
        band = random.uniform(20, 250, 3)
        thick = round(height * random.uniform(0.06, 0.2))
        part = page[:thick] if random.random() < 0.8 else page[:, :thick]
        part[:] = (part * 0.25 + band * 0.75).astype(np.uint8)
    bottom = height
    if random.random() < 0.55:
        bottom = _mrz(page, random, ink)
    left, right = round(0.05 * width), round(0.95 * width)
    if random.random() < 0.75:
        w = round(width * random.uniform(0.2, 0.32))
        h = min(round(w * random.uniform(1.15, 1.4)), max(20, bottom - round(0.16 * height)))
        x = left if random.random() < 0.75 else right - w
        y = round(random.uniform(0.12, 0.22) * height)
        _portrait(page, random, x, y, w, h)
        if x == left:
            left += w + round(0.03 * width)
        else:
            right -= w + round(0.03 * width)
    _text(page, random, left, right, round(0.08 * height), bottom, ink)
    for chance, draw in ((0.2, _code), (0.15, _chip), (0.35, _signature), (0.2, _frame), (0.3, _seal)):
        if random.random() < chance:
            draw(page, random)
    if random.random() < 0.08:
        page = np.repeat(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
    return np.ascontiguousarray(page)


def no_document(random: Random) -> Image:
    """A printed sheet, or a window as screens show them: straight outlines and text, and no identity document."""
    width = int(random.integers(300, 460))
    height = round(width * random.uniform(0.6, 1.5))
    sheet = np.full((height, width, 3), random.uniform(205, 253), np.uint8)
    if random.random() < 0.4:
        sheet[: round(random.uniform(12, 26))] = random.uniform(50, 230, 3).astype(np.uint8)
        cv2.rectangle(sheet, (0, 0), (width - 1, height - 1), (90, 90, 90), 1)
    scale = random.uniform(0.2, 0.4)
    step, margin = round(scale * random.uniform(45, 70)), round(width * random.uniform(0.04, 0.12))
    font = int(random.choice(_FONTS))
    for y in range(margin + 20, height - margin, step):
        if random.random() < 0.12:
            continue
        words = " ".join(_word(random, 10).lower() for _ in range(30))
        room = int((width - 2 * margin) / (scale * 19) * (1.0 if random.random() < 0.8 else random.uniform(0.2, 0.9)))
        cv2.putText(sheet, words[:room], (margin, y), font, scale, (40, 40, 40), 1, cv2.LINE_AA)
    return sheet


def _ground(random: Random, width: int, height: int) -> Image:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    base = random.uniform(165, 252) if random.random() < 0.88 else random.uniform(20, 165)
    one, two = (np.clip(base + random.normal(0, 22, 3), 5, 253).astype(np.float32) for _ in range(2))
    turn = random.uniform(0, 6.3)
    share = (x * np.cos(turn) + y * np.sin(turn)) / width
    ground = one + (two - one) * np.clip(share, 0, 1)[..., None]
    for _ in range(int(random.integers(0, 4))):  # guilloche
        turn = random.uniform(0, 3.2)
        wave = x * np.cos(turn) + y * np.sin(turn) + 12 * np.sin((y * np.cos(turn) - x * np.sin(turn)) / random.uniform(8, 50))
        lines = (np.sin(wave / random.uniform(0.8, 4)) > random.uniform(0.4, 0.9)).astype(np.float32)
        ground -= lines[..., None] * random.uniform(0, 45, 3)
    return np.clip(ground, 0, 255).astype(np.uint8)


def _word(random: Random, longest: int) -> str:
    letters = string.ascii_uppercase if random.random() < 0.6 else string.ascii_lowercase if random.random() < 0.7 else string.digits
    return "".join(random.choice(list(letters), int(random.integers(2, longest))))


def _text(page: Image, random: Random, left: int, right: int, top: int, bottom: int, ink: tuple[float, ...]) -> None:
    height = page.shape[0]
    y = top + random.uniform(0.02, 0.08) * height
    font = int(random.choice(_FONTS))
    scale = random.uniform(0.28, 0.5) * page.shape[1] / 430
    while y < bottom - 0.03 * height:
        x = left + random.integers(0, 6)
        for column in range(2):
            if column and random.random() < 0.55:
                break
            if x < right - 0.12 * page.shape[1]:
                words = " ".join(_word(random, 9) for _ in range(int(random.integers(1, 4))))
                label = random.random() < 0.5
                size = scale * (0.6 if label else 1)
                room = int((right - x) / max(size * 19, 1))
                cv2.putText(page, words[: max(2, room)], (int(x), int(y)), font, size, ink, 1, cv2.LINE_AA)
            x = (left + right) / 2
        y += random.uniform(0.035, 0.1) * height


def _mrz(page: Image, random: Random, ink: tuple[float, ...]) -> int:
    height, width = page.shape[:2]
    rows = int(random.integers(2, 4))
    columns = int(random.choice([30, 36, 44]))
    step = height * random.uniform(0.07, 0.085)
    top = round(height - step * (rows + 0.6))
    band = page[top:]
    band[:] = (band * 0.2 + random.uniform(200, 252) * 0.8).astype(np.uint8)
    pitch = width * 0.9 / columns
    for row in range(rows):
        for column in range(columns):
            at = (round(0.05 * width + column * pitch), round(top + (row + 0.9) * step))
            cv2.putText(page, str(random.choice(list(_MRZ))), at, cv2.FONT_HERSHEY_SIMPLEX, pitch / 24, ink, 1, cv2.LINE_AA)
    return top


def _portrait(page: Image, random: Random, x: int, y: int, w: int, h: int) -> None:
    picture = np.full((h, w, 3), random.uniform(90, 245), np.float32) + random.uniform(-15, 15, 3)
    skin = np.array([1.0, 1.25, 1.55]) * random.uniform(55, 155)
    hair, cloth = random.uniform(10, 130, 3), random.uniform(10, 220, 3)
    middle = (round(w / 2 + random.uniform(-0.06, 0.06) * w), round(h * random.uniform(0.4, 0.5)))
    head = (round(w * random.uniform(0.22, 0.3)), round(h * random.uniform(0.25, 0.32)))
    cv2.ellipse(picture, (middle[0], h), (round(w * 0.5), round(h * 0.26)), 0, 0, 360, cloth.tolist(), -1)
    cv2.ellipse(picture, (middle[0], middle[1] - head[1] // 4), (round(head[0] * 1.2), round(head[1] * 1.15)), 0, 0, 360, hair.tolist(), -1)
    cv2.ellipse(picture, middle, head, 0, 0, 360, np.minimum(skin, 245).tolist(), -1)
    for side in (-1, 1):
        cv2.circle(picture, (middle[0] + side * head[0] // 2, middle[1] - head[1] // 6), max(1, w // 25), hair.tolist(), -1)
    cv2.line(
        picture,
        (middle[0] - head[0] // 3, middle[1] + head[1] // 2),
        (middle[0] + head[0] // 3, middle[1] + head[1] // 2),
        (60, 60, 120),
        2,
    )
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.5, w / 60)) + random.normal(0, 4, (h, w, 1))
    if random.random() < 0.35:
        picture[:] = picture.mean(axis=2, keepdims=True)
    area = page[y : y + h, x : x + w]
    area[:] = np.clip(picture, 0, 255)[: area.shape[0], : area.shape[1]].astype(np.uint8)


def _code(page: Image, random: Random) -> None:
    height, width = page.shape[:2]
    w, h = round(width * random.uniform(0.2, 0.8)), round(height * random.uniform(0.1, 0.25))
    x, y = int(random.uniform(0.03, 0.97) * (width - w)), int(random.uniform(0.03, 0.95) * (height - h))
    rows = 1 if random.random() < 0.4 else h // 4 + 1
    modules = (random.random((rows, w // 3 + 1)) < 0.5).astype(np.uint8) * 235 + 15
    page[y : y + h, x : x + w] = cv2.resize(modules, (w, h), interpolation=cv2.INTER_NEAREST)[..., None]


def _chip(page: Image, random: Random) -> None:
    height, width = page.shape[:2]
    x, y = round(width * random.uniform(0.08, 0.2)), round(height * random.uniform(0.3, 0.5))
    w, h = round(width * 0.13), round(width * 0.11)
    cv2.rectangle(page, (x, y), (x + w, y + h), (90, 170, 205), -1)
    for share in (0.33, 0.66):
        cv2.line(page, (x, round(y + share * h)), (x + w, round(y + share * h)), (60, 120, 150), 1)
        cv2.line(page, (round(x + share * w), y), (round(x + share * w), y + h), (60, 120, 150), 1)


def _signature(page: Image, random: Random) -> None:
    height, width = page.shape[:2]
    t = np.linspace(0, 1, 60)
    x = (random.uniform(0.1, 0.6) + 0.25 * t) * width
    y = (random.uniform(0.3, 0.8) + 0.04 * np.sin(t * random.uniform(20, 45))) * height
    cv2.polylines(page, [np.round(np.column_stack([x, y])).astype(np.int32)], False, (90, 30, 20), 1, cv2.LINE_AA)


def _frame(page: Image, random: Random) -> None:
    height, width = page.shape[:2]
    inset = round(width * random.uniform(0.01, 0.06))
    ink = random.uniform(20, 200, 3).tolist()
    cv2.rectangle(page, (inset, inset), (width - inset, height - inset), ink, int(random.integers(1, 4)), cv2.LINE_AA)


def _seal(page: Image, random: Random) -> None:
    height, width = page.shape[:2]
    at = (int(random.uniform(0.1, 0.9) * width), int(random.uniform(0.1, 0.9) * height))
    layer = page.copy()
    cv2.circle(
        layer,
        at,
        round(height * random.uniform(0.05, 0.2)),
        random.uniform(30, 240, 3).tolist(),
        -1 if random.random() < 0.6 else 3,
        cv2.LINE_AA,
    )
    cv2.addWeighted(layer, 0.5, page, 0.5, 0, dst=page)
