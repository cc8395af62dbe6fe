"""Workflow files: what is refused, and that those we ship can be walked."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kiosk.domain.check import CheckName
from kiosk.domain.decision import Outcome
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.workflow import parse
from kiosk.services.workflows import load_policy, load_workflow

RESOURCES = Path(__file__).parents[2] / "resources"
HEAD = 'title = "T"\npolicy = "branch"\non_failure = "sorry"\non_timeout = "sorry"\n'
SORRY = '[[step]]\nid = "sorry"\nscreen = "sorry"\nend = true\n'


@pytest.mark.parametrize("path", sorted((RESOURCES / "workflows").glob("*.toml")), ids=lambda path: path.stem)
def test_every_workflow_that_ships_is_valid_and_has_its_policy(path: Path) -> None:
    workflow = load_workflow(RESOURCES, path.stem)
    assert load_policy(RESOURCES, workflow.policy).required


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ("", "no \\[\\[step\\]\\]"),
        ('[[step]]\nid = "a"\nscreen = "welcome"\nnext = ["b"]\n' + SORRY, "goes to 'b'"),
        ('[[step]]\nid = "a"\nscreen = "welcome"\n' + SORRY, "leads nowhere"),
        ('[[step]]\nid = "a"\nscreen = "welcome"\nnext = [{to = "sorry", when = ["x"]}]\n' + SORRY, "must hold always"),
        ('[[step]]\nid = "sorry"\nscreen = "sorry"\nend = true\n' + SORRY, "stands twice"),
        ('[[step]]\nid = "a"\nscreen = "welcome"\nnext = ["sorry"]\ncolour = "red"\n' + SORRY, "unknown colour"),
        ('[[step]]\nid = "a"\nscreen = "x"\nend = true\n[[step]]\nid = "b"\nscreen = "x"\nend = true\n' + SORRY, "never reached: b"),
        ('[[step]]\nscreen = "x"\n' + SORRY, "needs id and screen"),
    ],
)
def test_a_wrong_workflow_is_refused_with_what_is_wrong(steps: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint) as caught:
        parse("trial", tomllib.loads(HEAD + steps))
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID


def test_a_missing_workflow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nowhere\.toml cannot be read"):
        load_workflow(tmp_path, "nowhere")


def test_a_policy_with_an_unknown_check_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.toml").write_text('required = ["consent", "astrology"]\n')
    with pytest.raises(BadInput, match="astrology"):
        load_policy(tmp_path, "p")


def test_the_policies_reject_what_the_protocols_reject() -> None:
    for key in ("branch", "kiosk"):
        policy = load_policy(RESOURCES, key)
        for name in (CheckName.FACE_MATCH, CheckName.DOCUMENT_EXPIRY, CheckName.PASSIVE_LIVENESS, CheckName.HEAD_TURN):
            assert policy.on_rejected[name] is Outcome.REJECT
            assert name in policy.required
