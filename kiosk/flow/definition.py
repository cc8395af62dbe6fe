"""What a numbered workflow collects and judges: the part of its file besides the screens. Format: docs/guides/workflows.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.capability import CREDENTIALS_OF, CapabilityName, Category, Channel
from kiosk.domain.countries import is_known
from kiosk.domain.errors import BadInput
from kiosk.flow.source_lines import Place

Wrong = Callable[[str, Place], BadInput]
"""Makes the error that says what is wrong and where."""

TYPES: Mapping[Category, frozenset[str]] = {
    Category.ID: frozenset({"ID_CARD", "DRIVING_LICENSE", "PASSPORT", "VISA"}),
    Category.SELFIE: frozenset(),
    Category.FACEMAP: frozenset({"JUMIO_STANDARD", "IPROOV_STANDARD", "IPROOV_PREMIUM"}),
    Category.DOCUMENT: frozenset({"BANK_STATEMENT", "UTILITY_BILL", "OTHER"}),
}
BIOMETRIC = frozenset({CapabilityName.LIVENESS, CapabilityName.SIMILARITY, CapabilityName.AUTHENTICATION})
TOKEN_S, TOKEN_LEAST_S, TOKEN_MOST_S = 1800, 300, 60 * 86400
IDLE_S = 900
_MOST_CREDENTIALS = 8


@dataclass(frozen=True, slots=True)
class Preset:
    """Countries or types that are expected. `defined`: others are told as unsupported; else they are only a hint for reading."""

    values: tuple[str, ...] = ()
    defined: bool = True

    @property
    def kind(self) -> str:
        return "DEFINED" if self.defined else "RECOMMENDED"


@dataclass(frozen=True, slots=True)
class CredentialRule:
    """One credential that an execution collects.

    Attributes:
        channels: how its parts may come in.
        required: the execution cannot be finalised without it.
        stored: it is one of an earlier execution, named by its id; nothing is uploaded for it.
        reference: what the customer is compared with (a facemap that was kept elsewhere); others are captured anew.
    """

    category: Category
    channels: tuple[Channel, ...]
    required: bool = True
    stored: bool = False
    reference: bool = False
    countries: Preset = Preset()
    types: Preset = Preset()


@dataclass(frozen=True, slots=True)
class CapabilityRule:
    """`after`: capabilities that must hold first, on the credentials that both judge."""

    name: CapabilityName
    credentials: frozenset[Category]
    after: tuple[CapabilityName, ...] = ()


@dataclass(frozen=True, slots=True)
class Bands:
    """Risk scores 0..100 by decision: below `warning_from` PASSED, below `rejected_from` WARNING, else REJECTED."""

    warning_from: int = 31
    rejected_from: int = 71


@dataclass(frozen=True, slots=True)
class Definition:
    """What is collected and judged.

    Attributes:
        number: the protocol's definition key; 0 for one of an integrator's own.
        credentials: as asked for when the request names none.
        combinations: sets of categories that a request may ask for instead; empty = only `credentials`.
        capabilities: predecessors before successors.
        creates, updates: whether an execution may open a new account, and join an existing one.
        on_file: what the account must have from an earlier execution.
        needs_user_reference: who is screened must be named by the caller, to find the screening again.
        token_s: a transaction not finalised by then has expired; a request may ask for another time.
        idle_s: after the first part, so long without another.
        retention_days: hint for erasure; 0 = as the settings say.
    """

    number: int
    credentials: tuple[CredentialRule, ...]
    capabilities: tuple[CapabilityRule, ...]
    combinations: tuple[tuple[Category, ...], ...] = ()
    creates: bool = True
    updates: bool = True
    on_file: frozenset[Category] = frozenset()
    needs_user_reference: bool = False
    token_s: int = TOKEN_S
    idle_s: int = IDLE_S
    retention_days: int = 0
    bands: Bands = Bands()

    @property
    def is_biometric(self) -> bool:
        """Faces are measured: the customer's biometric consent is needed."""
        return any(rule.name in BIOMETRIC for rule in self.capabilities)

    def rule_of(self, category: Category) -> CredentialRule:
        """The rule of a category, not a reference. Raises KeyError."""
        for rule in self.credentials:
            if rule.category is category and not rule.reference:
                return rule
        raise KeyError(category)


DEFINITION_KEYS = frozenset(
    {"number", "creates", "updates", "on_file", "user_reference", "combinations"}
    | {"credential", "capability", "timeouts", "retention", "risk"}
)
_CREDENTIAL_KEYS = {"category", "channels", "required", "stored", "reference", "countries", "types"}
_CAPABILITY_KEYS = {"name", "credentials", "after"}


def parse_definition(data: Mapping[str, Any], wrong: Wrong) -> Definition | None:
    """None when the file has no capabilities: a way of screens alone. Raises what `wrong` makes."""
    if not data.get("capability"):
        for key in ("credential", "combinations", "on_file", "risk"):
            if key in data:
                raise wrong(f"{key} without any [[capability]] that judges it", Place(key=key, table=key if key == "credential" else ""))
        return None
    number = data.get("number", 0)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise wrong("number is the key of the workflow, a whole number", Place(key="number"))
    credentials = _credentials(data, wrong)
    capabilities = _capabilities(data, {rule.category for rule in credentials}, wrong)
    combinations = _combinations(data, credentials, wrong)
    _check_pair(data, capabilities, credentials, combinations, wrong)
    creates, updates = _bool(data, "creates", True, wrong, Place()), _bool(data, "updates", True, wrong, Place())
    if not creates and not updates:
        raise wrong("creates and updates are both false: nobody could start it", Place(key="updates"))
    on_file = frozenset(_words(data, "on_file", Category, wrong, Place()))
    if creates and (on_file or any(rule.stored for rule in credentials)):
        raise wrong("a new account has nothing on file: creates = false", Place(key="creates"))
    timeouts = _table(data, "timeouts", {"token_s", "idle_s"}, wrong)
    risk = _table(data, "risk", {"warning_from", "rejected_from"}, wrong)
    bands = Bands(_whole(risk, "risk", "warning_from", 31, 1, 100, wrong), _whole(risk, "risk", "rejected_from", 71, 1, 100, wrong))
    if bands.warning_from > bands.rejected_from:
        raise wrong("warning_from lies above rejected_from", Place("risk", key="warning_from"))
    retention = _table(data, "retention", {"days"}, wrong)
    return Definition(
        number=number,
        credentials=credentials,
        capabilities=capabilities,
        combinations=combinations,
        creates=creates,
        updates=updates,
        on_file=on_file,
        needs_user_reference=_bool(data, "user_reference", False, wrong, Place()),
        token_s=_whole(timeouts, "timeouts", "token_s", TOKEN_S, TOKEN_LEAST_S, TOKEN_MOST_S, wrong),
        idle_s=_whole(timeouts, "timeouts", "idle_s", IDLE_S, 30, 86400, wrong),
        retention_days=_whole(retention, "retention", "days", 0, 0, 36500, wrong),
        bands=bands,
    )


def _credentials(data: Mapping[str, Any], wrong: Wrong) -> tuple[CredentialRule, ...]:
    raw = _tables(data, "credential", _CREDENTIAL_KEYS, wrong)
    if not raw:
        raise wrong("has [[capability]] but no [[credential]] that it could judge", Place("capability"))
    if len(raw) > _MOST_CREDENTIALS:
        raise wrong(f"more than {_MOST_CREDENTIALS} credentials", Place("credential", _MOST_CREDENTIALS))
    rules = []
    for number, entry in enumerate(raw):
        place = Place("credential", number)
        (category,) = _words({"category": [entry.get("category", "")]}, "category", Category, wrong, place)
        stored = _bool(entry, "stored", False, wrong, place)
        channels = _words(entry, "channels", Channel, wrong, place)
        if not channels and not stored:
            raise wrong(f"credential {category.value}: channels is missing: API, SDK or WEB", Place("credential", number, "category"))
        if channels and stored:
            raise wrong(f"credential {category.value}: a stored one has no channels", Place("credential", number, "channels"))
        rules.append(
            CredentialRule(
                category=category,
                channels=channels,
                required=_bool(entry, "required", True, wrong, place),
                stored=stored,
                reference=_bool(entry, "reference", False, wrong, place),
                countries=preset(entry.get("countries"), "countries", is_known, wrong, place),
                types=preset(entry.get("types"), "types", TYPES[category].__contains__, wrong, place),
            )
        )
    return tuple(rules)


def _capabilities(data: Mapping[str, Any], collected: set[Category], wrong: Wrong) -> tuple[CapabilityRule, ...]:
    rules: dict[CapabilityName, CapabilityRule] = {}
    places: dict[CapabilityName, int] = {}
    for number, entry in enumerate(_tables(data, "capability", _CAPABILITY_KEYS, wrong)):
        place = Place("capability", number)
        (name,) = _words({"name": [entry.get("name", "")]}, "name", CapabilityName, wrong, place)
        if name in rules:
            raise wrong(f"capability {name.value} stands twice", Place("capability", number, "name"))
        named = frozenset(_words(entry, "credentials", Category, wrong, place))
        at = Place("capability", number, "credentials" if named else "name")
        missing = sorted(one.value for one in named - collected)
        if missing:
            raise wrong(f"capability {name.value} judges {', '.join(missing)}, which no [[credential]] collects", at)
        unfit = sorted(one.value for one in named - CREDENTIALS_OF[name])
        if unfit:
            raise wrong(f"capability {name.value} cannot judge {', '.join(unfit)}", at)
        judged = named or (CREDENTIALS_OF[name] & collected)
        if not judged:
            needed = ", ".join(sorted(one.value for one in CREDENTIALS_OF[name]))
            raise wrong(f"capability {name.value} needs a credential: {needed}", at)
        rules[name] = CapabilityRule(name, judged, _words(entry, "after", CapabilityName, wrong, place))
        places[name] = number
    return _in_order(rules, places, collected, wrong)


def _check_pair(
    data: Mapping[str, Any],
    capabilities: tuple[CapabilityRule, ...],
    credentials: tuple[CredentialRule, ...],
    combinations: tuple[tuple[Category, ...], ...],
    wrong: Wrong,
) -> None:
    """One face alone is similar to nothing."""
    name = CapabilityName.SIMILARITY
    judged = next((rule.credentials for rule in capabilities if rule.name is name), None)
    asked = combinations or (tuple(rule.category for rule in credentials),)
    if judged is not None and any(sum(category in judged for category in one) < 2 for one in asked):
        number = [entry.get("name") for entry in data["capability"]].index(name.value)
        raise wrong(f"capability {name.value} needs two credentials: {' or '.join(sorted(judged))}", Place("capability", number, "name"))


def _in_order(
    rules: Mapping[CapabilityName, CapabilityRule], places: Mapping[CapabilityName, int], collected: set[Category], wrong: Wrong
) -> tuple[CapabilityRule, ...]:
    for name, rule in rules.items():
        at = Place("capability", places[name], "after")
        unknown = [before.value for before in rule.after if before not in rules]
        if unknown:
            raise wrong(f"capability {name.value} comes after {', '.join(unknown)}, which is not in this workflow", at)
    ordered: list[CapabilityRule] = []
    left = dict(rules)
    while left:
        ready = [rule for rule in left.values() if not any(before in left for before in rule.after)]
        if not ready:
            name = next(iter(left))
            circle = ", ".join(one.value for one in left)
            raise wrong(f"capabilities wait for one another: {circle}", Place("capability", places[name], "after"))
        ordered.extend(ready)
        for rule in ready:
            del left[rule.name]
    screening = CapabilityName.WATCHLIST_SCREENING
    if screening in rules and CapabilityName.EXTRACTION not in _before(screening, rules):
        at = Place("capability", places[screening], "after")
        raise wrong("watchlistScreening must come after extraction: the name that is looked up comes from there", at)
    unused = sorted(one.value for one in collected - {category for rule in rules.values() for category in rule.credentials})
    if unused:
        raise wrong(f"no capability judges {', '.join(unused)}", Place("credential"))
    return tuple(ordered)


def _before(name: CapabilityName, rules: Mapping[CapabilityName, CapabilityRule]) -> set[CapabilityName]:
    """All predecessors, near and far."""
    found: set[CapabilityName] = set()
    todo = list(rules[name].after)
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo.extend(rules[one].after)
    return found


def _combinations(data: Mapping[str, Any], credentials: tuple[CredentialRule, ...], wrong: Wrong) -> tuple[tuple[Category, ...], ...]:
    place = Place(key="combinations")
    raw = data.get("combinations", [])
    if not isinstance(raw, list) or not all(isinstance(one, list) and one for one in raw):
        raise wrong("combinations is a list of lists of categories", place)
    found = tuple(tuple(sorted(_words({"combinations": one}, "combinations", Category, wrong, Place(), repeat=True))) for one in raw)
    ruled = {rule.category for rule in credentials}
    for one in found:
        if not set(one) <= ruled:
            raise wrong("combinations may only name categories that a [[credential]] describes", place)
    return found


# --- values --------------------------------------------------------------------------------------------------------


def preset(raw: object, key: str, known: Callable[[str], bool], wrong: Wrong, place: Place) -> Preset:
    """From a list (defined values), or a table {values, predefined = "RECOMMENDED"}."""
    at = Place(place.table, place.number, key)
    if raw is None:
        return Preset()
    kind: object = "DEFINED"
    if isinstance(raw, Mapping):
        kind, raw = raw.get("predefined", "DEFINED"), raw.get("values", [])
    if kind not in ("DEFINED", "RECOMMENDED"):
        raise wrong(f"{key}: predefined is DEFINED or RECOMMENDED", at)
    if not isinstance(raw, list) or not all(isinstance(value, str) for value in raw):
        raise wrong(f"{key} is a list of texts, or a table with values and predefined", at)
    unknown = [value for value in raw if not known(value)]
    if unknown:
        raise wrong(f"{key}: unknown {', '.join(unknown)}", at)
    return Preset(tuple(raw), kind == "DEFINED")


def _words(data: Mapping[str, Any], key: str, words: Any, wrong: Wrong, place: Place, *, repeat: bool = False) -> tuple[Any, ...]:
    """A list of members of a StrEnum."""
    raw = data.get(key, [])
    at = Place(place.table, place.number, key)
    if not isinstance(raw, list):
        raise wrong(f"{key} is a list", at)
    values = {member.value for member in words}
    unknown = [str(one) for one in raw if one not in values]
    if unknown:
        raise wrong(f"unknown {key} {', '.join(map(repr, unknown))}; there are {', '.join(member.value for member in words)}", at)
    if len(set(raw)) != len(raw) and not repeat:
        raise wrong(f"{key} names something twice", at)
    return tuple(words(one) for one in raw)


def _tables(data: Mapping[str, Any], name: str, keys: set[str], wrong: Wrong) -> list[Mapping[str, Any]]:
    raw = data.get(name, [])
    if not isinstance(raw, list) or not all(isinstance(entry, Mapping) for entry in raw):
        raise wrong(f"{name} is written as [[{name}]]", Place(key=name))
    for number, entry in enumerate(raw):
        for key in entry:
            if key not in keys:
                raise wrong(f"{name}: unknown {key}", Place(name, number, key))
    return raw


def _table(data: Mapping[str, Any], name: str, keys: set[str], wrong: Wrong) -> Mapping[str, Any]:
    raw = data.get(name, {})
    if not isinstance(raw, Mapping):
        raise wrong(f"{name} is written as [{name}]", Place(key=name))
    for key in raw:
        if key not in keys:
            raise wrong(f"[{name}]: unknown {key}", Place(name, key=key))
    return raw


def _bool(data: Mapping[str, Any], key: str, default: bool, wrong: Wrong, place: Place) -> bool:
    value = data.get(key, default)
    if not isinstance(value, bool):
        raise wrong(f"{key} must be true or false", Place(place.table, place.number, key))
    return value


def _whole(data: Mapping[str, Any], table: str, key: str, default: int, least: int, most: int, wrong: Wrong) -> int:
    value = data.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise wrong(f"[{table}] {key} must be a whole number from {least} to {most}", Place(table, key=key))
    return value
