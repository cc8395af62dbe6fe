"""Live guidance, on frames of drawn scenes at 15 a second. Time is the frames' own, so nothing waits."""

from __future__ import annotations

import functools
import itertools

import cv2
import pytest

from kiosk.domain.document import PageSide
from kiosk.domain.guidance import AdviceCode, Guidance
from kiosk.engines.page_locator import ClassicalPageLocator
from kiosk.imaging.frame import Frame, Image
from kiosk.imaging.page_quality import Strictness
from kiosk.ports import PageLocation
from kiosk.services.document_guide import ADVICE_FOR_S, STILL_FOR_S, DocumentGuide
from kiosk.specimens.scene import Desk, DocumentScene, Placement, showing, turning_over
from kiosk.specimens.specimen import specimen

FPS = 15
HELD = Placement(width=0.62, roll_deg=-2, tilt_deg=4)


@functools.cache
def page(side: PageSide = PageSide.FRONT) -> Image:
    return specimen("td1").pages[side]


@functools.cache
def desk() -> Desk:
    return Desk()


def guide(side: PageSide = PageSide.FRONT, reference: Image | None = None) -> DocumentGuide:
    return DocumentGuide(ClassicalPageLocator(), side=side, reference=reference)


@pytest.mark.parametrize("advice", [AdviceCode.GLARE, AdviceCode.BLURRED])
def test_how_strict_the_kiosk_is_decides_whether_the_customer_is_held_up(advice: AdviceCode) -> None:
    picture = desk().shot(page(), HELD, blur_px=1.6 if advice is AdviceCode.BLURRED else 0.35)
    if advice is AdviceCode.GLARE:  # over three hundredths of the page
        cv2.ellipse(picture, (640, 330), (88, 52), 0, 0, 360, (255, 255, 255), cv2.FILLED)
    told = [
        show(DocumentGuide(ClassicalPageLocator(), strictness=one), picture)[-1].advice for one in (Strictness.STRICT, Strictness.RELAXED)
    ]
    assert told == [advice, AdviceCode.HOLD_STILL]


def show(guide: DocumentGuide, picture: Image, *, since: int = 0, frames: int = 16) -> list[Guidance]:
    """The same picture for a while."""
    return [guide.judge(Frame(picture, (since + number) / FPS, "test", since + number)) for number in range(frames)]


def play(guide: DocumentGuide, scene: DocumentScene, *, seconds: float) -> list[tuple[float, Guidance]]:
    """Until the guide is ready."""
    told = []
    for number in range(int(seconds * FPS)):
        at = number / FPS
        told.append((at, guide.judge(Frame(scene(at), at, "test", number))))
        if guide.ready:
            break
    return told


@pytest.mark.parametrize(
    ("name", "placement", "options", "advice"),
    [
        ("nothing", None, {}, AdviceCode.SHOW_DOCUMENT),
        ("far", Placement(width=0.25), {}, AdviceCode.COME_CLOSER),
        ("cut at the left", Placement(x=0.15, width=0.5), {}, AdviceCode.SHOW_WHOLE_DOCUMENT),
        ("cut below", Placement(y=0.9, width=0.5), {}, AdviceCode.SHOW_WHOLE_DOCUMENT),
        ("dark", HELD, {"light": 0.22}, AdviceCode.TOO_DARK),
        ("no light", None, {"light": 0.1}, AdviceCode.TOO_DARK),
        ("overexposed", HELD, {"light": 2.2}, AdviceCode.TOO_BRIGHT),
        ("glare", HELD, {"glare": 1.0}, AdviceCode.GLARE),
        ("out of focus", HELD, {"blur_px": 3.0}, AdviceCode.BLURRED),
        ("good", HELD, {}, AdviceCode.HOLD_STILL),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_advice_fits_what_is_seen(name: str, placement: Placement | None, options: dict[str, float], advice: AdviceCode) -> None:
    picture = desk().shot(page() if placement else None, placement, **options)
    last = show(guide(), picture)[-1]
    assert last.advice is advice
    assert last.steady is (name == "good")
    assert (last.outline is None) == (placement is None)


def test_a_page_held_still_is_ready_after_its_time_and_not_before() -> None:
    subject = guide()
    picture = desk().shot(page(), HELD)
    told = [(number / FPS, subject.judge(Frame(picture, number / FPS, "test", number)), subject.ready) for number in range(16)]
    first = next(at for at, _, ready in told if ready)
    assert STILL_FOR_S <= first <= STILL_FOR_S + 3 / FPS
    progress = [guidance.progress for _, guidance, _ in told]
    assert progress == sorted(progress)
    assert progress[0] == 0.0


@pytest.mark.parametrize(("apart_s", "ready"), [(0.3, True), (1.0, True), (2.0, False)])
def test_a_machine_that_gives_few_frames_takes_the_picture_all_the_same(apart_s: float, ready: bool) -> None:
    slow, still = guide(), desk().shot(page(), HELD)
    for number in range(5):
        slow.judge(Frame(still, number * apart_s, "test", number))
    assert slow.ready is ready


def test_a_clock_that_is_set_back_costs_a_page_its_time_and_no_more() -> None:
    one = guide()
    picture = desk().shot(page(), HELD)
    show(one, picture, since=1000, frames=8)
    told = show(one, picture, since=0)
    assert all(0 <= guidance.progress <= 1 for guidance in told)
    assert one.ready


def test_a_page_that_was_gone_between_two_frames_has_just_appeared() -> None:
    slow, still, empty = guide(), desk().shot(page(), HELD), desk().shot(None)
    for number in range(8):
        slow.judge(Frame(empty if number % 2 else still, number * 0.4, "test", number))
        assert not slow.ready


def test_a_page_that_keeps_moving_is_never_ready() -> None:
    subject = guide()
    for number in range(30):
        moving = Placement(0.5 + 0.02 * (number % 2), 0.5, 0.6)
        guidance = subject.judge(Frame(desk().shot(page(), moving), number / FPS, "test", number))
        assert not subject.ready
        assert guidance.progress == 0.0


def test_no_advice_is_replaced_before_it_can_be_read() -> None:
    told = play(guide(), showing(page()), seconds=8)
    changes = [at for (at, now), (_, before) in zip(told[1:], told, strict=False) if now.advice is not before.advice]
    assert len(changes) >= 2
    assert all(later - earlier >= ADVICE_FOR_S - 1e-6 for earlier, later in itertools.pairwise(changes))


def test_a_customers_way_from_an_empty_desk_to_the_picture() -> None:
    subject = guide()
    scene = showing(page())
    told = play(subject, scene, seconds=9)
    advice = [guidance.advice for _, guidance in told]
    assert advice[0] is AdviceCode.SHOW_DOCUMENT
    assert AdviceCode.COME_CLOSER in advice
    assert AdviceCode.GLARE in advice
    assert subject.ready
    assert told[-1][0] >= scene.still_from_s - 0.5
    assert subject.best is not None


def test_the_outline_lies_on_the_page_in_shares_of_the_frame() -> None:
    guidance = show(guide(), desk().shot(page(), HELD))[-1]
    assert guidance.outline is not None
    for (x, y), (true_x, true_y) in zip(guidance.outline, desk().quad(page(), HELD), strict=True):
        assert abs(x - true_x / 1280) < 0.01
        assert abs(y - true_y / 720) < 0.01
    assert guidance.frame_taken_at == pytest.approx(15 / FPS)


def test_the_front_shown_again_is_asked_to_be_turned_over() -> None:
    subject = guide(PageSide.BACK, page())
    scene = turning_over(page(), page(PageSide.BACK))
    told = play(subject, scene, seconds=7)
    assert told[0][1].advice is AdviceCode.TURN_OVER
    assert subject.ready
    assert subject.best is not None
    assert scene.page_at(subject.best.taken_at) == 1


def test_the_front_is_never_taken_for_the_back() -> None:
    subject = guide(PageSide.BACK, page())
    told = show(subject, desk().shot(page(), HELD), frames=25)
    assert {guidance.advice for guidance in told} == {AdviceCode.TURN_OVER}
    assert not subject.ready
    assert subject.best is None


def test_a_page_brought_too_close_is_sent_back_even_when_its_edges_are_gone() -> None:
    subject = guide()
    show(subject, desk().shot(page(), Placement(width=0.88, y=0.62)), frames=4)
    told = show(subject, desk().shot(page(), Placement(width=1.4)), since=4, frames=16)
    assert told[-1].advice is AdviceCode.MOVE_BACK


def test_the_sharpest_frame_is_kept() -> None:
    subject = guide()
    sharp, soft = desk().shot(page(), HELD), desk().shot(page(), HELD, blur_px=1.3)
    for number, picture in enumerate([soft, soft, soft, sharp, soft, soft]):
        subject.judge(Frame(picture, number / FPS, "test", number))
    assert subject.best is not None
    assert subject.best.number == 3


def test_a_frame_of_the_preview_is_looked_at_quickly() -> None:
    asked: list[bool] = []

    class Asked(ClassicalPageLocator):
        def locate(self, image: Image, *, quick: bool = False) -> tuple[PageLocation, ...]:
            asked.append(quick)
            return super().locate(image, quick=quick)

    show(DocumentGuide(Asked()), desk().shot(None), frames=2)
    assert asked == [True, True]
