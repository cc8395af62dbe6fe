"""What a printed text is a value of, by the format that a template gives its field. Stricter than labels alone allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, product

from kiosk.domain.document import FieldName
from kiosk.services.document_dates import Tense, dates_in, full_year, iso_date
from kiosk.services.document_values import Context, Value, dated_value, value_of
from kiosk.services.document_words import plain
from kiosk.services.number_checks import WITHOUT_DIGIT, holds
from kiosk.services.template_model import Format, TemplateField

BROKEN_CHECK = 0.75
"""What is left of the fit of a number that breaks its state's rule: misread or forged, either way not sure."""
MENDED = 0.9
"""What is left of the fit of a number that fits only when a lookalike is taken for the character its place asks for."""
_MOST_MENDED = 2
_PERHAPS_ONE = re.compile(r"^\W*[IiLl|ĻĹļĺ](?=[\s.:])[\s.:]*")
"""What readers take a field's number 1 for when it stands alone: as well a name's beginning ("I WAYAN") or an initial ("L. SMITH")."""
_SEPARATORS = re.compile(r"[\s./\-·:]+")
_LOOKALIKES = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "S": "5", "Z": "2", "B": "8", "G": "6"} | {
    "0": "O",
    "1": "I",
    "5": "S",
    "2": "Z",
    "8": "B",
    "6": "G",
}


def template_value(field: TemplateField, text: str, context: Context) -> Value | None:
    """The normalised value that `text` is for the field, or None when it does not fit the format.

    `Value.proven` is set where a check digit of the number holds.
    """
    without = _without(field.drop, text)
    if "1" in field.drop and without == text and _PERHAPS_ONE.match(text):
        value = _formatted(field, _PERHAPS_ONE.sub("", text), context)
        # what is lost may be part of a name: somebody looks
        return replace(value, fit=min(value.fit, BROKEN_CHECK)) if value is not None and not value.proven else value
    return _formatted(field, without, context)


def _formatted(field: TemplateField, text: str, context: Context) -> Value | None:
    text = text.strip(" :;.,|_-*")
    if not text:
        return None
    match field.format:
        case Format.DATE:
            return _date(field, text, context)
        case Format.NUMBER:
            return _number(field, text, context)
        case Format.ENUM:
            return _enum(field, text, context)
        case Format.COUNTRY:
            state = context.words.state(text) if len(text) <= 60 else ""
            return Value(state) if state else None
        case Format.NAME:
            return value_of(FieldName.GIVEN_NAMES if field.name is FieldName.GIVEN_NAMES else FieldName.SURNAME, text, context)
        case Format.TEXT:
            value = value_of(FieldName.ADDRESS, text, context)
            # "8 5 STATION ROAD" that lost a blank, or house number 85 whose field's number stands apart: nobody can tell
            glued = any(word.isdigit() and re.match(rf"\W*{word}\d", text) for word in field.drop)
            return replace(value, fit=min(value.fit, BROKEN_CHECK)) if value is not None and glued else value


def _without(drop: tuple[str, ...], text: str) -> str:
    for word in drop:
        # once only: a series may be called NR as well; a number may have lost the blank behind it ("1SMITH")
        pattern = rf"^\W*{word}(?!\d)\s?[.:]?" if word.isdigit() else rf"(?<!\w){re.escape(word)}(?!\w)[.:]?"
        text = re.sub(pattern, " ", text, count=1, flags=re.IGNORECASE)
    return text


def _enum(field: TemplateField, text: str, context: Context) -> Value | None:
    if not field.values:
        return value_of(field.name, text, context)
    words = plain(text)
    return next((Value(value) for value, printed in field.values.items() if words in {plain(one) for one in printed}), None)


# --- dates ---------------------------------------------------------------------------------------------------------


def _date(field: TemplateField, text: str, context: Context) -> Value | None:
    tense = Tense.FUTURE if field.name is FieldName.DATE_OF_EXPIRY else Tense.PAST
    found = [Value(value) for pattern in field.patterns for value in _by_pattern(pattern, text, tense, context)]
    if not field.patterns:
        printed = dates_in(text, tense=tense, today=context.today, month_first=context.month_first)
        found = [dated_value(one, context) for one in printed]
        # without its second way: that it asks for a look is said in the measure of templates
        found = [replace(one, fit=BROKEN_CHECK, other="") if one.other else one for one in found]
    if not found or (len(found) > 1 and not field.part):
        return None
    value = found[-1 if field.part == "last" else 0]
    if field.part and len(found) < 2:
        return None  # half of a period says nothing about which half
    if field.name in (FieldName.DATE_OF_BIRTH, FieldName.DATE_OF_ISSUE) and value.value > context.today:
        return None
    return value


def _by_pattern(pattern: str, text: str, tense: Tense, context: Context) -> Iterator[str]:
    for match in _date_pattern(pattern).finditer(text.translate(_DATE_DIGITS) if "MMM" not in pattern else text):
        parts = match.groupdict()
        month = _month(parts["month"], context)
        if month:
            value = iso_date(full_year(int(parts["year"]), tense, context.today), month, int(parts["day"]))
            if value:
                yield value


_DATE_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "|": "1", "I": "1"})


def _month(text: str, context: Context) -> int | None:
    if text.isdecimal():
        return int(text)
    # "MAR/MAR", "PAŹ/OCT": the languages of one month; they must not name two
    months = {month for word in re.findall(r"[^\W\d_]{3,}", text) if (month := context.words.month(word))}
    return months.pop() if len(months) == 1 else None


@cache
def _date_pattern(pattern: str) -> re.Pattern[str]:
    parts = {
        "DD": r"(?P<day>\d{1,2})",
        "MMM": r"(?P<month>[^\W\d_]{3,}[^\d]{0,24}?)",
        "MM": r"(?P<month>\d{1,2})",
        "YYYY": r"(?P<year>\d{4})",
        "YY": r"(?P<year>\d{2})",
    }
    tokens = re.findall(r"DD|MMM|MM|YYYY|YY", pattern)
    # the reader loses or invents a blank or a dot; the digits must be all there
    gap = r"[\s./\-,]{0,3}" if pattern != "".join(tokens) else r"\s?"
    two = {"DD": r"(?P<day>\d{2})", "MM": r"(?P<month>\d{2})"}
    whole = gap.join(two.get(token, parts[token]) if "MMM" not in tokens else parts[token] for token in tokens)
    return re.compile(rf"(?<!\d){whole}(?!\d)")


# --- numbers -------------------------------------------------------------------------------------------------------


def _number(field: TemplateField, text: str, context: Context) -> Value | None:
    tight = _SEPARATORS.sub("", text).upper()
    if not field.regex and not field.check:
        return value_of(field.name, text, context)
    if not re.fullmatch(r"[A-Z0-9]{4,24}", tight):
        return None
    fitting = _fits(field, tight)
    if fitting is not None:
        return fitting
    found: dict[str, Value] = {}
    for count in range(1, _MOST_MENDED + 1):
        for other in _variants(tight, count):
            value = _fits(field, other)
            # a number that neither stands as it was read nor keeps its rule is not guessed at
            if value is not None and value.fit == 1.0:
                found[value.value] = value
        if found:
            break
    if len(found) != 1:
        return None
    value = next(iter(found.values()))
    return Value(value.value, MENDED, proven=value.proven)


def _fits(field: TemplateField, tight: str) -> Value | None:
    if field.regex and not re.fullmatch(field.regex, tight):
        return None
    if not field.check:
        return Value(tight)
    if holds(field.check, tight):
        trimmed = tight[:9] if field.check == "de-serial" and len(tight) == 10 else tight
        return Value(trimmed, proven=field.check not in WITHOUT_DIGIT or trimmed != tight)
    # without a regex the rule is all there is to tell a number by
    return Value(tight, BROKEN_CHECK) if field.regex else None


def _variants(tight: str, count: int) -> Iterator[str]:
    places = [place for place, character in enumerate(tight) if character in _LOOKALIKES]
    for chosen in combinations(places, count):
        for taken in product(*([_LOOKALIKES[tight[place]]] for place in chosen)):
            characters = list(tight)
            for place, character in zip(chosen, taken, strict=True):
                characters[place] = character
            yield "".join(characters)
