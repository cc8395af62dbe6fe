"""Facemaps: made on this device, opened on this device, of this model, unchanged; and what authenticates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.check import CheckLabel, CheckName, CheckStatus
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.domain.face import Embedding, Pose
from kiosk.services.facemap import MAX_TEMPLATES, FacemapTemplate, authenticate, make_facemap, open_facemap
from kiosk.store.device_key import Ed25519DeviceKey
from tests.fakes.templates import VectorMatcher, people, seen_again, template

AT = "2025-06-01T10:00:00.000Z"
PERSON, STRANGER = people(2)
MATCHER = VectorMatcher()
KEY, OTHER_KEY = Ed25519DeviceKey(b"\x01" * 32), Ed25519DeviceKey(b"\x02" * 32)


def pictures(count: int, *, distance: float = 0.2) -> list[FacemapTemplate]:
    return [FacemapTemplate(seen_again(PERSON, distance=distance, seed=number), Pose(5.0 * number, 0, 0)) for number in range(count)]


def made(count: int = 3, customer: str = "c1") -> bytes:
    return make_facemap(pictures(count), MATCHER, KEY, created=AT, customer=customer)


def refused(data: bytes, key: Ed25519DeviceKey = KEY, model: str = "vectors") -> str:
    with pytest.raises(BadInput) as caught:
        open_facemap(data, key, model)
    assert caught.value.code is ErrorCode.INVALID_DATA
    return str(caught.value)


def test_a_facemap_gives_back_what_it_was_made_of() -> None:
    given_in = pictures(3)
    facemap = open_facemap(make_facemap(given_in, MATCHER, KEY, created=AT, customer="č-1"), KEY, "vectors")
    assert (facemap.model, facemap.created, facemap.customer) == ("vectors", AT, "č-1")
    assert [one.pose for one in facemap.templates] == [one.pose for one in given_in]
    for one, other in zip(facemap.templates, given_in, strict=True):
        assert one.embedding.vector == pytest.approx(other.embedding.vector, abs=1e-7)
    assert facemap.yaw_span == 10.0


def test_a_picture_without_a_pose_and_a_map_without_a_customer_are_allowed() -> None:
    data = make_facemap([FacemapTemplate(template(PERSON))], MATCHER, KEY, created=AT)
    facemap = open_facemap(data, KEY, "vectors")
    assert (facemap.templates[0].pose, facemap.customer, facemap.yaw_span) == (None, "", 0.0)


# --- what is inside cannot be read from outside ---------------------------------------------------------------------


def test_nothing_of_the_person_can_be_read_from_the_file() -> None:
    data = made(customer="SECRET-REFERENCE")
    vector = np.asarray(pictures(1)[0].embedding.vector, "<f4").tobytes()
    assert b"SECRET-REFERENCE" not in data
    assert AT.encode() not in data
    assert vector[:16] not in data


def test_two_facemaps_of_the_same_pictures_have_nothing_in_common_but_the_header() -> None:
    one, other = made(), made()
    assert len(one) == len(other)
    start = 4 + 1 + 16 + 1 + len("vectors") + 4
    same = sum(a == b for a, b in zip(one[start:], other[start:], strict=True))
    assert same < 0.03 * len(one)


# --- what is refused -----------------------------------------------------------------------------------------------


def test_every_changed_byte_is_refused() -> None:
    """All of them, not a sample."""
    data = made(1)
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 0x01
        refused(bytes(changed))


def test_every_cut_is_refused_and_so_is_anything_added() -> None:
    data = made(1)
    for length in range(len(data)):
        refused(data[:length])
    assert "length" in refused(data + b"\0")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_and_no_noise_is_ever_taken_for_a_facemap(data: st.DataObject) -> None:
    whole = made(2)
    kind = data.draw(st.sampled_from(["noise", "headed noise", "splice", "swap", "many bytes"]))
    other = make_facemap(pictures(2), MATCHER, KEY, created=AT, customer="another")
    if kind == "noise":
        changed = data.draw(st.binary(max_size=400))
    elif kind == "headed noise":
        changed = whole[: data.draw(st.integers(0, 60))] + data.draw(st.binary(max_size=400))
    elif kind == "splice":
        cut = data.draw(st.integers(30, len(whole) - 1))
        changed = whole[:cut] + other[cut:]
    elif kind == "swap":
        changed = whole[:-64] + other[-64:]
    else:
        buffer = bytearray(whole)
        for position in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=20, unique=True)):
            buffer[position] = (buffer[position] + data.draw(st.integers(1, 255))) % 256
        changed = bytes(buffer)
    refused(changed)


def test_a_facemap_of_another_device_is_refused_by_that_name() -> None:
    assert "another device" in refused(made(), OTHER_KEY)


def test_a_facemap_whose_device_was_rewritten_is_refused() -> None:
    """Someone who makes it look like this device's has not this device's signature."""
    foreign = bytearray(make_facemap(pictures(1), MATCHER, OTHER_KEY, created=AT))
    foreign[5:21] = bytes.fromhex(KEY.device_id)
    assert "changed" in refused(bytes(foreign))


def test_a_facemap_of_another_model_is_refused_by_both_names() -> None:
    message = refused(made(), model="sface_2021dec")
    assert "vectors" in message
    assert "sface_2021dec" in message


def test_a_facemap_of_another_customer_is_refused_where_one_is_named() -> None:
    assert open_facemap(made(customer="c1"), KEY, "vectors", customer="c1").customer == "c1"
    for other in ("c2", ""):
        with pytest.raises(BadInput, match="another customer") as caught:
            open_facemap(made(customer="c1"), KEY, "vectors", customer=other)
        assert caught.value.code is ErrorCode.INVALID_DATA


def test_a_facemap_of_a_later_version_is_refused_as_such() -> None:
    data = bytearray(made())
    data[4] = 2
    assert "version" in refused(bytes(data))


@pytest.mark.parametrize("data", [b"", b"KFM", b"KFMP", b"\xff\xd8\xff\xe0" + b"x" * 500, b"KFMP\x01" + b"\0" * (1 << 20)])
def test_what_is_no_facemap_is_refused(data: bytes) -> None:
    assert "facemap" in refused(data)


def test_capture_records_and_facemaps_cannot_stand_in_for_one_another() -> None:
    """Both are sealed by the same device: the purpose keeps them apart."""
    sealed = KEY.seal(b"a record", "capture", b"header")
    with pytest.raises(BadInput):
        KEY.unseal(sealed, "facemap", b"header")


# --- making --------------------------------------------------------------------------------------------------------


def test_a_facemap_of_two_people_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        make_facemap([FacemapTemplate(template(PERSON)), FacemapTemplate(template(STRANGER))], MATCHER, KEY, created=AT)
    assert caught.value.code is ErrorCode.INVALID_DATA


def test_a_facemap_of_nobody_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        make_facemap([], MATCHER, KEY, created=AT)
    assert caught.value.code is ErrorCode.NOT_ENOUGH_DATA


@pytest.mark.parametrize("one", [Embedding(template(PERSON).vector, "other"), Embedding((0.0,) * 4, "vectors")])
def test_a_template_of_another_model_or_length_is_refused(one: Embedding) -> None:
    matcher = VectorMatcher(threshold=-1)
    pair = [FacemapTemplate(one)] if one.model == "other" else [FacemapTemplate(one), FacemapTemplate(Embedding((0.0,) * 5, "vectors"))]
    with pytest.raises(BadInput) as caught:
        make_facemap(pair, matcher, KEY, created=AT)
    assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_the_same_picture_twice_is_kept_once_and_too_many_are_thinned() -> None:
    once = open_facemap(make_facemap(pictures(1) * 3, MATCHER, KEY, created=AT), KEY, "vectors")
    assert len(once.templates) == 1
    many = open_facemap(make_facemap(pictures(MAX_TEMPLATES + 5), MATCHER, KEY, created=AT), KEY, "vectors")
    assert len(many.templates) == MAX_TEMPLATES


# --- authentication ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selfie", "status", "label"),
    [
        (seen_again(PERSON, distance=0.2, seed=50), CheckStatus.PASSED, CheckLabel.OK),
        (seen_again(PERSON, distance=0.55, seed=50), CheckStatus.WARNING, CheckLabel.BORDERLINE),
        (template(STRANGER), CheckStatus.REJECTED, CheckLabel.BELOW_THRESHOLD),
    ],
)
def test_the_person_passes_a_doubtful_selfie_is_looked_at_and_a_stranger_is_rejected(
    selfie: Embedding, status: CheckStatus, label: CheckLabel
) -> None:
    check = authenticate(open_facemap(made(), KEY, "vectors"), (selfie,), MATCHER)
    assert (check.name, check.status, check.label) == (CheckName.FACE_MATCH, status, label)
    assert check.inputs == ("facemap", "selfie")
    assert (check.model, check.threshold) == ("vectors", 0.5)


def test_of_several_selfies_the_worst_counts() -> None:
    facemap = open_facemap(made(), KEY, "vectors")
    selfies = (seen_again(PERSON, distance=0.1, seed=8), template(STRANGER))
    assert authenticate(facemap, selfies, MATCHER).status is CheckStatus.REJECTED


def test_one_lucky_comparison_is_not_enough() -> None:
    """Two templates: the selfie equals one and is far from the other."""
    far = seen_again(PERSON, distance=1.15, seed=3)
    pair = [FacemapTemplate(template(PERSON)), FacemapTemplate(far)]
    facemap = open_facemap(make_facemap(pair, VectorMatcher(threshold=0.0), KEY, created=AT), KEY, "vectors")
    strict = VectorMatcher(threshold=0.6)
    assert authenticate(facemap, (template(PERSON),), strict).status is CheckStatus.REJECTED


def test_without_a_selfie_nothing_was_compared() -> None:
    check = authenticate(open_facemap(made(), KEY, "vectors"), (), MATCHER)
    assert (check.status, check.label) == (CheckStatus.NOT_EXECUTED, CheckLabel.INPUT_MISSING)


def test_a_facemap_is_never_compared_by_another_model() -> None:
    facemap = open_facemap(made(), KEY, "vectors")
    with pytest.raises(BadInput) as caught:
        authenticate(dataclasses.replace(facemap, model="other"), (template(PERSON),), MATCHER)
    assert caught.value.code is ErrorCode.INVALID_DATA
