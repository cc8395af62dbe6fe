"""The table from checks to capabilities, the chains, and the risk score."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.capability import CHECKS_OF, EXTENSIONS, LABELS, Capability, CapabilityName, Category, CredentialRef, may_carry
from kiosk.domain.check import Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Decision, Outcome, Policy, Reason, decide
from kiosk.domain.errors import KioskBug
from kiosk.flow.definition import Bands, CapabilityRule
from kiosk.services.capabilities import (
    ESSENTIAL,
    PRECONDITION,
    TABLE,
    TECHNICAL,
    decide_capability,
    extraction,
    is_blocked,
    not_executed_capability,
    policy_for,
)
from kiosk.services.risk import by_bands, drop_out, risk_of
from kiosk.services.workflows import load_any_workflow, load_policy

ROOT = Path(__file__).parents[2]
ID, SELFIE = CredentialRef("c1", Category.ID), CredentialRef("c2", Category.SELFIE)
N, L, C, S = CheckName, CheckLabel, CapabilityName, CheckStatus


def decided(name: CapabilityName, *checks: Check) -> tuple[CheckStatus, str]:
    capability = decide_capability(name, (ID,), checks, id="x")
    return capability.status, capability.label


@pytest.mark.parametrize(
    "row", TABLE, ids=lambda row: f"{row.capability.value}-{row.check.value}-{row.status.value}-{row.label or 'any'}-{row.to}"
)
def test_every_line_of_the_table_makes_the_decision_that_it_says(row: object) -> None:
    from kiosk.services.capabilities import Row

    assert isinstance(row, Row)
    assert may_carry(row.capability, row.decision, row.to)
    label = row.label or next(one for one in (L.OK, L.INCONCLUSIVE) if row.status is not S.NOT_EXECUTED or one is not L.OK)
    check = Check(row.check, row.status, label, params={"said": row.said} if row.said else {})
    others = [Check(name, S.PASSED) for name in ESSENTIAL[row.capability] - {row.check}]
    assert decided(row.capability, check, *others) == (row.decision, row.to)


def test_the_guide_shows_the_table_as_it_is() -> None:
    guide = (ROOT / "docs" / "guides" / "workflows.md").read_text("utf-8")
    shown = set(re.findall(r"^\| (\w+) \| (\w+) \| (\w+) \| ([\w ]*) \| (\w+) \| (\w+) \|$", guide, re.MULTILINE))
    wanted = {
        (
            row.capability.value,
            row.check.value,
            row.status.value,
            " ".join(filter(None, (row.label or "any", row.said))),
            row.decision.value,
            row.to,
        )
        for row in TABLE
    }
    assert shown == wanted


def test_only_words_of_the_protocol_and_named_extensions_can_be_said() -> None:
    for name, by_status in EXTENSIONS.items():
        documented = set().union(*LABELS[name].values())
        for labels in by_status.values():
            assert labels <= documented, name  # each is documented there under another type
    with pytest.raises(KioskBug):
        Capability("x", C.SIMILARITY, (ID,), S.PASSED, "OK")


@given(
    name=st.sampled_from(C),
    checks=st.lists(
        st.builds(Check, st.sampled_from(N), st.sampled_from(S), st.sampled_from(L)),
        max_size=8,
    ),
)
def test_whatever_the_checks_say_a_capability_is_passed_only_by_checks_that_ran(name: CapabilityName, checks: list[Check]) -> None:
    if name is C.EXTRACTION:
        return
    capability = decide_capability(name, (ID,), checks, id="x")
    if capability.status is S.PASSED:
        assert any(check.status is not S.NOT_EXECUTED for check in checks)
        idle = [one for one in checks if one.name in ESSENTIAL[name] and one.status is S.NOT_EXECUTED and one.label is not L.NOT_APPLICABLE]
        assert not idle
        rejected = [one for one in checks if one.status is S.REJECTED and one.name in CHECKS_OF[name]]
        assert all(
            not any(row.capability is name and row.check is one.name and row.status is S.REJECTED for row in TABLE) for one in rejected
        )


@pytest.mark.parametrize("label", [L.MODEL_MISSING, L.ENGINE_FAILED])
def test_a_fault_of_ours_is_a_technical_error_and_never_a_verdict(label: CheckLabel) -> None:
    for name, essential in ESSENTIAL.items():
        if essential:
            assert decided(name, *(not_executed(one, label) for one in essential)) == (S.NOT_EXECUTED, TECHNICAL)


def test_what_was_not_checked_is_not_passed() -> None:
    for name in C:
        if name is not C.EXTRACTION:
            assert decided(name) == (S.NOT_EXECUTED, PRECONDITION)
    assert (
        decided(C.DATA_CHECKS, Check(N.MRZ_CHECK_DIGITS, S.PASSED), not_executed(N.DOCUMENT_EXPIRY, L.INPUT_MISSING))[0] is S.NOT_EXECUTED
    )


def test_a_document_without_mrz_by_design_can_pass() -> None:
    checks = [Check(one, S.PASSED) for one in ESSENTIAL[C.DATA_CHECKS] - {N.MRZ_CHECK_DIGITS}]
    assert decided(C.DATA_CHECKS, not_executed(N.MRZ_CHECK_DIGITS, L.NOT_APPLICABLE), *checks) == (S.PASSED, "OK")


def test_extraction_knows_only_passed_and_not_executed() -> None:
    assert extraction((ID,), {"type": "ID_CARD", "lastName": "X"}, id="x").label == "OK"
    nothing = extraction((ID,), {"type": "UNSUPPORTED"}, id="x")
    assert (nothing.status, nothing.label) == (S.NOT_EXECUTED, PRECONDITION)


# --- chains --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "blocked"),
    [
        ((S.PASSED, "OK"), False),
        ((S.WARNING, "GLARE"), False),
        ((S.REJECTED, "BLURRED"), True),
        ((S.NOT_EXECUTED, "TECHNICAL_ERROR"), True),
    ],
)
def test_what_does_not_hold_blocks_what_comes_after(before: tuple[CheckStatus, str], blocked: bool) -> None:
    rule = CapabilityRule(C.EXTRACTION, frozenset({Category.ID}), (C.USABILITY,))
    assert is_blocked(rule, (ID,), [Capability("x", C.USABILITY, (ID,), *before)], frozenset()) is blocked


def test_a_bad_selfie_does_not_block_the_document() -> None:
    rule = CapabilityRule(C.EXTRACTION, frozenset({Category.ID}), (C.USABILITY,))
    decided_ = [Capability("x", C.USABILITY, (ID,), S.PASSED, "OK"), Capability("y", C.USABILITY, (SELFIE,), S.REJECTED, "BAD_QUALITY")]
    assert not is_blocked(rule, (ID,), decided_, frozenset())
    assert is_blocked(replace(rule, name=C.SIMILARITY), (ID, SELFIE), decided_, frozenset())


def test_an_optional_credential_that_is_not_there_blocks_nothing() -> None:
    facemap = CredentialRef("c3", Category.FACEMAP)
    rule = CapabilityRule(C.LIVENESS, frozenset({Category.SELFIE, Category.FACEMAP}), (C.USABILITY,))
    passed = Capability("x", C.USABILITY, (SELFIE,), S.PASSED, "OK")
    absent = not_executed_capability(C.USABILITY, (facemap,), "NOT_UPLOADED", id="y")
    assert not is_blocked(rule, (SELFIE, facemap), [passed, absent], frozenset({"c3"}))
    assert is_blocked(rule, (SELFIE, facemap), [passed, absent], frozenset())


# --- the decision --------------------------------------------------------------------------------------------------

POLICY = load_policy(ROOT / "resources", "kiosk")


def policy_of(key: str) -> Policy:
    definition = load_any_workflow(ROOT / "resources", key).definition
    assert definition is not None
    return policy_for(POLICY, definition)


def test_a_workflow_is_asked_only_for_what_it_judges_and_for_all_of_that() -> None:
    assert policy_of("1").required == {N.CONSENT, N.DOCUMENT_USABILITY, N.OCR_CONFIDENCE}
    assert policy_of("3").required == POLICY.required
    assert [key for key in ("1", "2", "3", "5", "6", "9", "16", "20") if N.WATCHLIST_SCREENING in policy_of(key).expected] == [
        "1",
        "2",
        "3",
    ]
    assert N.WATCHLIST_SCREENING in policy_of("32").required
    assert {N.FACE_MATCH, N.PASSIVE_LIVENESS, N.ACTIVE_LIVENESS} <= policy_of("9").required
    for key in ("1", "2", "3", "5", "6", "9", "16", "20", "32"):
        assert N.CONSENT in policy_of(key).required
        assert decide([], policy_of(key)).outcome is Outcome.REVIEW


def decision(*outcomes: Outcome) -> Decision:
    reasons = tuple(Reason(N.CONSENT, L.OK, outcome) for outcome in outcomes)
    return Decision(max(outcomes, key=[Outcome.ACCEPT, Outcome.REVIEW, Outcome.REJECT].index, default=Outcome.ACCEPT), "p", reasons)


OK = Capability("x", C.USABILITY, (ID,), S.PASSED, "OK")


@pytest.mark.parametrize(
    ("outcomes", "score", "status"),
    [
        ((), 0, S.PASSED),
        ((Outcome.REVIEW,), 40, S.WARNING),
        ((Outcome.REVIEW,) * 3, 50, S.WARNING),
        ((Outcome.REVIEW,) * 20, 70, S.WARNING),
        ((Outcome.REJECT, Outcome.REVIEW), 80, S.REJECTED),
        ((Outcome.REJECT,) * 9, 100, S.REJECTED),
    ],
)
def test_the_score_follows_the_policy(outcomes: tuple[Outcome, ...], score: int, status: CheckStatus) -> None:
    risk = risk_of(decision(*outcomes), [OK])
    assert (risk.score, risk.status, risk.label) == (score, status, status.value)


@pytest.mark.parametrize(
    ("score", "status"),
    [(-1, S.NOT_EXECUTED), (0, S.PASSED), (30, S.PASSED), (31, S.WARNING), (70, S.WARNING), (71, S.REJECTED), (100, S.REJECTED)],
)
def test_the_protocols_bands(score: int, status: CheckStatus) -> None:
    assert by_bands(score, Bands()) is status


def test_bands_can_make_a_decision_stricter_and_never_milder() -> None:
    warned = [OK, Capability("y", C.LIVENESS, (SELFIE,), S.WARNING, "AGE_DIFFERENCE")]
    assert risk_of(decision(), warned).status is S.PASSED
    assert risk_of(decision(), warned, Bands(warning_from=5, rejected_from=90)).status is S.WARNING
    assert risk_of(decision(Outcome.REJECT), [OK], Bands(warning_from=100, rejected_from=100)).status is S.REJECTED


def test_nothing_executed_has_no_score() -> None:
    idle = not_executed_capability(C.USABILITY, (ID,), TECHNICAL, id="x")
    assert risk_of(decision(Outcome.REVIEW), [idle]).score == -1
    assert drop_out("TOKEN_EXPIRED").status is S.NOT_EXECUTED
