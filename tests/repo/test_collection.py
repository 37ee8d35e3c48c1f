"""Action groups are complete, AWX sees every playbook, layers import in one direction, files stay readable."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
PLAYBOOKS = sorted(path for path in (ROOT / "playbooks").iterdir() if path.name != "group_vars")
UTILS = ROOT / "plugins/module_utils"
ADAPTERS = {"aws", "kube", "oci", "postgres", "web"}
PREFIX = "ansible_collections.creator.platform.plugins.module_utils."
#: AWX's own expression for "this file is a playbook" (awx/main/utils/ansible.py, valid_playbook_re).
AWX_PLAYBOOK = re.compile(r"^\s*?-?\s*?(?:hosts|(ansible\.builtin\.)?import_playbook):\s*?.*?$", re.MULTILINE)


def imports(path: Path) -> set[str]:
    """Absolute names that a file imports, wherever it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_action_group_holds_exactly_the_modules_that_talk_to_aws() -> None:
    entries = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]["aws"]
    listed = {entry for entry in entries if isinstance(entry, str)}
    talking = {
        path.stem
        for path in MODULES
        if re.search(r"AnsibleAWSModule|amazon\.aws\.(common|region)\.modules", path.read_text())
    }
    assert listed == talking
    assert {"metadata": {"extend_group": ["amazon.aws.aws"]}} in entries


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.name)
def test_awx_would_list_the_playbook(path: Path) -> None:
    assert path.suffix == ".yml"
    assert AWX_PLAYBOOK.search(path.read_text())


@pytest.mark.parametrize("path", sorted(UTILS.rglob("*.py")), ids=lambda path: str(path.relative_to(UTILS)))
def test_layers_import_in_one_direction(path: Path) -> None:
    package = path.relative_to(UTILS).parts[0]
    for name in imports(path):
        top = name.split(".")[0]
        if name.startswith(PREFIX):
            other = name.removeprefix(PREFIX).split(".")[0]
            if package in ADAPTERS:
                assert other in {package, "aws"}, f"an adapter imports {name}"
            elif path.stem != "run" and path.parent.name != "kinds":  # a reader is an adapter: it is handed its client
                assert other not in ADAPTERS, f"the pure layer imports {name}"
        elif package not in ADAPTERS:
            assert top in sys.stdlib_module_names or top == "__future__", f"the pure layer imports {name}"
        else:
            assert "AnsibleModule" not in name, "exit_json and fail_json belong to plugins/modules"


def test_modules_are_documented_and_thin() -> None:
    assert MODULES
    for path in MODULES:
        names = {
            target.id
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert {"DOCUMENTATION", "EXAMPLES", "RETURN"} <= names, path.name


def test_files_stay_readable(tracked: list[str]) -> None:
    suffixes = {".py", ".yml", ".sh", ".j2"}
    long = [
        path
        for path in tracked
        if Path(path).suffix in suffixes
        and not (ROOT / path).is_symlink()
        and len((ROOT / path).read_text().splitlines()) > 420
    ]
    assert not long


def test_no_index_address_and_no_machine_path_is_written_down(tracked: list[str]) -> None:
    hosts = "|".join(
        [
            "pypi" + r"\.org",
            "pythonhosted" + r"\.org",
            "proxy" + r"\.golang",
            "registry" + r"\.npmjs",
            "deb" + r"\.debian",
        ]
    )
    pattern = re.compile(rf"{hosts}|(?<![\w./~}}-])/(?:root|work|home)/\w")
    found = []
    for path in tracked:
        if (ROOT / path).is_symlink() or Path(path).suffix in {".png", ".svg"} or path == "LICENSE":
            continue
        found += [f"{path}: {match.group(0)}" for match in pattern.finditer((ROOT / path).read_text(errors="replace"))]
    assert not found


@pytest.mark.parametrize("name", ["runtime", "develop", "core221", "services", "services-develop"])
def test_requirements_are_pinned_with_hashes(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    pins = re.findall(r"^[a-zA-Z0-9_.-]+(?:\[[^]]+\])?==", text, re.MULTILINE)
    assert len(pins) > 10
    assert text.count("--hash=sha256:") >= len(pins)
    assert "--index-url" not in text
