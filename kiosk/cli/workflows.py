"""`kiosk workflows list` and `kiosk workflows check FILE`: what is there, and whether an integrator's file is right."""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.cli.output import emit, emit_json
from kiosk.cli.parsing import Subparsers
from kiosk.flow.workflow import Workflow
from kiosk.ports import Json
from kiosk.services.workflows import load_any_workflow, load_policy, load_workflow_file, workflow_keys


def add_to(commands: Subparsers) -> None:
    command = commands.add_parser("workflows", help="list the workflows, or check the file of one")
    actions = command.add_subparsers(dest="action", required=True, metavar="WHAT", parser_class=type(command))
    listing = actions.add_parser("list", help="every workflow that is installed")
    listing.set_defaults(run=run_list)
    check = actions.add_parser("check", help="whether a workflow file is right; exit 2 with file and line when it is not")
    check.add_argument("file", type=Path, metavar="FILE")
    check.set_defaults(run=run_check)
    for action in (listing, check):
        action.add_argument("--json", action="store_true")


def run_list(arguments: argparse.Namespace) -> None:
    from kiosk.compose.setup import load_setup

    resources = load_setup().paths.resources
    found = [load_any_workflow(resources, key) for key in workflow_keys(resources)]
    if arguments.json:
        emit_json({"workflows": [_json(workflow) for workflow in found]})
        return
    for workflow in found:
        emit(f"{workflow.key:10} {workflow.title}")
        for line in _lines(workflow):
            emit(f"{'':10} {line}")


def run_check(arguments: argparse.Namespace) -> None:
    """The policy must be there, too: a workflow without one cannot decide."""
    from kiosk.compose.setup import load_setup

    workflow = load_workflow_file(arguments.file)
    load_policy(load_setup().paths.resources, workflow.policy)
    if arguments.json:
        emit_json({"valid": True, **_json(workflow)})
        return
    emit(f"{arguments.file.name}: in order")
    for line in _lines(workflow):
        emit(f"  {line}")


def _lines(workflow: Workflow) -> list[str]:
    lines = []
    if workflow.definition is not None:
        collected = [rule.category.value + ("" if rule.required else "?") for rule in workflow.definition.credentials]
        chains = [f"{'+'.join(one.value for one in rule.after) or '-'} > {rule.name.value}" for rule in workflow.definition.capabilities]
        lines += [f"collects {', '.join(collected)}", f"judges {', '.join(chains)}"]
    lines.append(f"screens: {', '.join(workflow.steps)}" if workflow.steps else "no screens: kiosk run")
    return lines


def _json(workflow: Workflow) -> dict[str, Json]:
    body: dict[str, Json] = {
        "key": workflow.key,
        "title": workflow.title,
        "policy": workflow.policy,
        "steps": list[Json](workflow.steps),
    }
    definition = workflow.definition
    if definition is None:
        return body
    return body | {
        "number": definition.number,
        "creates": definition.creates,
        "updates": definition.updates,
        "userReferenceRequired": definition.needs_user_reference,
        "onFile": [category.value for category in sorted(definition.on_file)],
        "combinations": [list[Json](one) for one in definition.combinations],
        "credentials": [
            {
                "category": rule.category.value,
                "allowedChannels": [channel.value for channel in rule.channels],
                "required": rule.required,
                "stored": rule.stored,
                "reference": rule.reference,
            }
            for rule in definition.credentials
        ],
        "capabilities": [
            {
                "name": rule.name.value,
                "credentials": [category.value for category in sorted(rule.credentials)],
                "after": [one.value for one in rule.after],
            }
            for rule in definition.capabilities
        ],
        "timeouts": {"tokenS": definition.token_s, "idleS": definition.idle_s},
        "retentionDays": definition.retention_days,
        "risk": {"warningFrom": definition.bands.warning_from, "rejectedFrom": definition.bands.rejected_from},
    }
