"""Windows of MRZ lines as a camera or scanner gives them, with a label for every step of the reader. All on the fly, seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.domain.mrz_layout import ALPHABET
from models.training.mrz_line.glyphs import CAP, CELL_H, CELL_W, EXTRA, Face
from models.training.mrz_line.strings import FILL, random_line

HEIGHT = 32
STEP = 4
STEP_AT = 1.5
"""Middle of the first step in pixels of the input (two convolutions of stride 2)."""
IGNORE = -100
Grey = npt.NDArray[np.float32]


@dataclass
class Degradation:
    """What is done to the drawn line; every value is drawn anew for each sample. `only`: leaves out all but one kind (for measuring)."""

    cap_px: float  # height of capitals as the sensor saw them
    blur: float  # sigma against the height of capitals
    motion: float  # length against the height of capitals, 0 = none
    motion_angle: float
    noise: float  # grey levels
    jpeg: int  # quality, 0 = none
    contrast: float  # paper minus ink, grey levels
    pattern: float  # strength of the background, 0..1
    gradient: float  # light across the line, 0..1
    glare: bool
    halftone: bool
    worn: float
    weight: float  # -1 thin .. 1 bold
    turn: float  # degrees
    shear: float
    bend: float  # against the height of capitals
    offset: float  # vertical misplacement against the height of capitals
    cut: bool  # neighbours or an edge come into the crop
    sharpen: float
    jitter: float  # of single characters, against the pitch


def random_degradation(rng: np.random.Generator) -> Degradation:
    cap_px = float(np.exp(rng.uniform(np.log(6.5), np.log(34))))
    return Degradation(
        cap_px=cap_px,
        blur=float(rng.uniform(0.0, 0.13)) if rng.random() < 0.8 else 0.0,
        motion=float(rng.uniform(0.1, 0.35)) if rng.random() < 0.15 else 0.0,
        motion_angle=float(rng.uniform(0, np.pi)),
        noise=float(rng.uniform(0, 12)) if rng.random() < 0.6 else 0.0,
        jpeg=int(rng.integers(30, 96)) if rng.random() < 0.65 else 0,
        contrast=float(rng.uniform(30, 90)) if rng.random() < 0.35 else float(rng.uniform(90, 220)),
        pattern=float(rng.uniform(0.05, 1.0)) if rng.random() < 0.65 else 0.0,
        gradient=float(rng.uniform(0, 0.7)) if rng.random() < 0.4 else 0.0,
        glare=rng.random() < 0.08,
        halftone=rng.random() < 0.06,
        worn=float(rng.uniform(0.1, 0.5)) if rng.random() < 0.2 else 0.0,
        weight=float(np.clip(rng.normal(0, 0.5), -1, 1)),
        turn=float(np.clip(rng.normal(0, 0.35), -1.2, 1.2)),
        shear=float(np.clip(rng.normal(0, 0.05), -0.2, 0.2)),
        bend=float(rng.uniform(-0.25, 0.25)) if rng.random() < 0.15 else 0.0,
        offset=float(np.clip(rng.normal(0, 0.09), -0.25, 0.25)),
        cut=rng.random() < 0.3,
        sharpen=float(rng.uniform(0.3, 1.5)) if rng.random() < 0.15 else 0.0,
        jitter=float(rng.uniform(0.0, 0.04)) if rng.random() < 0.3 else 0.0,
    )


def clean_degradation(cap_px: float = 20.0) -> Degradation:
    return Degradation(cap_px, 0.04, 0, 0, 2.0, 0, 180, 0.0, 0, False, False, 0, 0, 0, 0, 0, 0, False, 0, 0)


@dataclass(frozen=True)
class Sample:
    """`pixels`: HEIGHT x width uint8. `labels`: per step 0 = nothing, 1.. = character, IGNORE = may be either."""

    pixels: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    text: str


class Renderer:
    """Draws samples from its own random generator: the same seed gives the same samples."""

    def __init__(self, faces: Sequence[Face], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self._faces = faces
        weights = np.array([face.weight for face in faces])
        self._weights = weights / weights.sum()

    def window(self, width: int) -> Sample:
        """A piece of a line, `width` pixels wide; now and then one that holds nothing to be read."""
        rng = self.rng
        degradation = random_degradation(rng)
        draw = rng.random()
        if draw < 0.03:
            return self._nothing(width, degradation)
        if draw < 0.06:
            return self._plain_text(width, degradation)
        codes = random_line(rng)
        pitch = float(np.clip(rng.normal(16.5, 2.6), 12.0, 24.0))
        fits = int(width / pitch)
        ends = rng.random()
        if ends < 0.4:
            left = float(rng.uniform(-0.2, 2.0)) * pitch
        elif ends < 0.75:
            left = width - (len(codes) + float(rng.uniform(-0.2, 2.0))) * pitch
        else:
            left = -float(rng.uniform(0, max(1, len(codes) - fits))) * pitch
        return self.render(codes, degradation, width, pitch, left, upside_down=draw < 0.09 and (codes == FILL).mean() > 0.1)

    def line(self, codes: npt.NDArray[np.intp], degradation: Degradation, *, pitch: float = 16.0) -> Sample:
        """A whole line with a margin of about one character."""
        left = float(self.rng.uniform(0.4, 1.4)) * pitch
        width = round((len(codes) + 1.8) * pitch / STEP) * STEP
        return self.render(codes, degradation, width, pitch, left)

    def render(
        self,
        codes: npt.NDArray[np.intp],
        degradation: Degradation,
        width: int,
        pitch: float,
        left: float,
        *,
        upside_down: bool = False,
        cap: float | None = None,
    ) -> Sample:
        """Draw `codes` from `left` on at `pitch` pixels of the result, capitals `cap` pixels high."""
        rng, d = self.rng, degradation
        face = self._faces[int(rng.choice(len(self._faces), p=self._weights))]
        cap = cap or float(np.clip(rng.normal(19.5, 2.0), 14.5, 25.5))
        ratio = float(np.clip(rng.normal(1.06, 0.05), 0.92, 1.25))  # pitch against capitals on the paper
        scale = d.cap_px / CAP
        pitch_s = d.cap_px * ratio
        # only the characters that can be seen are drawn
        first = max(0, int(np.floor(-left / pitch)) - 1)
        last = min(len(codes), int(np.ceil((width - left) / pitch)) + 1)
        seen = codes[first:last]
        to_net = pitch / pitch_s, cap / d.cap_px
        height_s = int(np.ceil(HEIGHT / to_net[1])) + 4
        width_s = int(np.ceil(width / to_net[0])) + 4
        start_s = (left + first * pitch) / to_net[0] + 2
        coverage = self._coverage(face, seen, d, pitch_s, scale, height_s, width_s, start_s)
        if upside_down:
            coverage = np.ascontiguousarray(coverage[::-1, ::-1])
        picture = self._photographed(coverage, d, height_s, width_s)
        matrix = np.array([[to_net[0], 0, -2 * to_net[0]], [0, to_net[1], HEIGHT / 2 - height_s / 2 * to_net[1]]], np.float32)
        flags = cv2.INTER_AREA if to_net[1] < 0.7 else cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_LINEAR
        if to_net[1] < 0.7:
            small = cv2.resize(picture, (max(8, round(width_s * to_net[0])), max(8, round(height_s * to_net[1]))), interpolation=flags)
            x, y = round(2 * to_net[0]), round((small.shape[0] - HEIGHT) / 2)
            pixels = small[y : y + HEIGHT, x : x + width]
            pixels = cv2.copyMakeBorder(pixels, 0, HEIGHT - pixels.shape[0], 0, width - pixels.shape[1], cv2.BORDER_REPLICATE)
        else:
            pixels = cv2.warpAffine(picture, matrix, (width, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        labels = labels_of(codes, width, pitch, left)
        if upside_down:
            labels[:] = 0
        return Sample(np.asarray(pixels, np.uint8), labels, "".join(ALPHABET[code] for code in codes))

    # --- parts ---------------------------------------------------------------------------------------------------------

    def _coverage(
        self, face: Face, codes: npt.NDArray[np.intp], d: Degradation, pitch_s: float, scale: float, height: int, width: int, start: float
    ) -> Grey:
        """Ink 0..1 of the line on the sensor."""
        rng = self.rng
        cells = face.masks[codes]
        if d.jitter:
            shifts = np.round(rng.normal(0, d.jitter * CELL_W, (len(codes), 2))).astype(int)
            cells = np.stack([np.roll(cell, (int(dy), int(dx)), (0, 1)) for cell, (dx, dy) in zip(cells, shifts, strict=True)])
        strip = np.ascontiguousarray(cells.transpose(1, 0, 2).reshape(CELL_H, -1)) if len(codes) else np.zeros((CELL_H, CELL_W), np.uint8)
        if abs(d.weight) > 0.15:
            soft = cv2.GaussianBlur(strip, (0, 0), 2.2)
            threshold = 128 - 62 * d.weight
            strip = np.clip((soft.astype(np.float32) - threshold) * 3.5 + 128, 0, 255).astype(np.uint8)
        if d.worn:
            holes = cv2.resize(
                rng.random((8, strip.shape[1] // 8 + 1)).astype(np.float32), strip.shape[::-1], interpolation=cv2.INTER_CUBIC
            )
            strip = (strip * np.clip(1.25 - d.worn * 1.6 * holes, 0.15, 1)).astype(np.uint8)
        if d.halftone:
            yy, xx = np.mgrid[0:CELL_H, 0 : strip.shape[1]]
            period = float(rng.uniform(3.0, 6.0))
            dots = 0.5 + 0.5 * np.cos(2 * np.pi * xx / period) * np.cos(2 * np.pi * yy / period)
            strip = (strip * np.clip(0.55 + 0.7 * dots, 0, 1)).astype(np.uint8)
        sx = pitch_s / CELL_W
        small = cv2.resize(strip, (max(1, round(strip.shape[1] * sx)), max(1, round(CELL_H * scale))), interpolation=cv2.INTER_AREA)
        theta = np.deg2rad(d.turn)
        centre_y = height / 2 + d.offset * d.cap_px
        # rotation and slant about the middle of the window, so that the label positions hold
        a = np.array([[1.0, d.shear], [np.sin(theta), 1.0]])
        middle_x = width / 2
        source_mid = np.array([middle_x - start, small.shape[0] / 2])
        b = np.array([middle_x, centre_y]) - a @ source_mid
        matrix = np.hstack([a, b[:, None]]).astype(np.float32)
        if d.bend:
            xs = np.linspace(-1, 1, width, dtype=np.float32)
            inverse = np.linalg.inv(a)
            gx, gy = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
            gy = gy - d.bend * d.cap_px * (xs**2 - 0.4)[None, :]
            ux, uy = gx - b[0], gy - b[1]
            mx = (inverse[0, 0] * ux + inverse[0, 1] * uy).astype(np.float32)
            my = (inverse[1, 0] * ux + inverse[1, 1] * uy).astype(np.float32)
            drawn = cv2.remap(small, mx, my, cv2.INTER_LINEAR)
        else:
            drawn = cv2.warpAffine(small, matrix, (width, height), flags=cv2.INTER_LINEAR)
        result = drawn.astype(np.float32) / 255
        if d.cut and rng.random() < 0.5:  # the line above or below comes into the crop
            other = face.masks[rng.integers(0, 37, max(1, len(codes)))].transpose(1, 0, 2).reshape(CELL_H, -1)
            other = cv2.resize(np.ascontiguousarray(other), small.shape[::-1], interpolation=cv2.INTER_AREA)
            gap = float(rng.uniform(1.55, 2.7)) * d.cap_px * (1 if rng.random() < 0.5 else -1)
            moved = np.float32([[1, 0, start], [0, 1, centre_y - small.shape[0] / 2 + gap]])
            result = np.maximum(result, cv2.warpAffine(other, moved, (width, height), flags=cv2.INTER_LINEAR).astype(np.float32) / 255)
        return np.asarray(result, np.float32)

    def _paper(self, d: Degradation, height: int, width: int) -> Grey:
        """Background in grey levels relative to the paper: guilloche lines, blotches, washes."""
        rng = self.rng
        paper = np.zeros((height, width), np.float32)
        if not d.pattern:
            return paper
        strength = d.pattern * min(70.0, 0.5 * d.contrast)
        kind = rng.random()
        if kind < 0.75:
            yy = np.arange(height, dtype=np.float32)[:, None] / d.cap_px
            xx = np.arange(width, dtype=np.float32)[None, :] / d.cap_px
            for _ in range(int(rng.integers(1, 4))):
                angle, waves = float(rng.uniform(0, np.pi)), float(rng.uniform(0.3, 4.0))
                bend = float(rng.uniform(0, 1.5)) * np.sin(xx * float(rng.uniform(0.2, 2.0)) + float(rng.uniform(0, 6)))
                wave = np.cos(2 * np.pi * waves * (xx * np.cos(angle) + yy * np.sin(angle)) + bend)
                if rng.random() < 0.6:  # fine lines rather than waves
                    wave = np.clip((wave - 0.6) * 2.5, 0, 1) * 2
                paper -= strength * 0.35 * wave
        if kind > 0.5:
            cells = int(rng.integers(2, 12))
            blotches = rng.normal(0, 1, (max(2, cells // 4), cells * 3)).astype(np.float32)
            paper += strength * 0.45 * cv2.resize(blotches, (width, height), interpolation=cv2.INTER_CUBIC)
        if rng.random() < 0.25:  # an edge between two colours
            x = int(rng.integers(0, width))
            paper[:, x:] -= strength * float(rng.uniform(0.2, 0.8))
        return np.clip(paper, -0.62 * d.contrast, 60)

    def _photographed(self, coverage: Grey, d: Degradation, height: int, width: int) -> npt.NDArray[np.uint8]:
        rng = self.rng
        ink = float(rng.uniform(5, max(6.0, 235 - d.contrast)))
        paper = self._paper(d, height, width) + ink + d.contrast
        if d.cut:
            self._edges(paper, height, width, d)
        picture = paper + (ink - paper) * coverage * float(rng.uniform(0.85, 1.0))
        if d.gradient:
            direction = rng.uniform(-1, 1, 2)
            yy, xx = np.linspace(-1, 1, height, dtype=np.float32)[:, None], np.linspace(-1, 1, width, dtype=np.float32)[None, :]
            picture *= 1 - 0.5 * d.gradient * (1 + direction[0] * xx + 0.3 * direction[1] * yy) / 1.3
        if d.glare:
            x, y = float(rng.uniform(0, width)), float(rng.uniform(-0.3, 1.3) * height)
            radius = float(rng.uniform(1.0, 5.0)) * d.cap_px
            yy, xx = np.arange(height, dtype=np.float32)[:, None] - y, np.arange(width, dtype=np.float32)[None, :] - x
            picture += float(rng.uniform(40, 150)) * np.exp(-(xx**2 + (2 * yy) ** 2) / (2 * radius**2))
        sigma = d.blur * d.cap_px
        if sigma > 0.25:
            picture = cv2.GaussianBlur(picture, (0, 0), sigma)
        if d.motion:
            size = max(3, int(d.motion * d.cap_px) | 1)
            kernel = np.zeros((size, size), np.float32)
            half = size // 2
            dx, dy = np.cos(d.motion_angle) * half, np.sin(d.motion_angle) * half
            cv2.line(kernel, (round(half - dx), round(half - dy)), (round(half + dx), round(half + dy)), 1.0)
            picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
        if d.sharpen:
            picture += d.sharpen * (picture - cv2.GaussianBlur(picture, (0, 0), max(0.8, 0.08 * d.cap_px)))
        if d.noise:
            grain = rng.standard_normal((height, width), np.float32)
            if rng.random() < 0.4:
                grain = cv2.GaussianBlur(grain, (0, 0), 0.7) * 1.8
            picture = picture + d.noise * min(1.0, d.contrast / 100) * grain
        result = np.clip(picture, 0, 255).astype(np.uint8)
        if d.jpeg:
            _, data = cv2.imencode(".jpg", result, [cv2.IMWRITE_JPEG_QUALITY, d.jpeg])
            result = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
        return result

    def _edges(self, paper: Grey, height: int, width: int, d: Degradation) -> None:
        """The page's edge, a frame or bars at the crop's rim, never over the line itself."""
        rng = self.rng
        room = max(1, round((height - 1.25 * d.cap_px) / 2 - abs(d.offset) * d.cap_px))
        value = float(rng.uniform(0, 255))
        for place in rng.permutation(4)[: int(rng.integers(1, 3))]:
            depth = int(rng.integers(1, room + 1))
            if place == 0:
                paper[:depth] = value
            elif place == 1:
                paper[height - depth :] = value
            elif place == 2 and rng.random() < 0.5:
                paper[:, : int(rng.integers(1, max(2, round(0.5 * d.cap_px))))] = value
            elif place == 3 and rng.random() < 0.5:
                paper[:, width - int(rng.integers(1, max(2, round(0.5 * d.cap_px)))) :] = value

    def _nothing(self, width: int, d: Degradation) -> Sample:
        """Background and rims alone."""
        height_s, width_s = int(HEIGHT * d.cap_px / 19) + 4, int(width * d.cap_px * 1.06 / 16) + 4
        picture = self._photographed(np.zeros((height_s, width_s), np.float32), d, height_s, width_s)
        pixels = cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
        return Sample(np.asarray(pixels, np.uint8), np.zeros(width // STEP, np.int64), "")

    def _plain_text(self, width: int, d: Degradation) -> Sample:
        """Small print in lower case: nothing of it is a character of an MRZ."""
        rng = self.rng
        face = self._faces[int(rng.choice(len(self._faces), p=self._weights))]
        pitch = float(rng.uniform(9, 22))
        codes = 37 + rng.integers(0, len(EXTRA), int(width / pitch) + 2)
        d.cap_px = max(d.cap_px, 8.0)
        height_s, width_s = int(HEIGHT * d.cap_px / 19) + 4, int(width * d.cap_px * 1.06 / 16) + 4
        pitch_s = pitch * width_s / width
        coverage = self._coverage(face, codes, d, pitch_s, d.cap_px / CAP, height_s, width_s, float(rng.uniform(0, 2)) * pitch_s)
        picture = self._photographed(coverage, d, height_s, width_s)
        pixels = cv2.resize(picture, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
        return Sample(np.asarray(pixels, np.uint8), np.zeros(width // STEP, np.int64), "")


def labels_of(codes: npt.NDArray[np.intp], width: int, pitch: float, left: float) -> npt.NDArray[np.int64]:
    """Per step: the character in whose middle it lies, nothing between characters, IGNORE in transit and where the window cuts one."""
    steps = np.arange(width // STEP) * STEP + STEP_AT
    place = (steps - left) / pitch
    index = np.floor(place).astype(int)
    inside = (index >= 0) & (index < len(codes))
    off = np.abs(place - index - 0.5)
    labels = np.zeros(len(steps), np.int64)
    taken = codes[np.clip(index, 0, len(codes) - 1)] + 1
    labels[inside & (off <= 0.24)] = taken[inside & (off <= 0.24)]
    labels[inside & (off > 0.24) & (off < 0.36)] = IGNORE
    starts, ends = left + index * pitch, left + (index + 1) * pitch
    cut = inside & ((starts < -0.15 * pitch) | (ends > width + 0.15 * pitch))
    labels[cut] = IGNORE
    return labels
