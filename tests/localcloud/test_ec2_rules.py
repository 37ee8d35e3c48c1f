"""EC2's security group rules for any protocol: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html"""

from __future__ import annotations

from typing import Any

import pytest

ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]


def new_group(client: Any, name: str) -> str:
    """Id of a new group of the default VPC."""
    return str(client.create_security_group(GroupName=name, Description="rules")["GroupId"])


def rules(client: Any, group: str) -> list[tuple[str, int | None, int | None]]:
    """Protocol and ports of what may come in."""
    (found,) = client.describe_security_groups(GroupIds=[group])["SecurityGroups"]
    return [(each["IpProtocol"], each.get("FromPort"), each.get("ToPort")) for each in found["IpPermissions"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"IpProtocol": "47"}, ("47", None, None)),
        ({"IpProtocol": "-1"}, ("-1", None, None)),
        ({"IpProtocol": "50", "FromPort": 1, "ToPort": 2}, ("50", None, None)),
        ({"IpProtocol": "icmpv6"}, ("icmpv6", -1, -1)),
        ({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}, ("icmp", 8, -1)),
        ({"IpProtocol": "6", "FromPort": 22, "ToPort": 22}, ("tcp", 22, 22)),
    ],
)
def test_any_protocol(cloud: Any, asked: dict[str, Any], expected: tuple[str, int | None, int | None]) -> None:
    """Only TCP, UDP and ICMP have ports; a rule is taken back as it was given."""
    client = cloud.client("ec2")
    group = new_group(client, f"protocol-{asked['IpProtocol']}")
    permissions = [{**asked, "IpRanges": ANYWHERE}]
    client.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    assert rules(client, group) == [expected]
    with pytest.raises(client.exceptions.ClientError, match=r"InvalidPermission\.Duplicate"):
        client.authorize_security_group_ingress(GroupId=group, IpPermissions=permissions)
    client.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions)
    assert rules(client, group) == []


@pytest.mark.parametrize(("protocol", "named"), [("tcp", "TCP/UDP"), ("17", "TCP/UDP"), ("icmp", "ICMP")])
def test_ports_are_required(cloud: Any, protocol: str, named: str) -> None:
    """Of TCP and UDP; the type and the code of ICMP."""
    client = cloud.client("ec2")
    group = new_group(client, f"required-{protocol}")
    with pytest.raises(client.exceptions.ClientError, match=f"InvalidParameterValue.*ports with {named}"):
        client.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[{"IpProtocol": protocol, "IpRanges": ANYWHERE}]
        )
    assert rules(client, group) == []


def test_a_network_acl_that_is_not_there(cloud: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    client = cloud.client("ec2")
    there = client.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]
    assert len(client.describe_network_acls(NetworkAclIds=[there])["NetworkAcls"]) == 1
    with pytest.raises(client.exceptions.ClientError, match=r"InvalidNetworkAclID\.NotFound.*acl-0123456789abcdef0"):
        client.describe_network_acls(NetworkAclIds=[there, "acl-0123456789abcdef0"])


@pytest.mark.parametrize("way", ["ingress", "egress"])
@pytest.mark.parametrize("peers", ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs"])
def test_a_description_is_changed_and_taken_away_in_place(cloud: Any, way: str, peers: str) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html"""
    client = cloud.client("ec2")
    group = new_group(client, f"described-{way}-{peers}")
    peer = {"IpRanges": ANYWHERE[0], "Ipv6Ranges": {"CidrIpv6": "::/0"}, "UserIdGroupPairs": {"GroupId": group}}[peers]
    key = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}[way]

    def permissions(text: str | None, port: int = 22) -> list[dict[str, Any]]:
        described = {**peer, **({"Description": text} if text else {})}
        return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, peers: [described]}]

    def texts() -> list[str | None]:
        (found,) = client.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        return [each.get("Description") for row in found[key] if row["IpProtocol"] == "tcp" for each in row[peers]]

    getattr(client, f"authorize_security_group_{way}")(GroupId=group, IpPermissions=permissions("first"))
    update = getattr(client, f"update_security_group_rule_descriptions_{way}")
    for text in ("second", None):
        update(GroupId=group, IpPermissions=permissions(text))
        assert texts() == [text]
    with pytest.raises(client.exceptions.ClientError, match=r"InvalidPermission\.NotFound"):
        update(GroupId=group, IpPermissions=permissions("third", port=23))


@pytest.mark.parametrize("peer", [{"CidrIp": "10.0.0.0/8"}, {"GroupId": ""}])
@pytest.mark.parametrize("asked", [{"IpProtocol": "-1"}, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}])
def test_one_rule_is_described_and_changed_by_its_id(cloud: Any, peer: dict[str, str], asked: dict[str, Any]) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html"""
    client = cloud.client("ec2")
    group = new_group(client, f"changed-{asked['IpProtocol']}-{'-'.join(peer)}")
    kind, peer = ("UserIdGroupPairs", {"GroupId": group}) if "GroupId" in peer else ("IpRanges", peer)
    made = client.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{**asked, kind: [{**peer, "Description": "first"}]}]
    )
    identifier = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def described() -> str:
        (rule,) = client.describe_security_group_rules(SecurityGroupRuleIds=[identifier])["SecurityGroupRules"]
        return str(rule["Description"])

    assert described() == "first"
    place = {"ReferencedGroupId": group} if "GroupId" in peer else {"CidrIpv4": "10.0.0.0/8"}
    rule = {**asked, **place, "Description": "second"}
    client.modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": identifier, "SecurityGroupRule": rule}]
    )
    assert described() == "second"
    assert rules(client, group) == [(asked["IpProtocol"], asked.get("FromPort"), asked.get("ToPort"))]
