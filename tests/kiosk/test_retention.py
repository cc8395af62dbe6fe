"""What is kept how long: the file and its mistakes, what is due, what waits, and that a run does what its preview said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.domain.decision import Outcome
from kiosk.domain.erasure import DataKind, ErasureReason, kind_of_blob
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.ports import Json, StepCommit
from kiosk.services.erasure import erase_customer, has_been_sent, kinds
from kiosk.services.override import outcome_in_force, override, overrides_of
from kiosk.services.retention import Due, preview, run
from kiosk.services.retention_rules import Durations, RetentionRules, load_retention
from kiosk.store.customers import SqlCustomerStore, open_store
from kiosk.store.keys import KeyPlace
from tests.fakes.customers import MODEL, RESOURCES, FixedClock, finished_customer

RULES = RetentionRules(
    default=Durations(unfinished=7, pictures=30, records=10, templates=20, facts=60),
    workflows={"kiosk": Durations(unfinished=1, pictures=5, records=5, templates=5, facts=60)},
    audit=100,
)
KEEP_ALL = RetentionRules(Durations(None, None, None, None, None), {}, None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlCustomerStore]:
    made = open_store(tmp_path / "store", keys=KeyPlace.FILE)
    yield made
    made.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


def kinds_due(found: tuple[Due, ...]) -> dict[str, tuple[str, ...]]:
    return {entry.customer_id: tuple(kind.value for kind in entry.kinds) for entry in found}


# --- the file ------------------------------------------------------------------------------------------------------


def test_the_shipped_durations_are_sound_and_nothing_is_sent_yet() -> None:
    workflows = [path.stem for path in (RESOURCES / "workflows").glob("*.toml")]
    rules = load_retention(RESOURCES / "retention.toml", workflows=workflows)
    assert rules.remote is False
    assert rules.of("branch") == rules.default
    assert rules.of("kiosk") == replace(rules.default, unfinished=1)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("pictures_days = 365", "pictures_days = 0", "1 to 36500"),
        ("pictures_days = 365", "pictures_days = -3", "1 to 36500"),
        ("pictures_days = 365", "pictures_days = true", "1 to 36500"),
        ("pictures_days = 365", "pictures_days = 1.5", "1 to 36500"),
        ("pictures_days = 365", 'pictures_days = "forever"', "1 to 36500"),
        ("pictures_days = 365", "pictures_days = 40000", "1 to 36500"),
        ("pictures_days = 365", 'pictures_days = "keep"', "longer than facts_days"),
        ("pictures_days = 365", "pictures_days = 2000", "longer than facts_days"),
        ("records_days = 90", "record_days = 90", "unknown record_days"),
        ("unfinished_days = 1\n", "unfinished_days = 9999\n", "longer than facts_days"),
        ("unfinished_days = 1\n", "unfinishd_days = 1\n", "unknown unfinishd_days"),
        ("[workflow.kiosk]", "[workflow.kisok]", "no workflow 'kisok'"),
        ("[audit]", "[audits]", "unknown audits"),
        ("days = 3650", "days = 0", "1 to 36500"),
        ("remote = false", 'remote = "no"', "true or false"),
        ("remote = false", "romote = false", "unknown romote"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(tmp_path: Path, old: str, new: str, why: str) -> None:
    source = (RESOURCES / "retention.toml").read_text("utf-8")
    place = source.index(old, source.index("\n[sending]"))  # not in the remarks above
    path = tmp_path / "retention.toml"
    path.write_text(source[:place] + new + source[place + len(old) :], "utf-8")
    with pytest.raises(BadInput, match=re.escape(why)) as caught:
        load_retention(path, workflows=["branch", "kiosk", "field"])
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID
    assert str(caught.value).startswith(f"retention.toml:{source[:place].count(chr(10)) + 1}: ")


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "retention.toml"
    with pytest.raises(BadInput) as caught:
        load_retention(path)
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
    for text, why in (("[default\n", "line 1"), ("[sending]\nremote = true\n", "lacks"), ("default = 3\n", "a table")):
        path.write_text(text)
        with pytest.raises(BadInput, match=why) as caught:
            load_retention(path)
        assert caught.value.code is ErrorCode.WORKFLOW_INVALID


def test_a_workflow_takes_what_it_does_not_say_from_the_default(tmp_path: Path) -> None:
    path = tmp_path / "retention.toml"
    lines = [f"{name}_days = {days}" for name, days in (("unfinished", 7), ("pictures", 30), ("records", 30), ("templates", 30))]
    path.write_text("\n".join(["[default]", *lines, 'facts_days = "keep"', "[workflow.3]", "pictures_days = 5"]))
    rules = load_retention(path, workflows=["3"])
    assert rules.of("3") == Durations(7, 5, 30, 30, None)
    assert rules.of("2") == Durations(7, 30, 30, 30, None)
    assert rules.audit is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("document.front.picture", DataKind.PICTURES),
        ("selfie.crop", DataKind.PICTURES),
        ("liveness.record", DataKind.RECORDS),
        ("facemap", DataKind.TEMPLATES),
        ("credential.0a.FACEMAP", DataKind.TEMPLATES),
        ("credential.0a.ENROLLED", DataKind.TEMPLATES),
        ("credential.0a.FRONT", DataKind.PICTURES),
        ("proof.address.1", DataKind.PICTURES),
    ],
)
def test_each_blob_is_of_a_kind(name: str, kind: DataKind) -> None:
    assert kind_of_blob(name) is kind


# --- what is due ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (9.999, ()),
        (10, ("records",)),
        (20, ("records", "templates")),
        (30, ("pictures", "records", "templates")),
        (59.999, ("pictures", "records", "templates")),
        (60, ("facts",)),
    ],
)
def test_each_kind_has_its_own_time(store: SqlCustomerStore, clock: FixedClock, days: float, due: tuple[str, ...]) -> None:
    customer_id = finished_customer(store, clock)
    clock.go_on(days=days)
    assert kinds_due(preview(store, clock, RULES)) == ({customer_id: due} if due else {})
    assert preview(store, clock, KEEP_ALL) == ()


def test_each_workflow_has_its_own_times(store: SqlCustomerStore, clock: FixedClock) -> None:
    branch, kiosk = finished_customer(store, clock), finished_customer(store, clock, workflow="kiosk")
    unfinished = finished_customer(store, clock, workflow="kiosk", finish=False)
    clock.go_on(days=6)
    assert kinds_due(preview(store, clock, RULES)) == {kiosk: ("pictures", "records", "templates"), unfinished: ("facts",)}
    assert branch in {customer.id for customer in store.customers()}


def test_a_preview_erases_nothing(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    before = store.load(customer_id)
    clock.go_on(days=60)
    assert preview(store, clock, RULES) == preview(store, clock, RULES) != ()
    assert store.load(customer_id) == before


def test_a_run_erases_what_the_preview_said_and_a_second_one_nothing(store: SqlCustomerStore, clock: FixedClock) -> None:
    first = finished_customer(store, clock)
    clock.go_on(days=25)
    second = finished_customer(store, clock)
    clock.go_on(days=10)
    said = kinds_due(preview(store, clock, RULES))
    assert said == {first: ("pictures", "records", "templates"), second: ("records",)}

    result = run(store, clock, RULES)

    assert {receipt.customer_id: set(receipt.erased) for receipt in result.receipts} == {key: set(which) for key, which in said.items()}
    assert all(receipt.event == "DATA_ERASED" and receipt.reason == "RETENTION" for receipt in result.receipts)
    assert store.load(first).blobs == ()
    assert {kind_of_blob(name) for name in store.load(second).blobs} == {DataKind.PICTURES}
    assert len(store.blob(second, "selfie.picture")) > 100, "what stays can still be read, under its new key"
    assert store.templates(MODEL)[0] == (second,)
    assert {"consent", "checks", "decision", "customer"} <= set(store.load(first).facts)
    erased = store.load(first).facts["erased"]
    assert erased == [{"kinds": ["pictures", "templates", "records"], "reason": "RETENTION", "at": clock.now}]
    lines = store.verify_audit().lines
    assert run(store, clock, RULES).receipts == ()
    assert store.verify_audit() == replace(store.verify_audit(), lines=lines, first_bad=None)


def test_facts_take_everything_with_them(store: SqlCustomerStore, clock: FixedClock) -> None:
    known = finished_customer(store, clock)
    clock.go_on(days=50)
    other = finished_customer(store, clock, looks_like=known)
    clock.go_on(days=10)
    result = run(store, clock, RULES)
    whole = next(receipt for receipt in result.receipts if receipt.customer_id == known)
    assert (whole.event, whole.reason, whole.detail["days"]) == ("CUSTOMER_DELETED", "RETENTION", 60)
    assert whole.erased["mentions"] == 1
    assert [customer.id for customer in store.customers()] == [other]
    assert "known_as" not in store.load(other).facts


def test_staff_looking_again_does_not_prolong_anything(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    clock.go_on(days=59)
    override(store, clock, customer_id, _other_outcome(store, customer_id), by="op-ben", reason="Looked at it again, with the person.")
    clock.go_on(days=1)
    assert kinds_due(preview(store, clock, RULES)) == {customer_id: ("facts",)}


def _other_outcome(store: SqlCustomerStore, customer_id: str) -> Outcome:
    return next(outcome for outcome in Outcome if outcome is not outcome_in_force(store.load(customer_id).facts))


def test_going_on_with_an_unfinished_customer_begins_the_days_anew(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock, finish=False)
    clock.go_on(days=6)
    store.commit(StepCommit(customer_id, "document_back", clock.now, {"document.back": {}}, {}))
    clock.go_on(days=6)
    assert preview(store, clock, RULES) == ()
    clock.go_on(days=1)
    assert kinds_due(preview(store, clock, RULES)) == {customer_id: ("facts",)}


# --- sending -------------------------------------------------------------------------------------------------------


def test_with_a_remote_nothing_finished_is_erased_before_it_is_there(store: SqlCustomerStore, clock: FixedClock) -> None:
    rules = replace(RULES, remote=True)
    unsent, sent = finished_customer(store, clock), finished_customer(store, clock)
    unfinished = finished_customer(store, clock, finish=False)
    store.commit(StepCommit(sent, "sent", clock.now, {"sent": {"through": clock.now}}, {}))
    clock.go_on(days=60)
    assert {entry.customer_id: entry.waits for entry in preview(store, clock, rules)} == {unsent: True, sent: False, unfinished: False}
    result = run(store, clock, rules)
    assert [entry.customer_id for entry in result.waiting] == [unsent]
    assert {receipt.customer_id for receipt in result.receipts} == {sent, unfinished}
    assert [customer.id for customer in store.customers()] == [unsent]
    assert next(receipt for receipt in result.receipts if receipt.customer_id == sent).detail["sent"] is True


def test_what_was_confirmed_after_the_sending_has_to_be_sent_again(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    assert not has_been_sent(store.load(customer_id))
    through = store.load(customer_id).updated_at
    clock.go_on(minutes=5)
    store.commit(StepCommit(customer_id, "sent", clock.now, {"sent": {"through": through}}, {}))
    assert has_been_sent(store.load(customer_id)), "the sending itself is nothing to send"
    clock.go_on(days=1)
    override(store, clock, customer_id, _other_outcome(store, customer_id), by="op-ben", reason="Looked at it again, with the person.")
    assert not has_been_sent(store.load(customer_id))
    assert overrides_of(store.load(customer_id).facts)


def test_what_changes_between_the_preview_and_the_erasure_counts(store: SqlCustomerStore, clock: FixedClock) -> None:
    """Asked again within the transaction: the remote has lost them meanwhile, or a colleague has gone on."""
    customer_id = finished_customer(store, clock)
    before = store.load(customer_id)
    clock.go_on(days=60)
    answers = iter([True, False])
    result = run(store, clock, RULES, lambda _: next(answers))
    assert (result.receipts, result.failed) == ((), ())
    assert store.load(customer_id) == before


def test_where_there_is_nothing_of_a_kind_there_is_no_receipt(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock, biometrics=False)
    before, lines = store.load(customer_id), store.verify_audit().lines
    which = (DataKind.RECORDS, DataKind.TEMPLATES)
    assert store.revise(customer_id, clock.now, lambda found: kinds(found, which, ErasureReason.RETENTION, clock.now)) is None
    assert (store.load(customer_id), store.verify_audit().lines) == (before, lines)


def test_no_credential_names_a_part_that_was_erased(store: SqlCustomerStore, clock: FixedClock) -> None:
    store.begin("account", "3", clock.now)
    facts: dict[str, Json] = {
        "credential.a": {"category": "ID", "parts": {"FRONT": clock.now, "BACK": clock.now}},
        "credential.b": {"category": "FACEMAP", "parts": {"FACEMAP": clock.now}},
        "facemap": {"credential": "b"},
    }
    blobs = {"credential.a.FRONT": b"1", "credential.a.BACK": b"2", "credential.b.FACEMAP": b"3", "credential.b.ENROLLED": b"4"}
    store.commit(StepCommit("account", "workflow_processed", clock.now, facts, blobs, status="FINISHED"))
    clock.go_on(days=20)
    receipts = run(store, clock, RULES).receipts
    assert [receipt.erased for receipt in receipts] == [{"templates": 2, "facts": 1}]
    after = store.load("account")
    assert after.facts["credential.a"] == facts["credential.a"]
    assert after.facts["credential.b"] == {"category": "FACEMAP", "parts": {}}
    assert "facemap" not in after.facts
    clock.go_on(days=10)
    run(store, clock, RULES)
    assert store.load("account").facts["credential.a"] == {"category": "ID", "parts": {}}


# --- three years ---------------------------------------------------------------------------------------------------


def test_a_consent_of_three_years_ends_what_rested_on_it(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    clock.now = "2029-11-21T09:59:59.999Z"
    assert preview(store, clock, KEEP_ALL) == ()
    clock.now = "2029-11-21T10:00:00.000Z"
    assert [entry.reason for entry in preview(store, clock, KEEP_ALL)] == [ErasureReason.CONSENT_EXPIRED]
    result = run(store, clock, KEEP_ALL, clock_checked=True)
    assert [receipt.reason for receipt in result.receipts] == ["CONSENT_EXPIRED"]
    customer = store.load(customer_id)
    assert {name.split(".")[0] for name in customer.blobs} == {"document"}
    assert "selfie" not in customer.facts
    assert preview(store, clock, KEEP_ALL) == ()


# --- faults --------------------------------------------------------------------------------------------------------


def test_a_clock_that_leapt_erases_nothing_until_somebody_has_looked(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    clock.go_on(days=365)
    with pytest.raises(BadInput, match="365 days ahead"):
        run(store, clock, RULES)
    assert store.load(customer_id).blobs != ()
    assert run(store, clock, RULES, clock_checked=True).receipts != ()


def test_a_clock_that_stands_before_what_happened_is_wrong_whoever_looked(store: SqlCustomerStore, clock: FixedClock) -> None:
    finished_customer(store, clock)
    clock.go_on(hours=-1)
    with pytest.raises(BadInput, match="set the clock right"):
        run(store, clock, RULES, clock_checked=True)


@pytest.mark.logs_warnings
def test_one_damaged_customer_does_not_keep_the_others(store: SqlCustomerStore, clock: FixedClock, tmp_path: Path) -> None:
    damaged, sound = finished_customer(store, clock), finished_customer(store, clock)
    before = store.load(damaged)
    file = store._database.read(
        lambda tables: tables.execute(
            "SELECT file FROM blobs WHERE customer_id = ? AND name = 'document.front.picture'", (damaged,)
        ).fetchone()[0]
    )
    (tmp_path / "store" / "blobs" / file[:2] / file).write_bytes(b"KBLB\x01")
    clock.go_on(days=10)
    result = run(store, clock, RULES)
    assert result.failed == ((damaged, ErrorCode.STORE_DAMAGED),)
    assert [receipt.customer_id for receipt in result.receipts] == [sound]
    assert store.load(damaged) == before, "all or nothing"
    assert store.blob(damaged, "liveness.record") == b"sealed record of the live check"
    clock.go_on(days=50)
    assert run(store, clock, RULES).failed == (), "as a whole they can always be erased"
    assert store.customers() == ()


def test_an_empty_store_has_nothing_to_erase(store: SqlCustomerStore, clock: FixedClock) -> None:
    assert preview(store, clock, RULES) == ()
    assert run(store, clock, RULES).receipts == ()


# --- the audit chain -----------------------------------------------------------------------------------------------


def test_old_lines_go_from_the_start_and_the_chain_still_holds(store: SqlCustomerStore, clock: FixedClock) -> None:
    first = finished_customer(store, clock)
    erase_customer(store, clock, first)
    old = store.verify_audit().lines
    clock.go_on(days=50)
    kept = finished_customer(store, clock)
    clock.go_on(days=51)
    result = run(store, clock, replace(KEEP_ALL, audit=100))
    assert [(receipt.event, receipt.detail["lines"]) for receipt in result.receipts] == [("AUDIT_TRIMMED", old)]
    report = store.verify_audit()
    assert report.intact, report.problem
    assert {receipt.customer_id for receipt in store.receipts()} == {""}
    clock.go_on(days=500)
    assert run(store, clock, replace(KEEP_ALL, audit=100), clock_checked=True).receipts == (), "the history of who is stored stays whole"
    erase_customer(store, clock, kept)
    clock.go_on(days=80)
    assert run(store, clock, replace(KEEP_ALL, audit=70)).receipts[0].event == "AUDIT_TRIMMED"
    assert store.verify_audit().intact
    assert store.verify_audit().lines == 1
    finished_customer(store, clock)
    assert store.verify_audit().intact


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("DELETE FROM audit WHERE seq = (SELECT min(seq) FROM audit)", None),
        ("DELETE FROM audit WHERE event = 'AUDIT_TRIMMED'", None),
        ("UPDATE audit SET detail = replace(detail, 'through\": ', 'through\": 1') WHERE event = 'AUDIT_TRIMMED'", None),
        ("UPDATE audit SET detail = '{}' WHERE event = 'AUDIT_TRIMMED'", 1),
    ],
)
def test_a_trimmed_chain_that_loses_more_does_not_hold(
    store: SqlCustomerStore, clock: FixedClock, statement: str, first_bad: int | None
) -> None:
    erase_customer(store, clock, finished_customer(store, clock))
    clock.go_on(days=50)
    finished_customer(store, clock)
    clock.go_on(days=51)
    run(store, clock, replace(KEEP_ALL, audit=100))
    assert store.verify_audit().intact
    store._database.write(lambda tables: tables.execute(statement))
    report = store.verify_audit()
    assert not report.intact
    assert first_bad in (None, report.first_bad)


def test_an_erasure_on_request_leaves_a_receipt(store: SqlCustomerStore, clock: FixedClock) -> None:
    customer_id = finished_customer(store, clock)
    receipt = erase_customer(store, clock, customer_id, by="op-ben")
    assert (receipt.event, receipt.reason, receipt.detail["by"]) == ("CUSTOMER_DELETED", "REQUEST", "op-ben")
    assert set(receipt.erased) == {"pictures", "records", "templates", "facts"}
    assert store.receipts(customer_id) == (receipt,)
    with pytest.raises(BadInput) as caught:
        erase_customer(store, clock, customer_id)
    assert caught.value.code is ErrorCode.CUSTOMER_NOT_FOUND
