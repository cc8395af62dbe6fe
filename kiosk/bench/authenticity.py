"""How often authenticity signals are raised on genuine photographs of specimens and on simulated attacks, and what they cost."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kiosk.bench.intervals import wilson
from kiosk.bench.machine import summary
from kiosk.domain.document import DocumentPage, Field, PageSide, Quad, Reading, Signal, Source, Suspicion
from kiosk.domain.errors import BadInput
from kiosk.domain.face import Box
from kiosk.imaging import geometry
from kiosk.imaging.frame import Image
from kiosk.ports import Json
from kiosk.services.authenticity import page_signals
from kiosk.services.document_templates import template_by_id
from kiosk.specimens import attacks
from kiosk.specimens.attacks import Camera, Generator, Printer, Screen, exposed
from kiosk.specimens.degrade import Degradation, photograph
from kiosk.specimens.scene import Desk, Placement, fitting_width
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


Judge = Callable[[Shot], tuple[Signal, ...] | None]
"""The signals of a page; None where the picture was refused."""


class PageRead(Protocol):
    """What is used of `services.reading.PageResult`."""

    @property
    def page(self) -> DocumentPage: ...


class Reader(Protocol):
    """What is used of `services.reading.DocumentReader`."""

    def read_page(self, image: Image, *, expected: PageSide | None = None) -> PageRead: ...


def authenticity(count: int = 60, *, first_seed: int = HELD_OUT, reader: Reader | None = None, attacks_too: bool = True) -> dict[str, Json]:
    """Rates with 95 % Wilson intervals over `count` pictures of each kind, all designs in turn.

    `genuine`: by kind of photograph (`GENUINE`) and signal, raised of those measured. `genuine_by_design`: the same over all kinds, by
    design. `alarms`: every false one, with what it takes to draw it again. `attacks`: by species, raised by the signal that is for it, and
    by any signal.

    Args:
        reader: reads each picture as the product does; None = page, portrait and fields lie where they were drawn, which is ten times as
            fast and flatters: a reader finds fields of other sizes, and some that are not there.
        attacks_too: False = genuine photographs alone.
    """
    costs: list[float] = []
    judge = _judged(costs) if reader is None else _read(reader, costs)
    found: dict[str, list[tuple[Signal, ...] | None]] = {kind: [] for kind in GENUINE}
    alarms: list[Json] = []
    designs: dict[str, list[tuple[Signal, ...] | None]] = {name: [] for name in DESIGNS}
    for made, seed in _drawn(count, first_seed):
        side = _side(made, seed)
        for kind, take in GENUINE.items():
            signals = judge(take(made, side, _random(seed), seed))
            found[kind].append(signals)
            designs[made.truth.design].append(signals)
            alarms += [_alarm(kind, made.truth.design, side, seed, one) for one in signals or () if one.raised]
    genuine: dict[str, Json] = {kind: _by_signal(signals) for kind, signals in found.items()}
    attacked: dict[str, list[tuple[Signal, ...] | None]] = {name: [] for name in SPECIES}
    for made, seed in _drawn(count, first_seed + 1_000) if attacks_too else ():
        for name, species in SPECIES.items():
            attacked[name].append(judge(species.take(made, _side(made, seed, species.aim), _random(seed), seed)))
    caught: dict[str, Json] = {}
    for name, judged in attacked.items() if attacks_too else ():
        row = _rate([_of(signals, SPECIES[name].aim) for signals in judged if signals])
        row["by_any_signal"] = _share([any(one.raised for one in signals) for signals in judged if signals])
        caught[name] = row | _refused(judged)
    return {
        "first_seed": first_seed,
        "places": "drawn" if reader is None else "read",
        "genuine": genuine,
        "genuine_by_design": {name: _by_signal(found) for name, found in designs.items()},
        "alarms": alarms,
        "attacks": caught,
        "signals_ms" if reader is None else "read_ms": summary(costs),
    }


def _alarm(kind: str, design: str, side: PageSide, seed: int, signal: Signal) -> dict[str, Json]:
    fields: list[Json] = [name.value for name, score in signal.fields.items() if score >= signal.threshold]
    where: dict[str, Json] = {"kind": kind, "seed": seed, "design": design, "side": side.value}
    return where | {"signal": signal.suspicion.value, "score": signal.score, "fields": fields}


def _by_signal(found: Sequence[tuple[Signal, ...] | None]) -> dict[str, Json]:
    judged = [signals for signals in found if signals]
    rates: dict[str, Json] = {one.value: _rate([_of(signals, one) for signals in judged]) for one in Suspicion}
    return rates | {"any": _share([any(one.raised for one in signals) for signals in judged]) | _refused(found)}


def _refused(found: Sequence[tuple[Signal, ...] | None]) -> dict[str, Json]:
    return {"refused": sum(not signals for signals in found)}


def _drawn(count: int, first_seed: int) -> Iterator[tuple[Specimen, int]]:
    """Drawing one takes longer than photographing it, so that all pictures of a seed are taken of the same."""
    names = list(DESIGNS)
    for seed in range(first_seed, first_seed + count):
        yield specimen(names[seed % len(names)], seed=seed), seed


def _side(made: Specimen, seed: int, aim: Suspicion | None = None) -> PageSide:
    if aim in (Suspicion.PORTRAIT_SUBSTITUTED, Suspicion.TEXT_RETOUCHED):
        return PageSide.FRONT
    sides = list(made.pages)
    return sides[seed // len(DESIGNS) % len(sides)]


def _random(seed: int) -> Generator:
    return np.random.default_rng([seed, 3])


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


def _on_desk(made: Specimen, side: PageSide, random: Generator, seed: int) -> Shot:
    """As the kiosk's own camera has it: held straight, so that every upright stroke lies alike on the pixels; or a little askew."""
    page, size = made.pages[side], ((1280, 720), (1920, 1080))[int(random.integers(2))]
    askew = float(random.choice([0.15, 1.0]))
    width = fitting_width(page, size) * float(random.uniform(0.85, 1.05))
    turns = (askew * float(random.uniform(-limit, limit)) for limit in (3, 8, 6))
    placement = Placement(0.5, 0.49, width, *turns)
    desk = Desk(size=size, seed=seed % 4)
    return Shot(desk.shot(page, placement, tick=seed), desk.quad(page, placement), page, side, made)


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


GENUINE: Mapping[str, Callable[[Specimen, PageSide, Generator, int], Shot]] = {"camera": _plain, "degraded": _degraded, "desk": _on_desk}
"""The attacks' own camera; everything that ordinary photographs suffer; a page shown to the kiosk."""

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


def _judged(costs: list[float]) -> Judge:
    """Page, portrait and fields where they were drawn."""

    def judge(shot: Shot) -> tuple[Signal, ...]:
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

    return judge


def _read(reader: Reader, costs: list[float]) -> Judge:
    """Everything as the product finds it."""

    def judge(shot: Shot) -> tuple[Signal, ...] | None:
        began = time.perf_counter()
        try:
            signals = reader.read_page(shot.picture, expected=shot.side).page.signals
        except BadInput:
            signals = None
        costs.append((time.perf_counter() - began) * 1000)
        return signals

    return judge


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
