"""Trust factors that an integrator defines (dis-openapi 1.65, TrustEvaluationRequest): named values, bounds, and one pure evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.decision import Outcome


class TrustFactorType(StrEnum):
    SCORE = "SCORE"
    BOOLEAN = "BOOLEAN"


class BooleanRule(StrEnum):
    REJECT_IF_TRUE = "REJECT_IF_TRUE"
    REVIEW_IF_TRUE = "REVIEW_IF_TRUE"
    REJECT_IF_FALSE = "REJECT_IF_FALSE"
    REVIEW_IF_FALSE = "REVIEW_IF_FALSE"


class TrustWarning(StrEnum):
    """Why a factor has no part in the result."""

    UNKNOWN_TRUST_FACTOR_DEFINITION = "UNKNOWN_TRUST_FACTOR_DEFINITION"
    DISABLED_TRUST_FACTOR_DEFINITION = "DISABLED_TRUST_FACTOR_DEFINITION"
    MISSING_TRUST_FACTOR_DATA = "MISSING_TRUST_FACTOR_DATA"


class TrustError(StrEnum):
    INVALID_TRUST_FACTOR_DEFINITION = "INVALID_TRUST_FACTOR_DEFINITION"


@dataclass(frozen=True, slots=True)
class ScoreBounds:
    """Below a low bound or above a high one the factor is rejected or reviewed; a bound itself is inside. None = no such bound."""

    reject_low: float | None = None
    reject_high: float | None = None
    review_low: float | None = None
    review_high: float | None = None

    @property
    def is_valid(self) -> bool:
        """At least one bound, all finite, and none that leaves another without effect or no value to accept."""
        bounds = [bound for bound in (self.reject_low, self.reject_high, self.review_low, self.review_high) if bound is not None]
        if not bounds or not all(math.isfinite(bound) for bound in bounds):
            return False
        in_order = [bound for bound in (self.reject_low, self.review_low, self.review_high, self.reject_high) if bound is not None]
        return in_order == sorted(in_order)

    def outcome(self, value: float) -> Outcome:
        if _is_outside(value, self.reject_low, self.reject_high):
            return Outcome.REJECT
        return Outcome.REVIEW if _is_outside(value, self.review_low, self.review_high) else Outcome.ACCEPT


@dataclass(frozen=True, slots=True)
class TrustFactorDefinition:
    """What the integrator wants of one factor: `bounds` for SCORE, `rule` for BOOLEAN. `type` None: one that does not exist was written."""

    name: str
    type: TrustFactorType | None
    bounds: ScoreBounds | None = None
    rule: BooleanRule | None = None

    @property
    def is_valid(self) -> bool:
        if self.type is TrustFactorType.SCORE:
            return self.bounds is not None and self.rule is None and self.bounds.is_valid
        return self.type is TrustFactorType.BOOLEAN and self.rule is not None and self.bounds is None


@dataclass(frozen=True, slots=True)
class TrustFactorResult:
    """One factor's part. `value`: a float for SCORE, a bool for BOOLEAN."""

    name: str
    result: Outcome
    value: float | bool


@dataclass(frozen=True, slots=True)
class TrustEvaluation:
    """`warnings`, `errors`: what kept a factor out, by its name, in the order of the definitions."""

    result: Outcome
    results: tuple[TrustFactorResult, ...] = ()
    warnings: tuple[tuple[TrustWarning, str], ...] = ()
    errors: tuple[tuple[TrustError, str], ...] = ()


def evaluate(
    definitions: Iterable[TrustFactorDefinition],
    values: Mapping[str, float | bool | None],
    *,
    known: Mapping[str, TrustFactorType],
    disabled: frozenset[str] = frozenset(),
) -> TrustEvaluation:
    """Any REJECT gives REJECT; else any REVIEW gives REVIEW; else ACCEPT.

    A factor that was asked for and could not be judged (unknown, invalid, without data) is no acceptance: it gives REVIEW and says why. One
    that this installation has disabled is left out with a warning and has no part. Without a single factor judged nothing is accepted.

    Args:
        values: what is known of the customer, by factor name; None or absent = no data.
        known: the factors that exist, with their types.
        disabled: factors that this installation does not evaluate.
    """
    results: list[TrustFactorResult] = []
    warnings: list[tuple[TrustWarning, str]] = []
    errors: list[tuple[TrustError, str]] = []
    seen: set[str] = set()
    in_doubt = False
    for definition in definitions:
        name = definition.name
        repeated = name in seen
        seen.add(name)
        value = values.get(name)
        if name not in known:
            warnings.append((TrustWarning.UNKNOWN_TRUST_FACTOR_DEFINITION, name))
        elif repeated or not definition.is_valid or definition.type is not known[name]:
            errors.append((TrustError.INVALID_TRUST_FACTOR_DEFINITION, name))
        elif name in disabled:
            warnings.append((TrustWarning.DISABLED_TRUST_FACTOR_DEFINITION, name))
            continue
        elif value is None or not math.isfinite(value):
            warnings.append((TrustWarning.MISSING_TRUST_FACTOR_DATA, name))
        else:
            results.append(_judged(definition, value))
            continue
        in_doubt = True
    outcomes = {result.result for result in results}
    if Outcome.REJECT in outcomes:
        overall = Outcome.REJECT
    elif Outcome.REVIEW in outcomes or in_doubt or not results:
        overall = Outcome.REVIEW
    else:
        overall = Outcome.ACCEPT
    return TrustEvaluation(overall, tuple(results), tuple(warnings), tuple(errors))


_EFFECT: Mapping[BooleanRule, tuple[bool, Outcome]] = {
    BooleanRule.REJECT_IF_TRUE: (True, Outcome.REJECT),
    BooleanRule.REVIEW_IF_TRUE: (True, Outcome.REVIEW),
    BooleanRule.REJECT_IF_FALSE: (False, Outcome.REJECT),
    BooleanRule.REVIEW_IF_FALSE: (False, Outcome.REVIEW),
}


def _judged(definition: TrustFactorDefinition, value: float | bool) -> TrustFactorResult:
    if definition.rule is not None:
        on, outcome = _EFFECT[definition.rule]
        return TrustFactorResult(definition.name, outcome if bool(value) is on else Outcome.ACCEPT, bool(value))
    assert definition.bounds is not None
    return TrustFactorResult(definition.name, definition.bounds.outcome(float(value)), float(value))


def _is_outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)
