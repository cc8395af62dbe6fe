"""Specimen documents of the state of Utopia (UTO), each with its exact truth."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from kiosk.domain.document import FieldName, PageSide, Quad, Region
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Box
from kiosk.imaging.frame import Image
from kiosk.specimens.canvas import PrintedField
from kiosk.specimens.designs import central, eastern, icao, licences, permits, western
from kiosk.specimens.mrz_lines import with_wrong_digit
from kiosk.specimens.person import Case, document_number, person, with_case
from kiosk.specimens.plan import Design, Facts, Pages
from kiosk.specimens.truth import BarcodeTruth, Specimen, SpecimenTruth

__all__ = ["ASTRONAUT_FACE", "DESIGNS", "Case", "Specimen", "SpecimenTruth", "astronaut", "specimen"]

ASTRONAUT_FACE: Box = (172.0, 64.0, 102.0, 128.0)
"""From brow to chin in scikit-image's 512x512 picture, measured once, so that drawing needs no face detector."""
DESIGNS: Mapping[str, Design] = MappingProxyType(
    {**icao.DESIGNS, **central.DESIGNS, **western.DESIGNS, **eastern.DESIGNS, **licences.DESIGNS, **permits.DESIGNS}
)
"""By key, in the order in which the demo offers them."""


def astronaut() -> Image:
    """Portrait of an astronaut, BGR 512x512: a public-domain NASA photograph that comes with scikit-image."""
    from skimage import data  # 0.3 s and scipy: only when the picture is wanted

    picture = np.asarray(data.astronaut(), np.uint8)  # type: ignore[no-untyped-call]
    return np.ascontiguousarray(picture[..., ::-1])


def specimen(
    design: str,
    *,
    portrait: Image | None = None,
    portrait_face: Box | None = None,
    seed: int = 0,
    expired: bool = False,
    misprint: bool = False,
    case: str = "",
) -> Specimen:
    """Draw a specimen; the same arguments give the same pixels.

    Args:
        design: a key of `DESIGNS`.
        portrait: BGR; the astronaut when None.
        portrait_face: its face box, from a detector; without it the picture's upper middle is kept.
        seed: chooses person, numbers, dates and background; 0 is the demo's ANNA MARIA ERIKSSON on the first five designs.
        expired: the date of expiry has passed.
        misprint: the check digit of the document number is wrong in the MRZ, as printed.
        case: something unusual about the holder (`Case`), "" for nothing.
    Raises BadInput(BAD_ARGUMENT) for a design or case that is not there, a misprint without an MRZ, and a long number in the MRZ of a
    passport or visa, which has no room for one.
    """
    facts = _facts(design, portrait, portrait_face, seed=seed, expired=expired, misprint=misprint, case=case)
    plan = DESIGNS[design]
    return _finished(design, plan, plan.draw(facts, plan.size_mm), facts, expired=expired, misprint=misprint, case=case)


def drawn(design: str, *, seed: int = 0) -> Pages:
    """The pages as they were drawn, with what is remembered of them beyond the truth: for writing the design's template."""
    return DESIGNS[design].draw(_facts(design, None, None, seed=seed), DESIGNS[design].size_mm)


def _facts(
    design: str,
    portrait: Image | None,
    portrait_face: Box | None,
    *,
    seed: int,
    expired: bool = False,
    misprint: bool = False,
    case: str = "",
) -> Facts:
    if design not in DESIGNS:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no specimen design {design!r}; there are {', '.join(DESIGNS)}")
    if case and case not in set(Case):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"no specimen case {case!r}; there are {', '.join(Case)}")
    plan = DESIGNS[design]
    if misprint and plan.lines is None:
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"specimen {design} has no MRZ that could be misprinted")
    if case == Case.LONG_NUMBER and plan.type in ("passport", "visa"):
        raise BadInput(ErrorCode.BAD_ARGUMENT, f"specimen {design} has no room for a long document number")
    if portrait is None:
        portrait, portrait_face = astronaut(), ASTRONAUT_FACE
    holder = with_case(person(seed, plan.language), Case(case) if case else None)
    if plan.language:
        holder = replace(holder, personal_number=plan.personal_number(holder.date_of_birth, holder.gender, seed))
    number = document_number(seed, design, plan.number)
    if case == Case.LONG_NUMBER:
        number = (number + document_number(seed, f"{design}/more", "######"))[:13]
    issued, expires = ("2012-04-16", "2022-04-15") if expired else ("2024-04-16", "2034-04-15")
    if plan.language and not expired:
        draw = random.Random(f"dates/{design}/{seed}")
        year, month, day = draw.randint(2019, 2025), draw.randint(1, 12), draw.randint(2, 28)
        issued, expires = f"{year}-{month:02d}-{day:02d}", f"{year + 10}-{month:02d}-{day - 1:02d}"
    facts = Facts(seed, design, holder, number, plan.nationality, issued, expires, portrait, portrait_face)
    if plan.lines is None:
        return facts
    lines = plan.lines(facts)
    return replace(facts, lines=with_wrong_digit(lines, plan.mrtd) if misprint else lines)


def _finished(design: str, plan: Design, drawn: Pages, facts: Facts, *, expired: bool, misprint: bool, case: str) -> Specimen:
    pages = {side: canvas.picture() for side, canvas in drawn.items()}
    placed = {name: (side, said) for side, canvas in drawn.items() for name, said in canvas.fields.items()}
    said: dict[FieldName, PrintedField] = {name: entry for name, (_side, entry) in placed.items()}
    values = {name: entry.value for name, entry in said.items()}
    regions = {region: (side, box) for side, canvas in drawn.items() for region, box in canvas.regions.items()}
    zones = [(side, canvas.mrz_box) for side, canvas in drawn.items() if canvas.mrz_box is not None]
    mrz_side, mrz_box = zones[0] if zones else (PageSide.UNKNOWN, (0.0, 0.0, 0.0, 0.0))
    barcodes = tuple(
        BarcodeTruth(symbol.format, symbol.content, side, box) for side, canvas in drawn.items() for symbol, box in canvas.symbols
    )
    truth = SpecimenTruth(
        design=design,
        type=plan.type,
        mrtd=plan.mrtd,
        country=plan.state,
        fields={FieldName.ISSUING_STATE: plan.state, **values},
        field_sides={name: side for name, (side, _said) in placed.items()},
        field_boxes={name: entry.box for name, entry in said.items()},
        mrz_lines=facts.lines,
        mrz_valid=bool(facts.lines) and not misprint,
        mrz_side=mrz_side,
        mrz_box=mrz_box,
        expired=expired,
        portrait_box=regions[Region.PORTRAIT][1],
        corners={side: _corners(page) for side, page in pages.items()},
        size_mm=plan.size_mm,
        barcode=barcodes[0] if barcodes else None,
        barcodes=barcodes,
        regions=regions,
        printed={name: entry.printed for name, entry in said.items()},
        labels={name: entry.label for name, entry in said.items()},
        edition=design,
        template=f"specimen-{design}",
        case=case,
    )
    return Specimen(pages, truth)


def _corners(page: Image) -> Quad:
    height, width = page.shape[:2]
    return (0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height))
