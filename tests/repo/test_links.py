"""The project root is the collection root: one relative link per top-level entry, none missing, none broken."""

from __future__ import annotations

from pathlib import Path

ENTRIES = {
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "changelogs",
    "galaxy.yml",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    "tests",
}


def test_every_collection_entry_is_linked_and_nothing_else(root: Path) -> None:
    folder = root / "collections/ansible_collections/creator/platform"
    assert {path.name for path in folder.iterdir()} == ENTRIES


def test_links_are_relative_and_lead_to_the_root_entry(root: Path) -> None:
    folder = root / "collections/ansible_collections/creator/platform"
    for path in folder.iterdir():
        assert path.is_symlink(), f"{path.name} is a copy, not a link"
        assert str(path.readlink()) == f"../../../../{path.name}"
        assert path.resolve() == root / path.name


def test_no_link_of_the_repository_is_broken(root: Path, tracked: list[str]) -> None:
    # A broken link hangs AWX's inventory sync (ansible/awx#10302).
    broken = [path for path in tracked if (root / path).is_symlink() and not (root / path).exists()]
    assert not broken


def test_playbooks_see_the_invariants(root: Path) -> None:
    # Ansible loads group_vars beside the playbook file, not from the project root.
    assert (root / "playbooks/group_vars").resolve() == root / "group_vars"
