"""Contacts, proofs and chips: gateways, ledger and readers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.compose.lists import watchlist_screener
from kiosk.compose.setup import policies_in_force
from kiosk.services.contacts import ContactKind

if TYPE_CHECKING:
    from kiosk.compose.engines import Engines
    from kiosk.compose.setup import Setup
    from kiosk.ports import Clock, CodeGateway, CodeLedger, NfcReader, Scanner
    from kiosk.services.answering import AnswerDesks
    from kiosk.services.one_time_codes import OneTimeCodes
    from kiosk.services.proofs.reader import ProofReader
    from kiosk.services.protocols.guided_session import GuidedSessions
    from kiosk.store.customers import SqlCustomerStore


def code_gateways(setup: Setup) -> Mapping[ContactKind, CodeGateway]:
    """What the settings name; a kind that they set to "none" is not there."""
    from kiosk.gateways.console import ConsoleCodes
    from kiosk.gateways.http_sms import HttpSmsCodes
    from kiosk.gateways.secrets import secret
    from kiosk.gateways.smtp import SmtpCodes

    config = setup.config
    made: dict[ContactKind, CodeGateway] = {}
    if config.codes.phone == "http":
        made[ContactKind.PHONE] = HttpSmsCodes(config.sms, lambda: secret("sms"))
    if config.codes.email == "smtp":
        made[ContactKind.EMAIL] = SmtpCodes(config.smtp, lambda: secret("smtp"))
    for kind, choice in ((ContactKind.PHONE, config.codes.phone), (ContactKind.EMAIL, config.codes.email)):
        if choice == "console":
            made[kind] = ConsoleCodes()
    return made


def one_time_codes(setup: Setup, ledger: CodeLedger, clock: Clock) -> OneTimeCodes:
    """`ledger`: `SqlCustomerStore.code_ledger`."""
    from kiosk.services.one_time_codes import CodeRules, OneTimeCodes

    codes = setup.config.codes
    rules = CodeRules(life_s=codes.life_s, tries=codes.tries, resend_s=codes.resend_s, per_day=codes.per_day)
    return OneTimeCodes(ledger, code_gateways(setup), clock, brand=setup.config.theme.brand, rules=rules)


def proof_reader(setup: Setup, engines: Engines) -> ProofReader:
    """Reads with the text engine that the settings name, loaded when it is needed."""
    from kiosk.services.proofs.reader import ProofLimits, ProofReader

    config = setup.config
    limits = ProofLimits(max_bytes=config.limits.max_bytes, max_side_px=config.limits.max_side_px, max_pages=config.proofs.max_pages)
    return ProofReader(engines.text_reader, engines.clock.today, limits=limits)


def chip_reader(setup: Setup) -> NfcReader | None:
    """None: no reader of chips is supported yet."""
    return None


def answer_desks(setup: Setup, engines: Engines, ledger: CodeLedger) -> AnswerDesks:
    """What this machine has for the steps for contacts, proofs and the chip."""
    from kiosk.devices.watched_folder import WatchedFolder
    from kiosk.services.answering import AnswerDesks

    config = setup.config
    folder = Path(config.scanner.folder).expanduser() if config.scanner.folder else None

    def scanner() -> Scanner:
        assert folder is not None
        return WatchedFolder(folder)

    return AnswerDesks(
        codes=one_time_codes(setup, ledger, engines.clock),
        proofs=proof_reader(setup, engines),
        chip=chip_reader(setup),
        scanner=scanner if folder is not None and folder.is_dir() else None,
        region=config.codes.region,
        proof_days=config.proofs.max_age_days,
    )


def guided_sessions(setup: Setup, store: SqlCustomerStore, engines: Engines) -> GuidedSessions:
    """The server-driven session with all desks that this machine has."""
    from kiosk.services.protocols.guided_session import GuidedSessions
    from kiosk.services.protocols.levels import load_levels
    from kiosk.services.protocols.proof_desk import ReadProofs
    from kiosk.store.device_key import open_device_key

    config = setup.config
    return GuidedSessions(
        store,
        engines,
        open_device_key(setup.paths.data),
        engines.clock,
        levels=load_levels(setup.paths.resources),
        policies=policies_in_force(setup),
        screener=watchlist_screener(setup, store),
        proofs=ReadProofs(proof_reader(setup, engines), engines.clock.today, max_age_days=config.proofs.max_age_days),
        codes=one_time_codes(setup, store.code_ledger, engines.clock),
        nfc=chip_reader(setup),
        region=config.codes.region,
        allow_virtual_cameras=config.capture.allow_virtual_cameras,
    )
