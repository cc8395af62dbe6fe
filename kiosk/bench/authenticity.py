"""How often authenticity signals are raised on genuine photographs of specimens and on simulated attacks, and what they cost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kiosk.bench.intervals import wilson
from kiosk.bench.machine import summary
from kiosk.domain.document import Field, PageSide, Quad, Reading, Signal, Source, Suspicion
from kiosk.domain.face import Box
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.services.authenticity import page_signals
from kiosk.services.document_templates import template_by_id
from kiosk.specimens import attacks
from kiosk.specimens.attacks import Camera, Generator, Printer, Screen, exposed
from kiosk.specimens.degrade import Degradation, photograph
from kiosk.specimens.specimen import DESIGNS, Specimen, astronaut, specimen

HELD_OUT = 50_000
"""Seeds from here on were never looked at when operating points were chosen."""
_ORDINARY = frozenset(set(Degradation) - {Degradation.SCREEN, Degradation.PRINT})
"""What B-side photographs may suffer and still show the document itself."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture with the truth of its page. `page` is the page alone as drawn; `side` of the specimen."""

    picture: Image
    quad: Quad
    page: Image
    side: PageSide
    specimen: Specimen


@dataclass(frozen=True, slots=True)
class _Species:
    aim: Suspicion
    take: Callable[[Specimen, PageSide, Generator, int], Shot]


def authenticity(count: int = 60, *, first_seed: int = HELD_OUT) -> dict[str, Json]:
    """Rates with 95 % Wilson intervals over `count` pictures of each kind, all designs in turn.

    `genuine`: by signal, raised of those measured, for two kinds of photograph: the attacks' own camera, and `degrade.photograph` with
    everything that ordinary photographs suffer. `attacks`: by species, raised by the signal that is for it, and by any signal.
    """
    costs: list[float] = []
    genuine: dict[str, Json] = {}
    for name, take in (("camera", _plain), ("degraded", _degraded)):
        found = [_judged(take(*drawn), costs) for drawn in _drawn(count, first_seed)]
        rates: dict[str, Json] = {one.value: _rate([_of(signals, one) for signals in found]) for one in Suspicion}
        genuine[name] = rates | {"any": _share([any(one.raised for one in signals) for signals in found])}
    caught: dict[str, Json] = {}
    for name, species in SPECIES.items():
        found = [_judged(species.take(*drawn), costs) for drawn in _drawn(count, first_seed + 1_000, species.aim)]
        row = _rate([_of(signals, species.aim) for signals in found])
        row["by_any_signal"] = _share([any(one.raised for one in signals) for signals in found])
        caught[name] = row
    return {"first_seed": first_seed, "genuine": genuine, "attacks": caught, "signals_ms": summary(costs)}


def _drawn(count: int, first_seed: int, aim: Suspicion | None = None) -> Iterator[tuple[Specimen, PageSide, Generator, int]]:
    names = list(DESIGNS)
    for seed in range(first_seed, first_seed + count):
        made = specimen(names[seed % len(names)], seed=seed)
        sides = list(made.pages)
        side = sides[seed // len(names) % len(sides)]
        if aim in (Suspicion.PORTRAIT_SUBSTITUTED, Suspicion.TEXT_RETOUCHED):
            side = PageSide.FRONT
        yield made, side, np.random.default_rng([seed, 3]), seed


# --- pictures ------------------------------------------------------------------------------------------------------------------------


def _shot(surface: Image, made: Specimen, side: PageSide, random: Generator) -> Shot:
    picture, quad = exposed(surface, Camera.drawn(random))
    return Shot(picture, quad, made.pages[side], side, made)


def _plain(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    return _shot(made.pages[side], made, side, random)


def _degraded(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    page = made.pages[side]
    taken = photograph(page, seed=seed)
    if taken.kinds - _ORDINARY:
        taken = photograph(page, seed=seed, kinds=taken.kinds & _ORDINARY)
    return Shot(taken.image, taken.quad, page, side, made)


def _screen(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    return _shot(attacks.on_screen(made.pages[side], Screen.drawn(random)), made, side, random)


def _sharp_screen(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    """A coarse display before a well focused camera of many pixels: the easy case."""
    screen = Screen(pixels=int(random.integers(640, 900)), layout=str(random.choice(["rgb", "pentile"])))
    camera = Camera(width=int(random.integers(1400, 2200)), blur=0.5, tilt=float(random.uniform(-8, 8)), seed=seed)
    picture, quad = exposed(attacks.on_screen(made.pages[side], screen), camera)
    return Shot(picture, quad, made.pages[side], side, made)


def _laser(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    lpi = float(random.uniform(85, 200))
    return _shot(attacks.printed(made.pages[side], Printer(lpi=lpi), random, width_mm=made.truth.size_mm[0]), made, side, random)


def _inkjet(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    surface = attacks.printed(made.pages[side], Printer(dpi=600, lpi=0, gain=1.2), random, width_mm=made.truth.size_mm[0])
    return _shot(surface, made, side, random)


def _photocopy(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    return _shot(attacks.photocopied(made.pages[side], random, scan=False), made, side, random)


def _grey_scan(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    page = made.pages[side]
    return Shot(attacks.saved(attacks.photocopied(page, random, scan=True), 85), _whole(page), page, side, made)


def _recoloured(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    return _shot(attacks.recoloured(made.pages[side], random), made, side, random)


def _other_portrait(way: str) -> Callable[[Specimen, PageSide, Generator, int], Shot]:
    def take(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
        shot = _plain(made, side, random, seed)
        stranger = np.ascontiguousarray(astronaut()[20:400, 80:370][:, ::-1])
        quad = _in_picture(shot, made.truth.portrait_box)
        edited = attacks.other_portrait(shot.picture, quad, stranger, random, way=way)
        return Shot(attacks.saved(edited, int(random.integers(80, 98))), shot.quad, shot.page, side, made)

    return take


def _other_text(way: str) -> Callable[[Specimen, PageSide, Generator, int], Shot]:
    def take(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
        shot = _plain(made, side, random, seed)
        names = [name for name, where in made.truth.field_sides.items() if where is side]
        name = names[int(random.integers(len(names)))]
        left, top, right, bottom = geometry.bounds(_in_picture(shot, made.truth.field_boxes[name]))
        text = "".join(random.choice(list("ABCDEHKLMNOPRSTUVXZ0123456789"), max(4, min(12, len(made.truth.fields[name])))).tolist())
        edited = attacks.other_text(shot.picture, (left, top, right - left, bottom - top), text, random, way=way)
        return Shot(attacks.saved(edited, int(random.integers(80, 98))), shot.quad, shot.page, side, made)

    return take


def _whole(page: Image) -> Quad:
    return geometry.box_quad(0.0, 0.0, float(page.shape[1]), float(page.shape[0]))


def _in_picture(shot: Shot, box: Box) -> Quad:
    left, top, width, height = box
    there = geometry.homography(_whole(shot.page), shot.quad)
    return geometry.as_quad(geometry.mapped(geometry.as_array(geometry.box_quad(left, top, left + width, top + height)), there))


SPECIES: Mapping[str, _Species] = {
    "screen": _Species(Suspicion.SCREEN, _screen),
    "screen_coarse_and_sharp": _Species(Suspicion.SCREEN, _sharp_screen),
    "laser_print": _Species(Suspicion.PRINT_COPY, _laser),
    "inkjet_print": _Species(Suspicion.PRINT_COPY, _inkjet),
    "photocopy": _Species(Suspicion.GREY_COPY, _photocopy),
    "grey_scan": _Species(Suspicion.GREY_COPY, _grey_scan),
    "recoloured": _Species(Suspicion.COLOUR_PROFILE, _recoloured),
    **{f"portrait_{way}": _Species(Suspicion.PORTRAIT_SUBSTITUTED, _other_portrait(way)) for way in attacks.PORTRAIT_WAYS},
    **{f"text_{way}": _Species(Suspicion.TEXT_RETOUCHED, _other_text(way)) for way in attacks.TEXT_WAYS},
}


# --- judging -------------------------------------------------------------------------------------------------------------------------


def _judged(shot: Shot, costs: list[float]) -> tuple[Signal, ...]:
    top, _, bottom, _ = geometry.sides(shot.quad)
    width = round(min(1200.0, max(top, bottom)))  # as `reading` straightens a page, the right way up
    size = (width, round(width * shot.page.shape[0] / shot.page.shape[1]))
    page = attacks.straightened(shot.picture, shot.quad, size)
    scale = width / shot.page.shape[1]

    def placed(box: Box) -> Quad:
        x, y, wide, high = (number * scale for number in box)
        return geometry.box_quad(x, y, x + wide, y + high)

    truth = shot.specimen.truth
    fields = [
        Field(name, (Reading(truth.fields[name], Source.VISUAL_ZONE, 1.0, shot.side, placed(truth.field_boxes[name])),))
        for name, where in truth.field_sides.items()
        if where is shot.side
    ]
    portrait = placed(truth.portrait_box) if shot.side is PageSide.FRONT else None
    template = template_by_id(truth.template)
    known = template.pages[shot.side].colours if template is not None and shot.side in template.pages else None
    began = time.perf_counter()
    signals = page_signals(page, picture=shot.picture, quad=shot.quad, portrait=portrait, fields=fields, colours=known)
    costs.append((time.perf_counter() - began) * 1000)
    return signals


def _of(signals: tuple[Signal, ...], suspicion: Suspicion) -> Signal:
    return next(signal for signal in signals if signal.suspicion is suspicion)


def _rate(signals: list[Signal]) -> dict[str, Json]:
    """Raised of those measured; what was not measured is counted by reason."""
    row = _share([signal.raised for signal in signals if signal.score is not None])
    reasons: dict[str, Json] = dict(Counter(signal.why for signal in signals if signal.score is None))
    return row | {"not_measured": reasons}


def _share(raised: list[bool]) -> dict[str, Json]:
    hits, count = sum(raised), len(raised)
    low, high = wilson(hits, count)
    return {"raised": hits, "of": count, "rate": round(hits / count, 3) if count else None, "low": low, "high": high}
