"""Four phases (check, run, check, run) of the modules for identity, and their kinds' readers."""

from __future__ import annotations

import json
import threading
import time
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
    """What the kind's reader finds different in what has the name."""
    kind = load_kind(kind_name)
    scope = Scope("creator", "test", "identity", cloud.content.region, (name,))
    found = kind.read(cloud.client(kind.service), scope)
    return compare(
        [Resource(kind_name, name, properties, scope.region)], [each for each in found if each.name == name], kind.rules
    )


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


def document(*actions: str) -> dict[str, Any]:
    """A policy that allows actions."""
    statement = {"Sid": "A", "Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_a_managed_policy_is_read_in_its_present_version(cloud: RunningCloud) -> None:
    iam, name = cloud.client("iam"), "creator-test-policy"
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]

    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document("ec2:DescribeVpcs")), Tags=tags)
    desired = {"document": document("ec2:DescribeVpcs"), "tags": TAGS}
    assert plan(cloud, "iam_managed_policy", name, desired) == []
    other = {"PolicyArn": arn["Policy"]["Arn"], "PolicyDocument": json.dumps(document("ec2:DescribeSubnets"))}
    iam.create_policy_version(**other, SetAsDefault=False)
    assert plan(cloud, "iam_managed_policy", name, desired) == []
    iam.create_policy_version(**other, SetAsDefault=True)
    (change,) = plan(cloud, "iam_managed_policy", name, desired)
    assert [attribute for attribute, _before, _after in change.attributes] == ["document"]


def test_policies_are_made_and_changed_as_their_only_version(cloud: RunningCloud) -> None:
    iam, names = cloud.client("iam"), ["creator-test-one", "creator-test-two"]

    def policies(*actions: str) -> dict[str, Any]:
        return {"policies": [{"name": name, "document": document(*actions), "tags": TAGS} for name in names]}

    arns = four_phases(cloud, "iam_managed_policies", policies("ec2:DescribeVpcs")).result["arns"]
    assert sorted(arns) == names
    for name in names:
        desired = {"document": document("ec2:DescribeVpcs"), "tags": TAGS}
        assert plan(cloud, "iam_managed_policy", name, desired) == []
    # Five are what IAM keeps, and the one in force need not be the newest.
    other = {"PolicyArn": arns[names[0]], "PolicyDocument": json.dumps(document("ec2:DescribeSubnets"))}
    for _number in range(4):
        iam.create_policy_version(**other)
    iam.set_default_policy_version(PolicyArn=arns[names[0]], VersionId="v3")
    iam.untag_policy(PolicyArn=arns[names[1]], TagKeys=["component"])
    changed = four_phases(cloud, "iam_managed_policies", policies("ec2:DescribeVpcs"))
    assert changed.result["arns"] == arns
    assert {name: list(rows) for name, rows in changed.result["diff"]["after"].items()} == {
        names[0]: ["document"],
        names[1]: ["tags"],
    }
    for name in names:
        assert plan(cloud, "iam_managed_policy", name, {"document": document("ec2:DescribeVpcs"), "tags": TAGS}) == []
        (version,) = iam.list_policy_versions(PolicyArn=arns[name])["Versions"]
        assert version["IsDefaultVersion"]
    refused = run_module(cloud, "iam_managed_policies", {"policies": policies("a:B")["policies"] * 2})
    assert "is given more than once" in refused.result["msg"]


def test_roles_are_made_and_changed_with_all_that_is_theirs(cloud: RunningCloud) -> None:
    iam, name = cloud.client("iam"), "creator-test-node"
    policies = [
        {"name": f"creator-test-{name}", "document": document("ec2:DescribeVpcs")} for name in ("boundary", "attached")
    ]
    arns = run_module(cloud, "iam_managed_policies", {"policies": policies}).result["arns"]
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    desired = {
        "description": "What nodes may do",
        "trust": {"Version": "2012-10-17", "Statement": [trust]},
        "boundary": arns["creator-test-boundary"],
        "max_session_seconds": 7200,
        "managed_policies": [arns["creator-test-attached"]],
        "policies": {"own": document("s3:GetObject")},
        "tags": TAGS,
    }
    roles = {"roles": [{"name": name, **desired}, {"name": "creator-test-plain", "trust": desired["trust"]}]}
    made = four_phases(cloud, "iam_roles", roles).result
    assert made["arns"][name] == iam.get_role(RoleName=name)["Role"]["Arn"]
    assert plan(cloud, "iam_role", name, desired) == []
    iam.delete_role_permissions_boundary(RoleName=name)
    iam.update_role(RoleName=name, Description="else", MaxSessionDuration=3600)
    iam.detach_role_policy(RoleName=name, PolicyArn=arns["creator-test-attached"])
    iam.attach_role_policy(RoleName=name, PolicyArn=arns["creator-test-boundary"])
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document("s3:*")))
    iam.put_role_policy(RoleName=name, PolicyName="more", PolicyDocument=json.dumps(document("s3:*")))
    iam.tag_role(RoleName=name, Tags=[{"Key": "who", "Value": "me"}])
    other = {"Version": "2012-10-17", "Statement": [{**trust, "Principal": {"Service": "eks.amazonaws.com"}}]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(other))
    (change,) = plan(cloud, "iam_role", name, desired)
    assert {attribute for attribute, _before, _after in change.attributes} == set(desired)
    repaired = four_phases(cloud, "iam_roles", roles).result
    assert set(repaired["diff"]["before"]) == {name}
    assert set(repaired["diff"]["before"][name]) == set(desired)
    assert plan(cloud, "iam_role", name, desired) == []


def test_a_role_waits_for_a_policy_that_iam_denies_for_a_moment(cloud: RunningCloud) -> None:
    """What was made a moment ago may be denied for seconds: here it is made after IAM was asked for the first time."""
    iam, name = cloud.client("iam"), "creator-test-late"
    arn = f"arn:aws:iam::{cloud.content.account_id}:policy/{name}"
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {"name": name, "trust": {"Version": "2012-10-17", "Statement": [trust]}, "managed_policies": [arn]}

    def make_late() -> None:
        while not cloud.control.get("requests?action=AttachRolePolicy"):
            time.sleep(0.05)
        iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document("s3:GetObject")))

    cloud.control.delete("requests")
    late = threading.Thread(target=make_late, daemon=True)
    late.start()
    done = run_module(cloud, "iam_roles", {"roles": [role]}).result
    late.join(10)
    assert done["changed"], done
    assert plan(cloud, "iam_role", name, {key: value for key, value in role.items() if key != "name"}) == []
