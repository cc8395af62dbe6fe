"""Reads the fields of a page by its template: labels, place and format together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from kiosk.domain.document import FieldName, PageSide, Point, Quad, Reading, Source
from kiosk.imaging import geometry
from kiosk.ports import TextLine
from kiosk.services.document_boxes import Box, as_it_lies, box_of, joined_boxes, part_of
from kiosk.services.document_layout import Found, Rules, find_values
from kiosk.services.document_values import Context, Value, in_order_of, of_state
from kiosk.services.document_words import plain
from kiosk.services.template_labels import PageLabels, page_labels
from kiosk.services.template_model import Area, Format, Template, TemplateField, TemplatePage
from kiosk.services.template_place import AS_IT_LIES, Placement, placed_by
from kiosk.services.template_values import BROKEN_CHECK, template_value

Readings = dict[FieldName, tuple[Reading, ...]]

_ELSEWHERE = 0.9
"""Cost of a labelled text outside the field's area: as much as the next line, so that a page cut askew is still read."""
_BY_PLACE = 0.95
"""Confidence of what stands in the right place without a label being read, against the text's own."""
_SURE = 0.8
"""What reads worse and has only its place to speak for it may be anything, a label that was misread above all."""
_SURE_LABEL = 0.9
_FILLED = 0.97
_FEW = 2
_MOST_FIT = 0.65
"""Of the areas without a label: on a page that lies a row too high or low most hold what cannot be their field's."""
_OVERLAP = 0.5
_NAMES = (FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.FULL_NAME)
_SHORT_LABEL = re.compile(r"^\s*\w{1,3}\s*:\s*")
"""A label too short to be known for one, read as part of its value ("à : PARIS")."""


def read_fields(
    lines: Sequence[TextLine], template: Template, side: PageSide, context: Context, *, size: tuple[int, int] | None = None
) -> Readings:
    """What the template finds on a page, in the shape of `document_fields.visual_fields`.

    Args:
        lines: of the upright page, places in its pixels.
        size: (width, height) of the page; without it the places of fields count for nothing.
    """
    page = template.pages.get(side)
    if page is None:
        return {}
    fields = page.fields
    # a layout that every state uses says nothing of how its dates are written
    context = in_order_of(lines, context if template.country == "*" else of_state(template.country, context))

    def value(name: FieldName, text: str) -> Value | None:
        return template_value(fields[name], text, context) if name in fields else None

    def cost(name: FieldName, box: Box) -> float:
        one = fields.get(name)
        return _ELSEWHERE if one is not None and size is not None and one.area is not None and not stands_inside(box, one, size) else 0.0

    many = {name: field.lines for name, field in fields.items()}
    # a label that names a field of another page would take a value that is not there
    found = {one.field: one for one in find_values(lines, context, Rules(page_labels(page), value, cost, many)) if one.field in fields}
    boxes = [box_of(line) for line in lines if line.text.count("<") < 4]
    if size is not None:
        # areas are places in the picture as it lies
        found = {name: replace(one, box=as_it_lies(one.box)) for name, one in found.items()}
        placement = placed_by(_anchors(found, page, size))
        if placement is not AS_IT_LIES:
            boxes = [_moved(box, placement, size) for box in boxes]
            found = {name: replace(one, box=_moved(one.box, placement, size)) for name, one in found.items()}
    _by_place(boxes, page, size, value, found)
    _by_format(boxes, page, value, found)
    return {name: (_reading(found[name], side),) for name in fields if name in found}


def merge_readings(
    by_template: Readings, generic: Mapping[FieldName, tuple[Reading, ...]], template: Template, side: PageSide, context: Context
) -> Readings:
    """The template's readings, and the generic ones of fields that it does not know.

    A field that the template knows and did not find is taken from the generic ones only where the text fits its format.
    """
    merged = dict(by_template)
    for name, readings in generic.items():
        if name in merged:
            continue
        if name in _NAMES and _is_elsewhere(name, template, side):
            continue
        field = template.field_of(name, side)
        kept = (
            readings
            if field is None
            else tuple(one for one in (_fitting(field, reading, context) for reading in readings) if one is not None)
        )
        if kept:
            merged[name] = kept
    return {name: merged[name] for name in FieldName if name in merged}


def _is_elsewhere(name: FieldName, template: Template, side: PageSide) -> bool:
    """The template knows this page, and the field on another one: a legend ("2. Other names") or a column's heading is meant here."""
    here = template.pages.get(side)
    return here is not None and name not in here.fields and any(name in page.fields for page in template.pages.values())


def _fitting(field: TemplateField, reading: Reading, context: Context) -> Reading | None:
    if field.format is Format.DATE and not field.part:
        return replace(reading, confidence=round(_FILLED * reading.confidence, 4))  # a date is one in any form
    value = template_value(field, reading.raw, context)
    if value is None:
        return None
    return replace(reading, value=value.value, confidence=round(_FILLED * value.fit * reading.confidence, 4), proven=value.proven)


def _reading(found: Found, side: PageSide) -> Reading:
    value = found.value
    confidence = found.box.sureness * (0.9 + 0.1 * found.likeness) * (value.fit if value.fit <= BROKEN_CHECK else 0.85 + 0.15 * value.fit)
    box = found.box
    printed = Reading(value.value, Source.VISUAL_ZONE, round(confidence, 4), side, box.quad, box.text, value.proven)
    return replace(printed, accents=box.accents)


def _anchors(found: Mapping[FieldName, Found], page: TemplatePage, size: tuple[int, int]) -> list[tuple[Point, Point]]:
    """Where values of one line stand, and where the template says that they do, as shares of the page."""
    width, height = size
    return [
        ((one.box.left / width, one.box.middle / height), (area[0], (area[1] + area[3]) / 2))
        for name, one in found.items()
        if (area := page.fields[name].area) is not None and page.fields[name].lines == 1
    ]


def _moved(box: Box, placement: Placement, size: tuple[int, int]) -> Box:
    """The box where it would stand if the page lay as the template supposes; its quad stays where it is in the picture."""
    width, height = size
    left, middle = placement.on_page((box.left / width, box.middle / height))
    right, _ = placement.on_page((box.right / width, box.middle / height))
    half = 0.5 * box.height * placement.matrix[1][1]
    return replace(box, left=left * width, right=right * width, top=middle * height - half, bottom=middle * height + half)


def _by_place(
    boxes: Sequence[Box],
    page: TemplatePage,
    size: tuple[int, int] | None,
    value: Callable[[FieldName, str], Value | None],
    found: dict[FieldName, Found],
) -> None:
    """Fields without a label that was surely read: the text in their area, when nobody else took it and it fits.

    Only where the page lies as the areas suppose: as the labels say, or, without labels, when nearly every area holds what it should.
    """
    if size is None:
        return
    placed = [stands_inside(one.box, page.fields[name], size) for name, one in found.items() if page.fields[name].area is not None]
    if len(placed) >= _FEW and placed.count(False) > placed.count(True):
        return  # cut askew, or of another print run
    weak = {name for name, one in found.items() if _is_weak(one, page.fields[name])}
    taken = [one.box.quad for name, one in found.items() if name not in weak]
    wanted = [field for name, field in page.fields.items() if field.area is not None and (name not in found or name in weak)]
    candidates: dict[FieldName, Found] = {}
    for field in wanted:
        got = _in_area(boxes, field, page, size, taken, value)
        if got is not None:
            candidates[field.name] = got
            taken.append(got.box.quad)
    if placed.count(True) < _FEW and len(candidates) < _MOST_FIT * len(wanted):
        return
    found.update(candidates)


def _in_area(
    boxes: Sequence[Box],
    field: TemplateField,
    page: TemplatePage,
    size: tuple[int, int],
    taken: Sequence[Quad],
    value: Callable[[FieldName, str], Value | None],
) -> Found | None:
    """The text in the area of one field that is a value of it."""
    if field.area is None:
        return None
    book = page_labels(page)
    inside = [
        box
        for box in boxes
        if box.confidence >= _SURE and stands_inside(box, field, size) and not _is_taken(box.quad, taken) and not _is_label(box, book)
        if box.text.strip(" .:") not in field.drop  # the number of the field beside it
    ]
    if field.lines == 1:
        # a label that was misread stands above the value, at the edge of its area
        middle = (field.area[1] + field.area[3]) / 2 * size[1]
        inside.sort(key=lambda box: abs(box.middle - middle))
    else:
        inside.sort(key=lambda box: (box.middle, box.left))
        inside = [joined_boxes(inside[: field.lines + 1], ", " if field.name is FieldName.ADDRESS else " ")] if inside else []
    for box in inside:
        got = value(field.name, _without_short_label(field, box.text))
        if got is not None:
            return Found(field.name, got, replace(box, confidence=_BY_PLACE * box.confidence), 1.0, 1.0)
    return None


def _without_short_label(field: TemplateField, text: str) -> str:
    """Without a colon too where a place's label is one letter ("àPARIS" below the label "à"); names begin so as well ("dARTAGNAN")."""
    text = _SHORT_LABEL.sub("", text)
    letter, behind = text[:1], text[1:3]
    glued = letter.islower() and len(behind) == 2 and behind.isalpha() and behind.isupper()
    if glued and field.name is FieldName.PLACE_OF_BIRTH and any(plain(letter) == plain(label) for label in field.label_words):
        return text[1:]
    return text


def _is_weak(found: Found, field: TemplateField) -> bool:
    """A text read badly, or under a label that was: what stands in the middle of the field's area may be surer."""
    return field.area is not None and (found.box.confidence < _SURE or found.likeness < _SURE_LABEL)


def _by_format(
    boxes: Sequence[Box], page: TemplatePage, value: Callable[[FieldName, str], Value | None], found: dict[FieldName, Found]
) -> None:
    """Numbers that may stand anywhere: the only text of the page that fits, in one piece or in two beside each other."""
    taken = [one.box.quad for one in found.values()]
    for name, field in page.fields.items():
        if name in found or not field.anywhere:
            continue
        fitting: dict[str, Found] = {}
        for box in (*boxes, *_behind_colons(boxes), *_beside(boxes)):
            got = value(name, box.text) if not _is_taken(box.quad, taken) else None
            # what must be mended or breaks the rule is too weak without a label or a place
            if got is not None and got.fit == 1.0:
                fitting.setdefault(got.value, Found(name, got, replace(box, confidence=_BY_PLACE * box.confidence), 1.0, 1.0))
        if len(fitting) == 1:
            found[name] = next(iter(fitting.values()))
            taken.append(found[name].box.quad)


def _behind_colons(boxes: Sequence[Box]) -> list[Box]:
    """What stands behind a label of which a reflection left too little to be known ("NALE D'IDENTITÉ N°:880692310285")."""
    parts = [(box, box.text.rindex(":") + 1) for box in boxes if ":" in box.text.rstrip(" :")]
    return [part_of(box, start / len(box.text), 1.0, box.text[start:].strip()) for box, start in parts]


def _beside(boxes: Sequence[Box]) -> list[Box]:
    pairs: list[Box] = []
    for one in boxes:
        for other in boxes:
            level = min(one.bottom, other.bottom) - max(one.top, other.top) > _OVERLAP * min(one.height, other.height)
            if other is not one and level and -0.5 * one.height <= other.left - one.right <= 3 * one.height:
                pairs.append(joined_boxes([one, other], " "))
    return pairs


def _pixels(field: TemplateField, size: tuple[int, int]) -> tuple[int, int, int, int]:
    area: Area = field.area or (0.0, 0.0, 1.0, 1.0)
    width, height = size
    left, top, right, bottom = area
    more = field.tolerance
    return (
        max(0, round((left - more) * width)),
        max(0, round((top - more) * height)),
        min(width, round((right + more) * width)),
        min(height, round((bottom + more) * height)),
    )


def stands_inside(box: Box, field: TemplateField, size: tuple[int, int]) -> bool:
    """Whether a text stands where the template has the field; a field without an area is the whole page."""
    left, top, right, bottom = _pixels(field, size)
    # a value is as long as it is: where it begins and its height tell its place
    return left <= box.left + 0.25 * (box.right - box.left) <= right and top <= box.middle <= bottom


def _is_taken(quad: Quad, taken: Sequence[Quad]) -> bool:
    return any(quad == other or geometry.inside_fraction(quad, other) > _OVERLAP for other in taken)


def _is_label(box: Box, book: PageLabels) -> bool:
    """Whether any of it is a word that the page prints for everybody; short words may be part of a value."""
    words = plain(box.text).split()
    hits = [sum(len(word) for word in words[hit.first : hit.last]) for hit in book.find(words)]
    return any(letters >= 6 for letters in hits) or sum(hits) >= 0.6 * max(1, sum(map(len, words)))
