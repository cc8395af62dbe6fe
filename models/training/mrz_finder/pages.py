"""Pages with and without a machine readable zone, photographed or cropped, with a map of where the lines of the zone lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.training.mrz_line.glyphs import CAP, CELL_H, EXTRA, Face
from models.training.mrz_line.strings import FILL

STRIDE = 4
Grey = npt.NDArray[np.float32]
FORMATS = ((2, 44), (3, 30), (2, 36))


@dataclass(frozen=True)
class Scene:
    """`pixels`: h x w uint8. `core`: h/4 x w/4, 1 on the lines of a zone. `direction`: cosine, sine of the reading (y down)."""

    pixels: npt.NDArray[np.uint8]
    core: npt.NDArray[np.float32]
    direction: tuple[float, float]


class PagePainter:
    """Paints scenes from its own random generator."""

    def __init__(self, faces: Sequence[Face], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._faces = faces
        weights = np.array([face.weight for face in faces])
        self._weights = weights / weights.sum()
        self._page_now: tuple[Grey, Grey, bool] | None = None
        self._shown = 0
        self._tables: list[Grey] = []

    def scene(self, width: int, height: int) -> Scene:
        rng = self.rng
        page, core, strip = self._next_page()
        canvas = self._next_table(height, width)
        matrix = self._placing(page.shape[:2], width, height, fills=strip or rng.random() < 0.4)
        reduction = max(0.1, float(np.sqrt(abs(np.linalg.det(matrix[:2, :2])))))
        if reduction < 0.6:  # what is reduced that much must be averaged, as lenses do
            soft = 0.35 / reduction
            page = cv2.GaussianBlur(page, (0, 0), soft)
        warped = cv2.warpPerspective(page, matrix, (width, height), flags=cv2.INTER_LINEAR)
        where = cv2.warpPerspective(np.full(page.shape, 255, np.uint8), matrix, (width, height)).astype(np.float32) / 255
        picture = canvas * (1 - where) + warped * where
        big = cv2.warpPerspective(core, matrix, (width, height), flags=cv2.INTER_LINEAR)
        small = cv2.resize(big, (width // STRIDE, height // STRIDE), interpolation=cv2.INTER_AREA)
        pixels = self._photographed(picture)
        middle = np.array([[page.shape[1] * 0.4, page.shape[0] * 0.8], [page.shape[1] * 0.6, page.shape[0] * 0.8]], np.float32)[:, None]
        (ax, ay), (bx, by) = cv2.perspectiveTransform(middle, matrix)[:, 0]
        length = float(np.hypot(bx - ax, by - ay)) or 1.0
        return Scene(pixels, small, (float(bx - ax) / length, float(by - ay) / length))

    def _next_page(self) -> tuple[Grey, Grey, bool]:
        """A page, and whether it is a zone alone. Drawing one costs more than photographing it, so each is photographed four times."""
        if self._page_now is None or self._shown == 4:
            has_zone = self.rng.random() < 0.85
            strip = has_zone and self.rng.random() < 0.12
            page, core = self._strip() if strip else self._page(has_zone)
            self._page_now, self._shown = (page, core, strip), 0
        self._shown += 1
        return self._page_now

    def _next_table(self, height: int, width: int) -> Grey:
        if len(self._tables) < 24 or self.rng.random() < 0.1:
            self._tables = [*self._tables[-23:], self._table(900, 900)]
        table = self._tables[int(self.rng.integers(len(self._tables)))]
        x, y = int(self.rng.integers(0, 900 - width)), int(self.rng.integers(0, 900 - height))
        return table[y : y + height, x : x + width]

    # --- the page ------------------------------------------------------------------------------------------------------

    def _text(self, page: Grey, x: float, y: float, codes: npt.NDArray[np.intp], cap: float, ink: float, pitch_ratio: float) -> float:
        """Draws a line with its capitals' top at y; returns its width."""
        face = self._faces[int(self.rng.choice(len(self._faces), p=self._weights))]
        strip = np.ascontiguousarray(face.masks[codes].transpose(1, 0, 2).reshape(CELL_H, -1))
        width, height = max(2, round(cap * pitch_ratio * len(codes))), max(2, round(CELL_H * cap / CAP))
        small = cv2.resize(strip, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        left, top = round(x), round(y - (height - cap) / 2)
        x0, y0, x1, y1 = max(0, left), max(0, top), min(page.shape[1], left + width), min(page.shape[0], top + height)
        if x1 > x0 and y1 > y0:
            part = small[y0 - top : y1 - top, x0 - left : x1 - left]
            area = page[y0:y1, x0:x1]
            area += (ink - area) * part
        return float(width)

    def _words(self, count: int) -> npt.NDArray[np.intp]:
        """Text that is no MRZ: words in capitals, lower case or digits, with gaps."""
        rng = self.rng
        parts = []
        style = rng.random()
        while sum(len(part) for part in parts) < count:
            size = int(rng.integers(1, 11))
            if style < 0.4:
                part = rng.integers(10, 36, size)
            elif style < 0.75:
                part = 37 + rng.integers(0, len(EXTRA), size)
            else:
                part = rng.integers(0, 36, size)
            parts.append(np.append(part, -1))
        return np.asarray(np.concatenate(parts)[:count], np.intp)

    def _plain(self, page: Grey, x: float, y: float, codes: npt.NDArray[np.intp], cap: float, ink: float) -> None:
        ratio = float(self.rng.uniform(0.75, 1.05))
        for start in np.flatnonzero(np.diff(np.append(codes >= 0, False).astype(int), prepend=0) == 1):
            end = start + int(np.argmin(np.append(codes[start:] >= 0, False)))
            self._text(page, x + start * cap * ratio, y, codes[start:end], cap, ink, ratio)

    def _page(self, has_zone: bool) -> tuple[Grey, Grey]:
        rng = self.rng
        lines, length = FORMATS[int(rng.choice(3, p=(0.45, 0.37, 0.18)))]
        width = 640
        ratio = 1.586 if lines == 3 else 1.42
        height = round(width / ratio * (float(rng.uniform(0.8, 1.2)) if rng.random() < 0.3 else 1.0))
        page = self._ground(height, width)
        ink = float(rng.uniform(0, 70))
        share = float(rng.uniform(0.80, 0.94)) if rng.random() < 0.8 else float(rng.uniform(0.5, 0.8))
        pitch = width * share / length
        cap = pitch / float(rng.uniform(0.98, 1.14))
        spacing = pitch * float(rng.uniform(2.3, 2.7)) if rng.random() < 0.75 else pitch * float(rng.uniform(1.7, 2.3))
        bottom = height - float(rng.uniform(0.3, 1.2)) * spacing if rng.random() < 0.85 else height * float(rng.uniform(0.5, 0.9))
        top = bottom - (lines - 1) * spacing - cap
        left = (width - share * width) / 2 * float(rng.uniform(0.4, 1.6))
        free = (top - spacing * 0.8) if has_zone else height * 0.95
        self._furniture(page, free, ink)
        core = np.zeros((height, width), np.float32)
        if has_zone:
            self._zone(page, core, lines, length, left, top, pitch, cap, spacing, ink)
        return page, core

    def _zone(
        self, page: Grey, core: Grey, lines: int, length: int, left: float, top: float, pitch: float, cap: float, spacing: float, ink: float
    ) -> None:
        rng = self.rng
        if rng.random() < 0.25:  # a plain field behind the zone
            y0, x0 = max(0, int(top - 0.8 * spacing)), max(0, int(left - pitch))
            page[y0 : int(top + lines * spacing), x0 : int(left + (length + 1) * pitch)] = float(rng.uniform(170, 250))
        for row in range(lines):
            y = top + row * spacing
            self._text(page, left, y, zone_line(rng, length), cap, ink, pitch / cap)
            # a bar as high as capitals from the first to the last character
            cv2.rectangle(core, (round(left), round(y)), (round(left + length * pitch), round(y + cap)), 1.0, -1)

    def _strip(self) -> tuple[Grey, Grey]:
        """The zone alone, as a crop of it."""
        rng = self.rng
        lines, length = FORMATS[int(rng.choice(3, p=(0.45, 0.37, 0.18)))]
        width = 640
        pitch = width * float(rng.uniform(0.85, 0.97)) / length
        cap = pitch / float(rng.uniform(0.98, 1.14))
        spacing = pitch * float(rng.uniform(2.0, 2.7))
        above, below = float(rng.uniform(0.3, 2.0)) * spacing, float(rng.uniform(0.2, 1.0)) * spacing
        height = round(above + cap + (lines - 1) * spacing + below)
        page = self._ground(height, width)
        core = np.zeros((height, width), np.float32)
        left = (width - length * pitch) * float(rng.uniform(0.2, 0.8))
        self._zone(page, core, lines, length, left, above, pitch, cap, spacing, float(rng.uniform(0, 70)))
        return page, core

    def _ground(self, height: int, width: int) -> Grey:
        rng = self.rng
        page = np.full((height, width), float(rng.uniform(140, 250)), np.float32)
        yy, xx = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
        for _ in range(int(rng.integers(0, 4))):
            angle, waves = float(rng.uniform(0, np.pi)), float(rng.uniform(0.01, 0.25))
            bend = float(rng.uniform(0, 4)) * np.sin(xx * float(rng.uniform(0.005, 0.05)))
            wave = np.cos(2 * np.pi * waves * (xx * np.cos(angle) + yy * np.sin(angle)) + bend)
            page += float(rng.uniform(2, 22)) * (np.clip((wave - 0.6) * 2.5, -0.2, 1) * -1 if rng.random() < 0.6 else wave)
        if rng.random() < 0.6:
            blotches = rng.normal(0, 1, (int(rng.integers(2, 7)), int(rng.integers(2, 9)))).astype(np.float32)
            page += float(rng.uniform(3, 30)) * cv2.resize(blotches, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(page, 40, 255), np.float32)

    def _furniture(self, page: Grey, free: float, ink: float) -> None:
        """Portrait, printed text, bars, barcodes, rules: what stands on documents beside the zone."""
        rng = self.rng
        height, width = page.shape
        free = max(60.0, free)
        if rng.random() < 0.75:
            x, y = int(rng.uniform(0.02, 0.7) * width), int(rng.uniform(0.02, 0.3) * free)
            w = int(rng.uniform(0.18, 0.33) * width)
            h = min(int(w * 1.28), int(free) - y)
            if h > 10:
                blob = rng.uniform(0, 255, (7, 5)).astype(np.float32)
                target = page[y : y + h, x : x + w]
                target[:] = cv2.resize(blob, (target.shape[1], target.shape[0]), interpolation=cv2.INTER_CUBIC)
        if rng.random() < 0.3:
            page[: int(rng.uniform(0.04, 0.16) * height)] = float(rng.uniform(20, 220))
        for _ in range(int(rng.integers(2, 16))):
            cap = float(np.exp(rng.uniform(np.log(5), np.log(22))))
            x, y = float(rng.uniform(0, 0.8) * width), float(rng.uniform(0, max(1.0, free - cap)))
            self._plain(page, x, y, self._words(int(rng.integers(3, 26))), cap, float(np.clip(ink + rng.normal(0, 40), 0, 160)))
        if rng.random() < 0.25:  # a paragraph: several long lines below each other are no zone either
            cap, x, y = float(rng.uniform(5, 11)), float(rng.uniform(0, 0.3) * width), float(rng.uniform(0, 0.6) * free)
            gap = cap * float(rng.uniform(1.5, 2.8))
            for _ in range(int(rng.integers(2, 8))):
                if y + cap < free:
                    self._plain(page, x, y, self._words(int(rng.integers(24, 60))), cap, ink)
                y += gap
        if rng.random() < 0.2:  # a barcode
            w, h = int(rng.uniform(0.2, 0.6) * width), int(rng.uniform(0.06, 0.2) * height)
            x, y = int(rng.uniform(0, width - w)), int(rng.uniform(0, max(1.0, free - h)))
            rows = 1 if rng.random() < 0.5 else h // 4 + 1
            bars = (rng.random((rows, w // 3 + 1)) < 0.5).astype(np.float32) * float(rng.uniform(150, 255))
            target = page[y : y + h, x : x + w]
            target[:] = cv2.resize(bars, (target.shape[1], target.shape[0]), interpolation=cv2.INTER_NEAREST)
        for _ in range(int(rng.integers(0, 4))):
            y = int(rng.uniform(0, free))
            cv2.line(page, (0, y), (width, y + int(rng.integers(-4, 5))), float(rng.uniform(0, 200)), int(rng.integers(1, 3)))
        if rng.random() < 0.3:  # a signature
            xs = np.linspace(0, 1, 40)
            points = np.stack([xs * 150 + rng.uniform(0, 450), np.cumsum(rng.normal(0, 6, 40)) + rng.uniform(0.3, 1) * free], 1)
            cv2.polylines(page, [points.astype(np.int32)], False, ink, int(rng.integers(1, 4)), cv2.LINE_AA)

    # --- the photograph ------------------------------------------------------------------------------------------------

    def _table(self, height: int, width: int) -> Grey:
        rng = self.rng
        table = np.full((height, width), float(rng.uniform(0, 255)), np.float32)
        for cells in (3, 12, 60):
            if rng.random() < 0.6:
                blotches = rng.normal(0, 1, (cells, max(2, int(cells * rng.uniform(0.3, 3))))).astype(np.float32)
                table += float(rng.uniform(2, 28)) * cv2.resize(blotches, (width, height), interpolation=cv2.INTER_LINEAR)
        if rng.random() < 0.3:  # boards, keys, tiles
            period = float(rng.uniform(6, 60))
            angle = float(rng.uniform(0, np.pi))
            yy, xx = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)[None, :]
            table += float(rng.uniform(5, 60)) * np.sign(np.cos(2 * np.pi * (xx * np.cos(angle) + yy * np.sin(angle)) / period))
        return np.asarray(np.clip(table, 0, 255), np.float32)

    def _placing(self, shape: tuple[int, int], width: int, height: int, *, fills: bool) -> npt.NDArray[np.float64]:
        """Homography of the page into the picture."""
        rng = self.rng
        page_h, page_w = shape
        draw = rng.random()
        if fills:
            degrees = float(rng.choice((0, 0, 0, 90, 180, 270)) + np.clip(rng.normal(0, 1.0), -3, 3))
        elif draw < 0.55:
            degrees = float(rng.choice((0, 0, 90, 180, 270)) + rng.normal(0, 4))
        else:
            degrees = float(rng.uniform(0, 360))
        theta = np.deg2rad(degrees)
        cos, sin = np.cos(theta), np.sin(theta)
        box_w, box_h = abs(cos) * page_w + abs(sin) * page_h, abs(sin) * page_w + abs(cos) * page_h
        fit = min(width / box_w, height / box_h)
        scale = fit * (float(rng.uniform(0.94, 1.03)) if fills else float(rng.uniform(0.42, 1.0)))
        slack_x, slack_y = max(0.0, width - box_w * scale), max(0.0, height - box_h * scale)
        cx = width / 2 + float(rng.uniform(-0.5, 0.5)) * slack_x
        cy = height / 2 + float(rng.uniform(-0.5, 0.5)) * slack_y
        corners = np.array([[0, 0], [page_w, 0], [page_w, page_h], [0, page_h]], np.float32)
        local = (corners - (page_w / 2, page_h / 2)) * scale
        target = local @ np.array([[cos, sin], [-sin, cos]]) + (cx, cy)
        if not fills:
            target += rng.normal(0, 0.02 * scale * page_w, (4, 2))
        return np.asarray(cv2.getPerspectiveTransform(corners, target.astype(np.float32)), np.float64)

    def _photographed(self, picture: Grey) -> npt.NDArray[np.uint8]:
        rng = self.rng
        height, width = picture.shape
        if rng.random() < 0.4:
            direction = rng.uniform(-1, 1, 2)
            yy, xx = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)[None, :]
            picture = picture * (1 - 0.25 * float(rng.uniform(0, 1)) * (1 + direction[0] * xx + direction[1] * yy))
        if rng.random() < 0.12:
            x, y, radius = float(rng.uniform(0, width)), float(rng.uniform(0, height)), float(rng.uniform(20, 90))
            yy, xx = np.arange(height, dtype=np.float32)[:, None] - y, np.arange(width, dtype=np.float32)[None, :] - x
            picture = picture + float(rng.uniform(60, 200)) * np.exp(-(xx**2 + yy**2) / (2 * radius**2))
        if rng.random() < 0.5:
            picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.4)))
        low, gain = float(rng.uniform(0, 50)), float(rng.uniform(0.35, 1.0))
        picture = low + gain * picture
        if rng.random() < 0.5:
            picture = picture + float(rng.uniform(1, 10)) * rng.standard_normal(picture.shape, np.float32)
        result = np.clip(picture, 0, 255).astype(np.uint8)
        if rng.random() < 0.5:
            _, data = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
            result = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
        return result


def zone_line(rng: np.random.Generator, length: int) -> npt.NDArray[np.intp]:
    """A line of a zone: names and fillers, or digits, letters and fillers."""
    line = np.full(length, FILL, np.intp)
    if rng.random() < 0.5:
        used = int(rng.integers(length // 4, length))
        line[:used] = rng.integers(10, 36, used)
        line[rng.integers(0, used, max(1, used // 8))] = FILL
    else:
        used = int(rng.integers(length // 2, length + 1))
        line[:used] = rng.integers(0, 10, used)
        letters = rng.integers(0, used, used // 4)
        line[letters] = rng.integers(10, 36, len(letters))
        line[length - 1 :] = rng.integers(0, 10)
    return line
