from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.eks import cluster
from ansible_collections.creator.platform.plugins.module_utils.aws.eks.cluster import (
    next_version,
    present,
)

DESIRED: dict[str, Any] = {
    "version": "1.33",
    "role_arn": "role",
    "subnets": ["s-1", "s-2"],
    "endpoint_private_access": True,
    "endpoint_public_access": True,
    "public_access_cidrs": ["192.0.2.0/24"],
    "log_types": ["api", "audit"],
    "secrets_key_arn": "key",
    "authentication_mode": "API",
    "support_type": "STANDARD",
    "deletion_protection": True,
    "tags": {"a": "1"},
}


def answer(**change: Any) -> dict[str, Any]:
    """The cluster of DESIRED as EKS describes it, with changes."""
    request = cluster.create_request("c", DESIRED, creator_is_admin=False)
    return {**request, "arn": "arn", "status": "ACTIVE", **change}


def test_what_was_created_is_read_as_desired() -> None:
    steps = present("c", DESIRED, answer(), creator_is_admin=False, purge_tags=True)
    assert (steps.calls, steps.pending) == ([], [])


def test_a_creation_gives_its_creator_no_rights() -> None:
    (method, request), *more = present("c", DESIRED, None, creator_is_admin=False, purge_tags=True).calls
    assert (method, more) == ("create_cluster", [])
    assert request["accessConfig"] == {"bootstrapClusterCreatorAdminPermissions": False, "authenticationMode": "API"}


def network(**change: Any) -> dict[str, Any]:
    """A changed resourcesVpcConfig."""
    return {"resourcesVpcConfig": {**answer()["resourcesVpcConfig"], **change}}


@pytest.mark.parametrize(
    ("change", "method", "field"),
    [
        (network(publicAccessCidrs=["0.0.0.0/0"]), "update_cluster_config", "resourcesVpcConfig"),
        (network(endpointPrivateAccess=False), "update_cluster_config", "resourcesVpcConfig"),
        (network(subnetIds=["s-1"]), "update_cluster_config", "resourcesVpcConfig"),
        ({"logging": {}}, "update_cluster_config", "logging"),
        ({"accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}}, "update_cluster_config", "accessConfig"),
        ({"upgradePolicy": {"supportType": "EXTENDED"}}, "update_cluster_config", "upgradePolicy"),
        ({"deletionProtection": False}, "update_cluster_config", "deletionProtection"),
        ({"encryptionConfig": []}, "associate_encryption_config", "encryptionConfig"),
        ({"version": "1.32"}, "update_cluster_version", "version"),
        ({"tags": {}}, "tag_resource", "tags"),
        ({"tags": {"a": "1", "b": "2"}}, "untag_resource", "tagKeys"),
    ],
)
def test_each_setting_changed_behind_our_back_is_put_back(change: dict[str, Any], method: str, field: str) -> None:
    steps = present("c", DESIRED, answer(**change), creator_is_admin=False, purge_tags=True)
    assert [call[0] for call in steps.calls] == [method]
    assert field in steps.calls[0][1]
    assert steps.pending == []


def test_one_update_at_a_time_and_the_version_last() -> None:
    found = answer(logging={}, version="1.31", **network(subnetIds=["s-1"], endpointPrivateAccess=False))
    steps = present("c", DESIRED, found, creator_is_admin=False, purge_tags=True)
    assert [call[0] for call in steps.calls] == ["update_cluster_config"]
    assert steps.pending == ["log_types", "subnets", "version"]


def test_a_version_that_is_two_away_stays_pending() -> None:
    steps = present("c", DESIRED, answer(version="1.31"), creator_is_admin=False, purge_tags=True)
    assert steps.calls == [("update_cluster_version", {"name": "c", "version": "1.32"})]
    assert steps.pending == ["version"]


@pytest.mark.parametrize("status", ["CREATING", "UPDATING", "DELETING", "FAILED"])
def test_a_busy_cluster_is_left_alone(status: str) -> None:
    found = answer(status=status, version="1.32")
    steps = present("c", DESIRED, found, creator_is_admin=False, purge_tags=True)
    assert (steps.calls, steps.pending) == ([], ["version"])


def test_what_eks_cannot_change_is_said() -> None:
    with pytest.raises(match="role_arn"):
        present("c", DESIRED, answer(roleArn="other"), creator_is_admin=False, purge_tags=True)
    key = [{"resources": ["secrets"], "provider": {"keyArn": "other"}}]
    with pytest.raises(match="secrets_key_arn"):
        present("c", DESIRED, answer(encryptionConfig=key), creator_is_admin=False, purge_tags=True)


@pytest.mark.parametrize(
    ("found", "desired", "step"), [("1.31", "1.32", "1.32"), ("1.9", "1.33", "1.10"), ("1.99", "1.101", "1.100")]
)
def test_versions_rise_one_by_one(found: str, desired: str, step: str) -> None:
    assert next_version("c", found, desired) == step


def test_versions_never_fall() -> None:
    with pytest.raises(match=r"runs Kubernetes 1.33 and EKS cannot take it to 1.32"):
        next_version("c", "1.33", "1.32")


def test_absence_is_pending_until_it_is_gone() -> None:
    assert cluster.absent("c", None, []).pending == []
    going = cluster.absent("c", answer(status="DELETING", deletionProtection=False), [])
    assert (going.calls, going.pending) == ([], ["deletion"])
    first = cluster.absent("c", answer(deletionProtection=False), ["general"])
    assert (first.calls, first.pending) == ([], ["general"])
    last = cluster.absent("c", answer(deletionProtection=False), [])
    assert (last.calls, last.pending) == ([("delete_cluster", {"name": "c"})], ["deletion"])


def test_a_protected_cluster_is_not_removed() -> None:
    with pytest.raises(match="cluster c is protected from deletion"):
        cluster.absent("c", answer(deletionProtection=True), [])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (None, False),
        ({"status": "CREATING"}, False),
        ({"status": "DELETING"}, False),
        ({"status": "ACTIVE"}, True),
        ({"status": "UPDATING"}, True),
        ({"status": "FAILED"}, True),
        ({"status": "A WORD OF TOMORROW"}, True),
        ({}, True),
    ],
)
def test_only_a_cluster_without_an_api_server_need_not_answer(found: dict[str, str] | None, expected: bool) -> None:
    assert cluster.serves(found) is expected
