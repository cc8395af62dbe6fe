"""Which printed value belongs to which printed label: beside it, below it, or in the same line.

By the labels of all documents, or by the rules that a template gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Protocol

from kiosk.domain.document import FieldName
from kiosk.imaging import geometry
from kiosk.ports import TextLine
from kiosk.services.document_boxes import Box, boxes_of, part_of
from kiosk.services.document_values import Context, Value, doubted, in_order_of, value_of
from kiosk.services.document_words import IGNORED, NAME, VALIDITY, Labelled, load_words, plain

_LINES: Mapping[FieldName, int] = {FieldName.ADDRESS: 4}
_LEAST_COVERED = 0.55
_LEAST_COVERED_IGNORED = 0.8  # "Passport office" is an authority, not the title "Passport"
_RIGHT_AT = 0.6
_LIKE_A_STAMP = 0.85
_LEAST_COVERED_OF_MANY = 0.28  # of a line with slashes: one of its languages was read, the others are not known or too small


@dataclass(frozen=True, slots=True)
class Label:
    """A label: its field's key, its place, how sure."""

    key: str
    box: Box
    likeness: float


class Labels(Protocol):
    """What is needed of `document_words.LabelBook`."""

    def find(self, tokens: Sequence[str], breaks: frozenset[int] = frozenset()) -> tuple[Labelled, ...]: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """How values are found on a page.

    Attributes:
        labels: which words are labels, of which fields; several fields of one label are joined by "+" in its key.
        value: what a text is worth for a field, None when it cannot be its value.
        cost: what the place of a text speaks against its being the field's value, 0 = nothing.
        lines: how many lines a value may take, 1 where nothing is said.
    """

    labels: Labels
    value: Callable[[FieldName, str], Value | None]
    cost: Callable[[FieldName, Box], float]
    lines: Mapping[FieldName, int]


def generic_rules(context: Context) -> Rules:
    """Of a document without a template."""
    return Rules(context.words.labels, lambda field, text: value_of(field, text, context), lambda _field, _box: 0.0, _LINES)


@dataclass(frozen=True, slots=True)
class Found:
    """A value that was found for a field."""

    field: FieldName
    value: Value
    box: Box
    likeness: float
    cost: float


def find_values(lines: Sequence[TextLine], context: Context, rules: Rules | None = None) -> tuple[Found, ...]:
    """The values of all labels of a page, each text used once, the nearest pairs first."""
    rules = rules or generic_rules(in_order_of(lines, context))
    labels, texts, inline, stamps = _sorted_out(lines, rules)
    labels = _without_doubles(labels)
    labels = _named(labels, inline)
    found: dict[FieldName, Found] = {}
    used: set[int] = set()
    pairs: list[_Pair] = []
    for number, label in enumerate(labels):
        if label.key == IGNORED:
            # takes its value away, so that nobody else does; only where it is right below or beside
            near = [(place, cost) for place, cost in _near(label.box, texts) if cost < 1.0]
            pairs.extend((cost + 0.05, number, place, FieldName.FULL_NAME, Value("")) for place, cost in near)
            continue
        for place, cost in _near(label.box, texts):
            for field in _fields_of(label.key):
                value = rules.value(field, texts[place].text)
                if value is not None:
                    against = rules.cost(field, texts[place]) + 1.2 * (1.0 - value.fit) + (1.0 - label.likeness)
                    pairs.append((cost + against, number, place, field, value))
    for one in inline:
        if one.field not in found or one.cost < found[one.field].cost:
            found[one.field] = one
    places: dict[FieldName, int] = {}
    done: set[tuple[int, FieldName]] = set()
    ignoring: set[int] = set()
    for cost, number, place, field, value in sorted(pairs, key=lambda pair: pair[0]):
        label = labels[number]
        if label.key == IGNORED:
            if number not in ignoring and place not in used:
                ignoring.add(number)
                if not _wanted_elsewhere(place, number, cost, pairs, labels):
                    used.add(place)
            continue
        period = len(_fields_of(label.key)) > 1
        if (number, field) in done or field in found or (place in used and not period):
            continue
        done.add((number, field))
        used.add(place)
        box = texts[place]
        found[field] = Found(field, value, box, label.likeness, cost)
        places[field] = place
    if FieldName.SURNAME not in found and (named := _named_by_stamp(labels, stamps, rules)) is not None:
        found[FieldName.SURNAME] = named
    # only now is it known which texts are nobody's
    for field, place in places.items():
        found[field] = _continued(found[field], place, texts, used, rules)
    # which way a date is read has no part in which label it belongs to
    return tuple(replace(one, value=doubted(one.value)) for one in found.values())


def count_labels(lines: Sequence[TextLine], context: Context) -> int:
    """How many different fields the page has labels of: evidence that it is a document."""
    labels, _, inline, _ = _sorted_out(lines, generic_rules(context))
    sure = {label.key for label in labels if label.key != IGNORED and (label.likeness == 1.0 or len(label.box.text) > 7)}
    return len(sure | {found.field.value for found in inline})


def _sorted_out(lines: Sequence[TextLine], rules: Rules) -> tuple[list[Label], list[Box], list[Found], list[Box]]:
    """Lines that are labels, lines that may be values, values that follow their label in the same line, and stamps ("SPECIMEN")."""
    labels: list[Label] = []
    texts: list[Box] = []
    inline: list[Found] = []
    stamps: list[Box] = []
    known = load_words().stamps
    for line, box in zip(lines, boxes_of(lines), strict=True):
        if line.text.count("<") >= 4:
            continue  # the MRZ has its own reader
        tokens = [(match.start(), match.end()) for match in re.finditer("[^\\W_]+(?:['\u2019][^\\W_]+)*", line.text)]
        words = [plain(line.text[start:end]).replace(" ", "") for start, end in tokens]
        breaks = frozenset(
            number for number in range(1, len(tokens)) if re.search(r"[/|\\•·:;]", line.text[tokens[number - 1][1] : tokens[number][0]])
        )
        hits = rules.labels.find(words, breaks)
        if not hits:
            texts.append(box)
            continue
        letters = sum(len(word) for word in words if not word.isdigit())
        covered = sum(len(word) for hit in hits for word in words[hit.first : hit.last] if not word.isdigit())
        share = covered / max(1, letters)
        rest = _behind(line.text, tokens, hits[-1])
        if _is_label_line(words, hits, share, bool(breaks)) and not _is_inline(
            hits, rest, line.text[tokens[hits[-1].last - 1][1] :], rules
        ):
            labels.extend(_labels_of(box, tokens, hits))
            if all(hit.key == IGNORED for hit in hits) and _is_like_a_stamp("".join(words), known):
                stamps.append(box)  # people bear names like those, too: "MUSTER", "MUSTERÉ"
            continue
        if hits[0].first <= 1 and hits[-1].first <= 6 and rest:
            got = _inline(box, tokens, hits, rest, rules)
            if got:
                inline.extend(got)
                continue
            if hits[0].first == 0 and hits[0].likeness == 1.0 and hits[0].key != IGNORED and len(words[0]) >= 4:
                continue  # "Name CRITTENDEN": a label with something behind it that is not surely a value is no other label's value
        texts.append(box)
    return labels, texts, inline, stamps


def _is_like_a_stamp(word: str, stamps: Collection[str]) -> bool:
    """Compared letter by letter only where the lengths allow it: a stamp is a word, most labels are more."""
    if word in stamps:
        return True
    likely = (SequenceMatcher(None, word, stamp) for stamp in stamps)
    return any(one.real_quick_ratio() >= _LIKE_A_STAMP and one.ratio() >= _LIKE_A_STAMP for one in likely)


def _named_by_stamp(labels: Sequence[Label], stamps: Sequence[Box], rules: Rules) -> Found | None:
    """A document made to be shown is often made out to one: "SPECIMEN" right at the surname's label, where no other value stands."""
    near = [
        (cost, stamps[place], label.likeness)
        for label in labels
        if label.key == FieldName.SURNAME.value
        for place, cost in _near(label.box, stamps)
        if cost <= _RIGHT_AT and 0.5 < stamps[place].height / label.box.height < 2.5
    ]
    cost, box, likeness = min(near, key=lambda one: one[0], default=(0.0, None, 0.0))
    value = rules.value(FieldName.SURNAME, box.text) if box is not None else None
    return Found(FieldName.SURNAME, value, box, likeness, cost) if box is not None and value is not None else None


def _is_label_line(words: list[str], hits: tuple[Labelled, ...], share: float, separated: bool) -> bool:
    labelled = {number for hit in hits for number in range(hit.first, hit.last)}
    if any(any(c.isdigit() for c in word) and len(word) > 2 for number, word in enumerate(words) if number not in labelled):
        return False
    if all(hit.key == IGNORED for hit in hits) and not separated:
        return share >= _LEAST_COVERED_IGNORED
    return share >= _LEAST_COVERED or (separated and share >= _LEAST_COVERED_OF_MANY)


def _is_inline(hits: tuple[Labelled, ...], rest: str, behind: str, rules: Rules) -> bool:
    """ "Sex M", "Nom : DUPONT": a label line by its letters, and yet the value stands behind."""
    if not rest or len({hit.key for hit in hits if hit.key != IGNORED}) != 1:
        return False
    key = hits[-1].key
    strict = {FieldName.GENDER.value, FieldName.NATIONALITY.value, FieldName.ISSUING_STATE.value}
    if re.match(r"[\s)]*:", behind) and key not in (NAME, IGNORED):
        return any(rules.value(field, rest) is not None for field in _fields_of(key))
    return key in strict and rules.value(FieldName(key), rest) is not None


def _behind(text: str, tokens: list[tuple[int, int]], last: Labelled) -> str:
    return text[tokens[last.last - 1][1] :].strip(" :.-/|)").strip()


def _inline(box: Box, tokens: list[tuple[int, int]], hits: tuple[Labelled, ...], rest: str, rules: Rules) -> list[Found]:
    """The value behind a label in its line: of one field, or of both fields of a period's label."""
    label = hits[-1]
    if label.key == IGNORED or label.likeness < 0.88:
        return []
    separated = bool(re.match(r"[\s)]*[:.]", box.text[tokens[label.last - 1][1] :]))
    found: list[Found] = []
    for field in _fields_of(FieldName.FULL_NAME.value if label.key == NAME else label.key):
        value = rules.value(field, rest)
        if value is None:
            continue
        # free text behind a word that may be a label is too weak without a colon: "NATIONALITY OFFICE", "PLACE DE LA GARE"
        free = field in (FieldName.ISSUING_AUTHORITY, FieldName.ADDRESS, FieldName.PLACE_OF_BIRTH, FieldName.FULL_NAME)
        named = field in (FieldName.SURNAME, FieldName.GIVEN_NAMES)
        if (free or named) and not separated:
            continue
        start = tokens[label.last - 1][1] / max(1, len(box.text))
        part = part_of(box, start, 1.0, rest)
        found.append(Found(field, value, part, label.likeness, 0.3 + rules.cost(field, part)))
    # one date behind "Validity" is not both ends of a period
    return found[:1] if len({one.value.value for one in found}) < len(found) else found


def _labels_of(box: Box, tokens: list[tuple[int, int]], hits: tuple[Labelled, ...]) -> list[Label]:
    """One label per run of hits of the same field; ignored words inside a run do not break it."""
    labels: list[Label] = []
    size = max(1, len(box.text))
    for hit in hits:
        start, end = tokens[hit.first][0] / size, tokens[hit.last - 1][1] / size
        if labels and labels[-1].key == hit.key:
            last = labels[-1]
            joined = replace(last.box, right=box.left + end * (box.right - box.left))
            labels[-1] = Label(hit.key, joined, max(last.likeness, hit.likeness))
        else:
            labels.append(Label(hit.key, part_of(box, start, end, box.text[tokens[hit.first][0] : tokens[hit.last - 1][1]]), hit.likeness))
    # the first label begins where the line does: what stands before it is its number or an unknown language
    if labels:
        labels[0] = replace(labels[0], box=replace(labels[0].box, left=box.left))
    return labels


def _without_doubles(labels: list[Label]) -> list[Label]:
    """Of two labels of one field, one right below the other, the lower one stays: the value follows it."""
    kept: list[Label] = []
    for label in labels:
        doubled = any(
            other.key == label.key
            and other is not label
            and 0 < other.box.top - label.box.top < 2.0 * label.box.height
            and abs(other.box.left - label.box.left) < 3 * label.box.height
            for other in labels
        )
        if not doubled:
            kept.append(label)
    return kept


def _named(labels: list[Label], inline: list[Found]) -> list[Label]:
    """Settles what "Name", and what "Nom"/"Nume"/"Naam" beside no given names, mean on this page."""
    keys = {label.key for label in labels} | {found.field.value for found in inline}
    if FieldName.SURNAME.value in keys:
        meaning = FieldName.GIVEN_NAMES.value
    elif FieldName.GIVEN_NAMES.value in keys:
        meaning = FieldName.SURNAME.value
    else:
        meaning = FieldName.FULL_NAME.value
    if meaning == FieldName.GIVEN_NAMES.value and FieldName.GIVEN_NAMES.value in keys:
        # "Surname/Name/Nom" over one line and "Given names/Vornamen" over another: the plain "Name" repeats the surname
        return [label for label in labels if label.key != NAME]
    return [replace(label, key=meaning) if label.key == NAME else label for label in labels]


def _fields_of(key: str) -> tuple[FieldName, ...]:
    if key == VALIDITY:
        return FieldName.DATE_OF_ISSUE, FieldName.DATE_OF_EXPIRY
    if key in (NAME, IGNORED):
        return ()
    return tuple(FieldName(one) for one in key.split("+"))


def _near(label: Box, texts: Sequence[Box]) -> list[tuple[int, float]]:
    """Texts that can be the label's value with what speaks against each: 0 = right below and aligned."""
    height = max(1.0, label.height)
    found: list[tuple[int, float]] = []
    for place, text in enumerate(texts):
        gap = (text.top - label.bottom) / height
        # text detection leaves margins that overlap: a value may begin above the end of its label
        below = text.middle > label.bottom - 0.15 * height and -0.7 <= gap <= 2.4
        aligned = abs(text.left - label.left) / height
        spans = text.left <= label.right + 0.5 * height and text.right >= label.left - 0.5 * height
        if below and spans and (aligned <= 8 or text.left >= label.left - 2 * height):
            # a value set right of a number or of a margin is still the value; far to the right it belongs to the next column
            found.append((place, max(0.0, gap) * 0.6 + min(2.0, 0.12 * aligned)))
            continue
        overlap = min(text.bottom, label.bottom) - max(text.top, label.top)
        beside = (text.left - label.right) / height
        if overlap >= 0.4 * min(height, text.height) and -0.8 <= beside <= 16:
            found.append((place, 0.55 + 0.07 * max(0.0, beside)))
    return found


_Pair = tuple[float, int, int, FieldName, Value]
"""cost, number of the label, place of the text, field, value"""


def _wanted_elsewhere(place: int, number: int, cost: float, pairs: list[_Pair], labels: list[Label]) -> bool:
    """Whether a known field claims the text about as strongly as a label that is not read."""
    return any(p == place and n != number and labels[n].key != IGNORED and c <= cost + 0.25 for c, n, p, _, _ in pairs)


def _continued(found: Found, place: int, texts: Sequence[Box], used: set[int], rules: Rules) -> Found:
    """A value that may take several lines with those below that nobody else has: same margin, letters of the same size.

    Lines of an address may stand apart; those of a name follow close, or the next field's value would be taken whose label was not read.
    """
    first, whole, field = found.box, found.box, found.field
    most, size = rules.lines.get(field, 1), found.box.height
    joint, widest = (", ", 0.7) if field is FieldName.ADDRESS else (" ", 0.3)
    taken = 1
    for number, text in sorted(enumerate(texts), key=lambda pair: pair[1].top):
        if number == place or number in used or taken >= most:
            continue
        gap = text.top - whole.bottom
        same_margin = abs(text.left - first.left) < 1.2 * size
        if not (same_margin and -0.6 * size <= gap <= widest * size and text.middle > whole.middle and 0.65 < text.height / size < 1.5):
            continue
        if rules.value(field, text.text) is None:
            break
        used.add(number)
        taken += 1
        joined = geometry.box_quad(min(whole.left, text.left), whole.top, max(whole.right, text.right), text.bottom)
        whole = replace(
            whole,
            text=f"{whole.text}{joint}{text.text}",
            confidence=min(whole.confidence, text.confidence),
            least=min(whole.least, text.least),
            marks=min(whole.marks, text.marks),
            left=joined[0][0],
            right=joined[1][0],
            bottom=text.bottom,
            quad=joined,
        )
    value = rules.value(field, whole.text) if taken > 1 else None
    return replace(found, box=whole, value=value) if value is not None else found
