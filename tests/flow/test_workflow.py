"""Workflow files: what is refused, and that those we ship can be walked."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from kiosk.domain.check import CheckName
from kiosk.domain.decision import Outcome
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.flow.workflow import parse
from kiosk.services.workflows import load_any_workflow, load_policy, load_workflow

RESOURCES = Path(__file__).parents[2] / "resources"
HEAD = 'title = "T"\npolicy = "branch"\non_failure = "sorry"\non_timeout = "sorry"\n'
SORRY = '[[step]]\nid = "sorry"\nscreen = "sorry"\nend = true\n'


@pytest.mark.parametrize("path", sorted((RESOURCES / "workflows").glob("*.toml")), ids=lambda path: path.stem)
def test_every_workflow_that_ships_is_valid_and_has_its_policy(path: Path) -> None:
    workflow = load_any_workflow(RESOURCES, path.stem)
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
        ('[[step]]\nid = "a"\nscreen = "contact"\nnext = ["sorry"]\n' + SORRY, "needs the option kind"),
        ('[[step]]\nid = "a"\nscreen = "proof"\noptions = { kind = "phone" }\nnext = ["sorry"]\n' + SORRY, "needs the option kind"),
        ('[[step]]\nid = "a"\nscreen = "chip"\noptions = { kind = "x" }\nnext = ["sorry"]\n' + SORRY, "has no option kind"),
        (
            '[[step]]\nid = "a"\nscreen = "proof"\noptions = { kind = "funds", most_days = "soon" }\nnext = ["sorry"]\n' + SORRY,
            "most_days is a number",
        ),
        ('[[step]]\nid = "a"\nscreen = "chip"\noptions = { optional = "yes" }\nnext = ["sorry"]\n' + SORRY, 'is "true" or "false"'),
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


SAFE = 'required = ["consent", "face_match", "passive_liveness", "active_liveness"]\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "required lacks active_liveness, consent, face_match, passive_liveness"),
        ("required = []\n", "required lacks active_liveness, consent"),
        ('required = ["consent", "face_match", "active_liveness"]\n', "required lacks passive_liveness"),
        ('required = "consent"\n', "required must be a list"),
        (SAFE + "on_rejected = 1\n", "on_rejected must be a table"),
        (SAFE + '[on_rejected]\nface_match = "ACCEPT"\n', "on_rejected must not accept face_match"),
        (SAFE + '[on_warning]\nocr_confidence = "MAYBE"\n', "MAYBE"),
        (SAFE + "surprise = 1\n", "unknown surprise"),
        (SAFE + 'one_to_many = "yes"\n', "one_to_many must be true or false"),
        ("required = [\n", "not TOML"),
    ],
)
def test_a_policy_that_would_let_anybody_in_or_is_mistaken_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.toml").write_text(text)
    with pytest.raises(BadInput, match=complaint) as caught:
        load_policy(tmp_path, "p")
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID


def test_what_a_switch_asks_for_is_required(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.toml").write_text("one_to_many = true\nscreening = true\n" + SAFE)
    assert {CheckName.KNOWN_PERSON, CheckName.WATCHLIST_SCREENING} <= load_policy(tmp_path, "p").required


def test_the_least_that_a_policy_can_be(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.toml").write_text(SAFE)
    assert len(load_policy(tmp_path, "p").required) == 4


@pytest.mark.parametrize("name", ["../p", "/etc/p", "..", "", "a/b", "Branch", "p\n", "p.toml"])
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "p.toml").write_text(SAFE)
    for load in (load_policy, load_workflow):
        with pytest.raises(BadInput, match="is no name of a file") as caught:
            load(tmp_path, name)
        assert caught.value.code is ErrorCode.BAD_ARGUMENT


def test_the_policies_reject_what_the_protocols_reject() -> None:
    for key in ("branch", "kiosk"):
        policy = load_policy(RESOURCES, key)
        for name in (
            CheckName.FACE_MATCH,
            CheckName.DOCUMENT_EXPIRY,
            CheckName.PASSIVE_LIVENESS,
            CheckName.LIVENESS_MATCH,
            CheckName.CAPTURE_INTEGRITY,
        ):
            assert policy.on_rejected[name] is Outcome.REJECT
            assert name in policy.required


def test_a_failed_live_check_leads_to_a_person() -> None:
    # docs/decisions/0032: it proves nothing, and never lets anybody in
    for key in ("branch", "kiosk"):
        policy = load_policy(RESOURCES, key)
        assert CheckName.ACTIVE_LIVENESS in policy.required
        assert policy.on_rejected[CheckName.ACTIVE_LIVENESS] is Outcome.REVIEW


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ('screen = "contact"\ngives = ["email"]\noptions = { kind = "phone" }', "phone"),
        ('screen = "proof"\ngives = ["proof."]\noptions = { kind = "funds" }', "proof.funds"),
        ('screen = "chip"\ngives = []', "chip"),
    ],
)
def test_a_step_that_does_not_give_its_answer_is_refused_with_the_line(step: str, answer: str) -> None:
    text = f'{HEAD}[[step]]\nid = "a"\n{step}\nnext = ["sorry"]\n{SORRY}'
    with pytest.raises(BadInput, match=f"trial.toml:8: step 'a': gives must name '{answer}'") as caught:
        parse("trial", tomllib.loads(text), text)
    assert caught.value.code is ErrorCode.WORKFLOW_INVALID
    right = text.replace(step.split("\n")[1], f'gives = ["{answer}"]')
    assert parse("trial", tomllib.loads(right), right).steps["a"].gives == {answer}
