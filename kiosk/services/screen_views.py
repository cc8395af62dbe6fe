"""Builds what the screens show from what is known of the customer."""

from __future__ import annotations

from kiosk.domain.check import ADVISORY, GROUP_OF, STAFF_ONLY, CheckGroup, CheckStatus
from kiosk.domain.decision import Decision
from kiosk.domain.document import Document, Field, FieldName, PageSide, PageWarning
from kiosk.domain.views import Alternative, CaptureResult, DecisionView, EarlierRecord, FieldRow, ReviewView, StepProgress
from kiosk.flow.workflow import Workflow
from kiosk.imaging.crop import around_quad
from kiosk.imaging.decode import encode_jpeg
from kiosk.imaging.frame import Image
from kiosk.services.document_rules import DocumentRules
from kiosk.services.onboarding import Onboarding
from kiosk.services.person_checks import person_of
from kiosk.services.reading import PageResult

_GRAVEST_FIRST = (
    PageWarning.DOCUMENT_OUT_OF_IMAGE,
    PageWarning.SHARPNESS_LOW,
    PageWarning.HOTSPOTS_SCORE_HIGH,
    PageWarning.BRIGHTNESS_LOW,
    PageWarning.BRIGHTNESS_HIGH,
    PageWarning.DOCUMENT_SMALL,
    PageWarning.DOCUMENT_CLOSE_TO_IMAGE_BORDER,
)
_SECONDS_PER_GROUP = {"document": 30, "selfie": 10, "liveness": 10, "review": 20, "decision": 5}


def field_rows(document: Document, pages: dict[PageSide, Image], rules: DocumentRules) -> tuple[FieldRow, ...]:
    """A row per field in the order people read them, the uncertain first. `pages`: straightened pages for the cut-outs."""
    uncertain = rules.uncertain(document)
    rows = [_row(document.fields[name], name in uncertain, pages) for name in FieldName if name in document.fields]
    return tuple(sorted(rows, key=lambda row: not row.uncertain))


def _row(field: Field, uncertain: bool, pages: dict[PageSide, Image]) -> FieldRow:
    chosen = field.chosen
    seen = {chosen.value}
    alternatives: list[Alternative] = []
    for reading in field.readings:
        if reading.value not in seen:
            seen.add(reading.value)
            alternatives.append(Alternative(reading.value, reading.source))
    placed = next((r for r in (chosen, *field.readings) if r.quad is not None and r.page in pages), None)
    cutout = None
    if placed is not None and placed.quad is not None:
        cutout = encode_jpeg(around_quad(pages[placed.page], placed.quad))
    return FieldRow(field.name, chosen.value, chosen.source, chosen.confidence, uncertain, tuple(alternatives), cutout)


def page_view(result: PageResult, rules: DocumentRules) -> CaptureResult:
    """What the capture screen shows of a page just read: the page, what was read of it, what is not ideal."""
    rows = field_rows(rules.merge([result.page]), {result.page.side: result.straightened}, rules)
    warnings = tuple(sorted(result.page.quality.warnings, key=_GRAVEST_FIRST.index))
    return CaptureResult(encode_jpeg(result.straightened), usable=True, fields=rows, warnings=warnings)


def review_view(onboarding: Onboarding) -> ReviewView:
    pages = {result.page.side: result.straightened for result in onboarding.pages.values()}
    portrait, crop = onboarding.portrait, onboarding.selfie_crop
    return ReviewView(
        portrait=None if portrait is None else encode_jpeg(portrait),
        selfie=None if crop is None else encode_jpeg(crop),
        rows=field_rows(onboarding.document(), pages, onboarding.rules),
    )


def decision_view(
    decision: Decision, onboarding: Onboarding, earlier: tuple[EarlierRecord, ...] = (), *, staffed: bool = False
) -> DecisionView:
    """What only staff may read is left out where no staff looks on.

    Advisory checks are shown where they stood out: that nothing was noticed says nothing, and six more lines would hide what matters.
    """
    checks, first_name = onboarding.checks, onboarding.document().value(FieldName.GIVEN_NAMES)
    order = list(CheckGroup)
    hidden = frozenset() if staffed else STAFF_ONLY
    shown = [check for check in checks if check.name not in hidden and (check.name not in ADVISORY or check.status is CheckStatus.WARNING)]
    grouped = tuple(sorted(shown, key=lambda check: order.index(GROUP_OF[check.name])))
    main = next((check for reason in decision.reasons[:1] for check in shown if check.name is reason.check), None)
    selfie = encode_jpeg(onboarding.selfie_crop) if earlier and onboarding.selfie_crop is not None else None
    person = person_of(onboarding.document())
    return DecisionView(
        outcome=decision.outcome,
        first_name=first_name.split(" ")[0].title() if first_name else "",
        checks=grouped,
        main_reason=main,
        earlier=earlier,
        selfie=selfie,
        name=person.name if earlier else "",
        date_of_birth=person.date_of_birth if earlier else "",
    )


def step_progress(workflow: Workflow, step_id: str) -> StepProgress:
    groups = workflow.groups()
    group = workflow.steps[step_id].group
    current = groups.index(group) if group else -1
    left = sum(_SECONDS_PER_GROUP.get(name, 15) for name in groups[max(current, 0) :])
    return StepProgress(groups, current, max(1, round(left / 60)))
