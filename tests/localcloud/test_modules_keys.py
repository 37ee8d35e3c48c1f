"""Four phases (check, run, check, run) of the modules for keys, and what the reader says of each change behind our back."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

AWAY = "eu-central-1"
TAGS = {"platform": "creator", "environment": "test", "component": "x"}
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "AccountPoliciesDecide",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        }
    ],
}
KEY: dict[str, Any] = {
    "description": "words",
    "rotation": True,
    "rotation_days": 180,
    "multi_region": True,
    "policy": POLICY,
    "tags": TAGS,
}


def plan(cloud: RunningCloud, name: str, properties: dict[str, Any], region: str = "") -> list[Change]:
    """What the reader finds different."""
    kind = load_kind("kms_key")
    scope = Scope("creator", "test", "x", region or cloud.content.region, (name,))
    found = kind.read(cloud.client("kms", scope.region), scope)
    desired = Resource("kms_key", name, properties, scope.region)
    return [change for change in compare([desired], found, kind.rules) if change.name == name]


def test_a_key_is_made_replicated_changed_and_let_go(cloud: RunningCloud) -> None:
    name = "creator-test-data"
    made = four_phases(cloud, "kms_key", {"alias": name, **KEY}).result["key"]
    assert made["id"].startswith("mrk-")
    assert plan(cloud, name, KEY) == []
    replica = {"alias": name, "replica_region": AWAY, "description": "words", "policy": POLICY, "tags": TAGS}
    done = four_phases(cloud, "kms_replica_key", replica)
    assert done.writes == ["ReplicateKey"]
    away = {"alias": name, "region": AWAY, "key_id": done.result["replica"]["key_id"], "description": "words"}
    four_phases(cloud, "kms_key", {**away, "policy": POLICY, "tags": TAGS})
    assert plan(cloud, name, {**KEY, "replica_of": cloud.content.region}, AWAY) == []
    changed = four_phases(cloud, "kms_key", {"alias": name, "rotation": True, "rotation_days": 365})
    assert changed.writes == ["EnableKeyRotation"]
    refused = run_module(cloud, "kms_key", {"alias": name, "multi_region": False})
    assert "cannot change multi_region" in refused.result["msg"]
    for place in ({"region": AWAY}, {}):
        gone = four_phases(cloud, "kms_key", {"alias": name, "state": "absent", "window_days": 7, **place})
        assert gone.writes == ["DeleteAlias", "ScheduleKeyDeletion"]
    assert plan(cloud, name, KEY)[0].action == "create"


def test_a_key_whose_alias_was_never_made_is_taken_up(cloud: RunningCloud) -> None:
    """A run was killed between the two calls: the next one makes no second key."""
    client = cloud.client("kms")
    name = "creator-test-orphan"
    tags = [{"TagKey": "Name", "TagValue": name}]
    orphan = client.create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    done = four_phases(cloud, "kms_key", {"alias": name, "tags": {"Name": name}})
    assert (done.result["key"]["id"], done.writes) == (orphan, ["CreateAlias"])


def test_a_key_that_waits_for_its_deletion_is_not_brought_back(cloud: RunningCloud) -> None:
    client = cloud.client("kms")
    name = "creator-test-doomed"
    made = four_phases(cloud, "kms_key", {"alias": name}).result["key"]["id"]
    client.schedule_key_deletion(KeyId=made, PendingWindowInDays=7)
    (change,) = plan(cloud, name, {})
    assert ("state", "PendingDeletion", "Enabled") in change.attributes
    assert "waits for its deletion" in run_module(cloud, "kms_key", {"alias": name, "enabled": True}).result["msg"]


@pytest.mark.parametrize(
    ("attribute", "operation", "parameters", "mend"),
    [
        ("description", "update_key_description", {"Description": "x"}, {"description": "words"}),
        ("state", "disable_key", {}, {"enabled": True}),
        ("rotation", "disable_key_rotation", {}, {"rotation": True, "rotation_days": 180}),
        ("rotation_days", "enable_key_rotation", {"RotationPeriodInDays": 90}, {"rotation_days": 180}),
        ("tags", "tag_resource", {"Tags": [{"TagKey": "who", "TagValue": "me"}]}, {"tags": TAGS}),
    ],
)
def test_a_key_changed_behind_our_back_is_seen_and_mended(
    cloud: RunningCloud, attribute: str, operation: str, parameters: dict[str, Any], mend: dict[str, Any]
) -> None:
    name = f"creator-test-{attribute.replace('_', '-')}"
    four_phases(cloud, "kms_key", {"alias": name, **KEY})
    key = cloud.client("kms").describe_key(KeyId=f"alias/{name}")["KeyMetadata"]["KeyId"]
    getattr(cloud.client("kms"), operation)(KeyId=key, **parameters)
    (change,) = plan(cloud, name, KEY)
    assert attribute in [each for each, _before, _after in change.attributes]
    four_phases(cloud, "kms_key", {"alias": name, **mend})
    assert plan(cloud, name, KEY) == []
