"""What is said of a module's four phases, and when the page is out of date."""

from __future__ import annotations

from typing import Any

import pytest

from scripts import module_truth


def phase(changed: bool, *writes: str, failed: str = "") -> dict[str, Any]:
    """One phase of a call."""
    return {"changed": changed, "writes": list(writes), "failed": failed}


SOUND = [phase(True), phase(True, "CreateKey"), phase(False), phase(False)]


@pytest.mark.parametrize(
    ("phases", "expected"),
    [
        (SOUND, []),
        ([phase(False), *SOUND[1:]], ["check mode tells no change, the run makes one"]),
        ([phase(True), phase(False), *SOUND[2:]], ["check mode tells a change, the run makes none"]),
        ([phase(True, "CreateKey"), *SOUND[1:]], ["check mode writes: CreateKey"]),
        ([phase(False, failed="no such key"), *SOUND[1:]], ["check mode fails before the resource is there"]),
        ([*SOUND[:2], phase(True), phase(False)], ["check mode tells a change after the run"]),
        (
            [*SOUND[:2], phase(False), phase(True, "PutKey", "PutKey")],
            ["the second run tells a change", "the second run writes: PutKey"],
        ),
        ([*SOUND[:3], phase(False, failed="conflict")], ["the second run fails"]),
        ([phase(True), phase(False, failed="denied")], ["the run fails: denied"]),
    ],
)
def test_what_is_not_sound(phases: list[dict[str, Any]], expected: list[str]) -> None:
    """Each by its own words."""
    assert module_truth.faults(phases) == expected


def test_a_verdict_says_of_how_many_calls_it_is_true() -> None:
    """All, some or none."""
    good, bad = {"phases": SOUND}, {"phases": [*SOUND[:2], phase(True), phase(False)]}
    assert module_truth.verdict([]) == module_truth.UNSEEN
    assert module_truth.verdict([good, good]) == "sound"
    assert module_truth.verdict([bad]) == "check mode tells a change after the run"
    assert module_truth.verdict([good, bad]) == "check mode tells a change after the run (1 of 2)"


def test_a_page_is_current_until_a_module_or_a_version_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """New, gone, upgraded."""
    monkeypatch.setattr(module_truth, "version", lambda name: "1.0.0")
    monkeypatch.setattr(module_truth, "used", lambda: {"some.where.one", "some.where.two"})
    text = module_truth.page([{"module": "some.where.one", "component": "keys", "phases": SOUND}], module_truth.used())
    assert "Of the 1 modules that were called, 1 are sound in every call." in text
    assert module_truth.stale(text) == []
    monkeypatch.setattr(module_truth, "version", lambda name: "2.0.0" if name.endswith("two") else "1.0.0")
    assert module_truth.stale(text) == ["it was made with some.where.two of 1.0.0, installed is 2.0.0"]
    monkeypatch.setattr(module_truth, "used", lambda: {"some.where.one", "some.where.three"})
    assert module_truth.stale(text) == ["it lacks some.where.three", "it has some.where.two, which no role uses"]
