"""Everything a door with a camera needs, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kiosk.compose.devices import camera_finder, camera_id
from kiosk.compose.engines import Engines
from kiosk.compose.lists import watchlist_screener
from kiosk.compose.setup import Setup, consents_in_force, decision_policy, device_key, retention_rules
from kiosk.domain.challenge import ChallengeKind

if TYPE_CHECKING:
    from kiosk.devices.virtual_camera import VirtualCamera


class Kiosk:
    """Everything a door with a camera needs, put together. Made on any thread; `close` ends all threads and frees the engines."""

    def __init__(self, setup: Setup, *, virtual: Sequence[VirtualCamera] = (), use_real: bool = True, camera: str | None = None) -> None:
        """Args: `camera` for both pictures, instead of what the settings say. Raises StoreFault, BadInput(WORKFLOW_INVALID)."""
        from kiosk.compose.contacts import answer_desks
        from kiosk.services.bus import Bus
        from kiosk.services.camera_trust import require_real_camera
        from kiosk.services.capture import CaptureService
        from kiosk.services.daily_retention import DailyRetention
        from kiosk.services.retention import run as run_retention
        from kiosk.services.session_runner import SessionRunner
        from kiosk.services.step_views import RunnerSettings
        from kiosk.services.workflows import load_workflow
        from kiosk.store.customers import open_store

        config = setup.config
        workflow = load_workflow(setup.paths.resources, config.session.workflow)
        consents = consents_in_force(setup)
        policy = decision_policy(setup, workflow.policy, consents)
        rules = retention_rules(setup)
        self.setup = setup
        self.bus = Bus()
        self.engines = Engines(setup)
        self.store = open_store(setup.paths.data)
        self.retention = DailyRetention(
            lambda go_on: run_retention(self.store, self.engines.clock, rules, go_on=go_on), self.bus, self.engines.clock
        )
        allow_virtual = config.capture.allow_virtual_cameras
        self.capture = CaptureService(
            camera_finder(setup, *virtual, use_real=use_real),
            self.bus,
            self.engines.clock,
            accepts=lambda camera: require_real_camera(camera, allow=allow_virtual, staffed=workflow.staffed),
        )
        self.runner = SessionRunner(
            workflow=workflow,
            policy=policy,
            engines=self.engines,
            store=self.store,
            capture=self.capture,
            bus=self.bus,
            clock=self.engines.clock,
            settings=RunnerSettings(
                document_camera=camera_id(config.document_camera) if camera is None else camera,
                selfie_camera=camera_id(config.selfie_camera) if camera is None else camera,
                brand=config.theme.brand,
                languages=config.languages.offered,
                language=config.languages.default,
                manual_after_s=config.timings.manual_after_s,
                help_after_s=config.timings.help_after_s,
                challenges=tuple(ChallengeKind(kind) for kind in config.liveness.challenges),
                # what moves or flashes is off where motion is reduced; a check of colours that nobody was shown would be wrong
                flashes=config.liveness.flashes and not config.theme.reduced_motion,
                allow_virtual_cameras=allow_virtual,
            ),
            device_key=device_key(setup),
            consents=consents,
            screener=watchlist_screener(setup, self.store),
            desks=answer_desks(setup, self.engines, self.store.code_ledger),
        )
        self.retention.start()

    def close(self) -> None:
        self.retention.close()
        self.runner.close()
        self.store.close()
        self.engines.close()
