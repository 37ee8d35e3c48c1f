"""What is called to bring the security groups of a VPC to what is described, tried on a VPC in memory."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.creator.platform.plugins.module_utils.aws.answers import filled
from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.security_groups import (
    changes,
    check,
    creations,
    difference,
    project,
    removals,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, ChangeError
from hypothesis import given
from hypothesis import strategies as st

NAMES = ["nodes", "database", "endpoints"]
KEYS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
PEERS = st.sampled_from(["10.0.0.0/8", "::/0", "pl-1", *(f"group:{name}" for name in NAMES)])


def rule(protocol: str, port: int, peer: str, description: str) -> dict[str, Any]:
    """A rule in the words of the plan."""
    ports = {} if protocol == "all" else {"from_port": port, "to_port": port + 1}
    return {"protocol": protocol, **ports, "peer": peer, **({"description": description} if description else {})}


RULES = st.lists(
    st.builds(rule, st.sampled_from(["tcp", "udp", "all"]), st.integers(1, 3), PEERS, st.sampled_from(["", "a", "b"])),
    max_size=4,
    unique_by=lambda one: (one["protocol"], one.get("from_port"), one["peer"]),
)
TAGS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]))
GROUPS = st.tuples(*(st.tuples(RULES, RULES, TAGS) for _name in NAMES)).map(
    lambda drawn: [
        {"name": name, "description": "d", "ingress": ingress, "egress": egress, "tags": tags}
        for name, (ingress, egress, tags) in zip(NAMES, drawn, strict=True)
    ]
)


class Vpc:
    """The groups of a VPC as EC2 answers them: a rule that is there is not authorized again, a named group is not deleted."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Any]] = {}

    @property
    def found(self) -> dict[str, dict[str, Any]]:
        return project(list(self.groups.values()))

    def make(self, calls: list[Call]) -> list[str]:
        """Make the calls; the methods."""
        for method, request in calls:
            getattr(self, method)(**filled(request, []))
        return [method for method, _request in calls]

    def create_security_group(self, GroupName: str, Description: str, **more: Any) -> None:  # noqa: N803
        identifier = f"sg-{GroupName}"
        assert identifier not in self.groups
        self.groups[identifier] = {
            "GroupId": identifier,
            "GroupName": GroupName,
            "Description": Description,
            "IpPermissions": [],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            "Tags": more["TagSpecifications"][0]["Tags"],
        }

    def __getattr__(self, method: str) -> Any:
        verb, direction = method.rsplit("_", 1)

        def change(GroupId: str, IpPermissions: list[dict[str, Any]]) -> None:  # noqa: N803
            rows = self.groups[GroupId][KEYS[direction]]
            for wanted in IpPermissions:
                (same,) = [row for row in rows if bare(row) == bare(wanted)] or [None]
                assert (same is None) == verb.startswith("authorize"), (verb, wanted)
                if same is not None:
                    rows.remove(same)
                if not verb.startswith("revoke"):
                    rows.append(wanted)

        return change

    def create_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:  # noqa: N803
        new = {tag["Key"] for tag in Tags}
        group = self.groups[Resources[0]]
        group["Tags"] = [tag for tag in group["Tags"] if tag["Key"] not in new] + Tags

    def delete_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:  # noqa: N803
        gone = {tag["Key"] for tag in Tags}
        group = self.groups[Resources[0]]
        group["Tags"] = [tag for tag in group["Tags"] if tag["Key"] not in gone]

    def delete_security_group(self, GroupId: str) -> None:  # noqa: N803
        assert not any(GroupId in str(group) for key, group in self.groups.items() if key != GroupId)
        del self.groups[GroupId]


def bare(permission: dict[str, Any]) -> str:
    """A permission without its description."""
    peers = {
        key: [{name: value for name, value in peer.items() if name != "Description"} for peer in value]
        for key, value in permission.items()
        if isinstance(value, list)
    }
    return str(sorted({**permission, **peers}.items()))


def settled(vpc: Vpc, wanted: list[dict[str, Any]]) -> list[str]:
    """Bring a VPC to what is wanted; the methods that were called."""
    check(wanted, vpc.found)
    made = vpc.make(creations("vpc-1", wanted, vpc.found))
    return made + vpc.make(changes(wanted, vpc.found))


@given(GROUPS, GROUPS)
def test_whatever_was_there_one_run_settles_it(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> None:
    vpc = Vpc()
    for wanted in (first, second):
        told = difference(wanted, vpc.found)
        assert bool(settled(vpc, wanted)) == bool(told["after"])
        assert difference(wanted, vpc.found) == {"before": {}, "after": {}}
        assert settled(vpc, wanted) == []
    vpc.make(removals(NAMES, vpc.found))
    assert vpc.groups == {}
    assert removals(NAMES, vpc.found) == []


def group(name: str, **more: Any) -> dict[str, Any]:
    """A wanted group."""
    return {"name": name, "description": "d", "ingress": [], "egress": [], "tags": {}, **more}


def test_a_new_rule_comes_before_an_old_one_goes_and_a_description_changes_in_place() -> None:
    vpc = Vpc()
    settled(vpc, [group("nodes", ingress=[rule("tcp", 1, "pl-1", ""), rule("tcp", 2, "pl-1", "old")])])
    wanted = [group("nodes", ingress=[rule("tcp", 3, "pl-1", ""), rule("tcp", 2, "pl-1", "new")])]
    assert settled(vpc, wanted) == [
        "authorize_security_group_ingress",
        "update_security_group_rule_descriptions_ingress",
        "revoke_security_group_ingress",
    ]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ([group("nodes", description="other")], "cannot change to 'other': remove the group first"),
        ([group("new"), group("new")], "security group new is given more than once"),
        (
            [group("new", egress=[rule("all", 0, "group:typo", "")])],
            "names typo, which is neither given nor in the VPC",
        ),
    ],
)
def test_what_would_stop_half_way_is_refused_before(wanted: list[dict[str, Any]], words: str) -> None:
    vpc = Vpc()
    settled(vpc, [group("nodes")])
    with pytest.raises(ChangeError, match=words):
        check(wanted, vpc.found)


def test_the_name_tag_is_no_tag_of_ours() -> None:
    vpc = Vpc()
    settled(vpc, [group("nodes", tags={"a": "1"})])
    assert vpc.found["nodes"]["tags"] == {"a": "1"}
