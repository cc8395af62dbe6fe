"""How the pages of a document belong together: what is a back, what is the same page twice, what cannot be one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from kiosk.domain.countries import alpha3
from kiosk.domain.document import DocumentPage, FieldName, PageSide, Reading, Source
from kiosk.imaging import geometry
from kiosk.services.aamva import is_aamva
from kiosk.services.document_classification import kind_of_code
from kiosk.services.document_merge import contradict
from kiosk.services.document_words import load_words

IDENTITY: tuple[frozenset[FieldName], ...] = (
    frozenset({FieldName.SURNAME, FieldName.GIVEN_NAMES, FieldName.FULL_NAME}),
    frozenset({FieldName.DATE_OF_BIRTH}),
    frozenset({FieldName.DOCUMENT_NUMBER}),
)
"""What ties a page to a person and to a document; two of the three bind two pages together."""

_MOST_IN_A_SCAN = 2
_SAME_TEXT = 0.6
_SAME_LINE = 0.8
_LEAST_FIELDS = 4
_SAME_FIELDS = 0.75


def has_aamva(page: DocumentPage) -> bool:
    """A driving licence or identity card of North America by its barcode."""
    return any(is_aamva(barcode) for barcode in page.barcodes)


def is_front(page: DocumentPage) -> bool:
    """What was read as one; a page that bears a portrait is one, too, whatever it was handed in as."""
    return page.side is PageSide.FRONT or _bears_portrait_alone(page)


def is_back(page: DocumentPage) -> bool:
    return page.side is PageSide.BACK and not _bears_portrait_alone(page)


def has_front(pages: Sequence[DocumentPage]) -> bool:
    """Whether a page other than a back is there. What cannot be told to be either side may be one."""
    return any(not is_back(page) for page in pages)


def has_back(pages: Sequence[DocumentPage]) -> bool:
    """Whether the pages show two sides: a back, or beside a page one that is no front, none of them a picture of the other."""
    shown = distinct(pages)
    if any(is_back(page) for page in shown):
        # a front that was handed in as a back as well is still there once; a picture of the back alone is no second side
        return True
    return len(shown) > 1 and not all(is_front(page) for page in shown)


def distinct(pages: Sequence[DocumentPage]) -> tuple[DocumentPage, ...]:
    """The pages without those that show again what an earlier one shows."""
    shown: list[DocumentPage] = []
    for page in pages:
        if not any(is_same_page(page, earlier) for earlier in shown):
            shown.append(page)
    return tuple(shown)


def is_same_page(one: DocumentPage, other: DocumentPage) -> bool:
    """Two pictures of one page: the same print, nothing that names another person or document."""
    mine, yours = _printed(one), _printed(other)
    identity = [name for group in IDENTITY for name in group if name in mine and name in yours]
    if any(contradict(name, mine[name], yours[name]) for name in identity):
        return False
    if one.mrz is not None and other.mrz is not None:
        return one.mrz.lines == other.mrz.lines
    names = mine.keys() | yours.keys()
    same = [name for name in mine.keys() & yours.keys() if mine[name].value == yours[name].value]
    if len(same) >= _LEAST_FIELDS and len(same) >= _SAME_FIELDS * len(names):
        return True
    return _text_in_common(one.text_lines, other.text_lines) >= _SAME_TEXT


def are_of_one_document(pages: Sequence[DocumentPage]) -> bool:
    """False where two pages name kinds of document or states that have nothing in common. What names none fits anything."""
    kinds = [found for page in pages if (found := _kinds(page))]
    states = [found for page in pages if (found := _states(page))]
    return not any(one.isdisjoint(other) for found in (kinds, states) for one, other in combinations(found, 2))


def are_swapped(pages: Mapping[PageSide, DocumentPage]) -> bool:
    """Whether the page handed in as the front is surely the back, and the other way round."""
    return {asked: page.side for asked, page in pages.items()} == {PageSide.FRONT: PageSide.BACK, PageSide.BACK: PageSide.FRONT}


def are_one_scan(pages: Sequence[DocumentPage]) -> bool:
    """Whether pages of one picture can be one document's: of one kind and state, no side there twice with other print, none five times."""
    shown = distinct(pages)
    if not are_of_one_document(pages) or _apart(pages) > _MOST_IN_A_SCAN:
        return False
    return sum(map(is_front, shown)) < 2 and sum(map(is_back, shown)) < 2 and len(shown) <= 2


def _apart(pages: Sequence[DocumentPage]) -> int:
    """How many places of the picture they lie in: a page that was found twice, once by a frame printed on it, is in one."""
    boxes: list[tuple[float, float, float, float]] = []
    for quad in (page.quad for page in pages if page.quad is not None):
        x, y = geometry.centre(quad)
        if not any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in boxes):
            boxes.append(geometry.bounds(quad))
    return len(boxes)


def _bears_portrait_alone(page: DocumentPage) -> bool:
    """A portrait and nothing that a back has. Ghost portraits of backs are not kept as portraits by the reader."""
    return page.portrait is not None and page.mrz is None and not has_aamva(page)


def _printed(page: DocumentPage) -> dict[FieldName, Reading]:
    return {field.name: reading for field in page.fields if (reading := field.of(Source.VISUAL_ZONE)) is not None}


def _text_in_common(one: Sequence[str], other: Sequence[str]) -> float:
    """The share of the longer text, by letters, that stands in the shorter one as well; lines that read alike are the same."""
    mine, yours = ([tight for line in lines if len(tight := _tight(line)) >= 3] for lines in (one, other))
    if min(len(mine), len(yours)) < 3:
        return 0.0
    total = max(sum(map(len, mine)), sum(map(len, yours)))
    if sum(map(len, mine)) > sum(map(len, yours)):
        mine, yours = yours, mine
    left = list(yours)
    common = 0
    for line in mine:
        best = max(left, key=lambda text, line=line: _likeness(line, text), default="")  # type: ignore[misc]
        if best and _likeness(line, best) >= _SAME_LINE:
            common += max(len(line), len(best))
            left.remove(best)
    return min(1.0, common / total)


def _tight(line: str) -> str:
    return "".join(character for character in line.upper() if character.isalnum())


def _likeness(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 0.6 * max(len(one), len(other)):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _kinds(page: DocumentPage) -> frozenset[str]:
    words = load_words()
    kinds = {kind for text in page.text_lines if text.count("<") < 3 for kind in words.types_in(text)}
    if page.mrz is not None:
        kinds.add(kind_of_code(page.mrz.values.get("documentCode", ""), ""))
    return frozenset(kinds - {""})


def _states(page: DocumentPage) -> frozenset[str]:
    """The issuing state as the page says it: in its MRZ or a field, or by name, other than where a person was born or lives."""
    words = load_words()
    valued = {reading.raw for field in page.fields for reading in field.readings if field.name is not FieldName.ISSUING_STATE}
    states = {code for text in page.text_lines if text not in valued for code in words.states_in(text)}
    states |= {reading.value for field in page.fields if field.name is FieldName.ISSUING_STATE for reading in field.readings}
    if page.mrz is not None:
        states.add(page.mrz.values.get("issuingState", ""))
    return frozenset(alpha3(state) for state in states - {""})
