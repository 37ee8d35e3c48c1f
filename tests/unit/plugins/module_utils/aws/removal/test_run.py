"""What is removed, in which order, and what is told of what AWS refuses; without AWS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.removal import run
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.model import Removal, Resource
from ansible_collections.creator.platform.plugins.module_utils.aws.removal.run import remove, resources_of
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError

KINDS = ("first", "second")


class World:
    """Resources that are there, and how often each is refused before it goes."""

    def __init__(
        self, there: Sequence[str], busy: dict[str, int] | None = None, code: str = "DependencyViolation"
    ) -> None:
        self.there = list(there)
        self.busy = dict(busy or {})
        self.code = code
        self.slept: list[float] = []

    def remove(self, _client: Any, _removal: Removal, name: str) -> tuple[str, str] | None:
        if self.busy.get(name, 0):
            self.busy[name] -= 1
            return self.code, f"{self.code}: {name}"
        self.there.remove(name)
        return None

    def find(self, _client: Any, resources: Sequence[Resource]) -> dict[str, str]:
        return {resource.name: resource.name for resource in resources if resource.name in self.there}


def run_in(
    world: World, monkeypatch: pytest.MonkeyPatch, *names: str, attempts: int = 3, check: bool = False
) -> run.Outcome:
    removal = Removal("ec2", "", world.find, lambda _found: [])
    monkeypatch.setattr(run, "REMOVALS", dict.fromkeys(KINDS, removal))
    monkeypatch.setattr(run, "_remove", world.remove)
    resources = [Resource(KINDS[name.startswith("b")], name) for name in names]
    return remove(
        resources, lambda _service, _region: None, check=check, attempts=attempts, delay=7, sleep=world.slept.append
    )


def names_of(resources: Sequence[Resource]) -> list[str]:
    return [resource.name for resource in resources]


def test_kinds_go_in_order_whatever_the_order_they_are_given_in(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(["a1", "a2", "b1"])
    outcome = run_in(world, monkeypatch, "b1", "a1", "a2", "a3")
    assert names_of(outcome.removed) == ["a1", "a2", "b1"]
    assert names_of(outcome.gone) == ["a3"]
    assert world.there == []
    assert world.slept == []


def test_check_mode_tells_the_same_and_removes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(["a1", "b1"], {"a1": 9})
    outcome = run_in(world, monkeypatch, "a1", "a2", "b1", check=True)
    assert names_of(outcome.removed) == ["a1", "b1"]
    assert names_of(outcome.gone) == ["a2"]
    assert world.there == ["a1", "b1"]


def test_what_is_in_use_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(["a1", "a2"], {"a1": 2})
    outcome = run_in(world, monkeypatch, "a1", "a2")
    assert sorted(names_of(outcome.removed)) == ["a1", "a2"]
    assert world.slept == [7, 7]


def test_what_stays_in_use_is_named_with_what_was_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(["a1", "a2", "b1"], {"a1": 3})
    with pytest.raises(ChangeError, match=r"first a1: DependencyViolation: a1\. 1 others were removed") as told:
        run_in(world, monkeypatch, "a1", "a2", "b1")
    assert "b1" not in str(told.value)
    assert world.there == ["a1", "b1"]


def test_another_refusal_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(["a1"], {"a1": 1}, "UnauthorizedOperation")
    with pytest.raises(ChangeError, match="UnauthorizedOperation"):
        run_in(world, monkeypatch, "a1")
    assert world.slept == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"kind": "ec2_subnet", "name": "a"}, "the id of ec2_subnet a"),
        ({"kind": "ec2_subnet", "name": "a", "facts": {"id": ""}}, "the id of ec2_subnet a"),
        ({"kind": "s3_bucket", "name": "a", "facts": {"id": "a"}}, "s3_bucket a is of a kind"),
    ],
)
def test_what_cannot_be_removed_is_refused(row: dict[str, Any], words: str) -> None:
    with pytest.raises(ChangeError, match=words):
        resources_of([row])
