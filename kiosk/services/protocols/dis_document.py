"""The document of a DIS customer: pages in any order, one by one or in parallel, their crops, quality and inspection (dis-openapi 1.65)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.domain.document import Document, DocumentPage, Field, PageSide, Region, Source, Suspicion
from kiosk.domain.errors import BadInput
from kiosk.domain.face import AgeGender
from kiosk.ports import Json, StoredCustomer
from kiosk.services.age_gender import AgeGenderJudgement, portrait_inspection_json
from kiosk.services.document_rules import DocumentRules
from kiosk.services.inspection_records import disclosure_json, inspection_json, quality_json
from kiosk.services.page_records import page_answer_json, page_error_json
from kiosk.services.protocols.case_files import fact, page_blobs, page_facts, page_names, region_blob, stored_pages
from kiosk.services.protocols.codec import from_json, to_json
from kiosk.services.protocols.dis_access import DisAccess, told
from kiosk.services.protocols.refusals import DisCode, DisRefusal
from kiosk.services.read_advice import checked_advice
from kiosk.services.template_match import Advice

_FACT = "dis.document"
_SOURCES: Mapping[str, frozenset[Source]] = {
    "VIZ": frozenset({Source.VISUAL_ZONE}),
    "MRZ": frozenset({Source.MRZ}),
    "BARCODE": frozenset({Source.BARCODE}),
    "DOCUMENT_PORTRAIT": frozenset(),
    "GLOBAL_OCR": frozenset({Source.VISUAL_ZONE}),
}
_SUSPICIONS: Mapping[str, Suspicion] = {
    "PRINT_ATTACK": Suspicion.PRINT_COPY,
    "SCREEN_ATTACK": Suspicion.SCREEN,
    "PORTRAIT_SUBSTITUTION": Suspicion.PORTRAIT_SUBSTITUTED,
}
_ALWAYS_LOOKED_FOR = frozenset(Suspicion) - frozenset(_SUSPICIONS.values())
CROPS: Mapping[str, Region] = {
    "portrait": Region.PORTRAIT,
    "ghost-portrait": Region.GHOST_PORTRAIT,
    "signature": Region.SIGNATURE,
    "fingerprint": Region.FINGERPRINT,
}


@dataclass(frozen=True, slots=True)
class DocumentWish:
    """How the document is to be read. `sources`, `checks`: DIS names; None = all."""

    advice: Advice | None = None
    sources: tuple[str, ...] | None = None
    checks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class DisDocument:
    """The document of one customer. Thread-safe."""

    access: DisAccess

    def create(self, wish: DocumentWish | None = None) -> dict[str, Json]:
        """A new, empty one in the place of an earlier.

        Raises DisRefusal(INVALID_REQUEST_BODY) for a source or check that is none, and for advice that no document could follow.
        """
        wish = wish or DocumentWish()
        for given, allowed in ((wish.sources, _SOURCES), (wish.checks, _SUSPICIONS)):
            unknown = sorted(set(given or ()) - set(allowed))
            if unknown:
                raise DisRefusal(DisCode.INVALID_REQUEST_BODY, f"unknown: {', '.join(unknown)}")
        try:
            if wish.advice is not None:
                wish = replace(wish, advice=checked_advice(wish.advice, any_edition=True))
        except BadInput as error:
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, str(error)) from error
        with self.access.changing():
            state: Json = {"id": str(uuid.uuid4()), "wish": to_json(wish)}
            self.access.files.commit(self.access.id, "document", facts={_FACT: state}, forget=_everything())
        return {"links": {"self": f"{self.access.base}/document"}}

    def delete(self) -> None:
        with self.access.changing():
            self.access.files.commit(self.access.id, "document_deleted", forget=_everything())

    def add_page(self, picture: bytes, *, sides: Sequence[str] = ()) -> dict[str, Json]:
        """Reads one page and keeps it under the side that it shows; the same side again replaces it.

        A picture without a page is told by `errorCode` in the answer, and what was there stays.

        Args: `sides`: advice, of "front" and "back".
        Raises: DisRefusal: NOT_FOUND without a document, INVALID_IMAGE, INVALID_REQUEST_BODY, CONFLICT when the document was deleted or
            made anew meanwhile; ModelFault.
        """
        if set(sides) - {PageSide.FRONT.value, PageSide.BACK.value}:
            raise DisRefusal(DisCode.INVALID_REQUEST_BODY, "pageTypes are front and back")
        case = self._created()
        generation, wish = fact(case, _FACT)["id"], wish_of(case)
        image = self.access.image(picture)
        expected = PageSide(sides[0]) if len(set(sides)) == 1 else None
        try:
            result = self.access.desk.read_page(image, expected=expected, advice=wish.advice)
        except BadInput as error:
            return page_error_json(error.code)
        side = result.page.side
        facts = page_facts(result, side)
        if result.portrait is not None:
            facts[f"page.{side.value}.portrait"] = to_json(self.access.desk.guess(result.portrait))
        with self.access.changing() as case:
            if fact(case, _FACT).get("id") != generation:
                raise DisRefusal(DisCode.CONFLICT, "the document was deleted or made anew meanwhile")
            names = page_names(side) | {f"page.{side.value}.portrait"}
            blobs = page_blobs(result, side, picture)
            self.access.files.commit(self.access.id, f"page_{side.value}", facts=facts, blobs=blobs, forget=names)
        kept = document_of(self.access.load(), self.access.desk.rules)
        page = next((page for page in kept.pages if page.side is side), result.page)
        return page_answer_json(page, page.findings) | {"links": {"self": f"{self.access.base}/document/pages/{side.value}"}}

    # --- what is known -----------------------------------------------------------------------------------------------

    def page(self, side: str, width: int | None = None, height: int | None = None) -> dict[str, Json]:
        """The straightened page: DIS `ImageCrop`."""
        return self.access.crop(f"document.{_side(side).value}.page", self.access.load(), width, height)

    def quality(self, side: str) -> dict[str, Json]:
        page = stored_pages(self._created()).get(_side(side))
        if page is None:
            raise DisRefusal(DisCode.NOT_FOUND, f"the document has no {side} page")
        return quality_json(page.quality)

    def crop(self, name: str, width: int | None = None, height: int | None = None) -> dict[str, Json]:
        """portrait, ghost-portrait, signature, fingerprint: DIS `ImageCrop`. Raises DisRefusal(NOT_FOUND)."""
        case = self.access.load()
        region = CROPS.get(name)
        blob = None if region is None else region_blob(case, region)
        return self.access.crop(blob or name, case, width, height)

    def inspect(self) -> dict[str, Json]:
        """DIS `DocumentInspectResponse`. An absent member was not looked at; it is never false."""
        case = self._created()
        with told():
            document = document_of(case, self.access.desk.rules)
            body = inspection_json(self.access.desk.rules.inspect(document))
            portrait = portrait_inspection_json(_judgement(portrait_guess(case)), document)
        return body | ({"portraitInspection": portrait} if portrait else {})

    def disclose(self) -> dict[str, Json]:
        """DIS `DocumentInspectDiscloseResponse`: raw scores."""
        rules = self.access.desk.rules
        return disclosure_json(rules.inspect(document_of(self._created(), rules)))

    def _created(self) -> StoredCustomer:
        case = self.access.load()
        if not fact(case, _FACT):
            raise DisRefusal(DisCode.NOT_FOUND, "the customer has no document: create it first")
        return case


def document_of(case: StoredCustomer, rules: DocumentRules) -> Document:
    """All pages merged, with the sources and authenticity checks that were wished for."""
    wish = wish_of(case)
    return rules.merge([_as_wished(page, wish) for page in stored_pages(case).values()], wish.advice)


def wish_of(case: StoredCustomer) -> DocumentWish:
    stored = fact(case, _FACT).get("wish")
    return DocumentWish() if stored is None else from_json(DocumentWish, stored)


def portrait_guess(case: StoredCustomer) -> AgeGender | None:
    """Age and sex of the portrait as they were estimated when its page came."""
    for side in (PageSide.FRONT, PageSide.UNKNOWN):
        stored = fact(case, f"page.{side.value}.portrait")
        if stored:
            return from_json(AgeGender, stored)
    return None


def _as_wished(page: DocumentPage, wish: DocumentWish) -> DocumentPage:
    if wish.checks is not None:
        looked_for = _ALWAYS_LOOKED_FOR | {_SUSPICIONS[name] for name in wish.checks}
        page = replace(page, signals=tuple(signal for signal in page.signals if signal.suspicion in looked_for))
    if wish.sources is None:
        return page
    wanted = frozenset(source for name in wish.sources for source in _SOURCES[name])
    read = [Field(field.name, tuple(one for one in field.readings if one.source in wanted)) for field in page.fields]
    return replace(
        page,
        fields=tuple(field for field in read if field.readings),
        mrz=page.mrz if Source.MRZ in wanted else None,
        barcodes=page.barcodes if Source.BARCODE in wanted else (),
    )


def _judgement(portrait: AgeGender | None) -> AgeGenderJudgement:
    from kiosk.domain.check import CheckLabel, CheckName, not_executed

    missing = [not_executed(name, CheckLabel.INPUT_MISSING) for name in (CheckName.AGE_CONSISTENCY, CheckName.GENDER_CONSISTENCY)]
    return AgeGenderJudgement(missing[0], missing[1], portrait=portrait)


def _everything() -> frozenset[str]:
    return frozenset({_FACT, "page.", "document."})


def _side(side: str) -> PageSide:
    try:
        return PageSide(side)
    except ValueError:
        raise DisRefusal(DisCode.INVALID_REQUEST_PARAMETER, "a page is front or back") from None
