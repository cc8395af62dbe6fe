"""What the decision asks of the engines: worked out ahead while the review is read, and the rest when it is due."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.services.camera_work import CameraWork
from kiosk.services.capture_steps import Work
from kiosk.services.lanes import Lanes
from kiosk.services.onboarding import Onboarding
from kiosk.services.person_checks import LookAhead, PersonChecks, PersonJudgement


class Deciding:
    """Belongs to the session lane; the checks themselves run on the engines' lane. What comes late is dropped by its generation."""

    def __init__(self, checks: PersonChecks, camera: CameraWork, lanes: Lanes) -> None:
        self._checks = checks
        self._camera = camera
        self._lanes = lanes
        self._ahead = LookAhead()
        self._work: Work | None = None

    @property
    def is_on(self) -> bool:
        """As long as its answer can still come: one that would be dropped as late must hold nobody up."""
        return self._work is not None and self._camera.is_current(self._work)

    def forget(self) -> None:
        """The customer is gone, and what was looked at with them."""
        self._ahead = LookAhead()
        self._work = None

    def give_up(self) -> None:
        """It could not be made now, and may be asked for again."""
        self._work = None

    def look_ahead(self, customer: Onboarding) -> None:
        """While the customer reads the review the faces are compared: what is left for the end is the lists and the store."""
        question, ahead = customer.person_question(), LookAhead()
        self._ahead = ahead

        def look(_work: Work) -> None:
            if self._ahead is ahead:  # not another customer's turn by now
                ahead.look = self._checks.look(question)

        self._camera.analyse(Work(self._camera.generation), look)

    def begin(self, customer: Onboarding, then: Callable[[PersonJudgement], None]) -> None:
        """`then` is called on the session lane, unless the customer has left the step by then."""
        question, ahead = customer.person_question(), self._ahead
        work = self._work = Work(self._camera.generation)

        def due(judgement: PersonJudgement) -> None:
            if self._work is work and self._camera.is_current(work):
                then(judgement)
                self._work = None

        def judge(_work: Work) -> None:
            judgement = self._checks.judge(question, ahead.look)
            self._lanes.post(lambda: due(judgement))

        self._camera.analyse(work, judge)
