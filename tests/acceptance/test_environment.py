"""Each environment, from nothing to nothing: planned, applied as planned, found as planned, drifted, repaired, removed.

The steps of an environment stand on each other, so a failure skips those after it.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Environment
from tests.localcloud.drift import WHOLE, Change, World

DRIFT = Path(__file__).resolve().parents[1] / "localcloud/drift"
#: What "done" asks for: drift of so many attributes over all components is found.
FEWEST = 60
FREE = {"local", "dev"}

_failed: set[str] = set()


@pytest.fixture(autouse=True)
def _stop_after_a_failure(environment: Environment, request: pytest.FixtureRequest) -> Any:
    if environment.name in _failed:
        pytest.skip("an earlier step of this environment failed")
    before = request.session.testsfailed
    yield
    if request.session.testsfailed > before:
        _failed.add(environment.name)


def changes(environment: str, limit: str) -> list[Change]:
    """All changes behind the back of this environment's components."""
    wanted = set(limit.replace(":", ",").split(",")) if limit else set()
    found: list[Change] = []
    for path in sorted(DRIFT.glob("*.py")):
        if path.stem == "__init__" or (wanted and path.stem not in wanted):
            continue
        module = importlib.import_module(f"tests.localcloud.drift.{path.stem}")
        found += [one for one in module.CHANGES if not one.environments or environment in one.environments]
    return found


def missed(wanted: list[Change], rows: list[dict[str, Any]], world: World) -> list[str]:
    """The changes that no row of drift.json tells of."""
    return [
        f"{one.kind} {one.name(world) or '(any)'} {one.attribute or '(the whole)'}: {one.description}"
        for one in wanted
        if not any(tells(one, row, world) for row in rows)
    ]


def tells(change: Change, row: dict[str, Any], world: World) -> bool:
    """Whether a row of drift.json tells of a change."""
    name = change.name(world)
    if row["kind"] != change.kind or (name and row["name"] != name):
        return False
    if change.attribute == WHOLE:
        return row["action"] in {"create", "delete"}
    return any(each["attribute"] == change.attribute for each in row["attributes"])


def test_the_plan_of_an_empty_account_is_whole_and_stable(environment: Environment) -> None:
    first, second = environment.plan(), environment.plan()
    assert first["pending"]
    assert first["digest"] == second["digest"]
    assert {row["action"] for one in first["components"] for row in one["changes"]} <= {"create", "update"}
    assert (environment.evidence / "plan.md").read_text().rstrip().endswith(f"`{first['digest']}`")


def test_nothing_is_applied_that_was_not_approved(environment: Environment) -> None:
    environment.play("provision", "-e", "plan_digest=sha256:" + "0" * 64, code=10)
    if environment.name not in FREE:
        environment.play("provision", code=12)


def test_what_was_approved_is_applied_and_then_nothing_is_left_to_do(environment: Environment) -> None:
    digest = environment.document("plan")["digest"]
    environment.play("provision", "-e", f"plan_digest={digest}")
    plan = environment.plan()
    assert not plan["pending"], [row for one in plan["components"] for row in one["changes"]]


def test_a_run_with_nothing_to_do_changes_nothing(environment: Environment) -> None:
    environment.cloud.control.delete("requests")
    environment.play("provision")
    requests = environment.cloud.control.get("requests?mutating=true")
    # A request that the local cloud cannot name, "?", is taken for a mutating one: Access Analyzer's, which only lists here.
    assert [row["action"] for row in requests if row["action"] != "?"] == []


def test_every_change_behind_our_back_is_found_repaired_and_gone(environment: Environment) -> None:
    world, wanted = environment.world(), changes(environment.name, environment.limit)
    failed = []
    for one in wanted:
        try:
            one.apply(world)
        except Exception as error:  # all that could not be made are told at once
            failed.append(f"{one.kind} {one.attribute} ({one.description}): {error}")
    assert not failed, "\n".join(failed)
    environment.play("drift", code=2)
    rows = environment.document("drift")["resources"]
    not_found = missed(wanted, rows, world)
    assert not not_found, f"{len(wanted) - len(not_found)} of {len(wanted)} found, missed:\n" + "\n".join(not_found)
    assert environment.limit or len(wanted) >= FEWEST, f"only {len(wanted)} changes are tried"
    authors = [row for row in rows if row["events"]]
    assert authors, "CloudTrail names nobody"
    digest = environment.plan()["digest"]
    environment.play("provision", "-e", f"plan_digest={digest}")
    environment.play("drift")
    assert environment.document("drift")["drifted"] == 0
    print(
        f"\n{environment.name}: {len(wanted)} of {len(wanted)} changes found, {len(authors)} of {len(rows)} with author"
    )


def test_removal_needs_the_name_and_the_protected_and_leaves_nothing(environment: Environment) -> None:
    environment.play("destroy", code=2)
    environment.play("destroy", "-e", f"destroy={environment.name}", code=2)
    protected = [name for one in environment.document("plan")["components"] for name in one["protected"]]
    assert protected
    override = json.dumps({"component_unprotected": protected})
    environment.play("destroy", "-e", f"destroy={environment.name}", "-e", override)
    if not environment.limit:
        assert environment.document("destroy")["left"] == []
    client = environment.cloud.client
    rows = client("resourcegroupstaggingapi").get_resources(
        TagFilters=[{"Key": "environment", "Values": [environment.name]}]
    )["ResourceTagMappingList"]
    # AWS shows a deleted NAT gateway for an hour, and a key until its window ends.
    gateways = client("ec2").describe_nat_gateways()["NatGateways"]
    ended = {row["NatGatewayId"] for row in gateways if row["State"] == "deleted"}
    # Backups outlive their database: its final snapshot, and the automated ones until their retention ends.
    databases = {row["DBInstanceIdentifier"] for row in client("rds").describe_db_instances()["DBInstances"]}
    snapshots = client("rds").describe_db_snapshots()["DBSnapshots"]
    ended |= {row["DBSnapshotArn"] for row in snapshots if row["DBInstanceIdentifier"] not in databases}
    arns = [row["ResourceARN"] for row in rows]
    left = [arn for arn in arns if ":kms:" not in arn and arn.rpartition("/")[2] not in ended]
    assert environment.limit or not left
