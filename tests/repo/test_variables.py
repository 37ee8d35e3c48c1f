"""One variable, one home: defaults equal argument specs, no key of group_vars/all.yml appears in an inventory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
ENVIRONMENTS = ["local", "dev", "staging", "prod"]


def load(path: Path) -> dict[str, Any]:
    return (yaml.safe_load(path.read_text()) or {}) if path.exists() else {}


def inventory(environment: str) -> dict[str, Any]:
    """All variables of an environment. Each is in the file of its component, once."""
    found: dict[str, Any] = {}
    for file in sorted((ROOT / f"inventories/{environment}/group_vars/all").glob("*.yml")):
        values = load(file)
        assert [key for key in values if not key.startswith(f"{file.stem}_")] == [], file
        found.update(values)
    return found


def options(role: str) -> dict[str, dict[str, Any]]:
    """Options of all entry points of a role."""
    specs = load(ROOT / "roles" / role / "meta/argument_specs.yml").get("argument_specs", {})
    return {name: option for spec in specs.values() for name, option in (spec.get("options") or {}).items()}


@pytest.mark.parametrize("role", ROLES)
def test_role_has_argument_specs_with_descriptions(role: str) -> None:
    specs = load(ROOT / "roles" / role / "meta/argument_specs.yml").get("argument_specs", {})
    assert specs, f"roles/{role}/meta/argument_specs.yml is missing or empty"
    for entry, spec in specs.items():
        assert spec.get("short_description"), f"{role}:{entry}"
        assert (ROOT / "roles" / role / "tasks" / f"{entry}.yml").exists(), (
            f"{role}: no tasks/{entry}.yml for the spec {entry}"
        )
        for name, option in (spec.get("options") or {}).items():
            assert option.get("description"), f"{role}: {name} has no description"
            assert option.get("type"), f"{role}: {name} has no type"


@pytest.mark.parametrize("role", ROLES)
def test_defaults_equal_specs(role: str) -> None:
    defaults = load(ROOT / "roles" / role / "defaults/main.yml")
    specified = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert defaults == specified


@pytest.mark.parametrize("role", ROLES)
def test_required_options_have_no_default(role: str) -> None:
    assert [name for name, option in options(role).items() if option.get("required") and "default" in option] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_invariants_appear_in_no_inventory(environment: str) -> None:
    # The same key in both is won by one in a playbook run and by the other in AWX's import.
    invariants = set(load(ROOT / "group_vars/all.yml"))
    values = set(inventory(environment))
    assert invariants
    assert values
    assert not invariants & values


def test_inventories_have_the_same_keys() -> None:
    keys = {environment: set(inventory(environment)) for environment in ENVIRONMENTS}
    for environment in ENVIRONMENTS:
        assert keys[environment] == keys["prod"], f"{environment} differs from prod"


def test_inventories_have_the_same_components() -> None:
    def hosts(node: Any) -> set[str]:
        found: set[str] = set()
        for name, value in (node or {}).items():
            found |= set(value or {}) if name == "hosts" else hosts(value) if isinstance(value, dict) else set()
        return found

    components = {
        environment: hosts(load(ROOT / f"inventories/{environment}/hosts.yml")) for environment in ENVIRONMENTS
    }
    assert components["prod"] >= {
        "network",
        "keys",
        "identity",
        "audit",
        "storage",
        "database",
        "messaging",
        "search",
        "cluster",
        "registry",
        "edge",
        "observability",
        "services",
    }
    for environment in ENVIRONMENTS:
        assert components[environment] == components["prod"]
