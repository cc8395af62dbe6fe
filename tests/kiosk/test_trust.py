"""Trust factors: one pure function, the same for every integrator's factors."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.decision import Outcome
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.trust import BooleanRule, ScoreBounds, TrustFactorDefinition, TrustFactorType, evaluate
from kiosk.services.protocols.trust import KNOWN_FACTORS, definitions_json, evaluation_json, parse_definitions

SCORE, BOOLEAN = TrustFactorType.SCORE, TrustFactorType.BOOLEAN
KNOWN = {"score": SCORE, "flag": BOOLEAN, "other": SCORE}
GRAVITY = {Outcome.ACCEPT: 0, Outcome.REVIEW: 1, Outcome.REJECT: 2}
finite = st.floats(-100, 100, allow_nan=False)


def score(name: str = "score", **bounds: float) -> TrustFactorDefinition:
    return TrustFactorDefinition(name, SCORE, ScoreBounds(**bounds))


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (0.79, "REJECT"),
        (0.8, "REVIEW"),
        (0.83, "REVIEW"),
        (0.84, "ACCEPT"),
        (15, "ACCEPT"),
        (15.1, "REVIEW"),
        (20, "REVIEW"),
        (21, "REJECT"),
    ],
)
def test_a_bound_itself_is_inside(value: float, result: str) -> None:
    wanted = score(reject_low=0.8, review_low=0.84, review_high=15, reject_high=20)
    assert evaluate([wanted], {"score": value}, known=KNOWN).result.value == result


@pytest.mark.parametrize("rule", BooleanRule)
def test_a_boolean_rule_acts_on_its_own_value_only(rule: BooleanRule) -> None:
    wanted = TrustFactorDefinition("flag", BOOLEAN, rule=rule)
    effect, _, on = rule.value.split("_")
    for value in (True, False):
        expected = effect if str(value).upper() == on else "ACCEPT"
        assert evaluate([wanted], {"flag": value}, known=KNOWN).result.value == expected


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (
            score("nobody_knows", reject_low=1),
            {"warnings": [{"warning": "UNKNOWN_TRUST_FACTOR_DEFINITION", "trustFactorName": "nobody_knows"}]},
        ),
        (score("other", reject_low=1), {"warnings": [{"warning": "MISSING_TRUST_FACTOR_DATA", "trustFactorName": "other"}]}),
        (score("flag", reject_low=1), {"errors": [{"error": "INVALID_TRUST_FACTOR_DEFINITION", "trustFactorName": "flag"}]}),
        (score("other"), {"errors": [{"error": "INVALID_TRUST_FACTOR_DEFINITION", "trustFactorName": "other"}]}),
        (
            score("other", reject_low=0.9, review_low=0.5),
            {"errors": [{"error": "INVALID_TRUST_FACTOR_DEFINITION", "trustFactorName": "other"}]},
        ),
        (score("other", reject_low=math.nan), {"errors": [{"error": "INVALID_TRUST_FACTOR_DEFINITION", "trustFactorName": "other"}]}),
    ],
)
def test_what_could_not_be_judged_is_told_and_accepts_nobody(definition: TrustFactorDefinition, said: dict[str, object]) -> None:
    good = TrustFactorDefinition("flag", BOOLEAN, rule=BooleanRule.REJECT_IF_TRUE)
    definitions = [definition] if definition.name == "flag" else [good, definition]
    body = evaluation_json(evaluate(definitions, {"flag": False}, known=KNOWN))
    assert body["result"] == "REVIEW"
    assert {name: body.get(name) for name in said} == said


def test_a_disabled_factor_has_no_part() -> None:
    good = TrustFactorDefinition("flag", BOOLEAN, rule=BooleanRule.REJECT_IF_TRUE)
    bad = score(reject_low=0.9)
    found = evaluate([good, bad], {"flag": False, "score": 0.1}, known=KNOWN, disabled=frozenset({"score"}))
    assert found.result is Outcome.ACCEPT
    assert evaluation_json(found)["warnings"] == [{"warning": "DISABLED_TRUST_FACTOR_DEFINITION", "trustFactorName": "score"}]


def test_nothing_judged_is_no_acceptance() -> None:
    assert evaluate([], {}, known=KNOWN).result is Outcome.REVIEW


@given(st.lists(st.tuples(st.sampled_from(list(KNOWN_FACTORS)), finite, finite), max_size=8))
def test_the_whole_is_never_milder_than_its_gravest_factor(parts: list[tuple[str, float, float]]) -> None:
    definitions = [score(name, reject_low=low) for name, low, _ in parts]
    found = evaluate(definitions, {name: value for name, _, value in parts}, known=KNOWN_FACTORS)
    for one in found.results:
        assert GRAVITY[found.result] >= GRAVITY[one.result]
    names = [one.name for one in found.results] + [name for _, name in (*found.warnings, *found.errors)]
    assert sorted(names) == sorted(name for name, _, _ in parts), "every factor is told exactly once"


@given(finite, st.lists(finite, min_size=4, max_size=4))
def test_a_better_score_is_never_judged_worse_by_low_bounds(value: float, numbers: list[float]) -> None:
    low = sorted(numbers[:2])
    bounds = ScoreBounds(reject_low=low[0], review_low=low[1])
    assert GRAVITY[bounds.outcome(value + abs(numbers[2]))] <= GRAVITY[bounds.outcome(value)]


@given(
    st.dictionaries(st.sampled_from(["rejectLow", "rejectHigh", "reviewLow", "reviewHigh", "x"]), st.one_of(finite, st.text(max_size=3)))
)
def test_any_configuration_is_valid_or_told_invalid(configuration: dict[str, float | str]) -> None:
    body = {"trustFactorDefinitions": [{"name": "passive_liveness", "type": "SCORE", "scoreConfiguration": dict(configuration)}]}
    found = evaluate(parse_definitions(body), {"passive_liveness": 0.5}, known=KNOWN_FACTORS)  # type: ignore[arg-type]
    assert len(found.results) + len(found.errors) == 1


@pytest.mark.parametrize("body", [None, [], {}, {"trustFactorDefinitions": []}, {"trustFactorDefinitions": [{"type": "SCORE"}]}])
def test_what_is_no_request_is_refused(body: object) -> None:
    with pytest.raises(BadInput) as caught:
        parse_definitions(body)  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.INVALID_DATA


def test_a_misspelt_rule_or_type_is_invalid_and_refuses_nobody_else() -> None:
    body = {
        "trustFactorDefinitions": [
            {"name": "video_injection", "type": "BOOLEAN", "booleanConfiguration": "REJECT_IF_TREU"},
            {"name": "face_mask_worn", "type": "BOOL", "booleanConfiguration": "REJECT_IF_TRUE"},
            {"name": "document_not_expired", "type": "BOOLEAN", "booleanConfiguration": "REJECT_IF_FALSE"},
        ]
    }
    values = dict.fromkeys(("video_injection", "face_mask_worn"), False) | {"document_not_expired": False}
    found = evaluate(parse_definitions(body), values, known=KNOWN_FACTORS)  # type: ignore[arg-type]
    assert [name for _, name in found.errors] == ["video_injection", "face_mask_worn"]
    assert found.result is Outcome.REJECT


def test_every_factor_is_in_the_guide() -> None:
    from pathlib import Path

    guide = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "protocol-services.md").read_text("utf-8")
    listed = definitions_json()["trustFactorDefinitions"]
    assert isinstance(listed, list)
    assert [one for one in listed if isinstance(one, dict) and f"`{one['name']}`" not in guide] == []
