"""What follows from read pages without any engine: the document they are of, its checks, what a person must look at, its inspection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from kiosk.domain.check import Check
from kiosk.domain.document import Document, DocumentPage, FieldName
from kiosk.domain.inspection import OCR_THRESHOLD, DocumentInspection
from kiosk.services import document_checks, document_inspection, document_merge
from kiosk.services.authenticity_checks import authenticity_checks
from kiosk.services.document_classification import Advice, classify_document


class DocumentRules:
    """Pure but for the day; any thread."""

    def __init__(self, today: Callable[[], str], *, ocr_threshold: float = OCR_THRESHOLD) -> None:
        """
        Args:
            today: the local date YYYY-MM-DD.
            ocr_threshold: confidence below which a printed value that nothing proves must be looked at, 0..1.
        """
        self._today = today
        self.ocr_threshold = ocr_threshold

    def merge(self, pages: Sequence[DocumentPage], advice: Advice | None = None) -> Document:
        """All pages as one document, in the order they were handed in: its type, country and fields with every source's reading."""
        known = classify_document(pages, today=self._today(), advice=advice)
        classed = zip(pages, known.pages, known.findings, strict=True)
        told = [replace(page, type=kind.type, findings=findings) for page, kind, findings in classed]
        return document_merge.merge(told, today=self._today(), kind=known.type)

    def needs_back(self, document: Document) -> bool:
        """True for cards whose front holds no MRZ: the rest stands on the back."""
        return document_merge.needs_back(document)

    def checks(self, document: Document) -> tuple[Check, ...]:
        """Every check that the document alone allows, the advisory ones last."""
        judged = document_checks.document_checks(
            document, today=self._today(), needs_back=self.needs_back(document), threshold=self.ocr_threshold
        )
        return (*judged, *authenticity_checks(document.pages))

    def uncertain(self, document: Document) -> frozenset[FieldName]:
        """Fields that a person must look at."""
        return document_checks.uncertain_fields(document, threshold=self.ocr_threshold)

    def inspect(self, document: Document) -> DocumentInspection:
        return document_inspection.inspect(document, today=self._today(), threshold=self.ocr_threshold)
