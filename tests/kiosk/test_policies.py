"""The policies of the three kinds of user: same checks, each decided as its file says, every reason in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.compose.setup import decision_policy, load_setup
from kiosk.config import Config, WatchlistsConfig, WatchlistSource
from kiosk.domain.check import ADVISORY, Check, CheckLabel, CheckName, CheckStatus, not_executed
from kiosk.domain.decision import Outcome, Policy, decide
from kiosk.flow.machine import Position, advance, current
from kiosk.services.capabilities import policy_for
from kiosk.services.consent_texts import load_consents
from kiosk.services.records import decision_json
from kiosk.services.workflows import load_any_workflow, load_policy
from tests.fakes.customers import RESOURCES

USERS = ("branch", "kiosk", "field")


@pytest.fixture(params=USERS)
def policy(request: pytest.FixtureRequest) -> Policy:
    return load_policy(RESOURCES, request.param)


def all_passed(policy: Policy) -> dict[CheckName, Check]:
    return {name: Check(name, CheckStatus.PASSED) for name in policy.required | policy.expected}


def test_who_passes_everything_that_is_required_is_accepted(policy: Policy) -> None:
    assert decide(all_passed(policy).values(), policy).outcome is Outcome.ACCEPT


def test_every_user_needs_the_same_proof(policy: Policy) -> None:
    """Who stands beside the customer changes who looks again, never what has to be known of the customer themselves."""
    assert policy.required - {CheckName.KNOWN_PERSON} == {
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
def test_as_shipped_faces_are_searched_where_a_colleague_is_and_nowhere_else(user: str) -> None:
    # at a kiosk nobody could clear a likeness up; and a device of the field can be lost
    made = load_policy(RESOURCES, user)
    assert (made.one_to_many, CheckName.KNOWN_PERSON in made.required) == (user == "branch",) * 2


def test_where_no_list_was_ever_installed_nobody_waits_for_one(policy: Policy) -> None:
    name = CheckName.WATCHLIST_SCREENING
    missing = all_passed(policy) | {name: not_executed(name, CheckLabel.LIST_MISSING)}
    assert decide(missing.values(), policy).outcome is Outcome.ACCEPT
    for label in set(CheckLabel) - {CheckLabel.LIST_MISSING, CheckLabel.NOT_APPLICABLE}:
        checks = all_passed(policy) | {name: not_executed(name, label)}
        assert decide(checks.values(), policy).outcome is Outcome.REVIEW, label
    for other in policy.required:
        checks = all_passed(policy) | {other: not_executed(other, CheckLabel.LIST_MISSING)}
        assert decide(checks.values(), policy).outcome is Outcome.REVIEW, "it excuses no other check"
    never_asked = all_passed(policy)
    del never_asked[name]
    assert decide(never_asked.values(), policy).outcome is Outcome.REVIEW, "a door that did not ask"


def test_where_a_source_of_lists_is_set_everybody_waits_for_them() -> None:
    setup = replace(load_setup(), config=Config(watchlists=WatchlistsConfig(sources={"eu": WatchlistSource("https://lists.example.com")})))
    consents = load_consents(RESOURCES).current("2026-11-21")
    made = decision_policy(setup, "branch", consents)
    assert CheckName.WATCHLIST_SCREENING in made.required
    assert not made.expected
    missing = all_passed(made) | {CheckName.WATCHLIST_SCREENING: not_executed(CheckName.WATCHLIST_SCREENING, CheckLabel.LIST_MISSING)}
    assert decide(missing.values(), made).outcome is Outcome.REVIEW


@pytest.mark.parametrize(("day", "told"), [("2026-11-20", False), ("2026-11-21", True)])
def test_no_face_is_searched_under_words_that_do_not_say_so(day: str, told: bool) -> None:
    made = decision_policy(load_setup(), "branch", load_consents(RESOURCES).current(day))
    assert made.one_to_many is told
    assert CheckName.KNOWN_PERSON in made.required, "what was to be searched and was not is for a colleague"


@pytest.mark.parametrize("key", ["1", "2", "3", "32"])
def test_no_choice_of_a_workflow_leads_past_the_lists_that_its_policy_names(key: str, policy: Policy) -> None:
    name = CheckName.WATCHLIST_SCREENING
    definition = load_any_workflow(RESOURCES, key).definition
    assert definition is not None
    for asked, excused in ((policy, key != "32"), (replace(policy, required=policy.required | {name}, expected=frozenset()), False)):
        made = policy_for(asked, definition)
        assert made.screening
        passed = all_passed(made)
        assert decide(passed.values(), made).outcome is Outcome.ACCEPT
        outcomes = {}
        for label in (CheckLabel.ENGINE_FAILED, CheckLabel.INPUT_MISSING, CheckLabel.LIST_MISSING):
            outcomes[label] = decide((passed | {name: not_executed(name, label)}).values(), made).outcome
        assert outcomes == {
            CheckLabel.ENGINE_FAILED: Outcome.REVIEW,
            CheckLabel.INPUT_MISSING: Outcome.REVIEW,
            CheckLabel.LIST_MISSING: Outcome.ACCEPT if excused else Outcome.REVIEW,
        }
        del passed[name]
        assert decide(passed.values(), made).outcome is Outcome.REVIEW, "a door that did not ask"


@pytest.mark.parametrize("key", ["5", "6", "9", "16", "20"])
def test_who_hands_in_no_document_to_be_known_by_is_not_screened(key: str, policy: Policy) -> None:
    definition = load_any_workflow(RESOURCES, key).definition
    assert definition is not None
    made = policy_for(policy, definition)
    assert (made.screening, CheckName.WATCHLIST_SCREENING in made.required | made.expected) == (False, False)


def test_a_policy_that_does_not_screen_screens_in_workflow_32_alone(policy: Policy) -> None:
    silent = replace(policy, screening=False, expected=frozenset())
    for key, screens in (("1", False), ("3", False), ("32", True)):
        definition = load_any_workflow(RESOURCES, key).definition
        assert definition is not None
        made = policy_for(silent, definition)
        assert (made.screening, CheckName.WATCHLIST_SCREENING in made.required) == (screens, screens)


def test_every_door_decides_by_the_policy_as_it_holds_on_this_machine() -> None:
    """`load_policy` gives the bare file, without what the settings and the consent in force change of it."""
    root = Path(__file__).parents[2]
    doors = [path for part in ("compose", "cli", "bench") for path in (root / "kiosk" / part).rglob("*.py")] + [
        *(root / "ui").rglob("*.py")
    ]
    found = {path.relative_to(root).as_posix() for path in doors if "load_policy" in path.read_text("utf-8")}
    assert found == {"kiosk/compose/setup.py", "kiosk/cli/workflows.py"}
