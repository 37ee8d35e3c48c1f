from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.opensearch.domain import (
    absent,
    facts,
    present,
    project,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import ChangeError, Found

PARAMS = {"name": "d", "purge_tags": True}
STATUS: dict[str, Any] = {
    "ARN": "arn",
    "EngineVersion": "OpenSearch_2.17",
    "ClusterConfig": {
        "InstanceType": "m6g.large.search",
        "InstanceCount": 2,
        "ZoneAwarenessEnabled": True,
        "ZoneAwarenessConfig": {"AvailabilityZoneCount": 2},
        "DedicatedMasterEnabled": False,
        "DedicatedMasterType": "left over",
    },
    "EBSOptions": {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 10},
    "EncryptionAtRestOptions": {"Enabled": True, "KmsKeyId": "key"},
    "NodeToNodeEncryptionOptions": {"Enabled": True},
    "DomainEndpointOptions": {"EnforceHTTPS": True, "TLSSecurityPolicy": "tls"},
    "AdvancedSecurityOptions": {"Enabled": True, "InternalUserDatabaseEnabled": False},
    "VPCOptions": {"SubnetIds": ["b", "a"], "SecurityGroupIds": ["s"]},
    "AccessPolicies": '{"Version": "2012-10-17", "Statement": []}',
    "LogPublishingOptions": {
        "SEARCH_SLOW_LOGS": {"CloudWatchLogsLogGroupArn": "log:*", "Enabled": True},
        "INDEX_SLOW_LOGS": {"CloudWatchLogsLogGroupArn": "log", "Enabled": False},
    },
    "AutoTuneOptions": {"State": "ENABLE_IN_PROGRESS"},
    "SoftwareUpdateOptions": {"AutoSoftwareUpdateEnabled": True},
    "OffPeakWindowOptions": {"Enabled": True, "OffPeakWindow": {"WindowStartTime": {"Hours": 3}}},
    "Endpoints": {"vpc": "host"},
    "Processing": False,
}
FOUND = Found(project(STATUS, {"a": "1"}), facts(STATUS))


def test_a_domain_is_said_in_our_words() -> None:
    assert FOUND.facts == {"arn": "arn", "endpoint": "host", "processing": False, "status": "Active"}
    properties = FOUND.properties
    assert (properties["zones"], properties["master_count"], properties["master_type"]) == (2, 0, "")
    assert properties["logs"] == {"SEARCH_SLOW_LOGS": "log"}
    assert (properties["auto_tune"], properties["off_peak_hour"]) == (True, 3)


def test_a_domain_as_desired_needs_no_call() -> None:
    assert not present(PARAMS, {**FOUND.properties, "master_role": "role"}, FOUND).changed


@pytest.mark.parametrize(
    ("desired", "part"),
    [
        ({"instance_count": 4}, "ClusterConfig"),
        ({"volume_gib": 20}, "EBSOptions"),
        ({"tls_policy": "newer"}, "DomainEndpointOptions"),
        ({"subnets": ["a", "c"]}, "VPCOptions"),
        ({"access_policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Deny"}]}}, "AccessPolicies"),
        ({"logs": {}}, "LogPublishingOptions"),
        ({"auto_tune": False}, "AutoTuneOptions"),
        ({"auto_software_update": False}, "SoftwareUpdateOptions"),
        ({"off_peak_hour": 22}, "OffPeakWindowOptions"),
    ],
)
def test_only_the_part_that_differs_is_sent(desired: dict[str, Any], part: str) -> None:
    ((method, request),) = present(PARAMS, desired, FOUND).calls
    assert (method, sorted(request)) == ("update_domain_config", sorted(["DomainName", part]))


def test_settings_come_before_another_version() -> None:
    both = present(PARAMS, {"volume_gib": 20, "engine_version": "OpenSearch_2.19"}, FOUND)
    assert ([method for method, _request in both.calls], both.pending) == (["update_domain_config"], ["engine_version"])
    version = present(PARAMS, {"engine_version": "OpenSearch_2.19"}, FOUND)
    assert version.calls == [("upgrade_domain", {"DomainName": "d", "TargetVersion": "OpenSearch_2.19"})]


@pytest.mark.parametrize(
    ("desired", "processing", "said"),
    [
        ({"encrypted": False}, False, "OpenSearch cannot change encrypted"),
        ({"volume_gib": 20}, True, "OpenSearch makes one change at a time"),
    ],
)
def test_what_would_be_refused_is_said_before(desired: dict[str, Any], processing: bool, said: str) -> None:
    found = Found(FOUND.properties, {**FOUND.facts, "processing": processing})
    with pytest.raises(ChangeError, match=said):
        present(PARAMS, desired, found)


def test_tags_and_removal() -> None:
    methods = [method for method, _request in present(PARAMS, {"tags": {"b": "2"}}, FOUND).calls]
    assert methods == ["add_tags", "remove_tags"]
    assert absent(PARAMS, FOUND).calls == [("delete_domain", {"DomainName": "d"})]
    assert absent(PARAMS, Found(FOUND.properties, {**FOUND.facts, "status": "Deleting"})).calls == []


def test_a_new_domain_is_one_request() -> None:
    ((method, request),) = present(PARAMS, {**FOUND.properties, "master_role": "role"}, None).calls
    assert method == "create_domain"
    assert request["AdvancedSecurityOptions"]["MasterUserOptions"] == {"MasterUserARN": "role"}
    assert request["EncryptionAtRestOptions"] == {"Enabled": True, "KmsKeyId": "key"}
    assert request["TagList"] == [{"Key": "a", "Value": "1"}]
