"""The ROC of face comparison as a picture, drawn plainly: false match rate (logarithmic) against the share of true matches."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

_WIDTH, _HEIGHT = 1000, 700
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 30, 50, 80
_INK, _GRID, _PAPER = (30, 30, 34), (222, 222, 226), (255, 255, 255)
_COLOURS = ((0, 84, 166), (200, 80, 20), (0, 130, 90), (140, 60, 150), (170, 130, 0), (90, 90, 90), (190, 30, 70), (0, 140, 170))
_DASHES = (0, 10, 4)


@dataclass(frozen=True, slots=True)
class Curve:
    """`points`: (FMR, FNMR), in order of the threshold; `mark`: those of the operating point."""

    name: str
    points: Sequence[tuple[float, float]]
    mark: tuple[float, float] | None = None


def draw_roc(curves: Sequence[Curve], title: str, path: Path, *, least_fmr: float) -> None:
    """Writes a PNG. Args: `least_fmr`: one false match in all pairs of strangers; rates below it cannot be told and end the axis."""
    picture = PilImage.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    draw = ImageDraw.Draw(picture)
    decades = max(1, math.ceil(-math.log10(max(least_fmr, 1e-9)) - 1e-9))
    axes = _Axes(decades)
    _frame(draw, axes, title)
    for number, curve in enumerate(curves):
        colour, dash = _COLOURS[number % len(_COLOURS)], _DASHES[number // len(_COLOURS) % len(_DASHES)]
        _line(draw, [axes.place(fmr, 1 - fnmr) for fmr, fnmr in _steps(curve.points)], colour, dash)
        if curve.mark is not None:
            x, y = axes.place(curve.mark[0], 1 - curve.mark[1])
            draw.ellipse((x - 5, y - 5, x + 5, y + 5), fill=_PAPER, outline=colour, width=2)
        _legend(draw, number, curve.name, colour, dash)
    picture.save(path, "PNG")


@dataclass(frozen=True, slots=True)
class _Axes:
    decades: int

    def place(self, fmr: float, true_matches: float) -> tuple[float, float]:
        across = (math.log10(max(fmr, 10.0**-self.decades)) + self.decades) / self.decades
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - true_matches * (_HEIGHT - _TOP - _BOTTOM)


def _steps(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Counted rates rise in steps: no straight lines between them, which would promise what was not measured."""
    out: list[tuple[float, float]] = []
    for fmr, fnmr in points:
        if out:
            out.append((fmr, out[-1][1]))
        out.append((fmr, fnmr))
    return out


def _frame(draw: ImageDraw.ImageDraw, axes: _Axes, title: str) -> None:
    small, large = ImageFont.load_default(15), ImageFont.load_default(18)
    for decade in range(axes.decades + 1):
        x, bottom = axes.place(10.0**-decade, 0)
        draw.line((x, _TOP, x, bottom), fill=_GRID)
        draw.text((x, bottom + 8), "1" if decade == 0 else f"{10.0**-decade:g}", fill=_INK, font=small, anchor="mt")
    for tenth in range(0, 11, 2):
        left, y = axes.place(10.0**-axes.decades, tenth / 10)
        draw.line((left, y, _WIDTH - _RIGHT, y), fill=_GRID)
        draw.text((left - 10, y), f"{tenth * 10} %", fill=_INK, font=small, anchor="rm")
    draw.rectangle((_LEFT, _TOP, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM), outline=_INK)
    draw.text((_LEFT, 16), title, fill=_INK, font=large)
    caption = "false match rate (strangers taken for one person); the curve: same persons recognised; ring: the operating point"
    draw.text(((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 30), caption, fill=_INK, font=small, anchor="mm")


def _line(draw: ImageDraw.ImageDraw, places: Sequence[tuple[float, float]], colour: tuple[int, int, int], dash: int) -> None:
    for (x, y), (to_x, to_y) in itertools.pairwise(places):
        length = math.hypot(to_x - x, to_y - y)
        pieces = max(1, round(length / dash)) if dash else 1
        for piece in range(0, pieces, 2 if dash else 1):
            start, end = piece / pieces, min(1.0, (piece + 1) / pieces)
            ends = (x + (to_x - x) * start, y + (to_y - y) * start, x + (to_x - x) * end, y + (to_y - y) * end)
            draw.line(ends, fill=colour, width=3)


def _legend(draw: ImageDraw.ImageDraw, number: int, name: str, colour: tuple[int, int, int], dash: int) -> None:
    y = _HEIGHT - _BOTTOM - 22 - 20 * number
    _line(draw, [(_WIDTH - _RIGHT - 270, y), (_WIDTH - _RIGHT - 230, y)], colour, dash)
    draw.text((_WIDTH - _RIGHT - 222, y), name, fill=_INK, font=ImageFont.load_default(14), anchor="lm")
