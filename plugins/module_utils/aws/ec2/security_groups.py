# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The security groups of one VPC, which refer to each other by name. Standard library only.

A rule is {protocol, from_port?, to_port?, peer, description?}; `peer` is a CIDR, a prefix list id, or `group:<name>`.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.ec2.tagging import specification, split, tag_calls
from ansible_collections.creator.platform.plugins.module_utils.aws.steps import Call, ChangeError

GROUP = "group:"
#: Key of a group's rules, which the methods for them end with -> key of AWS's answer.
DIRECTIONS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
Groups = Mapping[str, Mapping[str, Any]]


def project(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """{name: {id, description, ingress, egress, tags}} of SecurityGroups of one VPC."""
    by_id = {row["GroupId"]: row["GroupName"] for row in rows}
    return {
        row["GroupName"]: {
            "id": row["GroupId"],
            "description": row["Description"],
            **{direction: rules_of(row, key, by_id) for direction, key in DIRECTIONS.items()},
            "tags": split(row)[1],
        }
        for row in rows
    }


def rules_of(group: Mapping[str, Any], key: str, by_id: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rules under `key` (IpPermissions, IpPermissionsEgress) of a group, one for each peer; `by_id`: group names."""
    return [rule for row in group.get(key, []) for rule in _rules(row, by_id)]


def _rules(row: Mapping[str, Any], by_id: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {"protocol": "all" if row["IpProtocol"] == "-1" else row["IpProtocol"]}
    if row["IpProtocol"] != "-1":
        head |= {"from_port": row.get("FromPort"), "to_port": row.get("ToPort")}
    peers = [(peer["CidrIp"], peer) for peer in row.get("IpRanges", [])]
    peers += [(peer["CidrIpv6"], peer) for peer in row.get("Ipv6Ranges", [])]
    peers += [(peer["PrefixListId"], peer) for peer in row.get("PrefixListIds", [])]
    peers += [(GROUP + by_id.get(peer["GroupId"], peer["GroupId"]), peer) for peer in row.get("UserIdGroupPairs", [])]
    for name, peer in peers:
        description = {"description": peer["Description"]} if peer.get("Description") else {}
        yield {**head, "peer": name, **description}


def check(wanted: Sequence[Mapping[str, Any]], found: Groups) -> None:
    """Raises ChangeError for what AWS would refuse half way: another description, a peer that is no group, a name twice."""
    names = [group["name"] for group in wanted]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ChangeError(f"security group {', '.join(twice)} is given more than once: give each group once")
    known = {*names, *found}
    for group in wanted:
        name, have = group["name"], found.get(group["name"])
        if have and have["description"] != group["description"]:
            raise ChangeError(
                f"the description of security group {name} ({have['id']}) is {have['description']!r} and cannot change to "
                f"{group['description']!r}: remove the group first"
            )
        for rule in [*group["ingress"], *group["egress"]]:
            peer = rule["peer"].removeprefix(GROUP)
            if rule["peer"].startswith(GROUP) and peer not in known:
                raise ChangeError(
                    f"a rule of security group {name} names {peer}, which is neither given nor in the VPC: give both at once"
                )


def creations(vpc: str, wanted: Sequence[Mapping[str, Any]], found: Groups) -> list[Call]:
    """Calls that create the groups that are missing, without rules: they may name each other in circles."""
    return [
        (
            "create_security_group",
            {
                "GroupName": group["name"],
                "Description": group["description"],
                "VpcId": vpc,
                "TagSpecifications": specification("security-group", group["name"], group["tags"]),
            },
        )
        for group in wanted
        if group["name"] not in found
    ]


def changes(wanted: Sequence[Mapping[str, Any]], found: Groups) -> list[Call]:
    """Calls that bring groups, all of which exist, to their rules and tags. New rules come before old ones go."""
    ids = {name: group["id"] for name, group in found.items()}
    calls: list[Call] = []
    for group in wanted:
        have = found[group["name"]]
        for direction in DIRECTIONS:
            calls += _rule_calls(have["id"], direction, have[direction], group[direction], ids)
        calls += tag_calls(have["id"], have["tags"], group["tags"], True)
    return calls


def removals(names: Sequence[str], found: Groups) -> list[Call]:
    """Calls that take all rules of the groups that exist, then the groups: while one names another, AWS keeps that one."""
    ids = {name: group["id"] for name, group in found.items()}
    gone = [found[name] for name in names if name in found]
    calls = [
        call
        for group in gone
        for direction in DIRECTIONS
        for call in _rule_calls(group["id"], direction, group[direction], [], ids)
    ]
    return calls + [("delete_security_group", {"GroupId": group["id"]}) for group in gone]


def difference(wanted: Sequence[Mapping[str, Any]], found: Groups) -> dict[str, dict[str, Any]]:
    """{before, after}: by group what changes; all of a group that is created."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for group in wanted:
        name, have = group["name"], found.get(group["name"])
        shall = {key: group[key] for key in ("description", *DIRECTIONS, "tags")}
        differing = [key for key in shall if have is None or _comparable(have[key]) != _comparable(shall[key])]
        if differing:
            before[name] = {key: have[key] for key in differing} if have else {}
            after[name] = {key: shall[key] for key in differing}
    return {"before": before, "after": after}


def _comparable(value: Any) -> Any:
    """Rules are in no order."""
    return sorted((sorted(rule.items()) for rule in value), key=str) if isinstance(value, list) else value


def _rule_calls(
    group: str,
    direction: str,
    have: Sequence[Mapping[str, Any]],
    wanted: Sequence[Mapping[str, Any]],
    ids: Mapping[str, str],
) -> list[Call]:
    old, new = ({_key(rule): rule for rule in rules} for rules in (have, wanted))
    described = [rule for key, rule in new.items() if key in old and _text(old[key]) != _text(rule)]
    steps = {
        "authorize_security_group_{}": [rule for key, rule in new.items() if key not in old],
        "update_security_group_rule_descriptions_{}": described,
        "revoke_security_group_{}": [rule for key, rule in old.items() if key not in new],
    }
    return [
        (name.format(direction), {"GroupId": group, "IpPermissions": [_permission(rule, ids) for rule in rules]})
        for name, rules in steps.items()
        if rules
    ]


def _key(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two rules the same rule for AWS: all but the description."""
    return rule["protocol"], rule.get("from_port"), rule.get("to_port"), rule["peer"]


def _text(rule: Mapping[str, Any]) -> str:
    return rule.get("description") or ""


def _permission(rule: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """IpPermission of a rule.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    """
    ports = {"FromPort": rule.get("from_port"), "ToPort": rule.get("to_port")}
    head = {"IpProtocol": "-1" if rule["protocol"] == "all" else rule["protocol"]}
    head |= {name: port for name, port in ports.items() if port is not None}
    peer = rule["peer"]
    text = {"Description": _text(rule)} if _text(rule) else {}
    if peer.startswith(GROUP):
        # A peer of another account, or one that is gone, is known by its id alone.
        name = peer.removeprefix(GROUP)
        return {**head, "UserIdGroupPairs": [{"GroupId": ids.get(name, name), **text}]}
    if peer.startswith("pl-"):
        return {**head, "PrefixListIds": [{"PrefixListId": peer, **text}]}
    if ":" in peer:
        return {**head, "Ipv6Ranges": [{"CidrIpv6": peer, **text}]}
    return {**head, "IpRanges": [{"CidrIp": peer, **text}]}
