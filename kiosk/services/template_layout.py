"""Which template's layout a page has, where its MRZ says state and kind and its titles and labels are too blurred to be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.ports import TextLine
from kiosk.services.document_boxes import Box, box_of
from kiosk.services.document_values import Context, in_order_of, of_state
from kiosk.services.template_fields import stands_inside
from kiosk.services.template_labels import page_labels
from kiosk.services.template_match import TemplateMatch
from kiosk.services.template_model import TemplatePage
from kiosk.services.template_values import BROKEN_CHECK, template_value

_SURE = 0.8
_LETTERS = 4
_LEAST = 2
_MOST_FIT = 0.75
"""Of the fields with a place: values are seldom missing, and the places of another layout hold nothing or what does not fit."""
_LOOSE = 0.02
"""Cost of a text that no field's place holds and no label explains; some pages print names in two scripts."""
_MOST_LOOSE = 2
"""Such texts for each that is explained: a page that says much more than the layout has places for is another one."""
_MARGIN = 0.08
"""One field more than any other layout, of a page of twelve; nearly equal layouts read the same."""


@dataclass(frozen=True, slots=True)
class _Fit:
    share: float
    enough: bool


def by_layout(lines: Sequence[TextLine], matches: Sequence[TemplateMatch], context: Context, size: tuple[int, int]) -> TemplateMatch | None:
    """The one whose fields' places hold what fits them, when no other comes near; None when that is nobody's or several's.

    Args:
        matches: that the MRZ allows.
        size: (width, height) of the straightened page.
    """
    boxes = [box for box in map(box_of, lines) if box.confidence >= _SURE and box.text.count("<") < _LETTERS]
    fits = [(_fit(boxes, lines, match, context, size), match) for match in matches if match.template.country != "*"]
    ranked = sorted(fits, key=lambda pair: -pair[0].share)
    if not ranked:
        return None
    best, match = ranked[0]
    rival = ranked[1][0].share if len(ranked) > 1 else 0.0
    return match if best.enough and best.share - rival >= _MARGIN else None


def _fit(boxes: Sequence[Box], lines: Sequence[TextLine], match: TemplateMatch, context: Context, size: tuple[int, int]) -> _Fit:
    page = match.template.pages[match.side]
    fields = [field for field in page.fields.values() if field.area is not None]
    if not fields:
        return _Fit(0.0, enough=False)
    context = in_order_of(lines, of_state(match.template.country, context))
    held: set[int] = set()
    count = 0
    for field in fields:
        inside = [number for number, box in enumerate(boxes) if stands_inside(box, field, size)]
        values = [template_value(field, boxes[number].text, context) for number in inside]
        held.update(inside)
        count += any(value is not None and value.fit > BROKEN_CHECK for value in values)
    loose = sum(number not in held and _is_value_like(box, page) for number, box in enumerate(boxes))
    share = count / len(fields)
    enough = share >= _MOST_FIT and count >= _LEAST and loose <= _MOST_LOOSE * count
    return _Fit(share - _LOOSE * loose, enough)


def _is_value_like(box: Box, page: TemplatePage) -> bool:
    """A text in capitals or figures that is no part of what is printed for everybody."""
    letters = [character for character in box.text if character.isalnum()]
    if len(letters) < _LETTERS or box.text.upper() != box.text:
        return False
    return not page_labels(page).find(box.text.lower().split())
