"""The part of `kiosk.compose` for contacts and proofs: puts gateways, ledger and readers together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from kiosk.services.contacts import ContactKind

if TYPE_CHECKING:
    from kiosk.compose import Engines, Setup
    from kiosk.ports import Clock, CodeGateway, CodeLedger
    from kiosk.services.one_time_codes import OneTimeCodes
    from kiosk.services.proofs.reader import ProofReader


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
    """Reads with the text engine that the settings name. Raises ModelFault when its models are missing."""
    from kiosk.services.proofs.reader import ProofLimits, ProofReader

    config = setup.config
    limits = ProofLimits(max_bytes=config.limits.max_bytes, max_side_px=config.limits.max_side_px, max_pages=config.proofs.max_pages)
    return ProofReader(engines.text_reader, engines.clock.today, limits=limits)
