"""docs/module-truth.md is of the modules that the roles use, in the versions that are installed."""

from __future__ import annotations

from scripts import module_truth


def test_the_page_is_of_the_modules_in_use() -> None:
    """A module that is new, gone, or of an upgraded collection is to be judged again."""
    found = module_truth.stale(module_truth.PAGE.read_text())
    assert not found, f"docs/module-truth.md is out of date: {'; '.join(found)}. Make it again: make truth"
