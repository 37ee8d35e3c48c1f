"""OpenSearch domains of the local cloud: what takes time, and what the service refuses; then the module and its kind."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind
from botocore.exceptions import ClientError

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

NAME = "creator-test"
ACCOUNT, REGION = "123456789012", "eu-west-1"
TAGS = {"platform": "creator", "environment": "test", "component": "search"}
GROUP = f"/aws/opensearch/{NAME}/slow"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "es.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/opensearch/{NAME}/*",
        }
    ],
}


def access(action: str = "es:ESHttp*") -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": action,
        "Resource": f"arn:aws:es:{REGION}:{ACCOUNT}:domain/{NAME}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture(scope="module")
def network(cloud: RunningCloud) -> dict[str, Any]:
    """Two subnets in two zones, a security group, and a key."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.44.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.44.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"][
            "SubnetId"
        ]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="search", Description="search")["GroupId"]
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    return {"subnets": sorted(subnets), "security_groups": [group], "kms_key": key}


@pytest.fixture(scope="module")
def desired(cloud: RunningCloud, network: dict[str, Any]) -> dict[str, Any]:
    """A domain with all that the platform asks of one."""
    cloud.client("logs").create_log_group(logGroupName=GROUP)
    return {
        "engine_version": "OpenSearch_2.5",
        "instance_type": "m6g.large.search",
        "instance_count": 2,
        "zones": 2,
        "master_type": "m6g.large.search",
        "master_count": 3,
        "volume_type": "gp3",
        "volume_gib": 10,
        "encrypted": True,
        "node_to_node_encryption": True,
        "https_only": True,
        "tls_policy": "Policy-Min-TLS-1-2-PFS-2023-10",
        "fine_grained_access": True,
        "internal_users": False,
        "master_role": f"arn:aws:iam::{ACCOUNT}:role/master",
        "access_policy": access(),
        "logs": {"SEARCH_SLOW_LOGS": GROUP_ARN},
        "auto_tune": True,
        "auto_software_update": True,
        "off_peak_hour": 22,
        "tags": TAGS,
        **network,
    }


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "search", REGION, (name,))
    found = kind.read(cloud.client(kind.service), scope)
    return compare([Resource(kind_name, name, properties, REGION)], found, kind.rules)


def settle(cloud: RunningCloud) -> dict[str, Any]:
    """Wait until nothing changes any more."""
    for _ in range(120):
        status = cloud.client("opensearch").describe_domain(DomainName=NAME)["DomainStatus"]
        if not status["Processing"]:
            return dict(status)
        time.sleep(0.5)
    pytest.fail("the domain did not settle")


def test_a_domain_that_cannot_log_is_refused(cloud: RunningCloud, desired: dict[str, Any]) -> None:
    refused = run_module(cloud, "opensearch_domain", {"name": NAME, **desired})
    assert "does not grant sufficient permissions" in refused.result["msg"]
    four_phases(cloud, "logs_resource_policy", {"name": "creator-test-search", "policy": POLICY})
    assert plan(cloud, "logs_resource_policy", "creator-test-search", {"policy": POLICY}) == []
    other = json.dumps({**POLICY, "Statement": [{**POLICY["Statement"][0], "Action": "logs:PutLogEvents"}]})
    cloud.client("logs").put_resource_policy(policyName="creator-test-search", policyDocument=other)
    (change,) = plan(cloud, "logs_resource_policy", "creator-test-search", {"policy": POLICY})
    assert change.action == "update"
    four_phases(cloud, "logs_resource_policy", {"name": "creator-test-search", "policy": POLICY})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"zones": 3, "instance_count": 3}, "exactly 3 subnets"),
        ({"instance_count": 1}, "at least 2 data nodes"),
        ({"https_only": False}, "Enforce HTTPS"),
        ({"engine_version": "OpenSearch_9.9"}, "is not on offer"),
        ({"security_groups": ["sg-1"]}, "sg-1 do not exist"),
        ({"kms_key": "arn:aws:kms:eu-west-1:123456789012:key/none"}, "KMS key"),
    ],
)
def test_domains_that_the_service_refuses(
    cloud: RunningCloud, desired: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    refused = run_module(cloud, "opensearch_domain", {"name": "creator-refused", **desired, **change})
    assert said in refused.result["msg"]


def test_a_domain_is_started_changed_and_removed(cloud: RunningCloud, desired: dict[str, Any]) -> None:
    client = cloud.client("opensearch")
    four_phases(cloud, "opensearch_domain", {"name": NAME, **desired})
    settle(cloud)
    client.update_domain_config(DomainName=NAME, EBSOptions={"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 20})
    with pytest.raises(ClientError, match="in progress"):
        client.update_domain_config(DomainName=NAME, EBSOptions={"EBSEnabled": True, "VolumeSize": 30})
    assert client.describe_domain_change_progress(DomainName=NAME)["ChangeProgressStatus"]["Status"] == "PROCESSING"
    settle(cloud)
    assert run_module(cloud, "opensearch_domain", {"name": NAME, **desired}).result["changed"]
    status = settle(cloud)
    assert status["Endpoints"]["vpc"].startswith(f"vpc-{NAME}-")
    assert "MasterUserOptions" not in status["AdvancedSecurityOptions"]
    assert plan(cloud, "opensearch_domain", NAME, desired) == []
    for attribute, change in CHANGES.items():
        client.update_domain_config(DomainName=NAME, **change)
        settle(cloud)
        (found,) = plan(cloud, "opensearch_domain", NAME, desired)
        assert [name for name, _before, _after in found.attributes] == [attribute]
        assert run_module(cloud, "opensearch_domain", {"name": NAME, **desired}).result["changed"]
        settle(cloud)
        assert plan(cloud, "opensearch_domain", NAME, desired) == []
    arn = status["ARN"]
    client.add_tags(ARN=arn, TagList=[{"Key": "who", "Value": "me"}])
    four_phases(cloud, "opensearch_domain", {"name": NAME, "tags": TAGS})
    client.upgrade_domain(DomainName=NAME, TargetVersion="OpenSearch_2.7", PerformCheckOnly=True)
    four_phases(cloud, "opensearch_domain", {"name": NAME, "engine_version": "OpenSearch_2.7"})
    settle(cloud)
    assert client.get_upgrade_status(DomainName=NAME)["StepStatus"] == "SUCCEEDED"
    (offered,) = client.get_compatible_versions(DomainName=NAME)["CompatibleVersions"]
    assert "OpenSearch_2.19" in offered["TargetVersions"]
    with pytest.raises(ClientError, match="cannot be upgraded"):
        client.upgrade_domain(DomainName=NAME, TargetVersion="OpenSearch_1.0")
    fixed = run_module(cloud, "opensearch_domain", {"name": NAME, "encrypted": False}, check=True)
    assert "OpenSearch cannot change encrypted" in fixed.result["msg"]
    four_phases(cloud, "opensearch_domain", {"name": NAME, "state": "absent"})
    deadline = time.monotonic() + 60
    while client.list_domain_names()["DomainNames"] and time.monotonic() < deadline:
        time.sleep(0.5)
    assert client.list_domain_names()["DomainNames"] == []
    four_phases(cloud, "logs_resource_policy", {"name": "creator-test-search", "state": "absent"})


CHANGES: dict[str, dict[str, Any]] = {
    "instance_count": {
        "ClusterConfig": {
            "InstanceType": "m6g.large.search",
            "InstanceCount": 4,
            "ZoneAwarenessEnabled": True,
            "ZoneAwarenessConfig": {"AvailabilityZoneCount": 2},
            "DedicatedMasterEnabled": True,
            "DedicatedMasterType": "m6g.large.search",
            "DedicatedMasterCount": 3,
        }
    },
    "volume_gib": {"EBSOptions": {"EBSEnabled": True, "VolumeType": "gp3", "VolumeSize": 30}},
    "tls_policy": {"DomainEndpointOptions": {"EnforceHTTPS": True, "TLSSecurityPolicy": "Policy-Min-TLS-1-0-2019-07"}},
    "access_policy": {"AccessPolicies": json.dumps(access("es:*"))},
    "logs": {"LogPublishingOptions": {"SEARCH_SLOW_LOGS": {"CloudWatchLogsLogGroupArn": GROUP_ARN, "Enabled": False}}},
    "auto_tune": {"AutoTuneOptions": {"DesiredState": "DISABLED"}},
    "auto_software_update": {"SoftwareUpdateOptions": {"AutoSoftwareUpdateEnabled": False}},
    "off_peak_hour": {
        "OffPeakWindowOptions": {
            "Enabled": True,
            "OffPeakWindow": {"WindowStartTime": {"Hours": 3, "Minutes": 0}},
        }
    },
}
