"""One customer on one page (HTML): decision, every check, what was read, the screens passed. For the demo and for support."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.check import CheckName, CheckStatus
from kiosk.domain.document import FieldName
from kiosk.domain.sentence_texts import FIELD_NAMES, NAMES, STATUS_NAMES
from kiosk.ports import Json, StoredCustomer
from kiosk.services.stored_person import best_value

_MARKS = {"PASSED": "✓", "WARNING": "!", "REJECTED": "✕", "NOT_EXECUTED": "\N{EN DASH}"}
_TIMES = {
    "load": "Loading the models",
    "read_front": "Reading the front",
    "read_back": "Reading the back",
    "selfie": "Judging the selfie",
    "faces": "Comparing the faces",
    "total": "Everything",
}
_OUTCOMES = {"ACCEPT": "Accepted", "REVIEW": "For review", "REJECT": "Rejected"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A screen that was passed; `file` relative to the report."""

    file: str
    title: str


def render_report(
    customer: StoredCustomer,
    pictures: Sequence[Picture],
    *,
    headline: str,
    machine: str,
    resources: Path,
    title: str = "Onboarding Kiosk demo",
) -> str:
    """The page as HTML. `customer` must be decided. Everything inserted is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(resources / "reports"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    facts = customer.facts
    decision, timings = _table(facts["decision"]), _table(facts.get("timings_ms"))
    checks = [_table(check) for check in facts["checks"]] if isinstance(facts["checks"], list) else []
    return environment.get_template("customer.html.j2").render(
        title=title,
        headline=headline,
        decision=decision,
        outcome_word=_OUTCOMES[str(decision["outcome"])],
        reference=customer.id[:8].upper(),
        at=customer.updated_at.replace("T", " ")[:16] + " UTC",
        checks=[
            {**check, "title": NAMES[CheckName(str(check["name"]))], "word": STATUS_NAMES[CheckStatus(str(check["status"]))]}
            for check in checks
        ],
        marks=_MARKS,
        fields=_field_rows(_table(facts["customer"])),
        timings=[(_TIMES.get(name, name), ms) for name, ms in timings.items()],
        pictures=pictures,
        machine=machine,
    )


def _field_rows(customer: Mapping[str, Json]) -> list[dict[str, str]]:
    document = _table(customer.get("document"))
    everything = {**customer, **document, **_table(document.get("additionalTexts"))}
    rows: list[dict[str, str]] = []
    for name in FieldName:
        sources = everything.get(name.value)
        best = best_value(sources)
        if isinstance(sources, dict) and best:
            said = [source for source, value in sources.items() if isinstance(value, str)]
            rows.append({"title": FIELD_NAMES[name], "value": best, "sources": ", ".join(said)})
    return rows


def _table(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
