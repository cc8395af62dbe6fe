"""The labels of a page as its template names them, before those that every document may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from kiosk.services.document_words import IGNORED, LabelBook, Labelled, Words, compact, load_words, without_overlaps
from kiosk.services.template_model import TemplatePage, words_of

_OTHER_LANGUAGE = 0.97
"""A label that the template does not name, against one that it does."""
_SURE = 0.85


class PageLabels:
    """The labels of a template's page before those that every document may have; the longest and likest win, of equals the page's own."""

    def __init__(self, page: TemplatePage, words: Words) -> None:
        self._general = words.labels
        self._fields = {name.value for name in page.fields}
        fields_of: dict[str, list[str]] = {}
        for field in page.fields.values():
            for label in field.label_words:
                fields_of.setdefault(label, []).append(field.name.value)
        labels: dict[str, list[str]] = {}
        for label, names in fields_of.items():
            # a period has one label for two fields
            labels.setdefault("+".join(dict.fromkeys(names)), []).append(label)
        own = {compact(label) for label in fields_of}
        # the name of a state is no title here: it may be a nationality as well
        titles = [title for title in page.titles if not any(words.states_in(title))]
        printed = [word for word in (*words_of(page.ignored), *titles) if compact(word) not in own]
        self._own = LabelBook({key: {"": found} for key, found in labels.items()}, printed)
        self._labelled = {name for names in labels for name in names.split("+")}

    def find(self, tokens: Sequence[str], breaks: frozenset[int] = frozenset()) -> tuple[Labelled, ...]:
        own = self._own.find(tokens, breaks)
        general = [self._translated(label) for label in self._general.find(tokens, breaks)]
        return without_overlaps((*own, *general), tokens)

    def share(self, lines: Sequence[Sequence[str]]) -> float | None:
        """Of how many of the page's labelled fields a label is read in the lines' plain words, 0..1; None when it names no labels."""
        if not self._labelled:
            return None
        hits = (hit for line in lines for hit in self._own.find(line) if hit.key != IGNORED and hit.likeness >= _SURE)
        return len({name for hit in hits for name in hit.key.split("+")}) / len(self._labelled)

    def _translated(self, label: Labelled) -> Labelled:
        """A label of another language counts for a field of the page; one of a field that is not here is not read."""
        if label.key in self._fields:
            return replace(label, likeness=_OTHER_LANGUAGE * label.likeness)
        return replace(label, key=IGNORED, likeness=_OTHER_LANGUAGE * label.likeness)


@cache
def page_labels(page: TemplatePage) -> PageLabels:
    """Made once per page of a template."""
    return PageLabels(page, load_words())
