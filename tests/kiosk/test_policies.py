"""The policies of the three kinds of user: same checks, each decided as its file says, every reason in words."""

from __future__ import annotations

import pytest

from kiosk.domain.check import ADVISORY, Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Outcome, Policy, decide
from kiosk.flow.machine import Position, advance, current
from kiosk.services.records import decision_json
from kiosk.services.workflows import load_any_workflow, load_policy
from tests.fakes.customers import RESOURCES

USERS = ("branch", "kiosk", "field")


@pytest.fixture(params=USERS)
def policy(request: pytest.FixtureRequest) -> Policy:
    return load_policy(RESOURCES, request.param)


def all_passed(policy: Policy) -> dict[CheckName, Check]:
    return {name: Check(name, CheckStatus.PASSED) for name in policy.required}


def test_who_passes_everything_that_is_required_is_accepted(policy: Policy) -> None:
    assert decide(all_passed(policy).values(), policy).outcome is Outcome.ACCEPT


def test_every_user_needs_the_same_proof(policy: Policy) -> None:
    """Who stands beside the customer changes who looks again, never what has to be known."""
    assert policy.required == {
        CheckName.CONSENT, CheckName.DOCUMENT_USABILITY, CheckName.MRZ_CHECK_DIGITS, CheckName.DOCUMENT_EXPIRY, CheckName.DATA_PLAUSIBILITY,
        CheckName.DATA_CONSISTENCY, CheckName.OCR_CONFIDENCE, CheckName.SELFIE_QUALITY, CheckName.FACE_MATCH, CheckName.PASSIVE_LIVENESS,
        CheckName.ACTIVE_LIVENESS, CheckName.LIVENESS_MATCH, CheckName.CAPTURE_INTEGRITY,
    }  # fmt: skip


def test_without_any_one_of_the_required_checks_nobody_is_accepted(policy: Policy) -> None:
    for name in policy.required:
        checks = all_passed(policy)
        del checks[name]
        assert decide(checks.values(), policy).outcome is Outcome.REVIEW, name
        checks[name] = not_executed(name, CheckLabel.MODEL_MISSING)
        assert decide(checks.values(), policy).outcome is Outcome.REVIEW, name


def test_no_warning_ever_rejects(policy: Policy) -> None:
    for name in CheckName:
        checks = all_passed(policy) | {name: Check(name, CheckStatus.WARNING, CheckLabel.LOW_CONFIDENCE)}
        assert decide(checks.values(), policy).outcome is not Outcome.REJECT, name
    assert not {name for name in ADVISORY if policy.on_rejected.get(name) is Outcome.REJECT}


def test_a_list_that_names_somebody_like_them_leads_to_a_person(policy: Policy) -> None:
    for status in (CheckStatus.WARNING, CheckStatus.REJECTED):
        checks = all_passed(policy) | {CheckName.WATCHLIST_SCREENING: Check(CheckName.WATCHLIST_SCREENING, status, CheckLabel.ALERT)}
        assert decide(checks.values(), policy).outcome is Outcome.REVIEW


def test_who_does_not_want_faces_compared_is_looked_at_by_a_person(policy: Policy) -> None:
    """Never refused for it, and never accepted without anybody looking."""
    of_the_face = {CheckName.SELFIE_QUALITY, CheckName.FACE_MATCH, CheckName.PASSIVE_LIVENESS, CheckName.ACTIVE_LIVENESS}
    of_the_face |= {CheckName.LIVENESS_MATCH, CheckName.CAPTURE_INTEGRITY}
    checks = all_passed(policy) | {name: not_executed(name, CheckLabel.DECLINED) for name in of_the_face}
    assert decide(checks.values(), policy).outcome is Outcome.REVIEW


@pytest.mark.parametrize("key", sorted(path.stem for path in (RESOURCES / "workflows").glob("*.toml")))
def test_who_refuses_is_sent_to_a_person_and_nothing_more_is_asked(key: str) -> None:
    """Not a dead end: the last screen says that a colleague knows other ways (`CONSENT_MISSING` in ui/strings.py)."""
    workflow = load_any_workflow(RESOURCES, key)
    asked = [step for step in workflow.steps.values() if step.screen == "consent"]
    for step in asked:
        after = current(workflow, advance(workflow, Position(step.id), frozenset({"consent"})))
        assert after.end
        assert (after.screen, (after.options or {}).get("code")) == ("sorry", "CONSENT_MISSING")
    if not asked:
        pytest.skip("this workflow has no screens of its own")


def test_every_reason_is_a_sentence_for_people(policy: Policy) -> None:
    codes = {label.value for label in CheckLabel if "_" in label.value} | {name.value for name in CheckName if "_" in name.value}
    for name in CheckName:
        for status in (CheckStatus.WARNING, CheckStatus.REJECTED):
            for label in CheckLabel:
                checks = (Check(name, status, label),)
                body = decision_json(decide(checks, policy), checks)
                reasons = body["reasons"]
                assert isinstance(reasons, list)
                for reason in reasons:
                    assert isinstance(reason, dict)
                    words = str(reason["sentence"])
                    assert words.endswith((".", "?")), words
                    assert not codes & set(words.split()), words


@pytest.mark.parametrize("user", USERS)
def test_as_shipped_no_face_is_kept_for_searches(user: str) -> None:
    # the shipped consent text does not speak of it; and a device of the field can be lost
    assert not load_policy(RESOURCES, user).one_to_many
