"""The part of a workflow file that says what is collected and judged: each mistake is told with its line."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kiosk.domain.capability import CapabilityName, Category
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.source_lines import Place, line_of
from kiosk.flow.workflow import Workflow, parse
from kiosk.services.workflows import load_any_workflow, load_workflow, load_workflow_file, workflow_keys

RESOURCES = Path(__file__).parents[2] / "resources"
GOOD = """\
title = "Trial"
policy = "kiosk"
number = 900

[[credential]]
category = "ID"
channels = ["API"]

[[credential]]
category = "SELFIE"
channels = ["API", "SDK"]

[[capability]]
name = "usability"

[[capability]]
name = "extraction"
after = ["usability"]

[[capability]]
name = "similarity"
after = ["usability"]

[timeouts]
token_s = 600
"""


def parsed(text: str) -> Workflow:
    return parse("trial", tomllib.loads(text), text)


def test_a_workflow_of_an_integrators_own_needs_no_python() -> None:
    definition = parsed(GOOD).definition
    assert definition is not None
    assert [rule.category for rule in definition.credentials] == [Category.ID, Category.SELFIE]
    assert [rule.name for rule in definition.capabilities] == [
        CapabilityName.USABILITY,
        CapabilityName.EXTRACTION,
        CapabilityName.SIMILARITY,
    ]
    assert (definition.token_s, definition.idle_s) == (600, 900)


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ('name = "extraction"', 'name = "astrology"', 17, "unknown name 'astrology'"),
        ('name = "extraction"', 'name = "usability"', 17, "usability stands twice"),
        ('name = "usability"', 'name = "usability"\nafter = ["similarity"]', 15, "wait for one another"),
        ('name = "usability"', 'name = "usability"\nafter = ["usability"]', 15, "wait for one another"),
        ('after = ["usability"]\n\n[[capability]]', 'after = ["liveness"]\n\n[[capability]]', 18, "which is not in this workflow"),
        ('[[credential]]\ncategory = "SELFIE"\nchannels = ["API", "SDK"]\n', "", 18, "similarity needs two credentials"),
        ('name = "extraction"', 'name = "liveness"\ncredentials = []', 17, None),
        ('[[credential]]\ncategory = "ID"\nchannels = ["API"]\n', "", 14, "extraction needs a credential: ID"),
        ('name = "similarity"', 'name = "similarity"\ncredentials = ["FACEMAP"]', 22, "FACEMAP, which no"),
        ('name = "extraction"', 'name = "extraction"\ncredentials = ["SELFIE"]', 18, "cannot judge SELFIE"),
        ('category = "SELFIE"', 'category = "PALM"', 10, "unknown category 'PALM'"),
        ('channels = ["API"]', 'channels = ["FAX"]', 7, "unknown channels 'FAX'"),
        ('channels = ["API"]', "", 6, "channels is missing"),
        ('channels = ["API"]', 'channels = ["API"]\ncountries = ["Utopia"]', 8, "countries: unknown Utopia"),
        ('channels = ["API"]', 'channels = ["API"]\ntypes = ["LIBRARY_CARD"]', 8, "types: unknown LIBRARY_CARD"),
        ('channels = ["API"]', 'channels = ["API"]\ncolour = "red"', 8, "unknown colour"),
        ("number = 900", "number = 900\ncolours = 3", 4, "unknown colours"),
        ("number = 900", 'number = "three"', 3, "number is the key"),
        ("number = 900", "creates = false\nupdates = false", 4, "nobody could start it"),
        ("number = 900", 'on_file = ["FACEMAP"]', 1, "nothing on file"),
        ("token_s = 600", "token_s = 1", 25, "token_s must be a whole number from 300"),
        ("[timeouts]\ntoken_s = 600", "[risk]\nwarning_from = 80", 25, "above rejected_from"),
        ('policy = "kiosk"\n', "", 1, "policy is missing"),
        (
            'name = "similarity"\nafter = ["usability"]',
            'name = "watchlistScreening"\nafter = ["usability"]',
            22,
            "must come after extraction",
        ),
        ('name = "similarity"\nafter = ["usability"]', 'name = "dataChecks"\nafter = ["extraction"]', None, None),
    ],
)
def test_a_mistake_is_told_with_file_and_line(old: str, new: str, line: int | None, complaint: str | None) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    if complaint is None:
        parsed(text)  # still right: what the neighbours of the mistakes look like
        return
    with pytest.raises(BadInput, match=complaint) as caught:
        parsed(text)
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID
    assert str(caught.value).startswith(f"trial.toml:{line}:"), str(caught.value)


def test_a_credential_that_nobody_judges_is_refused() -> None:
    text = GOOD.replace('name = "usability"', 'name = "usability"\ncredentials = ["ID"]').replace(
        'name = "similarity"', 'name = "similarity"\ncredentials = ["ID"]'
    )
    with pytest.raises(BadInput, match="no capability judges SELFIE"):
        parsed(text)


def test_a_circle_of_screens_without_an_end_is_refused() -> None:
    steps = """
on_failure = "sorry"
on_timeout = "sorry"
[[step]]
id = "a"
screen = "welcome"
next = ["b"]
[[step]]
id = "b"
screen = "welcome"
next = ["a"]
[[step]]
id = "sorry"
screen = "sorry"
end = true
"""
    text = 'title = "T"\npolicy = "kiosk"\n' + steps
    with pytest.raises(BadInput, match=r"trial\.toml:9: a circle without an end: a, b"):
        parsed(text)


def test_a_screen_that_is_never_reached_is_told_with_its_line() -> None:
    text = (
        'title = "T"\npolicy = "kiosk"\non_failure = "a"\non_timeout = "a"\n'
        '[[step]]\nid = "a"\nscreen = "sorry"\nend = true\n[[step]]\nid = "b"\nscreen = "sorry"\nend = true\n'
    )
    with pytest.raises(BadInput, match=r"trial\.toml:10: never reached: b"):
        parsed(text)


def test_a_line_is_found_in_the_table_that_was_meant() -> None:
    text = 'a = 1\n[[t]]\na = 2\n[[t]]\n# a = 3\n"a" = 4\n[u]\na.b = 5\n'
    assert line_of(text, Place(key="a")) == 1
    assert line_of(text, Place("t", 0, "a")) == 3
    assert line_of(text, Place("t", 1, "a")) == 6
    assert line_of(text, Place("u", key="a")) == 8
    assert line_of(text, Place("t", 1, "gone")) == 4
    assert line_of(text, Place("nowhere", key="a")) == 1


# --- those that ship -----------------------------------------------------------------------------------------------

CHAINS = {
    "1": "usability extraction",
    "2": "usability imageChecks extraction dataChecks",
    "3": "usability imageChecks extraction dataChecks liveness similarity",
    "5": "usability similarity",
    "6": "usability liveness",
    "9": "usability authentication",
    "16": "usability authentication",
    "20": "usability similarity",
    "32": "usability imageChecks extraction dataChecks liveness similarity watchlistScreening",
}


def test_the_nine_numbered_workflows_ship_with_the_protocols_capabilities() -> None:
    """protocols 2.4; 32 compares faces, too, as its text says (2.7)."""
    numbered = {}
    for key in workflow_keys(RESOURCES):
        definition = load_any_workflow(RESOURCES, key).definition
        if definition is not None and definition.number:
            assert str(definition.number) == key
            numbered[key] = {rule.name.value for rule in definition.capabilities}
    assert {key: numbered[key] for key in CHAINS} == {key: set(names.split()) for key, names in CHAINS.items()}


@pytest.mark.parametrize(("key", "creates"), [(key, key not in ("5", "9", "16")) for key in CHAINS])
def test_only_those_that_need_an_account_are_updates_alone(key: str, creates: bool) -> None:
    definition = load_any_workflow(RESOURCES, key).definition
    assert definition is not None
    assert (definition.creates, definition.updates) == (creates, True)
    assert definition.needs_user_reference is (key == "32")
    assert (definition.token_s, definition.idle_s) == (1800, 900)


def test_a_workflow_without_screens_is_not_shown() -> None:
    with pytest.raises(BadInput, match="kiosk run --workflow 20"):
        load_workflow(RESOURCES, "20")


def test_a_workflow_file_is_checked_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(GOOD.replace('"extraction"', '"alchemy"'))
    with pytest.raises(BadInput, match=r"own\.toml:17: .*alchemy"):
        load_workflow_file(tmp_path / "own.toml")
    with pytest.raises(BadInput) as caught:
        load_workflow_file(tmp_path / "gone.toml")
    assert caught.value.code is ErrorCode.FILE_NOT_FOUND
