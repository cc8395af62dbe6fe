"""The decision as a table: every status of every kind of check, and what it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus
from kiosk.domain.decision import Outcome, Policy, decide

POLICY = Policy(
    "trial",
    required=frozenset({CheckName.FACE_MATCH, CheckName.MRZ_CHECK_DIGITS}),
    on_rejected={CheckName.FACE_MATCH: Outcome.REJECT},
    on_warning={CheckName.OCR_CONFIDENCE: Outcome.ACCEPT},
)
MATCH = Check(CheckName.FACE_MATCH, CheckStatus.PASSED)
MRZ = Check(CheckName.MRZ_CHECK_DIGITS, CheckStatus.PASSED)


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [
        ([MATCH, MRZ], Outcome.ACCEPT),
        ([MATCH], Outcome.REVIEW),  # a required check that nobody made
        ([], Outcome.REVIEW),
        ([MATCH, Check(CheckName.MRZ_CHECK_DIGITS, CheckStatus.NOT_EXECUTED, CheckLabel.MODEL_MISSING)], Outcome.REVIEW),
        ([MATCH, Check(CheckName.MRZ_CHECK_DIGITS, CheckStatus.NOT_EXECUTED, CheckLabel.NOT_APPLICABLE)], Outcome.ACCEPT),
        ([MATCH, Check(CheckName.MRZ_CHECK_DIGITS, CheckStatus.REJECTED, CheckLabel.CHECK_DIGIT_WRONG)], Outcome.REVIEW),
        ([MRZ, Check(CheckName.FACE_MATCH, CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD)], Outcome.REJECT),
        ([MRZ, Check(CheckName.FACE_MATCH, CheckStatus.WARNING, CheckLabel.BORDERLINE)], Outcome.REVIEW),
        ([MATCH, MRZ, Check(CheckName.OCR_CONFIDENCE, CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE)], Outcome.ACCEPT),
        ([MATCH, MRZ, Check(CheckName.ACTIVE_LIVENESS, CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)], Outcome.ACCEPT),
    ],
)
def test_outcome(checks: list[Check], outcome: Outcome) -> None:
    assert decide(checks, POLICY).outcome is outcome


def test_the_gravest_reason_comes_first_and_none_is_left_out() -> None:
    checks = [
        Check(CheckName.MRZ_CHECK_DIGITS, CheckStatus.REJECTED, CheckLabel.CHECK_DIGIT_WRONG),
        Check(CheckName.FACE_MATCH, CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD),
    ]
    decision = decide(checks, POLICY)
    assert [reason.check for reason in decision.reasons] == [CheckName.FACE_MATCH, CheckName.MRZ_CHECK_DIGITS]


def test_an_accept_has_no_reasons() -> None:
    assert decide([MATCH, MRZ], POLICY).reasons == ()


statuses = st.sampled_from(CheckStatus)
labels = st.sampled_from(CheckLabel)
checks = st.lists(st.builds(Check, st.sampled_from(CheckName), statuses, labels), max_size=12, unique_by=lambda check: check.name)


@given(checks)
def test_no_accept_unless_every_required_check_was_made(found: list[Check]) -> None:
    decision = decide(found, POLICY)
    if decision.outcome is Outcome.ACCEPT:
        by_name = {check.name: check for check in found}
        for name in POLICY.required:
            check = by_name[name]
            assert check.status is CheckStatus.PASSED or check.label is CheckLabel.NOT_APPLICABLE


@given(checks, st.randoms())
def test_the_order_of_checks_changes_nothing(found: list[Check], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(found)
    random.shuffle(shuffled)
    assert decide(found, POLICY).outcome is decide(shuffled, POLICY).outcome
