"""Four phases (check, run, check, run) of the modules for identity, and their kinds' readers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.errors import AwsError
from ansible_collections.creator.platform.plugins.module_utils.provision.compare import compare
from ansible_collections.creator.platform.plugins.module_utils.provision.model import Change, Resource, Scope
from ansible_collections.creator.platform.plugins.module_utils.provision.run import load_kind

from tests.localcloud.conftest import RunningCloud
from tests.localcloud.modules import four_phases, run_module

TAGS = {"platform": "creator", "environment": "test", "component": "identity"}


def plan(cloud: RunningCloud, kind_name: str, name: str, properties: dict[str, Any]) -> list[Change]:
    """What the kind's reader finds different."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "identity", cloud.content.region, (name,))
    found = kind.read(cloud.client(kind.service), scope)
    return compare([Resource(kind_name, name, properties, scope.region)], found, kind.rules)


def test_a_provider_is_made_changed_and_removed(cloud: RunningCloud) -> None:
    name = "token.actions.githubusercontent.com"
    desired = {"client_ids": ["sts.amazonaws.com"], "tags": TAGS}
    made = four_phases(cloud, "iam_oidc_provider", {"name": name, **desired}).result["provider"]["arn"]
    assert plan(cloud, "iam_oidc_provider", name, desired) == []
    iam = cloud.client("iam")
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=made, ClientID="everybody")
    iam.tag_open_id_connect_provider(OpenIDConnectProviderArn=made, Tags=[{"Key": "who", "Value": "me"}])
    (change,) = plan(cloud, "iam_oidc_provider", name, desired)
    assert [attribute for attribute, _before, _after in change.attributes] == ["client_ids", "tags"]
    four_phases(cloud, "iam_oidc_provider", {"name": name, **desired})
    four_phases(cloud, "iam_oidc_provider", {"name": name, "state": "absent"})


POLICY: dict[str, Any] = {
    "minimum_length": 14,
    "require_lowercase": True,
    "require_uppercase": True,
    "require_numbers": True,
    "require_symbols": True,
    "allow_change": True,
    "max_age_days": 90,
    "remember": 24,
    "expiry_needs_administrator": False,
}


@pytest.mark.parametrize(
    "changed", [{"minimum_length": 8}, {"remember": 0}, {"max_age_days": 0}, {"require_symbols": False}]
)
def test_the_password_policy_is_kept_whole(cloud: RunningCloud, changed: dict[str, Any]) -> None:
    run_module(cloud, "iam_password_policy", POLICY)
    assert plan(cloud, "iam_password_policy", "account", POLICY) == []
    four_phases(cloud, "iam_password_policy", changed)
    (change,) = plan(cloud, "iam_password_policy", "account", POLICY)
    assert [attribute for attribute, _before, _after in change.attributes] == list(changed)
    four_phases(cloud, "iam_password_policy", POLICY)


def test_an_account_without_a_policy_has_aws_default(cloud: RunningCloud) -> None:
    run_module(cloud, "iam_password_policy", POLICY)
    cloud.client("iam").delete_account_password_policy()
    (change,) = plan(cloud, "iam_password_policy", "account", POLICY)
    assert ("minimum_length", 6, 14) in change.attributes


def test_an_analyzer_is_made_tagged_and_removed(cloud: RunningCloud) -> None:
    name, desired = "creator-test", {"type": "ACCOUNT", "tags": TAGS}
    arn = four_phases(cloud, "accessanalyzer_analyzer", {"name": name, **desired}).result["analyzer"]["arn"]
    assert plan(cloud, "accessanalyzer_analyzer", name, desired) == []
    cloud.client("accessanalyzer").tag_resource(resourceArn=arn, tags={"who": "me"})
    assert plan(cloud, "accessanalyzer_analyzer", name, desired)[0].action == "update"
    four_phases(cloud, "accessanalyzer_analyzer", {"name": name, **desired})
    kind = load_kind("accessanalyzer_analyzer")
    with pytest.raises(AwsError, match=f"has the analyzer {name}, and an account can have one"):
        kind.read(cloud.client(kind.service), Scope("creator", "other", "identity", "eu-west-1", ("creator-other",)))
    assert kind.read(cloud.client(kind.service), Scope("creator", "other", "identity", "eu-west-1", ())) == []
    refused = run_module(cloud, "accessanalyzer_analyzer", {"name": name, "type": "ORGANIZATION"})
    assert "none can change" in refused.result["msg"]
    four_phases(cloud, "accessanalyzer_analyzer", {"name": name, "state": "absent"})


def test_a_managed_policy_is_read_in_its_present_version(cloud: RunningCloud) -> None:
    iam, name = cloud.client("iam"), "creator-test-policy"
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]

    def document(action: str) -> dict[str, Any]:
        statement = {"Sid": "A", "Effect": "Allow", "Action": action, "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [statement]}

    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document("ec2:DescribeVpcs")), Tags=tags)
    desired = {"document": document("ec2:DescribeVpcs"), "tags": TAGS}
    assert plan(cloud, "iam_managed_policy", name, desired) == []
    other = {"PolicyArn": arn["Policy"]["Arn"], "PolicyDocument": json.dumps(document("ec2:DescribeSubnets"))}
    iam.create_policy_version(**other, SetAsDefault=False)
    assert plan(cloud, "iam_managed_policy", name, desired) == []
    iam.create_policy_version(**other, SetAsDefault=True)
    (change,) = plan(cloud, "iam_managed_policy", name, desired)
    assert [attribute for attribute, _before, _after in change.attributes] == ["document"]
