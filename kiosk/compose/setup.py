"""Where things lie, what the settings say, the store, and the rules that are files: what every door starts with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.config import Config, load_config
from kiosk.domain.decision import Policy
from kiosk.domain.errors import BadInput, ErrorCode
from kiosk.paths import Paths, find_paths
from kiosk.services.clock import SystemClock

if TYPE_CHECKING:
    from kiosk.engines.models import ModelLibrary
    from kiosk.ports import DeviceKey
    from kiosk.services.consent_texts import ConsentSet
    from kiosk.services.retention_rules import RetentionRules
    from kiosk.store.customers import SqlCustomerStore


@dataclass(frozen=True, slots=True)
class Setup:
    """Where things lie and what the settings say."""

    paths: Paths
    config: Config


def load_setup() -> Setup:
    """Raises BadInput when the settings file is wrong; one that the environment names must be there."""
    paths = find_paths()
    return Setup(paths, load_config(paths.config, must_exist=bool(os.environ.get("KIOSK_CONFIG"))))


def model_library(setup: Setup) -> ModelLibrary:
    from kiosk.engines.models import ModelLibrary

    return ModelLibrary(setup.paths.manifest, setup.paths.models, setup.config.models.order)


def has_store(setup: Setup) -> bool:
    """Whether a store was made in the data folder. Looking makes none."""
    from kiosk.store.keys import RECORD_FILE

    return (setup.paths.data / RECORD_FILE).exists()


@contextmanager
def open_customer_store(setup: Setup) -> Iterator[SqlCustomerStore]:
    """Raises StoreFault. Closed when the block ends."""
    from kiosk.store.customers import open_store

    store = open_store(setup.paths.data)
    try:
        yield store
    finally:
        store.close()


def device_key(setup: Setup) -> DeviceKey:
    """This device's key; made at the first call. Raises StoreFault."""
    from kiosk.store.device_key import open_device_key

    return open_device_key(setup.paths.data)


def retention_rules(setup: Setup, path: Path | None = None) -> RetentionRules:
    """Of `path`, or resources/retention.toml. Raises BadInput with file, line and what is wrong there."""
    from kiosk.services.retention_rules import load_retention
    from kiosk.services.workflows import workflow_keys

    resources = setup.paths.resources
    return load_retention(resources / "retention.toml" if path is None else path, workflows=workflow_keys(resources))


def consents_in_force(setup: Setup) -> ConsentSet:
    """The texts that customers are asked to agree to today. Raises BadInput(WORKFLOW_INVALID), also where an offered language has none."""
    from kiosk.services.consent_texts import load_consents

    consents = load_consents(setup.paths.resources).current(SystemClock().today())
    missing = sorted(set(setup.config.languages.offered) - set(consents.languages))
    if missing:
        what = f"consent {consents.version} has no texts in {', '.join(missing)}, which [languages] offers"
        raise BadInput(ErrorCode.WORKFLOW_INVALID, what)
    return consents


def policies_in_force(setup: Setup) -> Callable[[str], Policy]:
    """`decision_policy` by key, under the texts of the day on which it is asked for: for what outlives a day."""
    return lambda key: decision_policy(setup, key, consents_in_force(setup))


def decision_policy(setup: Setup, key: str, consents: ConsentSet) -> Policy:
    """The policy `key` as it holds on this machine, for who agrees to these texts. Raises BadInput(WORKFLOW_INVALID).

    A face is searched for among earlier customers only where the words say so: without, it stays required, and a colleague looks. Where the
    settings say where lists come from, lists are to be there, and a customer waits when none is.
    """
    from kiosk.services.workflows import load_policy

    policy = load_policy(setup.paths.resources, key)
    if not consents.covers_search:
        policy = replace(policy, one_to_many=False)
    if setup.config.watchlists.sources:
        policy = replace(policy, required=policy.required | policy.expected, expected=frozenset())
    return policy
