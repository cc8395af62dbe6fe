"""Which template a page belongs to, by its MRZ, titles and labels, numbers, shape and dates. Rather none than a wrong one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache

from kiosk.domain.countries import alpha3
from kiosk.domain.document import DocumentPage, FieldName, PageSide, Reading
from kiosk.domain.mrz import Mrz, expiry_date_iso
from kiosk.services.document_words import compact, load_words, plain
from kiosk.services.number_checks import WITHOUT_DIGIT, holds
from kiosk.services.template_labels import page_labels
from kiosk.services.template_model import Format, Template, TemplatePage

SPECIMEN_STATE = "UTO"
LEAST_SCORE = 0.6
LEAST_MARGIN = 0.08
_HOLDING_MRZ, _BROKEN_MRZ = 0.5, 0.3
_OWN_TITLE = 0.5  # a title that no other document prints
_ALL_LABELS = 0.4
_NUMBER = 0.2
_SAME_RATIO = 0.1
"""Logarithm of how far a straightened page's proportion may be off; ID-1 and ID-3 are 0.11 apart."""
_TITLE_LIKENESS = 0.9
_SHORTEST_TITLE = 5
_SHORTEST_PART = 8
_MUCH_LONGER = 1.15
_MOST_LABELS = 0.75
_UNSURE = 0.55
"""Below LEAST_SCORE: enough to be the other side of a document that is known."""
_FEW = 0.5
"""No document prints every field that a layout of all states allows."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What the caller says the document is (DIS `advice.classification`); an empty list restricts nothing. Case does not matter.

    Attributes:
        countries: alpha-3; types, editions as templates name them; mrtds: "td1" …
    """

    countries: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    editions: tuple[str, ...] = ()
    mrtds: tuple[str, ...] = ()

    def allows(self, *, country: str, type: str, mrtd: str, edition: str = "") -> bool:
        """What is not known ("") is not ruled out."""
        return (
            (not country or _allowed(alpha3(country), tuple(alpha3(one.upper()) for one in self.countries)))
            and (not type or _allowed(type, self.types))
            and (not mrtd or _allowed(mrtd.replace("-", ""), tuple(one.replace("-", "").replace("_", "") for one in self.mrtds)))
            and (not edition or _allowed(edition, self.editions))
        )

    def allows_template(self, template: Template) -> bool:
        """A layout of every state has no country that could be ruled out; what has no edition is none of those asked for."""
        if self.editions and not template.edition:
            return False
        country = "" if template.is_generic else template.country
        return self.allows(country=country, type=template.type, mrtd=template.mrtd, edition=template.edition)


def _allowed(value: str, allowed: Sequence[str]) -> bool:
    return not allowed or value.upper() in {one.upper() for one in allowed}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page shows.

    Attributes:
        texts: its lines as read, without those of the MRZ; `words` the same, plain and taken apart.
        size: of the straightened page, pixels; None or not `located` = its shape says nothing.
        issued, expires: YYYY-MM-DD where read, else "".
        side: what the page was taken for so far, for what no template tells.
        labels: how many fields it has labels or printed values of.
    """

    texts: tuple[str, ...]
    mrz: Mrz | None = None
    size: tuple[int, int] | None = None
    located: bool = False
    issued: str = ""
    expires: str = ""
    side: PageSide = PageSide.UNKNOWN
    labels: int = 0
    country: str = ""
    words: tuple[tuple[str, ...], ...] = ()


def evidence_of(page: DocumentPage, today: str) -> Evidence:
    """Of a page that was read."""
    fields = {one.name: one.readings for one in page.fields}
    return evidence_from(page.text_lines, page.mrz, fields, size=page.size, located=page.quad is not None, side=page.side, today=today)


def evidence_from(
    texts: Sequence[str],
    mrz: Mrz | None,
    fields: Mapping[FieldName, Sequence[Reading]],
    *,
    today: str,
    size: tuple[int, int] | None = None,
    located: bool = False,
    side: PageSide = PageSide.UNKNOWN,
) -> Evidence:
    """From what is known of a page so far. `fields`: by their labels; the dates among them tell editions apart."""

    def said(name: FieldName) -> str:
        return next((one.value for one in fields.get(name, ())), "")

    expires = expiry_date_iso(mrz.values.get("dateOfExpiry", ""), today) if mrz is not None and mrz.holds else ""
    printed = sum(any(one.source == "visualZone" for one in readings) for readings in fields.values())
    printed_texts = tuple(text for text in texts if text.count("<") < 4)
    return Evidence(
        printed_texts,
        mrz,
        size,
        located,
        said(FieldName.DATE_OF_ISSUE),
        expires if len(expires) == 10 else said(FieldName.DATE_OF_EXPIRY),
        side,
        printed,
        said(FieldName.ISSUING_STATE),
        tuple(tuple(plain(text).split()) for text in printed_texts),
    )


@dataclass(frozen=True, slots=True)
class TemplateMatch:
    """What a page's template is.

    Attributes:
        score: 0..1.
        margin: to the next document's template, 1 when there is none.
        edition_sure: False when another edition of the same document is as likely: labels and formats hold, places may not.
        editions: ids of the templates that are as likely, this one among them; empty = this one alone.
        reasons: for logs: "mrz", "title", "labels", "number".
    """

    template: Template
    side: PageSide
    score: float
    margin: float = 1.0
    edition_sure: bool = True
    editions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


def best_of(matches: Sequence[TemplateMatch]) -> TemplateMatch | None:
    """The best one if it is good enough and stands out. A layout of every state gives way to a state's own template."""
    own = [match for match in matches if not match.template.is_generic]
    for group in (own, [match for match in matches if match.template.is_generic]):
        ranked = sorted(group, key=lambda match: -match.score)
        if not ranked or ranked[0].score < LEAST_SCORE:
            continue
        best = ranked[0]
        rivals = [match for match in ranked if match.template.id != best.template.id]
        near = [match for match in rivals if best.score - match.score < LEAST_MARGIN]
        if any(not same_document(match.template, best.template) or match.side is not best.side for match in near):
            continue
        margin = best.score - max((match.score for match in rivals if not same_document(match.template, best.template)), default=0.0)
        editions = (best.template.id, *dict.fromkeys(match.template.id for match in near)) if near else ()
        return replace(best, margin=round(margin, 4), edition_sure=not near, editions=editions)
    return None


def same_document(one: Template, other: Template) -> bool:
    """Whether two templates are editions of one document."""
    return (one.country, one.type, one.mrtd) == (other.country, other.type, other.mrtd)


def score_templates(evidence: Evidence, templates: Sequence[Template], advice: Advice | None = None) -> tuple[TemplateMatch, ...]:
    """Every page of every template that the page may be, with how much speaks for it; what is contradicted is left out."""
    advice = advice or Advice()
    shared = _title_owners(tuple(templates))
    found = []
    for template in templates:
        if advice.allows_template(template) and not _dates_differ(evidence, template):
            found += [match for side in template.pages if (match := _score(evidence, template, side, shared)) is not None]
    return tuple(found)


def other_side(evidence: Evidence, match: TemplateMatch, templates: Sequence[Template]) -> TemplateMatch | None:
    """The page as the other side of a document whose one side is known: when something of it fits and nothing speaks against it."""
    if _dates_differ(evidence, match.template):
        return None
    shared = _title_owners(tuple(templates))
    sides = [side for side in match.template.pages if side is not match.side]
    return next((found for side in sides if (found := _score(evidence, match.template, side, shared, beside=True)) is not None), None)


def _score(evidence: Evidence, template: Template, side: PageSide, shared: _Owners, *, beside: bool = False) -> TemplateMatch | None:
    """`beside`: the document is known by its other page, so that labels alone are enough to go on."""
    page = template.pages[side]
    if _is_other_shape(evidence, template) or any(_has_title(evidence, title) for title in page.absent):
        return None
    by_mrz = _mrz_score(evidence.mrz, template, side)
    if by_mrz is None:
        return None
    reasons = ["mrz"] if by_mrz else []
    doubt = 1.0 - by_mrz
    titles = _without_parts([title for title in page.titles if _has_title(evidence, title)])
    parts = _own_parts(evidence, [title for title in page.titles if title not in titles], template, shared)
    # where the MRZ names the state, what other states print says nothing against a part of a title
    weights = [_weight(title, template, shared) for title in titles] + [
        1.0 if by_mrz else _weight(part, template, shared) for part in parts
    ]
    for weight in weights:
        doubt *= 1.0 - _OWN_TITLE * weight
    reasons += ["title"] if weights else []
    if not reasons and not beside:
        return None
    labels = _label_share(evidence, page)
    doubt *= 1.0 - _ALL_LABELS * labels
    reasons += ["labels"] if labels else []
    if _has_number(evidence, page):
        doubt *= 1.0 - _NUMBER
        reasons.append("number")
    if not reasons:
        return None
    score = 1.0 - doubt
    if not template.is_generic and not _is_told(by_mrz, (*titles, *parts), weights, labels, evidence, template):
        score = min(score, _UNSURE)
    return TemplateMatch(template, side, round(score, 4), reasons=tuple(reasons))


def _is_told(by_mrz: float, titles: Sequence[str], weights: Sequence[float], labels: float, evidence: Evidence, template: Template) -> bool:
    """Whether the page tells which document it is; otherwise it can only be taken for the other side of one that is known.

    An MRZ names the state and the kind, not the edition: the print must be this one's as well. Without one, labels and numbers are much
    alike everywhere: a title that no other document prints must be there, and the state's name.
    """
    if by_mrz:
        return any(not _is_state(title) for title in titles) or labels >= _MOST_LABELS
    return any(weight > 0.9 for weight in weights) and _names_state(evidence, template, titles)


@cache
def _is_state(title: str) -> bool:
    """A state's name stands on every document of it."""
    states = load_words().states
    return all(plain(part) in states for part in title.split("/"))


def _without_parts(titles: Sequence[str]) -> list[str]:
    """Titles that are not a part of a longer one that was found as well: one print is one witness."""
    return [one for one in titles if not any(other is not one and compact(one) in compact(other) for other in titles)]


def _mrz_score(mrz: Mrz | None, template: Template, side: PageSide) -> float | None:
    """None when the MRZ is another document's, 0 when the page has none."""
    if mrz is None:
        return 0.0
    if template.mrz is None or template.mrz.page is not side or mrz.format.value != template.mrtd:
        return None
    code, state = mrz.values.get("documentCode", ""), mrz.values.get("issuingState", "")
    if template.mrz.codes and not any(code.startswith(one) for one in template.mrz.codes):
        return None
    if template.mrz.states and alpha3(state) not in {alpha3(one) for one in template.mrz.states}:
        return None
    # a state's own template is not given to what may be another state's misread zone; the layout is every passport's
    return _HOLDING_MRZ if mrz.holds or template.is_generic else _BROKEN_MRZ


def _is_other_shape(evidence: Evidence, template: Template) -> bool:
    # an MRZ tells the format more surely than corners that may be wrong
    if not evidence.located or evidence.size is None or evidence.mrz is not None:
        return False
    width, height = evidence.size
    return abs(math.log(max(width, height) / max(1, min(width, height)) / template.ratio)) > _SAME_RATIO


def _dates_differ(evidence: Evidence, template: Template) -> bool:
    """Whether the document was issued at another time than the edition was, as far as its dates tell."""
    if not (template.issued_from or template.issued_to):
        return False
    if evidence.issued:
        issues = [evidence.issued]
    elif evidence.expires and template.valid_years:
        year, rest = int(evidence.expires[:4]), evidence.expires[4:]
        issues = [f"{year - years:04d}{rest}" for years in template.valid_years]
    else:
        return False
    # some states let a document expire a day before or after its anniversary
    first, last = template.issued_from or "0000-00-00", template.issued_to or "9999-99-99"
    return not any(first <= issue <= last for issue in issues)


# --- titles --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Owners:
    """Who prints a title, by its compact form.

    Attributes:
        documents: country and type of those that print it whole, editions counted once.
        templates: country and id of every template that prints it, whole or as a part of a line in several languages.
    """

    documents: Mapping[str, frozenset[tuple[str, str]]]
    templates: Mapping[str, frozenset[tuple[str, str]]]


@cache
def _title_owners(templates: tuple[Template, ...]) -> _Owners:
    documents: dict[str, set[tuple[str, str]]] = {}
    printed: dict[str, set[tuple[str, str]]] = {}
    for template in templates:
        for page in template.pages.values():
            for title in page.titles:
                documents.setdefault(compact(title), set()).add((template.country, template.type))
                for part in {title, *_parts_of(title)}:
                    printed.setdefault(compact(part), set()).add((template.country, template.id))
    return _Owners(
        {title: frozenset(found) for title, found in documents.items()}, {title: frozenset(found) for title, found in printed.items()}
    )


@cache
def _parts_of(title: str) -> tuple[str, ...]:
    """What stands between the slashes or dots of a title in several languages; empty for one in a single language."""
    parts = tuple(part.strip() for part in re.split(r"[/·]", title) if part.strip())
    return parts if len(parts) > 1 else ()


def _own_parts(evidence: Evidence, titles: Sequence[str], template: Template, owners: _Owners) -> list[str]:
    """Of titles that were not read whole, the parts that no other document of the state prints, one of each at most.

    Each must be a line of its own: a line that goes on otherwise is another edition's.
    """
    found: list[str] = []
    for title in titles:
        for part in _parts_of(title):
            rivals = {name for country, name in owners.templates[compact(part)] if country == template.country} - {template.id}
            if not rivals and len(compact(part)) >= _SHORTEST_PART and not _is_state(part) and _is_line(evidence, compact(part)):
                found.append(part)
                break
    return found


def _weight(title: str, template: Template, owners: _Owners) -> float:
    """1 when no other document prints the title. Specimens copy the print of states, not the other way round."""
    whole = owners.documents.get(compact(title))
    if whole is None:  # a part of one
        return 1.0 / len(owners.templates[compact(title)])
    others = whole - {(template.country, template.type)}
    return 1.0 / (1 + sum(template.country == SPECIMEN_STATE or country != SPECIMEN_STATE for country, _ in others))


def _has_title(evidence: Evidence, title: str) -> bool:
    wanted = compact(title)
    if len(wanted) < _SHORTEST_TITLE:
        return any(f" {plain(title)} " in f" {' '.join(words)} " for words in evidence.words)
    return any(_is_in(wanted, words) for words in evidence.words)


def _is_line(evidence: Evidence, wanted: str) -> bool:
    return any(len("".join(words)) <= _MUCH_LONGER * len(wanted) and _is_in(wanted, words) for words in evidence.words)


@cache
def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _is_in(wanted: str, words: Sequence[str]) -> bool:
    """Whether a line has a title in it; longer titles may have letters misread, not whole words: states differ by one."""
    text = compact("".join(words))
    if wanted in text:
        return True
    if len(wanted) < 8 or len(text) < 0.85 * len(wanted):
        return False
    pairs = _bigrams(wanted)
    if len(pairs & _bigrams(text)) < 0.6 * len(pairs):
        return False
    for first in range(len(words)):
        piece = ""
        for word in words[first:]:
            piece = compact(piece + word)
            if len(piece) > _MUCH_LONGER * len(wanted):
                break
            if len(piece) >= 0.85 * len(wanted) and SequenceMatcher(None, wanted, piece, autojunk=False).ratio() >= _TITLE_LIKENESS:
                return True
    return False


def _names_state(evidence: Evidence, template: Template, titles: Sequence[str]) -> bool:
    """Whether the page prints the name of the template's state, or several titles that only it has."""
    states = load_words().states_in
    if any(template.country in states(text) for text in (*titles, *evidence.texts)):
        return True
    return len(titles) > 1


# --- labels and numbers --------------------------------------------------------------------------------------------


def _label_share(evidence: Evidence, page: TemplatePage) -> float:
    """The part of the page's labelled fields whose labels are read, 0..1."""
    share = page_labels(page).share(evidence.words)
    if share is not None:
        return share
    # labels of every language: what generic reading found
    generic = sum(one.generic_labels for one in page.fields.values())
    return min(1.0, evidence.labels / (_FEW * generic)) if generic else 0.0


def _has_number(evidence: Evidence, page: TemplatePage) -> bool:
    """Whether a text keeps the check digit rule of one of the page's numbers."""
    rules = {one.check for one in page.fields.values() if one.format is Format.NUMBER and one.check} - WITHOUT_DIGIT
    if not rules:
        return False
    texts = {"".join(c for c in text if c.isalnum()).upper() for text in evidence.texts}
    words = {word.upper() for text in evidence.texts for word in text.split()}
    return any(holds(rule, text) for text in texts | words if len(text) >= 8 for rule in rules)
