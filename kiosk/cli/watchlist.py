"""`kiosk watchlist import FILE | update | list | remove NAME | review [CUSTOMER]` and `kiosk screen NAME`: lists, and who is on them."""

from __future__ import annotations

import argparse
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.output import DONE, REFUSED, emit, emit_json
from kiosk.cli.parsing import Subparsers, naming
from kiosk.config import LIST_FORMATS
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.sentences import sentence

if TYPE_CHECKING:
    from kiosk.ports import Json
    from kiosk.services.screening_review import HitView, Screened
    from kiosk.services.watchlist.shelf import SourceNote, WatchlistShelf

_REASONS = (
    "OTHER_BIRTH", "OTHER_NATIONALITY", "OTHER_SEX", "OTHER_NAME", "OTHER_PERSON_BY_PICTURE", "DELISTED", "CLEARED_BY_COMPLIANCE",
    "IN_WORDS",
)  # fmt: skip
"""`review.ReviewReason` of a dismissal; a test compares the two."""
_WORDS = {
    "NAME": "the name",
    "BIRTH_SAME": "the same date of birth",
    "BIRTH_YEAR_SAME": "the same year of birth",
    "BIRTH_DAY_AND_MONTH_SWAPPED": "the same date of birth with day and month exchanged",
    "BIRTH_NEAR": "born within two years",
    "BIRTH_DIFFERS": "another date of birth",
    "COUNTRY_SAME": "the same country",
    "COUNTRY_DIFFERS": "another country",
    "SEX_SAME": "the same sex",
    "SEX_DIFFERS": "another sex",
}
_BIRTH = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("watchlist", help="sanctions and other lists on this machine")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION", parser_class=type(command))
    importing = actions.add_parser("import", help="read a list from a file; an older version is replaced when the new one is complete")
    importing.add_argument("file", type=Path, metavar="FILE")
    importing.add_argument("--format", choices=LIST_FORMATS, help="found by the file's beginning where not given")
    importing.add_argument("--name", default="", help="of the list (the format's name)")
    importing.add_argument("--allow-shrink", action="store_true", help="take a file with less than half of the entries there were")
    importing.set_defaults(run=run_import)
    updating = actions.add_parser("update", help="fetch the lists that the settings name; a list that fails stays as it is")
    updating.add_argument("names", metavar="NAME", nargs="*", help="only these lists")
    updating.add_argument("--allow-shrink", action="store_true", help="take a file with less than half of the entries there were")
    updating.set_defaults(run=run_update)
    listing = actions.add_parser("list", help="which lists are installed, and how old they are")
    listing.set_defaults(run=run_list)
    removing = actions.add_parser("remove", help="forget a list")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=run_remove)
    reviewing = actions.add_parser("review", help="who waits for a look; the hits of one; confirm or dismiss a hit, as a second person")
    reviewing.add_argument("id", metavar="CUSTOMER", nargs="?", help="the id or its first characters; without it: who waits")
    verdict = reviewing.add_mutually_exclusive_group()
    verdict.add_argument("--confirm", metavar="HIT", help="it is this person: the customer stays with a colleague")
    verdict.add_argument("--dismiss", metavar="HIT", help="it is somebody else: what there is besides decides")
    reviewing.add_argument("--reason", default="", metavar="TEXT", help="why, in a sentence; stays with the customer")
    reviewing.add_argument("--because", choices=_REASONS, help="the reason of a dismissal as a code, for the audit chain (IN_WORDS)")
    reviewing.add_argument("--by", default="", metavar="OPERATOR", help="id of who decides: not who took the customer's data")
    reviewing.add_argument("--taken-by", default="", metavar="OPERATOR", help="id of who took the data, where the record does not say")
    reviewing.set_defaults(run=run_review)
    screen = commands.add_parser("screen", help="who on the lists may be this person; nothing is stored")
    screen.add_argument("name", metavar="NAME")
    screen.add_argument("--dob", default="", metavar="DATE", help="YYYY, YYYY-MM or YYYY-MM-DD")
    screen.add_argument("--country", action="append", default=[], metavar="CODE", help="nationality; may be repeated")
    screen.add_argument("--sex", choices=("M", "F"), default="")
    screen.add_argument("--reference", default="command-line", metavar="REF", help="the user reference that the screening is made for")
    screen.set_defaults(run=run_screen)
    for action in (importing, updating, listing, removing, reviewing, screen):
        action.add_argument("--json", action="store_true")


def run_import(arguments: argparse.Namespace) -> None:
    from kiosk.services.watchlist.formats import ListFormat

    with naming(arguments.file):
        form = ListFormat(arguments.format) if arguments.format else None
        version = _shelf().import_list(arguments.file, form=form, name=arguments.name, allow_shrink=arguments.allow_shrink)
    if arguments.json:
        emit_json(version.as_json())
    else:
        day = version.source_date or "a day that the file does not say"
        emit(f"{version.name}: {version.entries} entries, {version.spellings} names, of {day}")


def run_list(arguments: argparse.Namespace) -> None:
    from kiosk.compose.lists import watchlist_screener
    from kiosk.compose.setup import load_setup

    setup = load_setup()
    shelf, screener = _shelf(), watchlist_screener(setup)
    versions, notes = shelf.versions(), dict(shelf.noted())
    missing = sorted((set(setup.config.watchlists.sources) | set(notes)) - {version.name for version in versions})
    if arguments.json:
        rows: list[Json] = [
            version.as_json() | {"outdated": screener.is_outdated(version), "source": _note_json(notes.get(version.name))}
            for version in versions
        ]
        emit_json({"lists": rows, "missing": [{"name": name, "source": _note_json(notes.get(name))} for name in missing]})
        return
    for version in versions:
        old = "  OUTDATED" if screener.is_outdated(version) else ""
        checked = f"  checked {version.checked_at[:10]}" if version.checked_at else ""
        emit(
            f"{version.name}  {version.format}  of {version.source_date or '?'}  imported {version.imported_at[:10]}{checked}  "
            f"{version.entries} entries  {version.sha256[:16]}{old}"
        )
        _tell_failure(notes.get(version.name))
    for name in missing:
        emit(f"{name}  not here yet: kiosk watchlist update {name}")
        _tell_failure(notes.get(name))
    if not versions:
        emit("no list is installed: kiosk watchlist import FILE")


def run_update(arguments: argparse.Namespace) -> int:
    """Exit 2 when a list could not be brought up to date; the others are."""
    from kiosk.compose.lists import watchlist_updater
    from kiosk.compose.setup import load_setup
    from kiosk.services.watchlist.updating import UpdateOutcome

    setup = load_setup()
    if not setup.config.watchlists.sources:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "no source is set: [watchlists.sources] (docs/guides/watchlists.md)")
    done = watchlist_updater(setup).update(*arguments.names, allow_shrink=arguments.allow_shrink)
    failed = any(one.outcome is UpdateOutcome.FAILED for one in done)
    if arguments.json:
        rows: list[Json] = [
            {
                "name": one.name,
                "outcome": one.outcome.value,
                "code": one.code or None,
                "why": one.why or None,
                "list": one.version.as_json() if one.version else None,
            }
            for one in done
        ]
        emit_json({"updates": rows})
        return REFUSED if failed else DONE
    for one in done:
        version = one.version
        now = f"{version.entries} entries of {version.source_date or version.imported_at[:10]}" if version else "no list"
        why = f": {one.code}, {one.why}; in use: {now}" if one.outcome is UpdateOutcome.FAILED else f"  {now}"
        emit(f"{one.name}  {one.outcome.value}{why}")
    return REFUSED if failed else DONE


def run_remove(arguments: argparse.Namespace) -> None:
    version = _shelf().remove(arguments.name)
    if arguments.json:
        emit_json({"removed": version.as_json() if version else {"name": arguments.name}})
    else:
        emit(f"{arguments.name}: removed")


def run_review(arguments: argparse.Namespace) -> None:
    """Lists who waits, shows one customer's hits, or keeps a verdict."""
    if arguments.id is None:
        if arguments.confirm or arguments.dismiss:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "name the customer whose hit it is")
        _list_waiting(arguments)
        return
    from kiosk.cli.customers import find_customer
    from kiosk.compose.lists import watchlist_screener
    from kiosk.compose.setup import load_setup, open_customer_store
    from kiosk.services.clock import SystemClock
    from kiosk.services.screening_review import review, screened
    from kiosk.services.watchlist.review import ReviewReason, Verdict

    hit = arguments.confirm or arguments.dismiss
    if hit and not (arguments.by and arguments.reason):
        raise BadInput(ErrorCode.BAD_ARGUMENT, "a verdict needs --by and --reason")
    if arguments.confirm and arguments.because:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "--because is the reason of a dismissal")
    setup = load_setup()
    with open_customer_store(setup) as store:
        customer = find_customer(store, arguments.id)
        screener = watchlist_screener(setup, store)
        if not hit:
            _show_hits(screened(store, screener, customer.id), as_json=arguments.json)
            return
        done, receipt = review(
            store,
            screener,
            SystemClock(),
            customer.id,
            hit,
            Verdict.CONFIRMED if arguments.confirm else Verdict.DISMISSED,
            by=arguments.by,
            reason=arguments.reason,
            because=ReviewReason(arguments.because) if arguments.because else None,
            taken_by=arguments.taken_by,
        )
    if arguments.json:
        from kiosk.cli.consent import receipt_json

        body: dict[str, Json] = {"id": customer.id, "hit": done.hit.reference, "verdict": done.verdict.value}
        body |= {
            "was": done.was.value,
            "outcome": done.outcome.value,
            "screening": done.check.label.value,
            "receipt": receipt_json(receipt),
        }
        emit_json(body)
        return
    emit(f"{customer.id}  {done.hit.reference}  {done.verdict.value}  {done.was.value} -> {done.outcome.value}  receipt {receipt.seq}")
    emit(f"  {sentence(done.check)}")


def run_screen(arguments: argparse.Namespace) -> None:
    from kiosk.compose.lists import watchlist_screener
    from kiosk.compose.setup import load_setup
    from kiosk.services.watchlist.model import Sex, Subject
    from kiosk.services.watchlist.screening import screening_json

    subject = Subject(arguments.name, _birth(arguments.dob), tuple(_country(code) for code in arguments.country), Sex(arguments.sex))
    screening = watchlist_screener(load_setup()).screen(subject, arguments.reference)
    if arguments.json:
        emit_json(screening_json(screening))
        return
    emit(f"{screening.check.status.value}: {sentence(screening.check)}")
    for hit in screening.hits:
        births = ", ".join(hit.listed.births) or "-"
        source = f"{hit.source.name} of {hit.source.source_date or hit.source.imported_at[:10]}"
        emit(f"  {hit.score:.3f}  {hit.listed.names[0]}  {births}  {source}  {hit.listed.id}  {' '.join(hit.reasons)}")


def _tell_failure(note: SourceNote | None) -> None:
    if note is not None and note.failed_at:
        emit(f"    the update of {note.failed_at[:16].replace('T', ' ')} failed: {note.failure}, {note.why}")


def _note_json(note: SourceNote | None) -> Json:
    if note is None:
        return None
    failure: Json = {"at": note.failed_at, "code": note.failure, "why": note.why} if note.failed_at else None
    return {"address": note.address, "checkedAt": note.checked_at or None, "failure": failure}


def _list_waiting(arguments: argparse.Namespace) -> None:
    from kiosk.cli.customers import customer_store
    from kiosk.services.override import outcome_in_force
    from kiosk.services.screening_review import waiting
    from kiosk.services.stored_person import stored_person

    with customer_store() as store:
        found = waiting(store.customers())
    rows = [(one, stored_person(one), outcome_in_force(one.facts)) for one in found]
    if arguments.json:
        emit_json(
            {
                "waiting": [
                    {"id": one.id, "updatedAt": one.updated_at, "name": person.name, "decision": outcome.value if outcome else None}
                    for one, person, outcome in rows
                ]
            }
        )
        return
    for one, person, outcome in rows:
        emit(f"{one.id}  {one.updated_at}  {outcome.value if outcome else '-':<7}  {person.name or '-'}")
    emit(f"{len(rows) or 'nobody'} waiting: kiosk watchlist review CUSTOMER")


def _show_hits(found: Screened, *, as_json: bool) -> None:
    from kiosk.services.override import outcome_in_force

    outcome = outcome_in_force(found.customer.facts)
    if as_json:
        emit_json(
            {
                "id": found.customer.id,
                "decision": outcome.value if outcome else None,
                "screening": found.check.label.value,
                "sentence": sentence(found.check),
                "hits": [_hit_json(view) for view in found.hits],
                "lists": [version.as_json() for version in found.lists],
            }
        )
        return
    emit(f"{found.customer.id}  {outcome.value if outcome else '-'}  {sentence(found.check)}")
    for view in found.hits:
        hit = view.hit
        emit(f"  {view.reference}  {hit.listed.names[0]}")
        source = f"{hit.source.name} of {hit.source.source_date or '?'}, imported {hit.source.imported_at[:10]}"
        known = "; ".join(
            filter(None, (", ".join(hit.listed.births), ", ".join(hit.listed.countries), hit.listed.sex.value, hit.listed.note))
        )
        emit(f"      {source}; {known or 'nothing more is known'}")
        asked = view.subjects[0]
        person = "; ".join(filter(None, (asked.name, asked.birth, ", ".join(asked.countries), asked.sex.value)))
        emit(f"      the customer: {person}")
        emit(f"      score {hit.score:.3f} (from {found.check.threshold}): {', '.join(_WORDS[code] for code in hit.reasons)}")
        said = f"{view.verdict.value} by {view.by} at {view.at}" if view.verdict else "open: --confirm or --dismiss it"
        emit(f"      {said}")
    if not found.hits:
        emit(
            "  on the lists of today there is nobody; where the decision still waits, a second person overrides it: kiosk decision override"
        )


def _hit_json(view: HitView) -> dict[str, Json]:
    verdict: Json = {"verdict": view.verdict.value, "by": view.by, "at": view.at} if view.verdict else None
    return {"hit": view.reference, **view.hit.as_json(), "review": verdict}


def _shelf() -> WatchlistShelf:
    from kiosk.compose.lists import watchlist_shelf
    from kiosk.compose.setup import load_setup

    return watchlist_shelf(load_setup())


def _birth(text: str) -> str:
    if text:
        try:
            if not _BIRTH.fullmatch(text):
                raise ValueError
            date.fromisoformat(f"{text}-01-01"[:10])
        except ValueError:
            raise BadInput(ErrorCode.BAD_ARGUMENT, "--dob is YYYY, YYYY-MM or YYYY-MM-DD") from None
    return text


def _country(text: str) -> str:
    from kiosk.services.watchlist.names import country_code

    code = country_code(text)
    if not code:
        raise BadInput(ErrorCode.BAD_ARGUMENT, "--country is no country that is known")
    return code
