"""Advisory signals of pages as checks: raised is a WARNING, silent is PASSED, not measured is NOT_EXECUTED. Never REJECTED."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.document import DocumentPage, Signal, Suspicion

CHECK_OF: Mapping[Suspicion, CheckName] = {
    Suspicion.SCREEN: CheckName.SCREEN_RECAPTURE,
    Suspicion.PRINT_COPY: CheckName.PRINT_COPY,
    Suspicion.GREY_COPY: CheckName.GREY_COPY,
    Suspicion.COLOUR_PROFILE: CheckName.COLOUR_PROFILE,
    Suspicion.PORTRAIT_SUBSTITUTED: CheckName.PORTRAIT_SUBSTITUTION,
    Suspicion.TEXT_RETOUCHED: CheckName.TEXT_RETOUCHED,
}

# Why a signal has no score, in the words of checks. The first that applies to any page is told: what a better picture mends comes first.
_WHY: Mapping[str, CheckLabel] = {
    "PAGE_TOO_SMALL": CheckLabel.DOCUMENT_SMALL,
    "NOT_SHARP": CheckLabel.LOW_QUALITY,
    "BADLY_LIT": CheckLabel.LOW_QUALITY,
    "NO_TEMPLATE": CheckLabel.NO_TEMPLATE,
    "NOT_LOCATED": CheckLabel.INCONCLUSIVE,
    "INCONCLUSIVE": CheckLabel.INCONCLUSIVE,
    "NO_PORTRAIT": CheckLabel.INPUT_MISSING,
    "NO_FIELDS": CheckLabel.INPUT_MISSING,
}


def authenticity_checks(pages: Sequence[DocumentPage]) -> tuple[Check, ...]:
    """One check per suspicion; the worst page that could be measured decides, and `inputs` names the pages that were measured.

    Scores are turned round, as checks have them: higher is better, and a score at or below `threshold` was raised. PASSED says that nothing
    was seen, not that the document is genuine.
    """
    return tuple(
        _check(name, [(page, one) for page in pages for one in page.signals if one.suspicion is suspicion])
        for suspicion, name in CHECK_OF.items()
    )


def _check(name: CheckName, found: Sequence[tuple[DocumentPage, Signal]]) -> Check:
    measured = [(page, signal, signal.score) for page, signal in found if signal.score is not None]
    if not measured:
        reasons = {signal.why for _, signal in found}
        label = next((label for why, label in _WHY.items() if why in reasons), CheckLabel.INPUT_MISSING)
        return not_executed(name, label, inputs=tuple(f"document.{page.side.value}" for page, _ in found))
    inputs = tuple(f"document.{page.side.value}" for page, _, _ in measured)
    # nearest to being raised, or farthest beyond it: thresholds belong to the model that gave the score
    _, worst, score = max(measured, key=lambda one: one[2] - one[1].threshold)
    raised = [signal for _, signal, _ in measured if signal.raised]
    fields = dict.fromkeys(field.value for signal in raised for field, own in signal.fields.items() if own >= signal.threshold)
    return Check(
        name,
        CheckStatus.WARNING if raised else CheckStatus.PASSED,
        CheckLabel.STANDS_OUT if raised else CheckLabel.OK,
        round(1.0 - score, 3),
        round(1.0 - worst.threshold, 3),
        inputs,
        worst.model,
        params={"fields": ", ".join(fields)} if fields else {},
    )
