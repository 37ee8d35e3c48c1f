# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An RDS parameter group: its settings and the calls that change them. Standard library only.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.aws.steps import (
    Call,
    ChangeError,
    Steps,
    merged,
    tag_changes,
    with_tags,
)
from ansible_collections.creator.platform.plugins.module_utils.aws.tags import tag_list

#: RDS takes no more in one request.
AT_A_TIME = 20


def project(
    group: Mapping[str, Any], parameters: Iterable[Mapping[str, Any]], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Properties of a group from its user-set parameters (others are the engine's own)."""
    return {
        "family": group["DBParameterGroupFamily"],
        "description": group.get("Description", ""),
        "parameters": {
            parameter["ParameterName"]: str(parameter["ParameterValue"])
            for parameter in parameters
            if parameter.get("ParameterValue") is not None and parameter.get("Source", "user") == "user"
        },
        "tags": dict(tags),
    }


def create_calls(name: str, desired: Mapping[str, Any]) -> list[Call]:
    """The call that makes the group, without parameters: which are known is only seen in the group."""
    tags = tag_list(desired.get("tags") or {})
    return [
        (
            "create_db_parameter_group",
            {
                "DBParameterGroupName": name,
                "DBParameterGroupFamily": desired["family"],
                "Description": desired.get("description") or name,
                "Tags": tags,
            },
        )
    ]


def present(
    name: str,
    desired: Mapping[str, Any],
    found: Mapping[str, Any],
    known: Mapping[str, Mapping[str, Any]],
    arn: str,
    *,
    purge_tags: bool,
) -> Steps:
    """Steps towards the desired parameters and tags (None: leave alone) of a group that exists.

    known: parameters of the engine as DescribeDBParameters answers them, by name. A parameter whose value is the engine's
    default is set all the same, so that it stays when the default changes. Raises ChangeError.
    """
    if desired.get("family") and desired["family"] != found["family"]:
        raise ChangeError(
            f"parameter group {name} is of family {found['family']}, which cannot become {desired['family']}: "
            "a new major version needs a group of another name"
        )
    wanted = None if desired.get("parameters") is None else {k: str(v) for k, v in desired["parameters"].items()}
    calls: list[Call] = []
    changed: list[str] = []
    if wanted is not None and wanted != found["parameters"]:
        changed = ["parameters"]
        calls += _parameter_calls(name, wanted, found["parameters"], known)
    add, gone = tag_changes(found["tags"], desired.get("tags"), purge_tags)
    if add:
        pairs = tag_list(add)
        calls.append(("add_tags_to_resource", {"ResourceName": arn, "Tags": pairs}))
    if gone:
        calls.append(("remove_tags_from_resource", {"ResourceName": arn, "TagKeys": gone}))
    after = merged(found, {"parameters": wanted}, changed)
    after["tags"] = with_tags(found["tags"], desired.get("tags"), purge_tags)
    return Steps(calls, found, after)


def absent(name: str, found: Mapping[str, Any] | None) -> Steps:
    """Steps that remove the group; RDS refuses it while an instance uses it."""
    if found is None:
        return Steps()
    return Steps([("delete_db_parameter_group", {"DBParameterGroupName": name})], found, {})


def _parameter_calls(
    name: str, wanted: Mapping[str, str], found: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]
) -> list[Call]:
    unknown = sorted(parameter for parameter in wanted if parameter not in known)
    fixed = sorted(parameter for parameter in wanted if not known.get(parameter, {}).get("IsModifiable", True))
    if unknown or fixed:
        raise ChangeError(
            f"parameter group {name}: "
            + "; ".join(
                f"{', '.join(names)} {what}"
                for names, what in ((unknown, "are not parameters of this engine"), (fixed, "cannot be changed on RDS"))
                if names
            )
            + ": correct the names or leave them out"
        )
    sets = [
        {"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": _method(known[parameter])}
        for parameter, value in sorted(wanted.items())
        if found.get(parameter) != value
    ]
    resets = [
        {"ParameterName": parameter, "ApplyMethod": _method(known.get(parameter, {}))}
        for parameter in sorted(found)
        if parameter not in wanted
    ]
    return [
        *_batches("modify_db_parameter_group", name, sets, {}),
        *_batches("reset_db_parameter_group", name, resets, {"ResetAllParameters": False}),
    ]


def _method(parameter: Mapping[str, Any]) -> str:
    """Static parameters wait for a reboot; RDS refuses them with "immediate"."""
    return "immediate" if parameter.get("ApplyType") == "dynamic" else "pending-reboot"


def _batches(method: str, name: str, rows: list[dict[str, str]], more: Mapping[str, Any]) -> list[Call]:
    return [
        (method, {"DBParameterGroupName": name, "Parameters": rows[start : start + AT_A_TIME], **more})
        for start in range(0, len(rows), AT_A_TIME)
    ]
