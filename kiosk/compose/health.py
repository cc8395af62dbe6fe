"""Everything that `kiosk doctor` looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kiosk.compose.devices import camera_finder
from kiosk.compose.engines import Engines
from kiosk.compose.lists import watchlist_screener, watchlist_shelf
from kiosk.compose.setup import Setup, has_store, model_library, open_customer_store, policies_in_force, retention_rules
from kiosk.domain.errors import KioskError
from kiosk.services.clock import SystemClock

if TYPE_CHECKING:
    from kiosk.engines.providers import ProviderNote
    from kiosk.services.doctor import Looks
    from kiosk.store.health import StoreHealth


def doctor_looks(setup: Setup) -> Looks:
    """Everything that `kiosk doctor` looks at. Looking makes nothing: no store, no key, no folder."""
    from kiosk.engines.model_install import statuses
    from kiosk.engines.ort import available_providers
    from kiosk.services.doctor import ListsLook, Looks
    from kiosk.services.retention import preview
    from kiosk.services.sound_parts import sound_finding

    wishes = setup.config.accessibility

    def store() -> StoreHealth | None:
        if not has_store(setup):
            return None
        with open_customer_store(setup) as opened:
            return opened.health()

    def provider_notes() -> Sequence[ProviderNote]:
        with Engines(setup) as engines:
            return engines.provider_notes()

    def last_activity() -> str:
        if not has_store(setup):
            return ""
        with open_customer_store(setup) as opened:
            return max((customer.updated_at for customer in opened.customers()), default="")

    def watchlists() -> ListsLook:
        shelf, screener = watchlist_shelf(setup), watchlist_screener(setup)
        versions, notes = shelf.versions(), dict(shelf.noted())
        installed = [version.name for version in versions]
        failed = {name for name, note in notes.items() if note.failed_at} | (set(setup.config.watchlists.sources) - set(notes))
        return ListsLook(installed, [version.name for version in versions if screener.is_outdated(version)], sorted(failed))

    def overdue() -> int:
        if not has_store(setup):
            return 0
        with open_customer_store(setup) as opened:
            due = preview(opened, SystemClock(), retention_rules(setup))
            return sum(not entry.waits for entry in due)

    return Looks(
        clock=SystemClock(),
        data_folder=setup.paths.data,
        models_folder=setup.paths.models,
        cameras=lambda: camera_finder(setup).cameras(),
        models=lambda: statuses(model_library(setup), afresh=True),
        providers=available_providers,
        provider_notes=None if setup.config.models.provider == "cpu" else provider_notes,
        store=store,
        watchlists=watchlists if _names_are_looked_for(setup) else None,
        overdue=overdue,
        last_activity=last_activity,
        min_free_mb=setup.config.limits.min_free_disk_mb,
        text_engine=setup.config.text.engine,
        sound=lambda: sound_finding(sound=wishes.sound, speech=wishes.speech),
    )


def _names_are_looked_for(setup: Setup) -> bool:
    """By the policy of the workflow that the settings name; a workflow or policy that is wrong is told elsewhere."""
    from kiosk.services.capabilities import policy_for
    from kiosk.services.workflows import load_any_workflow

    try:
        workflow = load_any_workflow(setup.paths.resources, setup.config.session.workflow)
        policy = policies_in_force(setup)(workflow.policy)
    except KioskError:
        return False
    return (policy if workflow.definition is None else policy_for(policy, workflow.definition)).screening
