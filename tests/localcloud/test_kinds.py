"""Every kind: some component has it, reading it writes nothing, and a change behind our back is tried for it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.creator.platform.plugins.module_utils.provision.run import Request, load_kind, plan

ROOT = Path(__file__).resolve().parents[2]
KINDS = sorted(path.stem for path in (ROOT / "plugins/module_utils/provision/kinds").glob("*.py"))
DRIFT = sorted(path.stem for path in (ROOT / "tests/localcloud/drift").glob("*.py") if path.stem != "__init__")


#: Kinds that no component of this platform has: for those that others add, and for the tests of the plan.
SPARE = {"secretsmanager_secret", "ssm_parameter"}
#: Kinds of which no change behind our back is tried, by component. A kind leaves this list with its first change.
UNTRIED = {
    "database": {"rds_automated_backup_replication"},
    "edge": {"cloudfront_certificate", "logs_group", "route53_zone", "wafv2_logging"},
    # Nothing desires records of releases, so nothing can drift from that; they are looked for in a removal only.
    "services": {"release_records"},
}


def kinds_of(component: str) -> set[str]:
    """The kinds that a component can have: all lists of kinds among its variables."""
    folder = ROOT / "roles" / component / "vars"
    found: set[str] = set()
    for path in [folder / "main.yml", *sorted((folder / "main").glob("*.yml"))]:
        values = (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}
        lists = [value for name, value in values.items() if name.endswith("_kinds")]
        found |= {
            kind for kind in KINDS if any(kind in (each if isinstance(each, list) else str(each)) for each in lists)
        }
    return found


def components() -> list[str]:
    """The components of the inventory."""
    inventory = yaml.safe_load((ROOT / "inventories/local/hosts.yml").read_text())
    return sorted(host for group in inventory["all"]["children"].values() for host in group["hosts"])


@pytest.mark.parametrize("kind", sorted(set(KINDS) - SPARE))
def test_some_component_has_the_kind(kind: str) -> None:
    assert [component for component in components() if kind in kinds_of(component)], (
        f"no role lists {kind} in its kinds"
    )


@pytest.mark.parametrize("component", DRIFT)
def test_a_change_behind_our_back_is_tried_for_each_kind_of_a_component(component: str) -> None:
    module = importlib.import_module(f"tests.localcloud.drift.{component}")
    tried = {change.kind for change in module.CHANGES}
    untried = kinds_of(component) - tried
    assert untried == UNTRIED.get(component, set()), f"drift/{component}.py tries nothing for {sorted(untried)}"


def test_there_are_enough_changes_behind_our_back() -> None:
    every = [change for name in DRIFT for change in importlib.import_module(f"tests.localcloud.drift.{name}").CHANGES]
    assert len(every) >= 60
    assert set(DRIFT) == set(components())


@pytest.mark.parametrize("kind", KINDS)
def test_reading_a_kind_of_which_nothing_exists_writes_nothing(cloud: Any, kind: str) -> None:
    cloud.control.delete("requests")
    request = Request("creator", "test", "none", "eu-west-1", (), account="123456789012", kinds=(kind,))
    made = plan(request, lambda service, region: cloud.client(service, region, attempts=3))
    assert load_kind(kind).name == kind
    assert [row for row in made.document["changes"] if row["action"] == "unknown"] == []
    # A request that the local cloud cannot name, "?", is taken for a mutating one; the client's own word is as good.
    named = [row["action"] for row in cloud.control.get("requests?mutating=true") if row["action"] != "?"]
    assert named == []
