"""A whole sweep against an account in memory: only dead drills' copies go, and their intents with them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.rds.instances import Pace
from ansible_collections.creator.platform.plugins.module_utils.drill.guards import Intent, Owner
from ansible_collections.creator.platform.plugins.module_utils.drill.naming import copy_name, copy_tags
from ansible_collections.creator.platform.plugins.module_utils.sweep import owner
from ansible_collections.creator.platform.plugins.module_utils.sweep.run import Sweep, record_intent, sweep
from botocore.exceptions import ClientError

SOURCE = "creator-dev-database"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAST, FUTURE = "2026-11-24T11:00:00Z", "2026-11-24T20:00:00Z"
PACE = Pace(1, 3, iter(range(1000)).__next__, lambda seconds: None)


class Account:
    """RDS and Parameter Store of an account, as far as a sweep asks. `stuck` instances never go."""

    def __init__(self) -> None:
        self.instances: dict[str, dict[str, Any]] = {}
        self.parameters: dict[str, str] = {}
        self.stuck: set[str] = set()
        self.writes: list[str] = []

    def add(self, name: str, tags: dict[str, str], protected: bool = False) -> None:
        self.instances[name] = {
            "DBInstanceIdentifier": name, "DBInstanceStatus": "available", "DeletionProtection": protected,
            "TagList": [{"Key": key, "Value": value} for key, value in tags.items()],
        }  # fmt: skip

    def drill(self, run: str, expires: str, *, source: str = SOURCE, copy: bool = True) -> Intent:
        name = copy_name(source, run)
        intent = Intent("creator", "dev", run, source, name, expires)
        record_intent(self, intent, {})
        if copy:
            self.add(name, copy_tags("creator", "dev", run, source, expires))
        return intent

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803
        if DBInstanceIdentifier not in self.instances:
            raise ClientError({"Error": {"Code": "DBInstanceNotFound", "Message": ""}}, "DescribeDBInstances")
        return {"DBInstances": [self.instances[DBInstanceIdentifier]]}

    def delete_db_instance(self, DBInstanceIdentifier: str, **more: Any) -> None:  # noqa: N803
        self.writes.append(DBInstanceIdentifier)
        if DBInstanceIdentifier in self.stuck:
            self.instances[DBInstanceIdentifier]["DBInstanceStatus"] = "deleting"
        else:
            del self.instances[DBInstanceIdentifier]

    def put_parameter(self, Name: str, Value: str, **more: Any) -> None:  # noqa: N803
        self.parameters[Name] = Value

    def delete_parameters(self, Names: list[str]) -> None:  # noqa: N803
        for name in Names:
            self.writes.append(name)
            self.parameters.pop(name, None)

    def get_paginator(self, operation: str) -> Pages:
        if operation == "describe_db_instances":
            return Pages({"DBInstances": list(self.instances.values())})
        return Pages({"Parameters": [{"Name": name, "Value": value} for name, value in self.parameters.items()]})

    def sweep(self, **changes: Any) -> Sweep:
        arguments = {
            "platform": "creator",
            "environment": "dev",
            "sources": [SOURCE],
            "now": NOW,
            "pace": PACE,
        } | changes
        return sweep(self, self, **arguments)


class Pages:
    def __init__(self, result: dict[str, Any]) -> None:
        self.result = result

    def paginate(self, **parameters: Any) -> Pages:
        return self

    def build_full_result(self) -> dict[str, Any]:
        return self.result

    def __iter__(self) -> Any:
        return iter([self.result])


@pytest.fixture
def account() -> Account:
    made = Account()
    made.add(SOURCE, {"platform": "creator", "environment": "dev"})
    return made


def test_an_expired_copy_goes_with_its_intent_and_the_rest_stays(account: Account) -> None:
    dead = account.drill("20261124100000aaaa", PAST)
    living = account.drill("20261124110000bbbb", FUTURE)
    account.add("drill-creator-dev-database-x", {"platform": "creator", "environment": "dev"})
    found = account.sweep()
    assert (found.removed, found.left) == ([dead.copy], [])
    assert [each["name"] for each in found.kept] == [living.copy]
    assert found.unclaimed == ["drill-creator-dev-database-x"]
    assert set(account.instances) == {SOURCE, living.copy, "drill-creator-dev-database-x"}
    assert len(account.parameters) == 1


def test_an_intent_whose_copy_never_came_is_forgotten(account: Account) -> None:
    account.drill("20261124100000aaaa", PAST, copy=False)
    assert account.sweep().removed == []
    assert account.parameters == {}


def test_a_dry_sweep_writes_nothing(account: Account) -> None:
    dead = account.drill("20261124100000aaaa", PAST)
    assert account.sweep(dry=True).removed == [dead.copy]
    assert account.writes == []


def test_closing_takes_its_own_copy_only(account: Account) -> None:
    account.drill("20261124100000aaaa", PAST)
    mine = account.drill("20261124110000bbbb", FUTURE)
    assert account.sweep(closing=mine.run).removed == [mine.copy]
    assert len(account.instances) == 2


def test_a_copy_that_will_not_go_is_named_and_its_intent_stays(account: Account) -> None:
    dead = account.drill("20261124100000aaaa", PAST)
    account.stuck.add(dead.copy)
    found = account.sweep()
    assert found.removed == []
    assert dead.copy in found.left[0]
    assert len(account.parameters) == 1


def test_a_copy_under_a_foreign_tag_is_kept_and_a_closing_drill_says_so(account: Account) -> None:
    mine = account.drill("20261124110000bbbb", FUTURE)
    account.add(mine.copy, {**copy_tags("creator", "dev", mine.run, SOURCE, FUTURE), "drill:run": "another"})
    found = account.sweep(closing=mine.run)
    assert (found.removed, len(found.left)) == ([], 1)


@pytest.mark.parametrize("text", ["", "{}", "not json"])
def test_what_is_no_intent_is_reported(account: Account, text: str) -> None:
    account.parameters["/creator/dev/drills/odd"] = text
    assert "not the intent of a drill" in account.sweep().kept[0]["reason"]


def test_an_intent_that_names_a_source_removes_nothing(account: Account) -> None:
    forged = replace(account.drill("20261124100000aaaa", PAST, copy=False), copy=SOURCE)
    record_intent(account, forged, {})
    assert account.sweep().removed == []
    assert SOURCE in account.instances


def test_owner_is_alive_until_its_process_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        mine = Owner(os.uname().nodename, child.pid, owner.started_at(child.pid))
        assert owner.alive(mine) is True
        assert owner.alive(replace(mine, started=mine.started + 1)) is False, "another process with that pid is not it"
        assert owner.alive(replace(mine, host="elsewhere")) is None
        assert owner.alive(Owner(mine.host)) is None
        child.kill()
        child.wait()
        assert owner.alive(mine) is False


def test_a_call_without_ancestors_of_its_run_is_told_who_that_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "ansible-playbook"
    script.write_text("print('runs', flush=True)\ninput()")
    with subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        # Popen returns with the exec; what /proc shows of the new program is whole once it speaks.
        assert run.stdout is not None
        assert run.stdout.readline() == b"runs\n"
        monkeypatch.setenv(owner.CONTROLLER, str(run.pid))
        found = owner.of_this_run()
        assert found == Owner(os.uname().nodename, run.pid, owner.started_at(run.pid))
        assert owner.alive(found) is True
        run.kill()
    assert owner.alive(found) is False
