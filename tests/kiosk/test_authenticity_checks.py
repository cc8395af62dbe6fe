"""Signals as checks: advisory, never rejecting, and truthful about pages that were not measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.domain.check import ADVISORY, GROUP_OF, Check, CheckGroup, CheckLabel, CheckStatus
from kiosk.domain.decision import Outcome, decide
from kiosk.domain.document import DocumentPage, FieldName, PageQuality, PageSide, Signal, Suspicion
from kiosk.domain.sentences import sentence
from kiosk.services.authenticity_checks import CHECK_OF, authenticity_checks
from kiosk.services.workflows import load_policy

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
LIMIT = 0.5


def _page(side: PageSide, *signals: Signal) -> DocumentPage:
    return DocumentPage(side, None, 1.0, (1200, 756), PageQuality(1.0, 0.5, 1.0, 1200), signals=signals)


def _signal(score: float | None, suspicion: Suspicion = Suspicion.SCREEN, why: str = "") -> Signal:
    return Signal(suspicion, score, LIMIT, "rule", why=why)


def _check(suspicion: Suspicion, *pages: DocumentPage) -> Check:
    return next(check for check in authenticity_checks(pages) if check.name is CHECK_OF[suspicion])


def test_there_is_one_check_per_suspicion_and_all_are_advisory_document_checks() -> None:
    checks = authenticity_checks([_page(PageSide.FRONT)])
    assert [check.name for check in checks] == [CHECK_OF[suspicion] for suspicion in Suspicion]
    assert {check.name for check in checks} == {name for name in ADVISORY if GROUP_OF[name] is CheckGroup.DOCUMENT}
    assert {GROUP_OF[check.name] for check in checks} == {CheckGroup.DOCUMENT}


def test_the_worst_page_decides() -> None:
    check = _check(Suspicion.SCREEN, _page(PageSide.FRONT, _signal(0.1)), _page(PageSide.BACK, _signal(0.8)))
    assert (check.status, check.label) == (CheckStatus.WARNING, CheckLabel.STANDS_OUT)
    assert check.score == pytest.approx(0.2)
    assert check.inputs == ("document.front", "document.back")


def test_scores_are_turned_round_so_that_higher_is_better() -> None:
    check = _check(Suspicion.SCREEN, _page(PageSide.FRONT, _signal(0.1)))
    assert (check.status, check.score, check.threshold) == (CheckStatus.PASSED, pytest.approx(0.9), pytest.approx(0.5))


def test_a_score_on_the_operating_point_is_raised() -> None:
    assert _check(Suspicion.SCREEN, _page(PageSide.FRONT, _signal(LIMIT))).status is CheckStatus.WARNING


def test_a_page_that_could_not_be_measured_is_not_among_the_inputs() -> None:
    check = _check(Suspicion.SCREEN, _page(PageSide.FRONT, _signal(0.1)), _page(PageSide.BACK, _signal(None, why="PAGE_TOO_SMALL")))
    assert (check.status, check.inputs) == (CheckStatus.PASSED, ("document.front",))


@pytest.mark.parametrize(
    ("why", "label"),
    [
        ("PAGE_TOO_SMALL", CheckLabel.DOCUMENT_SMALL),
        ("NOT_SHARP", CheckLabel.LOW_QUALITY),
        ("BADLY_LIT", CheckLabel.LOW_QUALITY),
        ("NO_TEMPLATE", CheckLabel.NO_TEMPLATE),
        ("NOT_LOCATED", CheckLabel.INCONCLUSIVE),
        ("NO_PORTRAIT", CheckLabel.INPUT_MISSING),
        ("NO_FIELDS", CheckLabel.INPUT_MISSING),
        ("INCONCLUSIVE", CheckLabel.INCONCLUSIVE),
        ("SOMETHING_NEW", CheckLabel.INPUT_MISSING),
    ],
)
def test_what_no_page_could_measure_is_not_executed_with_the_reason(why: str, label: CheckLabel) -> None:
    check = _check(Suspicion.SCREEN, _page(PageSide.FRONT, _signal(None, why=why)))
    assert (check.status, check.label, check.score) == (CheckStatus.NOT_EXECUTED, label, None)


def test_pages_that_nobody_looked_at_are_not_executed() -> None:
    assert {check.status for check in authenticity_checks([])} == {CheckStatus.NOT_EXECUTED}
    assert {check.status for check in authenticity_checks([_page(PageSide.FRONT)])} == {CheckStatus.NOT_EXECUTED}


def test_retouched_fields_are_named_in_the_sentence() -> None:
    fields = {FieldName.SURNAME: 0.9, FieldName.DATE_OF_BIRTH: 0.2}
    signal = Signal(Suspicion.TEXT_RETOUCHED, 0.9, LIMIT, "rule", fields=fields)
    check = _check(Suspicion.TEXT_RETOUCHED, _page(PageSide.FRONT, signal))
    assert check.params == {"fields": "surname"}
    assert "surname" in sentence(check)
    assert "birth" not in sentence(check)


@pytest.mark.parametrize("key", ["kiosk", "branch"])
@pytest.mark.parametrize("suspicion", Suspicion)
def test_a_raised_signal_asks_for_review_and_one_that_was_not_measured_does_not(key: str, suspicion: Suspicion) -> None:
    policy = load_policy(RESOURCES, key)
    assert not policy.required & ADVISORY
    raised = _check(suspicion, _page(PageSide.FRONT, _signal(0.99, suspicion)))
    silent = _check(suspicion, _page(PageSide.FRONT, _signal(None, suspicion, "NOT_SHARP")))
    reasons = {reason.check: reason.outcome for reason in decide([raised], policy).reasons}
    assert reasons[raised.name] is Outcome.REVIEW
    assert silent.name not in {reason.check for reason in decide([silent], policy).reasons}


def test_no_sentence_accuses() -> None:
    for suspicion in Suspicion:
        words = sentence(_check(suspicion, _page(PageSide.FRONT, _signal(0.99, suspicion)))).lower()
        assert not {"fake", "forged", "fraud", "false", "stolen", "criminal"} & set(words.replace(".", " ").split())
        assert "look" in words or "light" in words
