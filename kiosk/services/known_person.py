"""Has this person been onboarded before, and under which name: the stored templates, the search, the check, both records for staff."""

from __future__ import annotations

import logging
import threading
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.errors import BadInput, ErrorCode, StoreFault
from kiosk.domain.face import Embedding
from kiosk.domain.transliteration import LETTERS
from kiosk.domain.views import EarlierRecord
from kiosk.ports import CustomerStore, FaceMatcher, StoredCustomer
from kiosk.services.face_search import SEARCH_FPIR, FaceHit, FaceIndex, SearchResult
from kiosk.services.stored_person import StoredPerson, stored_person

_log = logging.getLogger(__name__)

_INPUTS = ("selfie",)
_SELFIE = "selfie.crop"
_REFERENCE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """The check KNOWN_PERSON and whom it found, the likest first; all of them, also those of the same name and date of birth."""

    check: Check
    hits: tuple[FaceHit, ...] = ()


class KnownPeople:
    """The templates of a store in memory, for one embedding model. Thread-safe. Loading takes a second per 100,000: not on the GUI thread.

    Templates that an earlier model left are not compared; how many people that leaves out is said (`not_compared`).
    Tell it what changes (`keep`, `forget`); what another process stored or erased is seen by the next `check`, which asks the store
    for whom it has (some 60 ms per 100,000), by `find` after `load(afresh=True)`.
    """

    def __init__(self, store: CustomerStore, matcher: FaceMatcher, *, fpir: float = SEARCH_FPIR) -> None:
        self._store = store
        self._matcher = matcher
        self._fpir = fpir
        self._lock = threading.Lock()
        self._index: FaceIndex | None = None
        self._of_other_models: frozenset[str] = frozenset()

    def load(self, *, afresh: bool = False) -> FaceIndex:
        """The index, read from the store at the first call. Raises StoreFault."""
        with self._lock:
            if self._index is None or afresh:
                began = time.perf_counter()
                index = FaceIndex(self._matcher, fpir=self._fpir)
                ids, vectors = self._store.templates(self._matcher.model_id)
                index.add_all(ids, vectors)
                self._of_other_models = frozenset(self._store.template_counts()).difference(ids)
                _log.info("%d face templates loaded in %.0f ms", len(index), (time.perf_counter() - began) * 1000)
                self._index = index
            return self._index

    def not_compared(self, *, exclude: str = "") -> int:
        """How many stored people have only templates of other models than the one in use. Raises StoreFault."""
        self.load()
        return len(self._of_other_models - {exclude})

    def keep(self, customer_id: str, template: Embedding) -> None:
        """After the step with this template was committed."""
        with self._lock:
            if self._index is not None:
                self._index.add(customer_id, template)
                self._of_other_models -= {customer_id}

    def forget(self, customer_id: str) -> None:
        """After the customer was deleted, or went back over the selfie."""
        with self._lock:
            if self._index is not None:
                self._index.remove(customer_id)
                self._of_other_models -= {customer_id}

    def find(self, template: Embedding, *, limit: int = 5, exclude: str = "") -> SearchResult:
        """Raises StoreFault, BadInput(BAD_ARGUMENT) for a template of another model."""
        return self.load().search(template, limit=limit, exclude=exclude)

    def check(self, template: Embedding | None, person: StoredPerson, *, customer_id: str = "", limit: int = 5) -> KnownPerson:
        """KNOWN_PERSON: PASSED when nobody is found, PASSED with FOUND_SAME_RECORD when all found have the name and the date of birth of
        `person`, WARNING with FOUND_BEFORE when one has others; NOT_EXECUTED with the reason. Where everybody stored has
        a template of another model only, nobody could be compared: INCONCLUSIVE.
        params: "compared", "found", and "not_compared" where there are such people.

        Args:
            template: of the selfie; None when there is none.
            person: as the document says; with an empty name or date of birth nobody can be the same.
            customer_id: of this customer, who is never found.
        """
        if template is None:
            return KnownPerson(not_executed(CheckName.KNOWN_PERSON, CheckLabel.INPUT_MISSING, inputs=_INPUTS))
        began = time.perf_counter()
        try:
            self._keep_up()
            result = self.find(template, limit=limit, exclude=customer_id)
            found = self._still_there(result.hits)
            not_compared = self.not_compared(exclude=customer_id)
        except StoreFault as error:
            # an answer from half of the store would be a wrong one
            _log.error("stored faces could not be searched: %s", error.code.value)
            return KnownPerson(not_executed(CheckName.KNOWN_PERSON, CheckLabel.ENGINE_FAILED, inputs=_INPUTS))
        others = {"not_compared": str(not_compared)} if not_compared else {}
        if not_compared and not result.compared:
            return KnownPerson(not_executed(CheckName.KNOWN_PERSON, CheckLabel.INCONCLUSIVE, inputs=_INPUTS, compared="0", **others))
        same = [is_same_person(person, stored_person(customer)) for _, customer in found]
        status, label = CheckStatus.PASSED, CheckLabel.OK
        if found:
            everyone = all(same)
            status = CheckStatus.PASSED if everyone else CheckStatus.WARNING
            label = CheckLabel.FOUND_SAME_RECORD if everyone else CheckLabel.FOUND_BEFORE
        check = Check(
            CheckName.KNOWN_PERSON,
            status,
            label,
            score=None if result.nearest is None else round(result.nearest, 4),
            threshold=round(result.threshold, 4),
            inputs=_INPUTS,
            model=result.model,
            ms=round((time.perf_counter() - began) * 1000, 1),
            params={"compared": str(result.compared), "found": str(len(found)), **others},
        )
        return KnownPerson(check, tuple(hit for hit, _ in found))

    def _keep_up(self) -> None:
        """Nobody who was erased elsewhere stays in memory, and nobody who was stored elsewhere is missed."""
        stored = frozenset(self._store.template_counts())
        index = self.load()
        if stored != index.customers | self._of_other_models:
            self.load(afresh=True)

    def _still_there(self, hits: Sequence[FaceHit]) -> list[tuple[FaceHit, StoredCustomer]]:
        """Another process may have erased one of them a moment ago."""
        found = []
        for hit in hits:
            try:
                found.append((hit, self._store.load(hit.customer_id)))
            except BadInput as error:
                if error.code is not ErrorCode.CUSTOMER_NOT_FOUND:
                    raise
                self.forget(hit.customer_id)
        return found


def is_same_person(one: StoredPerson, other: StoredPerson) -> bool:
    """The same date of birth and the same words in the name, whatever their order, case, accents or hyphens."""
    words = _words(one.name)
    return bool(words) and words == _words(other.name) and bool(one.date_of_birth) and one.date_of_birth == other.date_of_birth


def earlier_records_told(store: CustomerStore, hits: Sequence[FaceHit]) -> tuple[EarlierRecord, ...]:
    """As `earlier_records`. An old record that cannot be read must not hide a decision, which is stored by now: then there are none."""
    try:
        return earlier_records(store, hits)
    except StoreFault as error:
        _log.error("earlier records cannot be shown: %s", error.code)
        return ()


def earlier_records(store: CustomerStore, hits: Sequence[FaceHit]) -> tuple[EarlierRecord, ...]:
    """What staff is shown of whom was found, in their order; who is no longer stored is left out. Raises StoreFault."""
    records = []
    for hit in hits:
        try:
            customer = store.load(hit.customer_id)
            selfie = store.blob(customer.id, _SELFIE) if _SELFIE in customer.blobs else None
        except BadInput as error:
            if error.code is not ErrorCode.CUSTOMER_NOT_FOUND:
                raise
            continue
        person = stored_person(customer)
        reference, onboarded_on = customer.id[:_REFERENCE_LENGTH].upper(), customer.created_at[:10]
        records.append(EarlierRecord(reference, person.name, person.date_of_birth, onboarded_on, round(hit.score, 4), selfie))
    return tuple(records)


def _words(name: str) -> list[str]:
    """Sorted, in A to Z as an MRZ writes them, so that a chip's or MRZ's writing equals the printed one."""
    plain = "".join(LETTERS[letter][0] if letter in LETTERS else letter for letter in unicodedata.normalize("NFC", name).upper())
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return sorted("".join(letter if letter.isalnum() else " " for letter in bare).split())
